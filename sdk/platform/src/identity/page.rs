//! The page at `{issuer}/device`, where a person types the code, sees who asks for what, and
//! approves or denies. Plain HTML without a script. There are no passwords: the person says who
//! they are, since the page answers on loopback only.
//!
//! The user code is the secret of the decision. Because someone could send a victim their *own*
//! code in a form on another site, a decision must also come from this page (`Origin`).

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::CLIENT;
use super::codes::{Asked, Stage, typed};
use super::form::Form;
use crate::server::{Platform, Shared};
use crate::world::people::{self, Person};

/// What the verification link carries.
#[derive(Debug, Deserialize)]
pub(crate) struct Link {
    user_code: Option<String>,
}

/// Shows the form for a code, or what the code in the link stands for.
pub(crate) async fn show(State(platform): State<Shared>, Query(link): Query<Link>) -> Response {
    let Some(user_code) = link.user_code.as_deref().map(typed).filter(|code| !code.is_empty()) else {
        return page(StatusCode::OK, &ask_for_code(""));
    };
    match platform.identity.codes.waiting(&user_code, platform.clock.now()) {
        Some(asked) => page(StatusCode::OK, &ask_for_decision(&platform, &user_code, &asked, "")),
        None => unknown_code(&platform),
    }
}

/// Notes the decision.
pub(crate) async fn decide(State(platform): State<Shared>, headers: HeaderMap, form: Form) -> Response {
    if !comes_from_this_page(&platform, &headers) {
        let notice = notice("Refused", "The decision did not come from this page.");
        return page(StatusCode::FORBIDDEN, &notice);
    }
    let user_code = typed(form.get("user_code").unwrap_or_default());
    let Some(asked) = platform.identity.codes.waiting(&user_code, platform.clock.now()) else {
        return unknown_code(&platform);
    };
    let again = |problem: &str| {
        let decision = ask_for_decision(&platform, &user_code, &asked, problem);
        page(StatusCode::BAD_REQUEST, &decision)
    };
    let stage = match (form.get("decision"), form.get("user").and_then(people::by_username)) {
        (Some("deny"), _) => Stage::Denied,
        (Some("approve"), None) => return again("Say who you are."),
        (Some("approve"), Some(person)) => match asked.scopes.organizations(person) {
            Ok(_) => Stage::Approved(person),
            Err(name) => return again(&format!("{} does not belong to {name}.", person.name())),
        },
        _ => return again("Approve or deny."),
    };
    let denied = stage == Stage::Denied;
    match (platform.decide(&user_code, stage), denied) {
        (false, _) => unknown_code(&platform),
        (true, true) => page(StatusCode::OK, &notice("Denied", "The device was not signed in.")),
        (true, false) => {
            let text = "The device is signed in. You can close this page and go back to it.";
            page(StatusCode::OK, &notice("Approved", text))
        }
    }
}

/// Browsers say where a form was sent from; programs without `Origin` hold no one's session.
fn comes_from_this_page(platform: &Platform, headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN);
    let site = headers.get("sec-fetch-site");
    origin.is_none_or(|origin| origin.as_bytes() == platform.api.as_bytes())
        && site.is_none_or(|site| matches!(site.as_bytes(), b"same-origin" | b"none"))
}

fn unknown_code(platform: &Platform) -> Response {
    platform.counters.wrong_user_codes.add();
    let problem = "This code is not waiting for anyone: it is mistyped, used or too old.";
    page(StatusCode::NOT_FOUND, &ask_for_code(problem))
}

fn ask_for_code(problem: &str) -> String {
    format!(
        r#"<h1>Connect a device</h1>
{problem}<p>Type the code that your device shows.</p>
<form method="get" action="device">
<label for="user_code">Code</label>
<input id="user_code" name="user_code" required autofocus autocomplete="off" autocapitalize="characters"
 spellcheck="false" maxlength="16" placeholder="XXXX-XXXX">
<button type="submit">Continue</button>
</form>"#,
        problem = warning(problem),
    )
}

