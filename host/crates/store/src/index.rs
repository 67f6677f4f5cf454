//! `index.toml`: which packs are installed, in which generations, with which grants.
//!
//! This is the truth; the catalog is derived from it. It is read whole and replaced whole, and only
//! under the lock. Whoever adds a field that an older program must not lose raises [`VERSION`]: an
//! index of a newer version is read as far as it is understood, and never written. Deciding what the
//! entries mean is the business of `store.rs` and `grants.rs`.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use serde::{Deserialize, Serialize};
use vantage_policy::capability::Capability;

use crate::digest::Digest;
use crate::grants::{GrantRecord, Revocation};
use crate::source::Source;
use crate::stamp::Stamp;
use crate::trust::TrustedKey;

mod loaded;

pub(crate) use loaded::Loaded;

/// The version of the index that this program writes.
pub(crate) const VERSION: u32 = 3;

/// How many generations of a pack are kept.
pub(crate) const GENERATIONS: usize = 3;

/// All installed packs by id, and the bundled ones of which something was revoked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Index {
    pub(crate) version: u32,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) packs: BTreeMap<PackId, PackRecord>,
    /// Who signs for publishers. Since version 2, as are sources that are no files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) keys: Vec<TrustedKey>,
    /// The highest versions that were seen, by pack and origin.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) seen: BTreeMap<String, Version>,
    /// Packs that are gone and whose values stay, each with what they belong to. Since version 3, as are
    /// files that are followed, keys that follow others, and locks that brought packs.
    #[serde(rename = "kept-values", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) kept_values: BTreeMap<PackId, BTreeSet<String>>,
}

/// A pack's id, checked: publisher and name, each a word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct PackId(String);

/// What the index holds of one pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct PackRecord {
    /// The generation that runs; none while no generation has the user's consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) active: Option<Digest>,
    #[serde(default = "yes")]
    pub(crate) enabled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) alias: Option<String>,
    /// The lock whose sync installed it; none for a pack that the user added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lock: Option<String>,
    /// The newest last; no two have the same digest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) generations: Vec<Generation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) grants: Vec<GrantRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) revoked: Vec<Revocation>,
}

/// One installed version of a pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Generation {
    /// As the pack says.
    pub version: Version,
    /// Of the component.
    pub digest: Digest,
    /// Of the description, which is stored beside the component.
    pub description: Digest,
    /// Of the component, in bytes.
    pub size: u64,
    /// Who signed it; none for an unsigned pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher_key: Option<String>,
    /// The signature, which is given on with the pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The record by which its signer's key follows another, which is given on too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succession: Option<String>,
    /// What the file that it follows was when it was read; none for a pack that follows none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
    /// When it was added, in RFC 3339.
    pub added: String,
    /// The first words of its commands, without an alias.
    pub words: Vec<String>,
    /// What it asks for, granted or not.
    pub capabilities: BTreeSet<Capability>,
    /// Where it came from.
    pub source: Source,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            version: VERSION,
            packs: BTreeMap::new(),
            keys: Vec::new(),
            seen: BTreeMap::new(),
            kept_values: BTreeMap::new(),
        }
    }
}

impl Default for PackRecord {
    fn default() -> Self {
        Self {
            active: None,
            enabled: true,
            alias: None,
            lock: None,
            generations: Vec::new(),
            grants: Vec::new(),
            revoked: Vec::new(),
        }
    }
}

fn yes() -> bool {
    true
}

impl PackRecord {
    /// The generation that runs.
    pub(crate) fn active(&self) -> Option<&Generation> {
        self.generation(&self.active?)
    }

    pub(crate) fn generation(&self, digest: &Digest) -> Option<&Generation> {
        self.generations.iter().find(|generation| generation.digest == *digest)
    }

    /// Whether any generation is installed, as opposed to a bundled pack's revocations only.
    pub(crate) fn is_installed(&self) -> bool {
        !self.generations.is_empty()
    }

    /// The first words of its commands, as the user types them.
    pub(crate) fn words(&self) -> Vec<String> {
        match (&self.alias, self.active()) {
            (Some(alias), _) => vec![alias.clone()],
            (None, Some(generation)) => generation.words.clone(),
            (None, None) => Vec::new(),
        }
    }
}

impl Generation {
    /// What must stay the same for the pack to be the same one: who signed it, or the file that it
    /// follows, or else its bytes.
    pub(crate) fn identity(&self) -> String {
        match (&self.publisher_key, self.source.followed()) {
            (Some(key), _) => key.clone(),
            (None, Some(file)) => format!("link {}", file.display()),
            (None, None) => self.digest.to_string(),
        }
    }
}

impl PackId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for PackId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PackId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match vantage_policy::text::check_pack_id(&text) {
            Ok(()) => Ok(Self(text)),
            Err(problem) => Err(format!("{text:?} is not the id of a pack: {problem}")),
        }
    }
}

impl From<PackId> for String {
    fn from(id: PackId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests;
