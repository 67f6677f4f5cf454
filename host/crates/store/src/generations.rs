//! The life of an installed pack: going back to an earlier version, resting, and being looked over.
//!
//! A pack keeps its last versions, each with its own grants, so that going back restores both. Nothing
//! is fetched, compiled or asked here. Called by `plugin rollback`, `enable`, `disable` and `verify`.

use semver::Version;
use vantage_policy::description::Description;

use crate::add::check_words;
use crate::digest::Digest;
use crate::error::StoreError;
use crate::index::{Generation, Loaded, PackId};
use crate::list::Installed;
use crate::names::is_bundled;
use crate::objects::Sort;
use crate::store::Store;

/// What looking over one kept version found.
#[derive(Debug)]
pub struct Verified {
    /// The pack.
    pub id: String,
    /// The version.
    pub version: Version,
    /// Of its component.
    pub digest: Digest,
    /// Whether it is the one that runs.
    pub active: bool,
    /// What is wrong with it, if anything is.
    pub problem: Option<StoreError>,
}

impl Store {
    /// The version that [`Store::roll_back`] would go back to: the one before the active one, or `to`.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoGeneration`] where there is none; a pack that is not installed.
    pub fn earlier(&self, id: &str, to: Option<&Version>) -> Result<Generation, StoreError> {
        let loaded = self.load()?;
        earlier(&loaded, id, to).cloned()
    }

    /// Makes an earlier version the active one again, with the grants that it had.
    ///
    /// # Errors
    ///
    /// As [`Store::earlier`]; another pack has one of its words; its component is gone or damaged, in
    /// which case nothing was changed.
    pub fn roll_back(&self, id: &str, to: &Digest) -> Result<Installed, StoreError> {
        let change = |loaded: &mut Loaded| {
            self.objects().read(Sort::Component, to)?;
            let mut record = record(loaded, id)?.clone();
            if record.generation(to).is_none() {
                return Err(no_generation(id, &record.generations, None));
            }
            record.active = Some(*to);
            replace(loaded, id, record)
        };
        self.changed(id, change)
    }

    /// Takes a pack's commands away, or gives them back; what it may do and what it keeps stays.
    ///
    /// # Errors
    ///
    /// A pack that is not installed, or is part of this program; to enable it, another pack that has one
    /// of its words by now.
    pub fn set_enabled(&self, id: &str, enabled: bool) -> Result<Installed, StoreError> {
        let change = |loaded: &mut Loaded| {
            let mut record = record(loaded, id)?.clone();
            record.enabled = enabled;
            replace(loaded, id, record)
        };
        self.changed(id, change)
    }

    /// Looks at the stored files of every kept version of a pack, or of all packs.
    ///
    /// # Errors
    ///
    /// A pack that is not installed; an index that cannot be read. What is wrong with a version is in
    /// its [`Verified`].
    pub fn verify(&self, id: Option<&str>) -> Result<Vec<Verified>, StoreError> {
        let loaded = self.load()?;
        if let Some(id) = id {
            record(&loaded, id)?;
        }
        let packs = loaded.index.packs.iter().filter(|(one, _)| id.is_none_or(|id| one.as_str() == id));
        let verified = packs.flat_map(|(id, record)| {
            record.generations.iter().map(move |generation| Verified {
                id: id.as_str().to_owned(),
                version: generation.version.clone(),
                digest: generation.digest,
                active: record.active == Some(generation.digest),
                problem: self.look_over(id, generation).err(),
            })
        });
        Ok(verified.collect())
    }

    fn look_over(&self, id: &PackId, generation: &Generation) -> Result<(), StoreError> {
        self.objects().read(Sort::Component, &generation.digest)?;
        let text = self.objects().read(Sort::Description, &generation.description)?;
        let text = String::from_utf8_lossy(&text);
        let description = Description::parse(&text).map_err(|source| StoreError::Description {
            id: id.as_str().to_owned(),
            source: Box::new(source),
        })?;
        if description.id == id.as_str() && description.version == generation.version {
            return Ok(());
        }
        let reason = "its description is that of another pack or version";
        Err(StoreError::Inconsistent { id: id.as_str().to_owned(), reason })
    }

    fn changed(
        &self,
        id: &str,
        change: impl FnOnce(&mut Loaded) -> Result<(), StoreError>,
    ) -> Result<Installed, StoreError> {
        let ((), installed) = self.change_and(change, |loaded| {
            loaded.index.packs.get(id).map(|record| self.installed(id, record))
        })?;
        installed.ok_or_else(|| StoreError::NotInstalled { name: id.to_owned() })
    }
}

fn record<'a>(loaded: &'a Loaded, id: &str) -> Result<&'a crate::index::PackRecord, StoreError> {
    match loaded.index.packs.get(id) {
        Some(record) if record.is_installed() => Ok(record),
        _ if is_bundled(id) => Err(StoreError::Bundled { id: id.to_owned() }),
        _ => Err(StoreError::NotInstalled { name: id.to_owned() }),
    }
}

fn replace(loaded: &mut Loaded, id: &str, record: crate::index::PackRecord) -> Result<(), StoreError> {
    let id = PackId::try_from(id.to_owned()).map_err(|_| StoreError::NotInstalled { name: id.to_owned() })?;
    loaded.index.packs.remove(id.as_str());
    if record.enabled {
        check_words(&id, &record, loaded)?;
    }
    loaded.index.packs.insert(id, record);
    Ok(())
}

fn earlier<'a>(loaded: &'a Loaded, id: &str, to: Option<&Version>) -> Result<&'a Generation, StoreError> {
    let record = record(loaded, id)?;
    let active = record.generations.iter().position(|one| Some(one.digest) == record.active);
    let found = match (to, active) {
        (Some(to), _) => record.generations.iter().rev().find(|one| one.version == *to),
        (None, Some(active)) => active.checked_sub(1).map(|before| &record.generations[before]),
        (None, None) => record.generations.last(),
    };
    found.ok_or_else(|| no_generation(id, &record.generations, to))
}

fn no_generation(id: &str, kept: &[Generation], to: Option<&Version>) -> StoreError {
    let kept: Vec<String> = kept.iter().map(|one| one.version.to_string()).collect();
    StoreError::NoEarlier {
        id: id.to_owned(),
        wanted: to.map_or_else(|| "earlier version".to_owned(), |to| format!("version {to}")),
        kept: kept.join(", "),
    }
}
