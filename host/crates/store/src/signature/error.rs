//! Why a signature or a key is refused, each reason by itself, and what mends it.

use crate::error::StoreError;

/// Why a signature does not make a pack its signer's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The text is longer than any signature.
    #[error("the signature has more than {limit} bytes")]
    TooLarge {
        /// In bytes.
        limit: u64,
    },
    /// The text is not what minisign writes.
    #[error("the signature is not in minisign's format: {reason}")]
    Malformed {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The text is no public key.
    #[error("the public key is not in minisign's format: {reason}")]
    InvalidKey {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The older kind of signature, over the bytes and not over their hash.
    #[error("the signature is of minisign's older kind, which is not accepted")]
    Legacy,
    /// The signature names another key than the one it is checked with.
    #[error("the signature was made with key {signed_by}, not with {expected}")]
    OtherKey {
        /// The id of the key that the signature names.
        signed_by: String,
        /// The id of the key that was to have made it.
        expected: String,
    },
    /// The signature holds, for something else.
    #[error(
        "the signature belongs to other bytes: the pack was altered, or the signature is that of another"
    )]
    OtherBytes,
    /// The signature, or the comment that is signed with it, is not as it was written.
    #[error("the signature or its trusted comment was altered, or is not of the key that it names")]
    Altered,
    /// A good signature of these bytes, which says nothing of a pack.
    #[error("the signature does not say which pack it is for: its trusted comment is `{comment}`")]
    NotBound {
        /// Its beginning, in one visible line.
        comment: String,
    },
    /// A good signature of a key, which does not name it for this publisher.
    #[error(
        "the record does not say that the key follows for this publisher: its trusted comment is `{comment}`"
    )]
    NoSuccession {
        /// Its beginning, in one visible line.
        comment: String,
    },
    /// A good signature of these bytes, for a pack that they are not.
    #[error("the signature is for {what} `{signed}`, and this is `{found}`")]
    OtherPack {
        /// What differs: `pack`, `version` or `digest`.
        what: &'static str,
        /// As it was signed.
        signed: String,
        /// As it is.
        found: String,
    },
    /// It could not be checked, for a reason that is not known here; so it does not hold.
    #[error("the signature could not be verified: {reason}")]
    Unverified {
        /// The words of what checks it.
        reason: String,
    },
}

impl SignatureError {
    /// What the user or the publisher can do, one line each.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::InvalidKey { .. } => {
                "a public key is the file `minisign.pub`, or its second line, which begins with RW"
            }
            Self::Legacy => "its publisher signs it with vantage plugin sign, or with minisign -S -H",
            Self::OtherKey { .. } => {
                "its publisher may have a new key: ask them, elsewhere than where the pack is"
            }
            Self::NotBound { .. } => {
                "its publisher signs it with vantage plugin sign, which says which pack it is"
            }
            Self::OtherPack { .. } => "get the pack and its signature again, from the same place",
            _ => "get the pack and its signature again; if that does not help, tell its publisher",
        };
        vec![hint.to_owned()]
    }

    /// The same of `subject`: the pack, or the file whose signature it is.
    pub fn of(self, subject: impl Into<String>) -> StoreError {
        StoreError::Signature { subject: subject.into(), source: Box::new(self) }
    }
}
