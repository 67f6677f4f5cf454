//! Where a sign-in is kept, behind one trait.
//!
//! A store loads a record, makes room for the next one, and deletes. Making room comes first and can
//! fail; what comes after it should not. `file.rs` keeps it in a file, as it is or sealed
//! (`sealed.rs`) by a key that lies in the operating system's keyring (`keyring.rs`); `memory.rs`
//! keeps nothing, `delegated.rs` leaves it to a program of the user's (`command.rs`). `lock.rs` keeps
//! processes from renewing the same sign-in at once.

mod command;
mod delegated;
mod file;
mod keyring;
mod lock;
mod memory;
pub(crate) mod sealed;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use delegated::CommandStore;
pub(crate) use file::{FileStore, Form};
pub(crate) use keyring::{Keyring, KeyringError};
pub(crate) use lock::{Held, describe, lock};
pub(crate) use memory::MemoryStore;

use crate::configuration::{Profile, StoreKind};
use crate::error::SessionError;
use crate::record::{Key, Record};
use crate::session::Surroundings;
use crate::token::Token;

/// Keeps the record of one sign-in.
///
/// The methods may block for as long as a keyring or a program takes, which is bounded.
pub(crate) trait CredentialStore: Send + Sync {
    /// Reads the record, which may be one that this process has read before; `None` if there is none.
    fn load(&self) -> Result<Option<Record>, SessionError>;
    /// Reads the record as it is at this moment.
    fn load_anew(&self) -> Result<Option<Record>, SessionError> {
        self.load()
    }
    /// Reads the refresh token; only for who holds the lock, and is about to use it.
    fn load_refresh(&self) -> Result<Option<Token>, SessionError>;
    /// Makes room for the next record; only for who holds the lock.
    fn reserve(&self, occasion: Occasion) -> Result<Box<dyn Reservation>, SessionError>;
    /// Deletes the record; says whether there was one.
    fn delete(&self) -> Result<bool, SessionError>;
    /// What to lock before the record is changed; `None` if no other process can see it.
    fn lock_file(&self) -> Option<&Path>;
    /// Where the record is, if it is in a file.
    fn path(&self) -> Option<&Path>;
    /// What kind of store it is; for `auto`, what has become of that.
    fn kind(&self) -> StoreKind;
}

/// Room for one record. Dropping it gives the room back, and leaves what was there.
pub(crate) trait Reservation: Send {
    /// Replaces the record, durably.
    fn commit(self: Box<Self>, record: &Record, refresh: Option<&Token>) -> Result<(), SessionError>;
}

/// What a record is about to be written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// A new sign-in: `auto` looks for the best place there is.
    SignIn,
    /// A sign-in comes from another name or store: as for a new one, and nothing is told.
    Move,
    /// The same sign-in goes on: it stays where it is.
    Renewal,
}

/// The folder of a machine's stored sign-ins.
pub(crate) fn folder(state: &Path) -> PathBuf {
    state.join("sessions")
}

/// The store that a profile asks for.
pub(crate) fn open(profile: &Profile, surroundings: &Surroundings) -> Arc<dyn CredentialStore> {
    let form = match profile.credential_store {
        StoreKind::Auto => Form::Auto,
        StoreKind::Keyring => Form::Sealed,
        StoreKind::File => Form::Plain,
        StoreKind::Memory => return Arc::new(MemoryStore::default()),
        StoreKind::Command => return Arc::new(CommandStore::new(profile, surroundings)),
    };
    Arc::new(FileStore::new(Key::of(profile), form, surroundings))
}
