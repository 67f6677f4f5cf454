//! The trusted comment of a pack's signature: which pack, which version, which bytes.
//!
//! `pack acme/gpu-report 1.2.0 sha256:9f86…`, with single spaces and nothing else. One pack has one
//! text, so what is read is compared with what would be written.

use std::fmt;
use std::str::FromStr;

use semver::Version;

use super::SignatureError;
use crate::digest::Digest;
use crate::index::PackId;

/// How much of a foreign comment an error repeats, in characters.
const EXCERPT: usize = 80;

/// What is signed beside a pack's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedComment {
    /// The pack's id.
    pub id: String,
    /// Its version.
    pub version: Version,
    /// The SHA-256 of its component.
    pub digest: Digest,
}

impl fmt::Display for TrustedComment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "pack {} {} {}", self.id, self.version, self.digest)
    }
}

impl FromStr for TrustedComment {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let found = read(text).filter(|comment| comment.to_string() == text);
        found.ok_or_else(|| SignatureError::NotBound { comment: excerpt(text) })
    }
}

fn read(text: &str) -> Option<TrustedComment> {
    let mut words = text.strip_prefix("pack ")?.splitn(3, ' ');
    let id = PackId::try_from(words.next()?.to_owned()).ok()?;
    let version = words.next()?.parse().ok()?;
    let digest = words.next()?.parse().ok()?;
    Some(TrustedComment { id: id.into(), version, digest })
}

/// The start of a comment, in one visible line.
pub(super) fn excerpt(text: &str) -> String {
    let shown: String = text.chars().take(EXCERPT).flat_map(char::escape_debug).collect();
    if text.chars().nth(EXCERPT).is_some() { format!("{shown}…") } else { shown }
}
