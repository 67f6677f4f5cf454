//! `audit.head`: where the audit log ends, kept apart from it, so that a tail that is gone is noticed.
//!
//! The file always has the same length and is written in place, in one write within one block: it is
//! written after each line, also where the disk is full, and a process that is killed leaves the old
//! text or the new. What is read otherwise is damaged, and is told, never guessed at.

use std::fs::{File, Metadata};
use std::os::unix::fs::FileExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::line::Link;
use crate::digest::Digest;
use crate::error::StoreError;
use crate::files;

/// The version of the file that this program writes.
const VERSION: u32 = 1;

/// Bytes of the file: the longest text fits.
const LENGTH: usize = 256;

/// The end of the log, and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// The line that was written last.
    pub(super) last: Link,
    /// The number of the first line that is still kept: what is before it went by rotation.
    pub(super) oldest: u64,
}

impl Head {
    /// Of a log without lines.
    pub(super) const START: Self = Self { last: Link::START, oldest: 1 };
}

/// What `audit.head` was found to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// There is no such file.
    Missing,
    /// It says something else than this program wrote.
    Damaged,
    /// A later version of this program keeps it.
    Newer(u32),
    /// Where the log ends.
    Good(Head),
}

impl Found {
    pub(super) fn good(self) -> Option<Head> {
        match self {
            Self::Good(head) => Some(head),
            _ => None,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    sequence: u64,
    hash: Digest,
    oldest: u64,
}

/// Reads the head, where there is one.
pub(super) fn read(path: &Path) -> Result<Found, StoreError> {
    match files::open_private(path)? {
        Some((file, metadata)) => read_open(path, &file, &metadata),
        None => Ok(Found::Missing),
    }
}

fn read_open(path: &Path, file: &File, metadata: &Metadata) -> Result<Found, StoreError> {
    match metadata.len() {
        // Made, and not written: its writer was killed between the two.
        0 => return Ok(Found::Missing),
        length if length != LENGTH as u64 => return Ok(Found::Damaged),
        _ => {}
    }
    let mut text = [0; LENGTH];
    file.read_exact_at(&mut text, 0).map_err(|error| StoreError::io("read", path, error))?;
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    Ok(match serde_json::from_slice::<Stored>(&text) {
        Ok(stored) if stored.version == VERSION => {
            let last = Link { sequence: stored.sequence, hash: stored.hash };
            Found::Good(Head { last, oldest: stored.oldest })
        }
        _ => match serde_json::from_slice::<Versioned>(&text) {
            Ok(Versioned { version }) if version > VERSION => Found::Newer(version),
            _ => Found::Damaged,
        },
    })
}

/// The head, open to be written.
pub(super) struct HeadFile<'a> {
    path: &'a Path,
    file: File,
    found: Found,
}

impl<'a> HeadFile<'a> {
    /// Opens it, and makes it where there is none. Call it only while holding the lock.
    ///
    /// # Errors
    ///
    /// [`StoreError::AuditNewer`], and for a file that is not the user's alone.
    pub(super) fn open(path: &'a Path) -> Result<Self, StoreError> {
        let (file, metadata) = files::create_private(path, false)?;
        match read_open(path, &file, &metadata)? {
            Found::Newer(found) => {
                Err(StoreError::AuditNewer { path: path.to_owned(), found, known: VERSION })
            }
            found => Ok(Self { path, file, found }),
        }
    }

    /// What it said when it was opened.
    pub(super) fn found(&self) -> Found {
        self.found
    }

    /// Writes where the log ends now.
    pub(super) fn write(&self, head: Head) -> Result<(), StoreError> {
        let Head { last: Link { sequence, hash }, oldest } = head;
        let failed = |error| StoreError::io("write", self.path, error);
        let stored = Stored { version: VERSION, sequence, hash, oldest };
        let mut text = serde_json::to_vec(&stored).map_err(|error| failed(error.into()))?;
        text.resize(LENGTH - 1, b' ');
        text.push(b'\n');
        self.file.write_all_at(&text, 0).map_err(failed)?;
        // Only where it was damaged it is longer than what is written.
        match self.found {
            Found::Damaged => self.file.set_len(LENGTH as u64).map_err(failed),
            _ => Ok(()),
        }
    }
}
