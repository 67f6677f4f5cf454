//! The digest that names content: SHA-256, written `sha256:` and 64 hexadecimal digits.
//!
//! A digest becomes part of a path, so text is parsed into [`Digest`] before anything is opened: a
//! digest out of a damaged index can then not lead out of the store. It is not a signature and says
//! nothing about who made the bytes. Used by every file of this crate and, as text, by the host.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::StoreError;

/// The SHA-256 of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub(crate) [u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 64 lower-case hexadecimal digits, without the algorithm.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The digest of `bytes` as text, as in `sha256:9f86d0…`.
pub fn sha256_digest(bytes: &[u8]) -> String {
    Digest::of(bytes).to_string()
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Digest {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let invalid = || StoreError::InvalidDigest { text: text.to_owned() };
        let digits = text.strip_prefix("sha256:").ok_or_else(invalid)?.as_bytes();
        if digits.len() != 64 {
            return Err(invalid());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0]).ok_or_else(invalid)? << 4 | nibble(pair[1]).ok_or_else(invalid)?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Digest {
    type Error = StoreError;

    fn try_from(text: String) -> Result<Self, StoreError> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// Lower case only: one content has one name, on every file system.
fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let text = sha256_digest(b"test");
        insta::assert_snapshot!(text, @"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
        assert_eq!(text.parse::<Digest>().unwrap(), Digest::of(b"test"));
    }

    #[test]
    fn anything_else_is_refused() {
        let good = sha256_digest(b"test");
        let bad = [
            String::new(),
            good.to_uppercase(),
            good.replace("sha256", "sha512"),
            good.replacen('9', "A", 1),
            good.replacen("9f", "..", 1),
            good.replacen("9f", "é", 1),
            format!("{good}0"),
            good[..70].to_owned(),
            format!("sha256:{}/../../x", "0".repeat(54)),
        ];
        for text in bad {
            let error = text.parse::<Digest>().unwrap_err();
            assert!(matches!(error, StoreError::InvalidDigest { .. }), "{text}: {error}");
        }
    }
}
