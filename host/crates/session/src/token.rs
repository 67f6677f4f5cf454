//! A token: a value that can be sent and stored, and never shown.
//!
//! Deliberately without `Display` and `Serialize`; its `Debug` says nothing of the value; its memory
//! is wiped when it goes. The type is private to the crate, which the doctest in `lib.rs` proves,
//! and the two places that read its value are the request's header and the stored record.

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// The longest token that is taken; Keycloak's have 1 to 5 KiB.
const LONGEST: usize = 32 * 1024;

/// An access, refresh or identity token, a device code, or anything else that must not be shown.
#[derive(Clone)]
pub(crate) struct Token(SecretString);

impl Token {
    /// Takes a value that can stand in a header; `None` for any other.
    pub(crate) fn new(value: String) -> Option<Self> {
        let sendable =
            !value.is_empty() && value.len() <= LONGEST && value.bytes().all(|byte| byte.is_ascii_graphic());
        let secret = SecretString::from(value);
        sendable.then_some(Self(secret))
    }

    /// The value itself, for the wire and for the store.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The value of an `Authorization` header, marked so that HTTP libraries do not log it.
    pub(crate) fn bearer(&self) -> Option<HeaderValue> {
        let text = zeroize::Zeroizing::new(format!("Bearer {}", self.expose()));
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Whether `answer` holds this token, as it is or written with JSON's escapes.
    pub(crate) fn appears_in(&self, answer: &[u8]) -> bool {
        let needle = self.expose().as_bytes();
        contains(answer, needle) || (answer.contains(&b'\\') && contains(&without_escapes(answer), needle))
    }

    /// `text` with every occurrence of this token replaced.
    pub(crate) fn scrub(&self, text: &str) -> String {
        text.replace(self.expose(), "[redacted]")
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token([redacted])")
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    let Some(first) = needle.first() else {
        return false;
    };
    let mut rest = haystack;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(needle) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// JSON's escapes undone wherever they stand. Tokens are ASCII, so wider characters are dropped.
fn without_escapes(json: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(json.len());
    let mut at = 0;
    while at < json.len() {
        if json[at] != b'\\' {
            plain.push(json[at]);
            at += 1;
        } else if json.get(at + 1) == Some(&b'u') {
            let digits = json.get(at + 2..at + 6).and_then(|digits| std::str::from_utf8(digits).ok());
            let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            plain.extend(code);
            at += 6;
        } else {
            plain.extend(json.get(at + 1));
            at += 2;
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::Token;

    fn token(value: &str) -> Token {
        Token::new(value.to_owned()).expect("a sendable token")
    }

    #[test]
    fn shows_nothing() {
        let shown = format!("{:?} {:#?}", token("canary-1"), Some(token("canary-1")));
        assert!(!shown.contains("canary"), "{shown}");
        let header = token("canary-1").bearer().expect("a header");
        assert!(header.is_sensitive());
        assert!(!format!("{header:?}").contains("canary"));
    }

    #[test]
    fn refuses_what_no_header_can_carry() {
        for value in ["", "a b", "a\r\nX: y", "schlüssel", "a\u{1b}[0m"] {
            assert!(Token::new(value.to_owned()).is_none(), "{value:?}");
        }
        assert!(Token::new("a".repeat(40_000)).is_none());
    }

    #[test]
    fn is_found_in_every_spelling() {
        let secret = token("abc/def.ghi");
        assert!(secret.appears_in(br#"{"a":"xabc/def.ghiy"}"#));
        assert!(secret.appears_in(br#"{"a":"abc\/def.ghi"}"#));
        assert!(secret.appears_in(br#"{"a":"\u0061bc\u002Fdef\u002eghi"}"#));
        assert!(!secret.appears_in(br#"{"a":"abc/def.gh","b":"\\"}"#));
        assert!(!secret.appears_in(br#"{"a":"\u00"#));
        assert_eq!(secret.scrub("got abc/def.ghi!"), "got [redacted]!");
    }
}
