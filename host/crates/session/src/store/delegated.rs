//! The sign-in kept by a program of the user's choosing.
//!
//! The program (`command.rs`) is asked once and then only when the record may have changed: before a
//! refresh, under the lock, which is a file of ours as for every other store. A program cannot make
//! room ahead, so it proves itself by storing the present record again before a token is spent.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::command::Program;
use super::{CredentialStore, Occasion, Reservation};
use crate::configuration::{Profile, StoreKind};
use crate::error::SessionError;
use crate::record::{self, Key, Record, Unreadable};
use crate::session::Surroundings;
use crate::token::Token;

/// What was read last: nothing yet, or that there is a record or none.
type Known = Option<Option<Record>>;

/// One record, at a program.
pub(crate) struct CommandStore {
    key: Key,
    lock_file: PathBuf,
    program: Arc<Program>,
    known: Arc<Mutex<Known>>,
}

struct CommandReservation {
    program: Arc<Program>,
    known: Arc<Mutex<Known>>,
}

impl CommandStore {
    pub(crate) fn new(profile: &Profile, surroundings: &Surroundings) -> Self {
        let key = Key::of(profile);
        let stem = key.file_stem();
        let folder = super::folder(&surroundings.folders.state);
        Self {
            lock_file: folder.join(format!("{stem}.lock")),
            program: Arc::new(Program::new(profile.credential_command.clone(), stem, profile.name.clone())),
            key,
            known: Arc::default(),
        }
    }

    fn read<T>(&self, read: impl FnOnce(&[u8]) -> Result<T, Unreadable>) -> Result<Option<T>, SessionError> {
        let Some(json) = self.program.get()? else {
            return Ok(None);
        };
        read(&json).map(Some).map_err(|problem| SessionError::CommandRecord {
            program: self.program.shown(),
            problem: match problem {
                Unreadable::Version(found) => format!("it has version {found}, which is not known here"),
                Unreadable::Damaged(problem) => problem,
            },
        })
    }
}

impl CredentialStore for CommandStore {
    fn load(&self) -> Result<Option<Record>, SessionError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(known) => Ok(known),
            None => self.load_anew(),
        }
    }

    fn load_anew(&self) -> Result<Option<Record>, SessionError> {
        let record = self.read(|json| Record::from_json(json, &self.key))?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(record.clone());
        Ok(record)
    }

    fn load_refresh(&self) -> Result<Option<Token>, SessionError> {
        Ok(self.read(record::refresh_token)?.flatten())
    }

    fn reserve(&self, _: Occasion) -> Result<Box<dyn Reservation>, SessionError> {
        match self.program.get()? {
            Some(present) => self.program.store(&present)?,
            None => self.program.prove()?,
        }
        Ok(Box::new(CommandReservation {
            program: Arc::clone(&self.program),
            known: Arc::clone(&self.known),
        }))
    }

    fn delete(&self) -> Result<bool, SessionError> {
        let deleted = self.program.delete()?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(None);
        Ok(deleted)
    }

    fn lock_file(&self) -> Option<&Path> {
        Some(&self.lock_file)
    }

    fn path(&self) -> Option<&Path> {
        None
    }

    fn kind(&self) -> StoreKind {
        StoreKind::Command
    }
}

impl Reservation for CommandReservation {
    fn commit(self: Box<Self>, record: &Record, refresh: Option<&Token>) -> Result<(), SessionError> {
        let written = record.to_json(refresh).map_err(|error| SessionError::CommandRecord {
            program: self.program.shown(),
            problem: error.to_string(),
        })?;
        self.program.store(&written)?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Some(record.clone()));
        Ok(())
    }
}
