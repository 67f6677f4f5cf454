//! A publisher's public key, as minisign writes it: two bytes of kind, eight of id, and the key.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::parts::{UNTRUSTED, decode, lines, shown};
use super::{KEY_LIMIT, SignatureError};

/// Ed25519, the one kind that there is.
const KIND: &[u8] = b"Ed";

/// A key that signatures are checked with.
///
/// Parsed from its line of Base64, or from a whole `minisign.pub`; written as the line. The comment of
/// the file is not kept: anyone can write anything there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey([u8; 42]);

impl PublicKey {
    /// The 16 hexadecimal digits by which minisign tells keys apart. Anyone can make a key with any id:
    /// keys are compared whole.
    pub fn key_id(&self) -> String {
        shown(self.id_bytes())
    }

    pub(super) fn id_bytes(&self) -> [u8; 8] {
        let mut id = [0; 8];
        id.copy_from_slice(&self.0[2..10]);
        id
    }

    /// The key itself.
    pub(super) fn point(&self) -> &[u8] {
        &self.0[10..]
    }

    pub(super) fn decoded(&self) -> Result<minisign_verify::PublicKey, SignatureError> {
        minisign_verify::PublicKey::from_base64(&self.to_string())
            .map_err(|error| SignatureError::Unverified { reason: error.to_string() })
    }
}

impl FromStr for PublicKey {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let refused = |reason| SignatureError::InvalidKey { reason };
        if text.len() as u64 > KEY_LIMIT {
            return Err(refused("it has more than 4096 bytes"));
        }
        let line = match lines(text).map_err(refused)?[..] {
            [line] => line,
            [comment, line] if comment.starts_with(UNTRUSTED) => line,
            _ => return Err(refused("it is neither a key's line nor a file with a comment and that line")),
        };
        let bytes: [u8; 42] = decode(line).ok_or(refused("it is not 42 bytes in Base64"))?;
        if !bytes.starts_with(KIND) {
            return Err(refused("it is of an unknown kind"));
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = SignatureError;

    fn try_from(text: String) -> Result<Self, SignatureError> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}
