//! What packs keep between runs: small JSON values, apart for each pack and profile.
//!
//! One file holds the values of one pack in one scope; its name is made of hashes, so that nothing
//! that a pack or profile is called becomes part of a path. An unsigned pack's values belong to its
//! digest as its grants do: other bytes start with nothing. Whether a pack may keep anything is
//! decided before this is called; how much, is checked here. Called by the runtime's `Storage` port.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::digest::Digest;
use crate::error::StoreError;
use crate::files;
use crate::grants::GrantScope;
use crate::lock::Lock;
use crate::names::is_bundled;
use crate::store::Store;

/// The version of the files that this program writes.
const VERSION: u32 = 1;

/// The longest key, in bytes.
const KEY: usize = 128;

/// The most that is kept for one pack and scope, whatever was granted: each change rewrites it all.
const LARGEST: u64 = 64 << 20;

/// What stands in place of an identity in the names of bundled packs' files.
const BUNDLED: &str = "bundled";

/// The values that one pack keeps in one scope. Nothing is on disk before the first is set.
#[derive(Debug, Clone)]
pub struct PackStorage {
    folder: PathBuf,
    path: PathBuf,
    pack: String,
    scope: GrantScope,
    limit: u64,
    patience: Duration,
}

/// The file of one [`PackStorage`].
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    version: u32,
    /// For people who look at the file; its name says the same in hashes.
    pack: String,
    scope: GrantScope,
    values: BTreeMap<String, Box<RawValue>>,
}

impl Store {
    /// What the pack `id` keeps in `scope`: at most `limit` bytes of keys and values.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotInstalled`] for a pack that is neither bundled nor installed.
    pub fn storage(&self, id: &str, scope: &GrantScope, limit: u64) -> Result<PackStorage, StoreError> {
        let identity = match is_bundled(id) {
            true => None,
            false => {
                let identity = self.authority(id)?.identity;
                Some(identity.ok_or_else(|| StoreError::NotInstalled { name: id.to_owned() })?)
            }
        };
        let scope = scope.clone().normal();
        let folder = self.storage_folder();
        let path = folder.join(format!(
            "{}{}.json",
            prefix(id, identity.as_deref()),
            short_hash(&scope_text(&scope))
        ));
        let limit = limit.min(LARGEST);
        Ok(PackStorage { folder, path, pack: id.to_owned(), scope, limit, patience: self.patience() })
    }

    /// Removes what all packs keep but the bundled ones and those named here, by id and identity; gives
    /// the bytes that went.
    pub(crate) fn keep_storage_of<'a>(&self, kept: impl Iterator<Item = (&'a str, String)>) -> u64 {
        let folder = self.storage_folder();
        // Without the lock nothing is removed: the next change does it.
        let Ok(_lock) = Lock::take(&lock_path(&folder), self.patience()) else {
            return 0;
        };
        files::sweep_unfinished(&folder);
        let kept: Vec<String> = kept.map(|(id, identity)| prefix(id, Some(&identity))).collect();
        let is_kept = |name: &str| {
            name.contains(BUNDLED) || kept.iter().any(|prefix| name.starts_with(prefix.as_str()))
        };
        let others =
            files::entries(&folder).into_iter().filter(|(name, _)| name.ends_with(".json") && !is_kept(name));
        others.filter_map(|(_, path)| files::remove(&path)).sum()
    }

    /// Gives what the pack `id` keeps under one identity to another one, in every profile, beside what was
    /// there.
    pub(crate) fn copy_storage(&self, id: &str, from: &str, to: &str) -> Result<(), StoreError> {
        let folder = self.storage_folder();
        let (from, to) = (prefix(id, Some(from)), prefix(id, Some(to)));
        if files::entries(&folder).iter().all(|(name, _)| !name.starts_with(&from)) {
            return Ok(());
        }
        let _lock = Lock::take(&lock_path(&folder), self.patience())?;
        for (name, path) in files::entries(&folder) {
            let Some(rest) = name.strip_prefix(&from) else {
                continue;
            };
            if let Some((bytes, _)) = files::read_own(&path, 8 * LARGEST)? {
                files::write_atomic(&folder, &folder.join(format!("{to}{rest}")), &bytes, files::PRIVATE)?;
            }
        }
        Ok(())
    }

    fn storage_folder(&self) -> PathBuf {
        self.folder().join("storage")
    }
}

