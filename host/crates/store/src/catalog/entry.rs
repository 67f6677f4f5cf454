//! One pack of a catalog, and what it says of itself.
//!
//! The row is there when the catalog is; the description is read and parsed when it is asked for. A
//! text that is damaged in the catalog, or a pack that was broken when it was made, is looked at
//! anew, so that what was put right works at once.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use vantage_policy::description::{Description, KNOWN_NEEDS};

use super::{Body, Catalog};
use crate::error::StoreError;
use crate::grants::Link;
use crate::names;
use crate::objects::{Objects, Sort};

/// One pack as the catalog has it.
#[derive(Debug, Clone, Copy)]
pub struct CatalogEntry<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) pack: usize,
}

impl<'a> CatalogEntry<'a> {
    /// The pack's id.
    pub fn id(&self) -> &'a str {
        self.text(0)
    }

    /// The active version.
    pub fn version(&self) -> &'a str {
        self.text(1)
    }

    /// The digest of the active component.
    pub fn digest(&self) -> String {
        self.catalog.head.digest(self.pack).to_string()
    }

    /// The name that the user gave with `--as`.
    pub fn alias(&self) -> Option<&'a str> {
        Some(self.text(2)).filter(|alias| !alias.is_empty())
    }

    /// The file that the pack follows, where that is not what it was when it was read, or is gone.
    ///
    /// # Errors
    ///
    /// Where the catalog is damaged and the index cannot be read.
    pub fn outrun(&self) -> Result<Option<PathBuf>, StoreError> {
        Ok(self.catalog.authority(self.id())?.link.and_then(Link::outrun))
    }

    /// The path that the pack itself has for a command that the user typed.
    pub fn own_path(&self, path: &[String]) -> Vec<String> {
        match self.alias() {
            Some(_) => names::own_path(path, Some(self.text(3)).filter(|word| !word.is_empty())),
            None => path.to_vec(),
        }
    }

    /// What the pack says of itself, with the user's name for it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Broken`] where the stored description is gone or damaged, and
    /// [`StoreError::Description`] where this program does not know what it needs.
    pub fn description(&self) -> Result<Description, StoreError> {
        let description = self.parse()?;
        match self.alias() {
            Some(alias) => names::rename(description, alias),
            None => Ok(description),
        }
    }

    fn parse(&self) -> Result<Description, StoreError> {
        let broken =
            |reason: &str| StoreError::Broken { id: self.id().to_owned(), reason: reason.to_owned() };
        if !self.text(4).is_empty() {
            return match (&self.catalog.body, &self.catalog.store) {
                // What was missing may be back; a catalog in memory has just been made, so this ends.
                (Body::File(_), Some(store)) => match store.rebuild_catalog(true)?.pack(self.id()) {
                    Some(entry) => entry.parse(),
                    None => Err(broken(self.text(4))),
                },
                _ => Err(broken(self.text(4))),
            };
        }
        let blob = self.catalog.head.description(self.pack);
        let json = match (self.catalog.blob(&blob), &self.catalog.store) {
            (Some(json), _) => json,
            (None, Some(store)) => {
                store.rebuild_catalog(true)?;
                let objects = Objects::new(store.folder());
                objects.read(Sort::Description, &blob.digest).map_err(|error| broken(&error.in_one_line()))?
            }
            (None, None) => return Err(broken("the catalog is empty")),
        };
        self.catalog.parsed.fetch_add(1, Ordering::Relaxed);
        parse(self.id(), &json)
    }

    fn text(&self, text: usize) -> &'a str {
        self.catalog.head.pack_text(self.pack, text)
    }
}

/// Reads a stored description, which was validated when it was added, perhaps by a newer program.
pub(crate) fn parse(id: &str, json: &[u8]) -> Result<Description, StoreError> {
    let refused = |source| StoreError::Description { id: id.to_owned(), source: Box::new(source) };
    let known = serde_json::from_slice::<Description>(json)
        .ok()
        .filter(|description| description.schema == 1)
        .filter(|description| description.needs.iter().all(|need| KNOWN_NEEDS.contains(&need.as_str())));
    match known {
        Some(description) => Ok(description),
        // Only to say what is wrong: reading it with all checks costs what a start must not cost.
        None => Description::parse(&String::from_utf8_lossy(json)).map_err(refused),
    }
}
