//! Where a sign-in is kept, behind one trait.
//!
//! A store loads a record, makes room for the next one, and deletes. Making room comes first and can
//! fail; what comes after it should not. `file.rs` and `memory.rs` are the stores there are,
//! `lock.rs` keeps processes from renewing the same sign-in at once.

mod file;
mod lock;
mod memory;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use file::FileStore;
pub(crate) use keyring::{Keyring, KeyringError};
pub(crate) use lock::{Held, describe, lock};
pub(crate) use memory::MemoryStore;

use crate::clock::Clock;
use crate::configuration::{Profile, StoreKind};
use crate::error::SessionError;
use crate::record::{Key, Record};

/// Keeps the record of one sign-in.
pub(crate) trait CredentialStore: Send + Sync {
    /// Reads the record; `None` if there is none.
    fn load(&self) -> Result<Option<Record>, SessionError>;
    /// Makes room for the next record; only for who holds the lock.
    fn reserve(&self) -> Result<Box<dyn Reservation>, SessionError>;
    /// Deletes the record; says whether there was one.
    fn delete(&self) -> Result<bool, SessionError>;
    /// What to lock before the record is changed; `None` if no other process can see it.
    fn lock_file(&self) -> Option<&Path>;
    /// Where the record is, if it is in a file.
    fn path(&self) -> Option<&Path>;
}

/// Room for one record. Dropping it gives the room back, and leaves what was there.
pub(crate) trait Reservation: Send {
    /// Replaces the record, durably.
    fn commit(self: Box<Self>, record: &Record) -> Result<(), SessionError>;
}

/// The folder of a machine's stored sign-ins.
pub(crate) fn folder(state: &Path) -> PathBuf {
    state.join("sessions")
}

/// The store that a profile asks for, and its kind once `auto` is decided.
pub(crate) fn open(
    profile: &Profile,
    state: &Path,
    clock: Arc<dyn Clock>,
) -> Result<(Arc<dyn CredentialStore>, StoreKind), &'static str> {
    let key = Key::of(profile);
    match profile.credential_store {
        StoreKind::Auto | StoreKind::File => {
            Ok((Arc::new(FileStore::new(&folder(state), key, clock)), StoreKind::File))
        }
        StoreKind::Memory => Ok((Arc::new(MemoryStore::default()), StoreKind::Memory)),
        unavailable @ (StoreKind::Keyring | StoreKind::Command) => Err(unavailable.as_str()),
    }
}