fn ask_for_decision(platform: &Platform, user_code: &str, asked: &Asked, problem: &str) -> String {
    let scopes: String = asked.scopes.iter().map(|scope| format!("<li>{}</li>", meaning(scope))).collect();
    let people: String = people::PEOPLE
        .iter()
        .map(|person| choice(person, person.username == platform.options.user))
        .collect();
    format!(
        r#"<h1>Sign in a device?</h1>
{problem}<dl><dt>Code</dt><dd><code>{user_code}</code></dd>
<dt>Client</dt><dd>{client}</dd>
<dt>Names itself</dt><dd>{agent}</dd></dl>
<p>It asks for:</p>
<ul>{scopes}</ul>
<p>Only continue if you started this and the device shows the same code.</p>
<form method="post" action="device">
<input type="hidden" name="user_code" value="{user_code}">
<fieldset><legend>You are</legend>
{people}</fieldset>
<button type="submit" name="decision" value="approve">Approve</button>
<button type="submit" name="decision" value="deny" class="quiet">Deny</button>
</form>"#,
        problem = warning(problem),
        user_code = escape(user_code),
        client = escape(CLIENT),
        agent = escape(&asked.agent),
    )
}

fn choice(person: &Person, checked: bool) -> String {
    let organizations: Vec<_> = person.memberships.iter().map(|organization| organization.name).collect();
    let organizations = match organizations.as_slice() {
        [] => "no organization".to_owned(),
        names => names.join(", "),
    };
    format!(
        r#"<label><input type="radio" name="user" value="{username}"{checked}> {name} ({organizations})</label>
"#,
        username = escape(person.username),
        checked = if checked { " checked" } else { "" },
        name = escape(&person.name()),
        organizations = escape(&organizations),
    )
}

fn meaning(scope: &str) -> String {
    match scope {
        "openid" => "to know who you are".to_owned(),
        "profile" => "your name".to_owned(),
        "email" => "your e-mail address".to_owned(),
        "offline_access" => "to stay signed in while you are away".to_owned(),
        "organization" => "your organization".to_owned(),
        "organization:*" => "all your organizations".to_owned(),
        "roles" => "your roles".to_owned(),
        other => match other.strip_prefix("organization:") {
            Some(name) => format!("to act in the organization <strong>{}</strong>", escape(name)),
            None => escape(other),
        },
    }
}

fn warning(problem: &str) -> String {
    match problem {
        "" => String::new(),
        problem => format!("<p role=\"alert\">{}</p>\n", escape(problem)),
    }
}

fn notice(title: &str, text: &str) -> String {
    format!("<h1>{}</h1>\n<p>{}</p>", escape(title), escape(text))
}

/// Makes text harmless inside elements and quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem;\
color:#1d2430;background:#fff}code{font-size:1.4rem;letter-spacing:.1em}label{display:block;margin:.3rem 0}\
input:not([type]){font:inherit;font-size:1.4rem;letter-spacing:.1em;padding:.4rem;width:12rem}\
button{font:inherit;margin:1rem .5rem 0 0;padding:.5rem 1.5rem;border:1px solid #1b4fd8;border-radius:.3rem;\
background:#1b4fd8;color:#fff;cursor:pointer}button.quiet{background:#fff;color:#1b4fd8}\
dt{font-weight:600}dd{margin:0 0 .5rem}[role=alert]{border-left:.3rem solid #b3261e;padding-left:.7rem}";

/// A whole page that nothing can be loaded into, framed by no one, and remembered by nothing.
fn page(status: StatusCode, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\">\n<title>Vantage: connect a device</title>\n\
<style>{STYLE}</style></head>\n<body><main>\n{body}\n</main></body>\n</html>\n"
    );
    let mut response = (status, Html(html)).into_response();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
                  frame-ancestors 'none'; base-uri 'none'";
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        // Not `no-referrer`: that would make browsers send `Origin: null` with the form.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_escapes_its_place() {
        assert_eq!(
            escape("<a href=\"x\" title='y'>&"),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;"
        );
        assert!(!ask_for_code("<script>").contains("<script>"));
    }
}
