//! A store that keeps nothing: the sign-in ends with the process.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{CredentialStore, Occasion, Reservation};
use crate::configuration::StoreKind;
use crate::error::SessionError;
use crate::record::Record;
use crate::token::Token;

/// One record with its refresh token, in this process alone.
#[derive(Default)]
pub(crate) struct MemoryStore(Arc<Mutex<Slot>>);

type Slot = Option<(Record, Option<Token>)>;

impl MemoryStore {
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CredentialStore for MemoryStore {
    fn load(&self) -> Result<Option<Record>, SessionError> {
        Ok(self.slot().as_ref().map(|(record, _)| record.clone()))
    }

    fn load_refresh(&self) -> Result<Option<Token>, SessionError> {
        Ok(self.slot().as_ref().and_then(|(_, refresh)| refresh.clone()))
    }

    fn reserve(&self, _: Occasion) -> Result<Box<dyn Reservation>, SessionError> {
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

    fn kind(&self) -> StoreKind {
        StoreKind::Memory
    }
}

impl Reservation for MemoryStore {
    fn commit(self: Box<Self>, record: &Record, refresh: Option<&Token>) -> Result<(), SessionError> {
        *self.slot() = Some((record.clone(), refresh.cloned()));
        Ok(())
    }
}
