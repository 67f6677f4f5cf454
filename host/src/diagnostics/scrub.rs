//! The last look at a line of a log, before anybody reads it: what is a secret by its form is taken out.
//!
//! No code of the host's logs a token; libraries below it might, with `-vvv`, and packs say what they
//! like. This is the second fence behind that, and no more: it knows tokens by what they look like or
//! by what stands before them. Where the line goes is `diagnostics.rs`'s to say.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::Regex;

/// What stands in place of a secret.
const REMOVED: &str = "[removed]";

/// What secrets look like, each with what remains of it.
const FORMS: [(&str, &str); 3] = [
    // A JSON Web Token, signed or encrypted.
    (r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}", REMOVED),
    (r"(?i)\b(bearer|basic|dpop)([ +]|%20)[A-Za-z0-9._~+/%=-]{8,}", "$1$2[removed]"),
    (
        r#"(?i)((?:access|refresh|id)_?token|client_?secret|client_?assertion|device_?code|subject_?token|password|passphrase|api_?key)(\\?"?\s*[:=]\s*\\?"?)[^\s"&,;})\\]{4,}"#,
        "$1$2[removed]",
    ),
];

/// `line` without what looks like a secret.
pub(super) fn scrub(line: &str) -> Cow<'_, str> {
    static FORMS_READ: OnceLock<Vec<(Regex, &'static str)>> = OnceLock::new();
    let forms = FORMS_READ.get_or_init(|| {
        let read = |(form, rest): (&str, &'static str)| Regex::new(form).ok().map(|form| (form, rest));
        FORMS.into_iter().filter_map(read).collect()
    });
    if forms.len() < FORMS.len() {
        // Cannot happen, and would be no reason to show anything.
        return Cow::Borrowed(REMOVED);
    }
    let mut line = Cow::Borrowed(line);
    for (form, rest) in forms {
        if let Cow::Owned(changed) = form.replace_all(&line, *rest) {
            line = Cow::Owned(changed);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_and_everything_else_stays() {
        let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
        for (line, left) in [
            (format!("sent {jwt} to it"), "sent [removed] to it"),
            ("Authorization: Bearer abcdef.ghi-jkl".to_owned(), "Authorization: Bearer [removed]"),
            (
                "grant_type=refresh_token&refresh_token=0123456789&x=1".to_owned(),
                "grant_type=refresh_token&refresh_token=[removed]&x=1",
            ),
            (
                r#"{"access_token":"abcdefgh","expires_in":60}"#.to_owned(),
                r#"{"access_token":"[removed]","expires_in":60}"#,
            ),
            (
                r#"body "{\"refresh_token\":\"abcdefgh\"}""#.to_owned(),
                r#"body "{\"refresh_token\":\"[removed]\"}""#,
            ),
            (
                "client_secret = hunter22 password: correct".to_owned(),
                "client_secret = [removed] password: [removed]",
            ),
        ] {
            assert_eq!(scrub(&line), left);
        }
        for line in [
            "GET /cluster/graphql HTTP/1.1",
            "the access token expires in 60 s",
            "eyJ is how they begin",
            "operation=ListClusters bearer of news",
        ] {
            assert_eq!(scrub(line), line);
        }
    }
}