impl PackStorage {
    /// The JSON text of `key`, as it was set, or none.
    pub fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        check_key(key)?;
        Ok(self.read()?.remove(key).map(|value| value.get().to_owned()))
    }

    /// Sets `key` to a JSON text.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`] where keys and values would have more bytes than are granted; the values
    /// are then what they were.
    pub fn set(&self, key: &str, value: &str) -> Result<(), StoreError> {
        check_key(key)?;
        let invalid = |source| StoreError::InvalidValue { key: key.to_owned(), source };
        let value: Box<RawValue> = serde_json::from_str(value).map_err(invalid)?;
        self.change(|values| {
            values.insert(key.to_owned(), value);
            let needed = values.iter().map(|(key, value)| (key.len() + value.get().len()) as u64).sum();
            match needed <= self.limit {
                true => Ok(true),
                false => Err(StoreError::Full { limit: self.limit, needed }),
            }
        })
    }

    /// Removes `key`; removing what is not there is no error.
    pub fn delete(&self, key: &str) -> Result<(), StoreError> {
        check_key(key)?;
        if !self.read()?.contains_key(key) {
            return Ok(());
        }
        self.change(|values| Ok(values.remove(key).is_some()))
    }

    /// All keys, sorted.
    pub fn keys(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.read()?.into_keys().collect())
    }

    /// Changes the values under the lock; writes them where `change` says that something changed.
    fn change(
        &self,
        change: impl FnOnce(&mut BTreeMap<String, Box<RawValue>>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        files::make_folder(&self.folder)?;
        let _lock = Lock::take(&lock_path(&self.folder), self.patience)?;
        let mut values = self.read()?;
        if !change(&mut values)? {
            return Ok(());
        }
        let stored = Stored { version: VERSION, pack: self.pack.clone(), scope: self.scope.clone(), values };
        let bytes =
            serde_json::to_vec(&stored).map_err(|error| StoreError::io("write", &self.path, error.into()))?;
        files::write_atomic(&self.folder, &self.path, &bytes, files::PRIVATE)
    }

    fn read(&self) -> Result<BTreeMap<String, Box<RawValue>>, StoreError> {
        // The shortest entry counts two bytes, and takes six with its quotes, colon and comma.
        let Some((bytes, _)) = files::read_own(&self.path, 8 * LARGEST)? else {
            return Ok(BTreeMap::new());
        };
        let corrupt = |reason: String| StoreError::StorageCorrupt { path: self.path.clone(), reason };
        let stored: Stored = serde_json::from_slice(&bytes).map_err(|error| corrupt(error.to_string()))?;
        match stored {
            Stored { version, .. } if version != VERSION => {
                Err(corrupt(format!("it has version {version}; this vantage knows version {VERSION}")))
            }
            Stored { pack, scope, .. } if pack != self.pack || scope != self.scope => {
                Err(corrupt("it belongs to another pack or profile".to_owned()))
            }
            Stored { values, .. } => Ok(values),
        }
    }
}

fn check_key(key: &str) -> Result<(), StoreError> {
    match key {
        "" => Err(StoreError::InvalidKey { reason: "is empty" }),
        _ if key.len() > KEY => Err(StoreError::InvalidKey { reason: "has more than 128 bytes" }),
        _ if key.chars().any(char::is_control) => {
            Err(StoreError::InvalidKey { reason: "has a control character" })
        }
        _ => Ok(()),
    }
}

/// How the names of a pack's files begin.
fn prefix(id: &str, identity: Option<&str>) -> String {
    let identity = identity.map_or_else(|| BUNDLED.to_owned(), short_hash);
    format!("{}-{identity}-", short_hash(id))
}

/// Every part of a scope, so separated that no two scopes have the same text.
fn scope_text(scope: &GrantScope) -> String {
    format!("{:?}", (&scope.issuer, &scope.origins, &scope.organization))
}

/// Half of a SHA-256: nobody makes two names with the same one.
fn short_hash(text: &str) -> String {
    Digest::of(text.as_bytes()).hex().chars().take(32).collect()
}

fn lock_path(folder: &Path) -> PathBuf {
    folder.join("lock")
}

#[cfg(test)]
mod tests;
