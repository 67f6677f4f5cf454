//! A person at the provider's pages, as far as HTTP goes: forms filled in, cookies and redirects.
//!
//! It reads the pages of `oidc-provider` and no others; a real browser is in `browser.rs`.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use url::Url;

/// The most pages there can be before it counts as going round in circles.
const MOST: usize = 20;

/// What a page asks for.
struct Form {
    action: Url,
    /// Names, and the values that are there already.
    fields: Vec<(String, String)>,
}

/// Follows pages from `link` on, with `known` filled in, until one says `end`.
pub(super) async fn walk(client: &reqwest::Client, link: &str, known: &[(&str, &str)], end: &str) {
    let mut cookies = BTreeMap::new();
    let mut url = Url::parse(link).unwrap();
    let mut form: Option<Form> = None;
    for _ in 0..MOST {
        let request = match form.take() {
            Some(form) => client.post(form.action).form(&filled_in(form.fields, known)),
            None => client.get(url.clone()),
        };
        let sent: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header(COOKIE, sent.join("; ")).send().await.unwrap();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
        if let Some(location) = answer.headers().get(LOCATION) {
            url = answer.url().join(location.to_str().unwrap()).unwrap();
            continue;
        }
        let (at, status) = (answer.url().clone(), answer.status());
        let page = answer.text().await.unwrap();
        if page.contains(end) {
            return;
        }
        form = read(&page, &at);
        assert!(form.is_some(), "{at} ({status}) has no form:\n{page}");
    }
    panic!("no page says `{end}`");
}

/// The form's fields with what is known; `("name", "")` leaves a field out, and a name that the form
/// does not have stands for a button beside the one that is known to be left out.
fn filled_in(fields: Vec<(String, String)>, known: &[(&str, &str)]) -> Vec<(String, String)> {
    let value_of = |name: &str| known.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    let asks_to_confirm = fields.iter().any(|(name, _)| name == "confirm");
    let mut filled: Vec<(String, String)> = fields
        .into_iter()
        .map(|(name, value)| (value_of(&name).map_or(value, ToOwned::to_owned), name))
        .filter(|(value, _)| !value.is_empty())
        .map(|(value, name)| (name, value))
        .collect();
    if asks_to_confirm && let Some(abort) = value_of("abort") {
        filled.push(("abort".to_owned(), abort.to_owned()));
    }
    filled
}

fn read(page: &str, at: &Url) -> Option<Form> {
    let inside = page.split_once("<form")?.1.split_once("</form>")?.0;
    let action = attribute(inside.split_once('>')?.0, "action")?;
    let fields = inside.split("<input").skip(1).filter_map(|input| {
        let tag = input.split_once('>')?.0;
        Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
    });
    Some(Form { action: at.join(&action).ok()?, fields: fields.collect() })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!("{name}=\""))?.1.split_once('"')?.0;
    Some(value.replace("&amp;", "&"))
}
