//! Text that can be found again in every token, so that a test can prove that none leaked.
//!
//! A JWT is base64url, so text put into a claim does not appear in the token. Turned round, it
//! does: text that is itself base64url of plain ASCII is *decoded*, and the plain form is placed
//! in the first claim so that it begins at a multiple of three bytes. Encoding the claims then
//! writes the canary letter for letter. What a program decodes contains the plain form, so a
//! test can search for both. Device codes and refresh tokens are opaque and begin with the canary.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::PlatformError;

/// Shorter text would be found by chance.
const SHORTEST: usize = 12;

/// A text that survives in signed tokens.
#[derive(Clone, Debug)]
pub(crate) struct Canary {
    text: String,
    plain: String,
}

impl Canary {
    /// Takes `text` if it can stand in a token verbatim; the error proposes one that can.
    pub(crate) fn new(text: &str) -> Result<Self, PlatformError> {
        let refuse =
            |reason| PlatformError::Canary { canary: text.to_owned(), reason, instead: canary_of(text) };
        if text.len() < SHORTEST || !text.len().is_multiple_of(4) {
            return Err(refuse("its length must be a multiple of 4, at least 12"));
        }
        let plain = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let plain = plain.filter(|plain| plain.chars().all(stands_unescaped)).ok_or_else(|| {
            refuse("it must be the base64url form of printable ASCII without `\"` and `\\`")
        })?;
        Ok(Self { text: text.to_owned(), plain })
    }

    /// What is found in tokens.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What is found in decoded claims.
    pub(crate) fn plain(&self) -> &str {
        &self.plain
    }
}

/// Whether JSON writes the character as itself, in one byte.
fn stands_unescaped(character: char) -> bool {
    matches!(character, ' '..='~') && !matches!(character, '"' | '\\')
}

/// Makes a canary from any text, for [`Options::canary`](crate::Options): the base64url form of
/// the text, with `_` for what cannot be kept and as padding. The same text gives the same canary.
///
/// ```
/// assert_eq!(vantage_platform::canary_of("leak-canary"), "bGVhay1jYW5hcnlf");
/// ```
#[must_use]
pub fn canary_of(text: &str) -> String {
    let mut plain: String = text.chars().map(|c| if stands_unescaped(c) { c } else { '_' }).collect();
    while plain.len() < SHORTEST / 4 * 3 || !plain.len().is_multiple_of(3) {
        plain.push('_');
    }
    URL_SAFE_NO_PAD.encode(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_makes_a_canary() {
        for text in ["", "a", "leak canary of the tests", "quote\" and \\ and ü and \n", "0123456789"] {
            let made = canary_of(text);
            assert_eq!(Canary::new(&made).unwrap().text(), made, "{text}");
        }
    }

    #[test]
    fn what_would_not_survive_is_refused_with_a_proposal() {
        for text in ["short", "CANARYCANARY1", "____________", "not base64!!", "AAAAAAAAAAAA"] {
            let error = Canary::new(text).unwrap_err();
            assert_eq!(error.hints(), [format!("`{}` can", canary_of(text))]);
        }
    }
}
