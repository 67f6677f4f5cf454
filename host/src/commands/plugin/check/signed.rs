//! Whether a pack is signed, as far as the files beside it say: `FILE.minisig` and `minisign.pub`.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use serde_json::{Value, json};
use vantage_policy::description::Description;
use vantage_store::signature::{
    self, KEY_FILE, KEY_LIMIT, PublicKey, SIGNATURE_LIMIT, SUCCESSION_FILE, SignatureError,
};

use crate::commands::plugin::examine::{self, Read};
use crate::error::{HostError, Kind};

/// How a pack stands.
pub(super) enum Signed {
    /// There is no signature.
    Not,
    /// There is one, and no key to check it with.
    Unverified {
        /// The id of the key that it names.
        key_id: String,
    },
    /// By this key, for this pack.
    By(PublicKey),
    /// There is one that does not hold.
    Refused,
}

impl Signed {
    /// Looks beside the pack.
    pub(super) fn find(
        pack: &Path,
        read: &Read,
        description: Option<&Description>,
    ) -> Result<Self, HostError> {
        let path = examine::signature_path(pack);
        let refused = |error: SignatureError| HostError::from(error.of(path.display().to_string()));
        let Some(text) = beside(&path, SIGNATURE_LIMIT)? else {
            return Ok(Self::Not);
        };
        let Some(key) = beside(&pack.with_file_name(KEY_FILE), KEY_LIMIT)? else {
            let key_id = signature::signing_key_id(&text).map_err(refused)?;
            return Ok(Self::Unverified { key_id });
        };
        let key: PublicKey = key.parse().map_err(refused)?;
        let bound = signature::verify(&text, &key, &read.bytes).map_err(refused)?;
        if let Some(description) = description {
            bound.check(&description.id, &description.version, &read.digest).map_err(refused)?;
        }
        Ok(Self::By(key))
    }

    /// The key that signed it, or that none did; nothing where that is not known.
    pub(super) fn key(&self) -> Option<Option<PublicKey>> {
        match self {
            Self::Not => Some(None),
            Self::By(key) => Some(Some(*key)),
            Self::Unverified { .. } | Self::Refused => None,
        }
    }

    /// The record by which its key follows another, if one lies there.
    pub(super) fn succession(&self, pack: &Path) -> Result<Option<String>, HostError> {
        match self {
            Self::By(_) => beside(&pack.with_file_name(SUCCESSION_FILE), SIGNATURE_LIMIT),
            _ => Ok(None),
        }
    }

    /// Why a signature cannot be verified by those who have only what lies here.
    pub(super) fn lacks_key(&self, pack: &Path) -> Option<HostError> {
        let Self::Unverified { key_id } = self else { return None };
        let message = format!(
            "`{}` is signed with key {key_id}, which is not beside it as `{KEY_FILE}`",
            pack.display()
        );
        let hint = "put it there; users without it have to name it with --key".to_owned();
        Some(HostError::said(Kind::Denied, message, vec![hint]))
    }

    /// In a few words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Not => "not signed".to_owned(),
            Self::Unverified { key_id } => format!("with key {key_id}, not verified"),
            Self::By(key) => format!("with key {}, {key}", key.key_id()),
            Self::Refused => "refused".to_owned(),
        }
    }

    /// What the author should know.
    pub(super) fn warning(&self) -> Option<String> {
        match self {
            Self::Not => Some("users are told that it is not signed; vantage plugin sign does it".to_owned()),
            Self::Unverified { .. } | Self::By(_) | Self::Refused => None,
        }
    }

    /// For programs.
    pub(super) fn record(&self) -> Value {
        match self {
            Self::Not => json!({ "status": "unsigned" }),
            Self::Unverified { key_id } => json!({ "status": "unverified", "key-id": key_id }),
            Self::By(key) => json!({ "status": "signed", "key-id": key.key_id(), "public-key": key }),
            Self::Refused => json!({ "status": "refused" }),
        }
    }
}

/// The text of a file beside the pack; `None` where there is none. One byte beyond the limit is read,
/// so that what is too long is refused as such.
fn beside(path: &Path, limit: u64) -> Result<Option<String>, HostError> {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        // What is no text has no line that could be right.
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(HostError::input(&path.display().to_string(), error)),
    }
}
