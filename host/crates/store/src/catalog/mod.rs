//! The catalog: what help, completion and parsing know of installed packs.
//!
//! It is derived from the index and the stored descriptions, carries the stamp of the index it was
//! made from, and is made again when that does not match or anything in it is damaged. Opening it
//! reads one table; a description is read and parsed only for the pack that is asked for, and a
//! damaged one is replaced from its object without anyone noticing. Bundled packs are not in it, but
//! for what was revoked of them. Made by [`crate::Store::catalog`].

mod build;
mod entry;
mod format;

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::digest::Digest;
use crate::error::StoreError;
use crate::files;
use crate::grants::Authority;
use crate::index::Loaded;
use crate::objects::Objects;
use crate::stamp::Stamp;
pub use entry::CatalogEntry;
pub(crate) use entry::parse;
use format::{Blob, FIXED, Head};

/// Read at once: enough for the table of about two hundred packs.
const FIRST_READ: usize = 64 << 10;

/// A bound on the table: 16 MiB are some fifty thousand packs.
const LARGEST_HEAD: usize = 16 << 20;

/// The commands of all active packs.
#[derive(Debug)]
pub struct Catalog {
    head: Head,
    body: Body,
    /// Of the index that it was made from; none where there is no index.
    stamp: Option<Stamp>,
    /// Where damaged texts are read anew; none for an empty catalog.
    store: Option<crate::Store>,
    parsed: AtomicUsize,
}

#[derive(Debug)]
enum Body {
    File(File),
    Memory(Vec<u8>),
}

/// A word that installed packs add to the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogCommand<'a> {
    /// What the user types after `vantage`.
    pub word: &'a str,
    /// One line of help.
    pub summary: &'a str,
    /// The pack's id.
    pub id: &'a str,
    /// Whether help leaves it out.
    pub hidden: bool,
}

impl Catalog {
    /// A catalog without packs, as with `VANTAGE_NO_PLUGINS=1`.
    pub fn empty() -> Self {
        Self {
            head: Head::empty(),
            body: Body::Memory(Vec::new()),
            stamp: None,
            store: None,
            parsed: AtomicUsize::new(0),
        }
    }

