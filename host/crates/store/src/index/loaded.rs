//! Reading the index from its file, and replacing the file by it.
//!
//! What cannot be read is told with its line and column, and never overwritten: people may have
//! edited it. What the entries are is in `index.rs`; when they change, in `store.rs`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{Index, PackId, VERSION};
use crate::error::StoreError;
use crate::files::{self, Unfinished};
use crate::stamp::Stamp;

/// A bound on what is read: a thousand packs with three generations have about 3 MiB.
const LARGEST: u64 = 64 << 20;

/// An index as it was found on disk.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) index: Index,
    /// Of the very file that was read; none where there is none.
    pub(crate) stamp: Option<Stamp>,
    /// Packs of a newer index that this program does not understand, with the reason.
    pub(crate) unreadable: Vec<(String, String)>,
}

impl Loaded {
    /// Reads the index at `path`; an index that is not there is empty.
    pub(crate) fn read(path: &Path) -> Result<Self, StoreError> {
        let Some((bytes, metadata)) = files::read_own(path, LARGEST)? else {
            return Ok(Self::default());
        };
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let (line, column) = place(&String::from_utf8_lossy(&bytes[..error.valid_up_to()]), usize::MAX);
            corrupt(path, line, column, "it is not UTF-8")
        })?;
        Self::parse(path, text, Some(Stamp::of(&metadata)))
    }

    /// Reads the text of the index at `path`.
    pub(crate) fn parse(path: &Path, text: &str, stamp: Option<Stamp>) -> Result<Self, StoreError> {
        let Head { version } = parse(path, text)?;
        match version {
            0 => Err(corrupt(path, 1, 1, "there is no version 0")),
            1..=VERSION => {
                // What is older is written anew with the next change.
                let index = Index { version: VERSION, ..parse(path, text)? };
                Ok(Self { index, stamp, unreadable: Vec::new() })
            }
            _ => Self::read_newer(path, text, stamp),
        }
    }

    /// Takes from a newer index what this program understands, pack by pack.
    fn read_newer(path: &Path, text: &str, stamp: Option<Stamp>) -> Result<Self, StoreError> {
        let newer: Newer = parse(path, text)?;
        let mut loaded = Self { stamp, ..Self::default() };
        loaded.index.version = newer.version;
        for (id, value) in newer.packs {
            let understood = PackId::try_from(id.clone()).and_then(|id| {
                Ok((id, value.try_into().map_err(|error: toml::de::Error| error.message().to_owned())?))
            });
            match understood {
                Ok((id, record)) => drop(loaded.index.packs.insert(id, record)),
                Err(reason) => loaded.unreadable.push((id, reason)),
            }
        }
        Ok(loaded)
    }

    /// Refuses to go on to a change of an index that a newer program wrote.
    pub(crate) fn check_writable(&self, path: &Path) -> Result<(), StoreError> {
        match self.index.version {
            VERSION => Ok(()),
            found => Err(StoreError::IndexNewer { path: path.to_owned(), found, known: VERSION }),
        }
    }

    /// Replaces the index on disk by this one. Call it only while holding the lock.
    pub(crate) fn save(&mut self, folder: &Path, path: &Path) -> Result<(), StoreError> {
        self.check_writable(path)?;
        let text = toml::to_string(&self.index)
            .map_err(|error| StoreError::io("write", path, std::io::Error::other(error)))?;
        let unfinished = Unfinished::write(folder, path, text.as_bytes(), files::PRIVATE)?;
        if let Some(before) = self.stamp {
            before.mark_newer(unfinished.file()).map_err(|error| StoreError::io("write", path, error))?;
        }
        unfinished.finish(path)?;
        self.stamp = files::stat_own(path)?.as_ref().map(Stamp::of);
        Ok(())
    }
}

#[derive(Deserialize)]
struct Head {
    version: u32,
}

#[derive(Deserialize)]
struct Newer {
    version: u32,
    #[serde(default)]
    packs: BTreeMap<String, toml::Value>,
}

fn parse<'a, T: Deserialize<'a>>(path: &Path, text: &'a str) -> Result<T, StoreError> {
    toml::from_str(text).map_err(|error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        corrupt(path, line, column, error.message())
    })
}

/// Line and column, from 1, of the byte at `offset`.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or(before);
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

fn corrupt(path: &Path, line: usize, column: usize, reason: &str) -> StoreError {
    let reason = reason.lines().collect::<Vec<_>>().join(", ");
    StoreError::IndexCorrupt { path: path.to_owned(), line, column, reason }
}
