//! A store that keeps nothing: the sign-in ends with the process.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{CredentialStore, Reservation};
use crate::error::SessionError;
use crate::record::Record;

/// One record, in this process alone.
#[derive(Default)]
pub(crate) struct MemoryStore(Arc<Mutex<Option<Record>>>);

impl MemoryStore {
    fn slot(&self) -> MutexGuard<'_, Option<Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CredentialStore for MemoryStore {
    fn load(&self) -> Result<Option<Record>, SessionError> {
        Ok(self.slot().clone())
    }

    fn reserve(&self) -> Result<Box<dyn Reservation>, SessionError> {
        Ok(Box::new(Self(Arc::clone(&self.0))))
    }

    fn delete(&self) -> Result<bool, SessionError> {
        Ok(self.slot().take().is_some())
    }

    fn lock_file(&self) -> Option<&Path> {
        None
    }

    fn path(&self) -> Option<&Path> {
        None
    }
}

impl Reservation for MemoryStore {
    fn commit(self: Box<Self>, record: &Record) -> Result<(), SessionError> {
        *self.slot() = Some(record.clone());
        Ok(())
    }
}