    /// The words that packs add, sorted.
    pub fn commands(&self) -> impl Iterator<Item = CatalogCommand<'_>> {
        (0..self.head.words()).map(|word| CatalogCommand {
            word: self.head.word(word),
            summary: self.head.summary(word),
            id: self.head.pack_text(self.head.pack_of(word), 0),
            hidden: self.head.is_hidden(word),
        })
    }

    /// The pack whose commands begin with `word`, also where help does not show it.
    pub fn find(&self, word: &str) -> Option<CatalogEntry<'_>> {
        let found = search(self.head.words(), |index| self.head.word(index).cmp(word))?;
        Some(CatalogEntry { catalog: self, pack: self.head.pack_of(found) })
    }

    /// An installed pack by its id, also a disabled one; none for one without an active version.
    pub fn pack(&self, id: &str) -> Option<CatalogEntry<'_>> {
        let entry = CatalogEntry { catalog: self, pack: self.row(id)? };
        (!entry.version().is_empty()).then_some(entry)
    }

    /// The packs that cannot be used: ids, each with the reason.
    pub fn broken(&self) -> impl Iterator<Item = (&str, &str)> {
        let packs =
            (0..self.head.packs()).map(|pack| (self.head.pack_text(pack, 0), self.head.pack_text(pack, 4)));
        packs.filter(|(_, reason)| !reason.is_empty())
    }

    /// How many descriptions were parsed so far: one for each pack that was asked for.
    pub fn parsed_descriptions(&self) -> usize {
        self.parsed.load(Ordering::Relaxed)
    }

    /// The id of the pack that has `word`.
    pub(crate) fn owner(&self, word: &str) -> Option<&str> {
        self.find(word).map(|entry| self.head.pack_text(entry.pack, 0))
    }

    /// What was said about a pack's authority; nothing for a pack that is not in the index.
    pub(crate) fn authority(&self, id: &str) -> Result<Authority, StoreError> {
        let Some(pack) = self.row(id) else {
            return Ok(Authority::default());
        };
        let whole = self.blob(&self.head.authority(pack)).and_then(|json| serde_json::from_slice(&json).ok());
        match (whole, &self.store) {
            (Some(authority), _) => Ok(authority),
            // Only the index can say; a catalog in memory is never damaged, so this ends.
            (None, Some(store)) if matches!(self.body, Body::File(_)) => {
                store.rebuild_catalog(true)?.authority(id)
            }
            _ => Ok(Authority::default()),
        }
    }

    pub(crate) fn stamp(&self) -> Option<Stamp> {
        self.stamp
    }

    /// Makes the catalog of an index, and the bytes to write.
    pub(crate) fn build(store: &crate::Store, loaded: &Loaded) -> Self {
        let Some(stamp) = loaded.stamp else {
            return Self::empty();
        };
        let bytes = format::encode(&build::inputs(loaded, &Objects::new(store.folder())), stamp);
        let length = bytes.len() as u64;
        let head = Head::length(&bytes).and_then(|head| bytes.get(..head)).unwrap_or_default().to_vec();
        let head = Head::check(head, length, stamp).unwrap_or_else(|_| Head::empty());
        let store = Some(store.clone());
        Self { head, body: Body::Memory(bytes), stamp: Some(stamp), store, parsed: AtomicUsize::new(0) }
    }

    /// All bytes of a catalog that was just built.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.body {
            Body::Memory(bytes) => bytes,
            Body::File(_) => &[],
        }
    }

    /// Opens the catalog at `path` if it is whole and was made for the index of `stamp`.
    pub(crate) fn open(store: &crate::Store, path: &Path, stamp: Stamp) -> Option<Self> {
        let opened = || -> Result<Self, String> {
            let (file, metadata) =
                files::open_own(path).map_err(|error| error.to_string())?.ok_or("there is none")?;
            let head = read_head(&file, metadata.len()).ok_or("it is cut short")?;
            let head = Head::check(head, metadata.len(), stamp)?;
            let store = Some(store.clone());
            Ok(Self { head, body: Body::File(file), stamp: Some(stamp), store, parsed: AtomicUsize::new(0) })
        };
        opened()
            .inspect_err(|reason| tracing::debug!(path = %path.display(), reason, "the catalog is not used"))
            .ok()
    }

    /// A catalog of these bytes, whose hash is made to be right; `None` for what is no catalog.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (bytes, stamp) = format::with_hash(bytes)?;
        let length = bytes.len() as u64;
        let head = bytes.get(..Head::length(bytes.get(..FIXED)?)?)?.to_vec();
        let head = Head::check(head, length, stamp).ok()?;
        let body = Body::Memory(bytes);
        Some(Self { head, body, stamp: Some(stamp), store: None, parsed: AtomicUsize::new(0) })
    }

    fn row(&self, id: &str) -> Option<usize> {
        search(self.head.packs(), |pack| self.head.pack_text(pack, 0).cmp(id))
    }

    /// A text of the file, if it is whole.
    fn blob(&self, blob: &Blob) -> Option<Vec<u8>> {
        let bytes = match &self.body {
            Body::File(file) => {
                let mut bytes = vec![0; blob.length];
                file.read_exact_at(&mut bytes, blob.offset).ok()?;
                bytes
            }
            Body::Memory(all) => {
                let start = usize::try_from(blob.offset).ok()?;
                all.get(start..start.checked_add(blob.length)?)?.to_vec()
            }
        };
        (Digest::of(&bytes) == blob.digest).then_some(bytes)
    }
}

fn read_head(file: &File, length: u64) -> Option<Vec<u8>> {
    let length = usize::try_from(length).ok()?;
    let mut bytes = vec![0; length.min(FIRST_READ)];
    file.read_exact_at(&mut bytes, 0).ok()?;
    let head = Head::length(bytes.get(..FIXED)?)?;
    if head > length || head > LARGEST_HEAD {
        return None;
    }
    let have = bytes.len().min(head);
    bytes.resize(head, 0);
    file.read_exact_at(bytes.get_mut(have..)?, have as u64).ok()?;
    Some(bytes)
}

/// The first of `count` sorted entries that compares equal.
fn search(count: usize, compare: impl Fn(usize) -> std::cmp::Ordering) -> Option<usize> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match compare(middle).is_lt() {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    (low < count && compare(low).is_eq()).then_some(low)
}

#[cfg(test)]
mod tests;
