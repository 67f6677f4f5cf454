//! A token: a value that can be sent and stored, and never shown.
//!
//! Deliberately without `Display` and `Serialize`; its `Debug` says nothing of the value; its memory
//! is wiped when it goes. The type is private to the crate, which the doctest in `lib.rs` proves,
//! and the two places that read its value are the request's header and the stored record. Where a
//! server sends one back, `token/echo.rs` finds it.

mod echo;

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

    /// Whether `answer` holds this token: as it is, or written with JSON's escapes, in percent
    /// encoding or in base64.
    pub(crate) fn appears_in(&self, answer: &[u8]) -> bool {
        echo::holds(answer, self.expose())
    }

    /// `text` with every occurrence of this token replaced, whole or in part, however it is spelled.
    pub(crate) fn scrub(&self, text: &str) -> String {
        echo::without(text, self.expose())
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
}
