//! The sign-in in a file that only the user can read.
//!
//! `sessions/NAME.json`, mode 0600 in a folder of mode 0700, with `NAME.lock` beside it. Replaced
//! whole, never changed in place. A record that cannot be read is moved aside and kept; one that a
//! newer program wrote, or that others could have read, is left where it is.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{CredentialStore, Reservation};
use crate::clock::Clock;
use crate::error::SessionError;
use crate::files::{self, Reserved};
use crate::record::{Key, LARGEST, ROOM, Record, Unreadable};

/// One record in one file.
pub(crate) struct FileStore {
    key: Key,
    path: PathBuf,
    lock_file: PathBuf,
    clock: Arc<dyn Clock>,
}

impl FileStore {
    pub(crate) fn new(folder: &Path, key: Key, clock: Arc<dyn Clock>) -> Self {
        let stem = key.file_stem();
        Self {
            path: folder.join(format!("{stem}.json")),
            lock_file: folder.join(format!("{stem}.lock")),
            key,
            clock,
        }
    }

    fn set_aside(&self, problem: String) -> SessionError {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let kept = self.path.with_file_name(format!("{name}.corrupt-{}", self.clock.now().as_second()));
        match std::fs::rename(&self.path, &kept) {
            Ok(()) => SessionError::RecordCorrupted { problem, kept },
            Err(error) => files::fault("set aside the damaged sign-in", &self.path, error),
        }
    }
}

impl CredentialStore for FileStore {
    fn load(&self) -> Result<Option<Record>, SessionError> {
        let Some(bytes) = files::read_private(&self.path, LARGEST)? else {
            return Ok(None);
        };
        if let Some(folder) = self.path.parent() {
            files::check_folder(folder)?;
        }
        match Record::from_json(&bytes, &self.key) {
            Ok(record) => Ok(Some(record)),
            Err(Unreadable::Version(found)) => {
                Err(SessionError::RecordVersion { path: self.path.clone(), found })
            }
            Err(Unreadable::Damaged(problem)) => Err(self.set_aside(problem)),
        }
    }

    fn reserve(&self) -> Result<Box<dyn Reservation>, SessionError> {
        if let Some(folder) = self.path.parent() {
            files::private_folder(folder)?;
        }
        files::remove_unfinished(&self.path);
        Ok(Box::new(files::reserve(&self.path, ROOM)?))
    }

    fn delete(&self) -> Result<bool, SessionError> {
        files::remove_unfinished(&self.path);
        files::remove(&self.path)
    }

    fn lock_file(&self) -> Option<&Path> {
        Some(&self.lock_file)
    }

    fn path(&self) -> Option<&Path> {
        Some(&self.path)
    }
}

impl Reservation for Reserved {
    fn commit(self: Box<Self>, record: &Record) -> Result<(), SessionError> {
        let failed = |error: serde_json::Error| files::fault("write", Path::new("the sign-in"), error.into());
        let json = record.to_json().map_err(failed)?;
        Reserved::commit(*self, &json)
    }
}
