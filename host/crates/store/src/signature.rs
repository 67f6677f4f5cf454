//! Signatures of packs, in minisign's format: whether one holds, and for which pack it was made.
//!
//! A signature is a text of four lines: a comment that nobody vouches for, the signature over the
//! pack's bytes, a trusted comment, and the signature over the first signature and that comment. Ours
//! say in the trusted comment which pack they are for ([`TrustedComment`]), so that one cannot be
//! passed off as that of another pack or version: [`verify`] gives what it says, as a [`Bound`], and
//! whoever installs calls [`Bound::check`] with what the pack says of itself.
//!
//! Whether a signature holds is decided by the crate `minisign-verify` alone; whatever is not known
//! here is refused. Which key is whose, and whether it may sign a pack, is not decided here; nothing is
//! fetched or read, and secret keys are never seen. Called by `plugin add`, and by `plugin sign` and
//! `plugin check` before they say that a pack is signed.

mod comment;
mod error;
mod key;
mod parts;

use semver::Version;

pub use comment::TrustedComment;
pub use error::SignatureError;
pub use key::PublicKey;

use crate::digest::Digest;
use parts::Parts;

/// The longest signature that is read, in bytes. Four lines with long comments have a tenth of it.
pub const SIGNATURE_LIMIT: u64 = 8 << 10;

/// The name under which minisign, and everyone after it, keeps a public key.
pub const KEY_FILE: &str = "minisign.pub";

/// The record by which that key follows another, beside it: the signature of the other over it.
pub const SUCCESSION_FILE: &str = "minisign.pub.minisig";

/// The longest public key file that is read, in bytes.
pub const KEY_LIMIT: u64 = 4 << 10;

/// What a signature that holds was made for. Only [`verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bound {
    /// The pack's id.
    pub id: String,
    /// Its version.
    pub version: Version,
    /// The SHA-256 of its component.
    pub digest: Digest,
}

impl Bound {
    /// Checks that the signature was made for this very pack: `id` and `version` as its description has
    /// them, and the digest of its bytes.
    ///
    /// # Errors
    ///
    /// [`SignatureError::OtherPack`], which names the first that differs.
    pub fn check(&self, id: &str, version: &Version, digest: &str) -> Result<(), SignatureError> {
        let parts = [
            ("pack", self.id.clone(), id.to_owned()),
            ("version", self.version.to_string(), version.to_string()),
            ("digest", self.digest.to_string(), digest.to_owned()),
        ];
        match parts.into_iter().find(|(_, signed, found)| signed != found) {
            Some((what, signed, found)) => Err(SignatureError::OtherPack { what, signed, found }),
            None => Ok(()),
        }
    }
}

/// Checks that the holder of `key` signed `bytes` as a pack, and gives which.
///
/// # Errors
///
/// For whatever is not a signature of these bytes, by this key, of the present kind, over a comment
/// that names a pack.
pub fn verify(signature_text: &str, key: &PublicKey, bytes: &[u8]) -> Result<Bound, SignatureError> {
    let TrustedComment { id, version, digest } = comment(signature_text, key, bytes)?.parse()?;
    Ok(Bound { id, version, digest })
}

/// Checks that the holder of `old` named `new` as the key that signs for `publisher` after it: a signature
/// over the line of the new key, whose trusted comment is that of [`succession_comment`].
///
/// # Errors
///
/// For whatever else it is.
pub fn verify_succession(
    record: &str,
    old: &PublicKey,
    new: &PublicKey,
    publisher: &str,
) -> Result<(), SignatureError> {
    let comment = comment(record, old, new.to_string().as_bytes())?;
    match comment == succession_comment(publisher) {
        true => Ok(()),
        false => Err(SignatureError::NoSuccession { comment: comment::excerpt(&comment) }),
    }
}

/// What is signed beside a new key: for which publisher it signs.
pub fn succession_comment(publisher: &str) -> String {
    format!("key {publisher}")
}

/// The trusted comment of a signature that holds.
fn comment(signature_text: &str, key: &PublicKey, bytes: &[u8]) -> Result<String, SignatureError> {
    let parts = Parts::parse(signature_text)?;
    if parts.key_id != key.id_bytes() {
        let signed_by = parts.key_id();
        return Err(SignatureError::OtherKey { signed_by, expected: key.key_id() });
    }
    let signature = parts.decoded()?;
    key.decoded()?.verify(bytes, &signature, false).map_err(|error| failed(&error, &parts, key))?;
    Ok(parts.comment)
}

/// The id of the key that a signature says it was made with, as minisign prints it. Not verified: it
/// serves to look for the key.
pub fn signing_key_id(signature_text: &str) -> Result<String, SignatureError> {
    Parts::parse(signature_text).map(|parts| parts.key_id())
}

/// Says why a signature does not hold. It is refused whatever is found here.
fn failed(error: &minisign_verify::Error, parts: &Parts, key: &PublicKey) -> SignatureError {
    match error {
        minisign_verify::Error::InvalidSignature if parts.is_comment_signed(key) => {
            SignatureError::OtherBytes
        }
        minisign_verify::Error::InvalidSignature => SignatureError::Altered,
        error => SignatureError::Unverified { reason: error.to_string() },
    }
}

#[cfg(test)]
mod succession_tests;
#[cfg(test)]
mod tests;
