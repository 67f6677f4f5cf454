//! `vantage.lock`: which packs a team uses, to the byte, from whom, and what they may do.
//!
//! A lock is a request, never an authority: anyone can commit one. So it names everything that has to be
//! agreed to, the grants among it, and [`LockFile::digest`] is what somebody agreed to as a whole. The
//! text form is TOML with a version; what it does not know it refuses, since a lock that is half
//! understood pins half. Read and written by `plugin lock` and `plugin sync`; nothing is fetched here.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use serde::{Deserialize, Serialize};
use vantage_policy::capability::Capability;

use crate::digest::Digest;
use crate::index::{Generation, PackId};
use crate::signature::PublicKey;
use crate::source::Source;

/// The version of the lock that this program writes and reads.
const VERSION: u32 = 1;

/// The name of a lock, in the folder where nothing else is said.
pub const LOCK_FILE: &str = "vantage.lock";

/// The longest lock that is read, in bytes.
pub const LOCK_LIMIT: u64 = 4 << 20;

/// A lock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockFile {
    version: u32,
    /// Packs by id.
    #[serde(default)]
    packs: BTreeMap<PackId, LockedPack>,
}

/// A pack as a lock pins it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LockedPack {
    /// As the pack says.
    pub version: Version,
    /// Where exactly these bytes are, as in `oci://ghcr.io/acme/x@sha256:…`.
    pub source: String,
    /// Of the component.
    pub digest: Digest,
    /// Who signed it; none for a pack that is not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PublicKey>,
    /// What it is granted.
    pub grants: BTreeSet<Capability>,
}

/// A text that is no lock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no lock of packs: {0}")]
pub struct LockFileError(String);

impl LockFile {
    /// A lock of these packs, by id.
    ///
    /// # Errors
    /// For an id that is none.
    pub fn new(packs: impl IntoIterator<Item = (String, LockedPack)>) -> Result<Self, LockFileError> {
        let packs =
            packs.into_iter().map(|(id, pack)| Ok((PackId::try_from(id).map_err(LockFileError)?, pack)));
        Ok(Self { version: VERSION, packs: packs.collect::<Result<_, _>>()? })
    }

    /// Reads a lock.
    ///
    /// # Errors
    /// For what is not TOML of this form and version.
    pub fn parse(text: &str) -> Result<Self, LockFileError> {
        let lock: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            LockFileError(format!("line {line}: {}", error.message().replace('\n', ", ")))
        })?;
        match lock.version {
            VERSION => Ok(lock),
            other => Err(LockFileError(format!(
                "it has version {other}, and this vantage reads version {VERSION}"
            ))),
        }
    }

    /// The packs, by id.
    pub fn packs(&self) -> impl Iterator<Item = (&str, &LockedPack)> {
        self.packs.iter().map(|(id, pack)| (id.as_str(), pack))
    }

    /// The text of the lock.
    ///
    /// # Errors
    /// Never for a lock of [`LockFile::new`] or [`LockFile::parse`].
    pub fn text(&self) -> Result<String, LockFileError> {
        let body = toml::to_string(self).map_err(|error| LockFileError(error.to_string()))?;
        Ok(format!(
            "# Which command packs are used here. Made by `vantage plugin lock`; `vantage plugin sync` follows it.\n{body}"
        ))
    }

    /// What is agreed to as a whole: the digest of what the lock says, however it is written.
    ///
    /// # Errors
    /// As [`LockFile::text`].
    pub fn digest(&self) -> Result<Digest, LockFileError> {
        Ok(Digest::of(self.text()?.as_bytes()))
    }
}

impl Generation {
    /// Where exactly these bytes are.
    pub fn pinned_source(&self) -> String {
        match &self.source {
            Source::File { path, .. } => path.clone(),
            Source::Web { url, .. } => format!("{url}#sha256={}", self.digest.hex()),
            Source::Oci { repository, manifest, .. } => format!("{repository}@{manifest}"),
        }
    }

    /// Who signed it.
    pub fn key(&self) -> Option<PublicKey> {
        self.publisher_key.as_ref()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = include_str!("lockfile/sample-v1.toml");

    #[test]
    fn the_sample_of_version_1_is_read_and_written() {
        let lock = LockFile::parse(SAMPLE).unwrap();
        let (id, pack) = lock.packs().next().unwrap();
        assert_eq!((id, pack.version.to_string().as_str()), ("acme/gpu-report", "1.2.0"));
        assert_eq!(pack.grants.len(), 2);
        assert_eq!(lock.text().unwrap(), SAMPLE);
        let spaced = SAMPLE.replace(" = ", "  =  ").replace("# Which", "# Whatever");
        assert_eq!(LockFile::parse(&spaced).unwrap().digest(), lock.digest());
    }

    #[test]
    fn what_is_no_lock_is_refused() {
        let refused = |text: &str| LockFile::parse(text).unwrap_err().to_string();
        assert!(refused("").contains("missing field `version`"));
        assert!(refused(&SAMPLE.replace("version = 1", "version = 2")).contains("version 2"));
        for (from, to) in [
            ("acme/gpu-report", "acme/../x"),
            ("acme/gpu-report", "аcme/gpu-report"),
            ("\"1.2.0\"", "\"1.2\""),
            ("\"1.2.0\"", "\"../1.2.0\""),
            ("sha256:", "sha256:../"),
            ("persona email", "persona everything"),
            ("grants =", "allows ="),
            ("key = \"R", "key = \"X"),
            ("version = 1\n", "version = 1\nnovelty = true\n"),
        ] {
            let text = SAMPLE.replace(from, to);
            assert_ne!(text, SAMPLE, "{from}");
            refused(&text);
        }
    }
}
