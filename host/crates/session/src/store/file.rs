//! The sign-in in a file that only the user can read, as it is or sealed.
//!
//! `sessions/NAME.json`, mode 0600 in a folder of mode 0700, with `NAME.lock` beside it. Replaced
//! whole, never changed in place. The file itself says which form it has, so that `auto` is decided
//! once, at sign-in. A damaged record is moved aside and kept; one that a newer program wrote, that
//! others could have read, or whose key is out of reach is left where it is.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::keyring::{Keyring, SealingKey};
use super::sealed::{self, NotOpened};
use super::{CredentialStore, Occasion, Reservation, lock};
use crate::audience::Audience;
use crate::clock::Clock;
use crate::configuration::StoreKind;
use crate::error::SessionError;
use crate::files::{self, Reserved};
use crate::http::random;
use crate::record::{self, Key, LARGEST, ROOM, Record, Unreadable};
use crate::session::Surroundings;
use crate::token::Token;

/// In which form records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As they are.
    Plain,
    /// Sealed by a key in the keyring, or not at all.
    Sealed,
    /// Sealed where the keyring answers at sign-in, else plain; from then on as they are.
    Auto,
}

/// One record in one file.
pub(crate) struct FileStore {
    key: Key,
    stem: String,
    path: PathBuf,
    lock_file: PathBuf,
    form: Form,
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
    audience: Arc<dyn Audience>,
    /// The last record that was read and the digest of its file, so that the keyring is not asked
    /// for every request.
    known: Mutex<Option<([u8; 32], Record)>>,
}

/// What the next record is sealed by.
enum NextKey {
    /// The key of the present record.
    Present(SealingKey),
    /// A key that is in the keyring already, and seals nothing yet.
    New(SealingKey),
    /// It is not sealed, as was asked for or as it was.
    None,
    /// It is not sealed, since there is no keyring that could be used.
    Unreachable(String),
}

/// Room beside the file, and how it will be filled.
struct FileReservation {
    room: Option<Reserved>,
    next_key: NextKey,
    stem: String,
    keyring: Arc<Keyring>,
    audience: Arc<dyn Audience>,
    /// The entry of a key that nothing is sealed by once this is over: the present record's where
    /// the next has another; the new one until the record that it seals is there.
    unneeded: Option<String>,
    /// The entry of the key of the record that is replaced.
    replaced: Option<String>,
}

impl Drop for FileReservation {
    fn drop(&mut self) {
        if let Some(entry) = &self.unneeded {
            // It opens nothing, so a keyring that keeps it does no harm.
            let _ = self.keyring.delete(entry);
        }
    }
}

impl FileStore {
    pub(crate) fn new(key: Key, form: Form, surroundings: &Surroundings) -> Self {
        let folder = super::folder(&surroundings.folders.state);
        let stem = key.file_stem();
        Self {
            path: folder.join(format!("{stem}.json")),
            lock_file: folder.join(format!("{stem}.lock")),
            stem,
            key,
            form,
            keyring: Arc::clone(&surroundings.keyring),
            clock: Arc::clone(&surroundings.clock),
            audience: Arc::clone(&surroundings.audience),
            known: Mutex::default(),
        }
    }

    fn bytes(&self) -> Result<Option<Zeroizing<Vec<u8>>>, SessionError> {
        let Some(bytes) = files::read_private(&self.path, LARGEST)? else {
            return Ok(None);
        };
        if let Some(folder) = self.path.parent() {
            files::check_folder(folder)?;
        }
        Ok(Some(bytes))
    }

    fn record(&self, bytes: &[u8]) -> Result<Record, SessionError> {
        let opened = match record::version(bytes) {
            Ok(sealed::VERSION) => sealed::open(bytes, &self.key, &self.sealing_key(bytes)?),
            Ok(_) => Record::from_json(bytes, &self.key).map_err(NotOpened::Unreadable),
            Err(unreadable) => Err(NotOpened::Unreadable(unreadable)),
        };
        opened.map_err(|problem| self.not_opened(problem, bytes))
    }

    /// The key that the present record is sealed by.
    fn sealing_key(&self, bytes: &[u8]) -> Result<SealingKey, SessionError> {
        let Some(entry) = sealed::entry(&self.stem, bytes) else {
            return Err(self.set_aside("it does not say which key opens it".into(), bytes));
        };
        match self.keyring.get(&entry) {
            Ok(Some(key)) => Ok(key),
            Ok(None) => Err(self.locked(sealed::NO_KEY.into())),
            Err(error) => Err(self.locked(error.to_string())),
        }
    }

    /// A key to seal the next record by, made and stored.
    fn new_sealing_key(&self) -> Result<SealingKey, SessionError> {
        let unreachable = |reason: String| SessionError::KeyringUnreachable { reason };
        let key = random::<32>()?;
        let entry = sealed::entry_of(&self.stem, &key);
        self.keyring.set(&entry, &key).map_err(|error| unreachable(error.to_string()))?;
        // A keyring that forgets at once would lose the sign-in at the next command.
        match self.keyring.get(&entry) {
            Ok(Some(kept)) if kept == key => Ok(key),
            Ok(_) => Err(unreachable("the keyring did not keep what it was given".into())),
            Err(error) => Err(unreachable(error.to_string())),
        }
    }

    /// The key to seal the next record by, or why `auto` does without.
    fn key_for_next(&self, occasion: Occasion, sealed_now: Option<&[u8]>) -> Result<NextKey, SessionError> {
        match (self.form, occasion, sealed_now) {
            (Form::Plain, _, _) => Ok(NextKey::None),
            (_, Occasion::Renewal, Some(bytes)) => self.sealing_key(bytes).map(NextKey::Present),
            (Form::Sealed, _, _) => self.new_sealing_key().map(NextKey::New),
            (Form::Auto, Occasion::Renewal, None) => Ok(NextKey::None),
            (Form::Auto, occasion, _) => match self.new_sealing_key() {
                Ok(key) => Ok(NextKey::New(key)),
                Err(SessionError::KeyringUnreachable { .. }) if occasion == Occasion::Move => {
                    Ok(NextKey::None)
                }
                Err(SessionError::KeyringUnreachable { reason }) => Ok(NextKey::Unreachable(reason)),
                Err(error) => Err(error),
            },
        }
    }

    fn is_sealed(&self) -> bool {
        let present = files::read_private(&self.path, LARGEST);
        present.is_ok_and(|bytes| bytes.is_some_and(|bytes| record::version(&bytes) == Ok(sealed::VERSION)))
    }

    fn locked(&self, reason: String) -> SessionError {
        SessionError::RecordLocked { path: self.path.clone(), reason }
    }

    fn not_opened(&self, problem: NotOpened, seen: &[u8]) -> SessionError {
        match problem {
            NotOpened::OtherKey => self.locked(sealed::OTHER_KEY.into()),
            NotOpened::Unreadable(Unreadable::Version(found)) => {
                SessionError::RecordVersion { path: self.path.clone(), found }
            }
            NotOpened::Unreadable(Unreadable::Damaged(problem)) => self.set_aside(problem, seen),
        }
    }

    /// Moves a damaged record out of the way, but never a good one that has just replaced it: only
    /// under the lock, and only if it still is what was read.
    fn set_aside(&self, problem: String, seen: &[u8]) -> SessionError {
        let left = |problem| SessionError::RecordDamaged { problem, path: self.path.clone() };
        let Ok(Some(_lock)) = lock::try_lock(&self.lock_file) else {
            return left(problem);
        };
        if !matches!(files::read_private(&self.path, LARGEST), Ok(Some(now)) if *now == seen) {
            return left(problem);
        }
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
        let Some(bytes) = self.bytes()? else {
            return Ok(None);
        };
        let digest: [u8; 32] = Sha256::digest(&*bytes).into();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, record)) = &*known
            && *of == digest
        {
            return Ok(Some(record.clone()));
        }
        let record = self.record(&bytes)?;
        *known = Some((digest, record.clone()));
        Ok(Some(record))
    }

    fn load_refresh(&self) -> Result<Option<Token>, SessionError> {
        let Some(bytes) = self.bytes()? else {
            return Ok(None);
        };
        let opened = match record::version(&bytes) {
            Ok(sealed::VERSION) => sealed::open_refresh(&bytes, &self.key, &self.sealing_key(&bytes)?),
            Ok(_) => record::refresh_token(&bytes).map_err(NotOpened::Unreadable),
            Err(unreadable) => Err(NotOpened::Unreadable(unreadable)),
        };
        opened.map_err(|problem| self.not_opened(problem, &bytes))
    }

    fn reserve(&self, occasion: Occasion) -> Result<Box<dyn Reservation>, SessionError> {
        if let Some(folder) = self.path.parent() {
            files::private_folder(folder)?;
        }
        let present = files::read_private(&self.path, LARGEST).ok().flatten();
        let sealed_now = present.as_deref().filter(|bytes| record::version(bytes) == Ok(sealed::VERSION));
        files::remove_unfinished(&self.path);
        let room = files::reserve(&self.path, ROOM)?;
        let next_key = self.key_for_next(occasion, sealed_now.map(Vec::as_slice))?;
        let unneeded = match &next_key {
            NextKey::New(key) => Some(sealed::entry_of(&self.stem, key)),
            _ => None,
        };
        Ok(Box::new(FileReservation {
            room: Some(room),
            next_key,
            stem: self.stem.clone(),
            keyring: Arc::clone(&self.keyring),
            audience: Arc::clone(&self.audience),
            replaced: sealed_now.and_then(|bytes| sealed::entry(&self.stem, bytes)),
            unneeded,
        }))
    }

    fn delete(&self) -> Result<bool, SessionError> {
        let present = files::read_private(&self.path, LARGEST).ok().flatten();
        let entry = present.and_then(|bytes| sealed::entry(&self.stem, &bytes));
        files::remove_unfinished(&self.path);
        let deleted = files::remove(&self.path)?;
        if let Some(entry) = entry
            && let Err(error) = self.keyring.delete(&entry)
        {
            self.audience.warn(&format!(
                "the key in the keyring could not be deleted ({error}); what it opened is gone"
            ));
        }
        Ok(deleted)
    }

    fn lock_file(&self) -> Option<&Path> {
        Some(&self.lock_file)
    }

    fn path(&self) -> Option<&Path> {
        Some(&self.path)
    }

    fn kind(&self) -> StoreKind {
        let sealed = match self.form {
            Form::Plain | Form::Auto => self.is_sealed(),
            Form::Sealed => !self.path.exists() || self.is_sealed(),
        };
        if sealed { StoreKind::Keyring } else { StoreKind::File }
    }
}

impl Reservation for FileReservation {
    fn commit(mut self: Box<Self>, record: &Record, refresh: Option<&Token>) -> Result<(), SessionError> {
        let failed = |error: std::io::Error| files::fault("write", Path::new("the sign-in"), error);
        let Some(room) = self.room.take() else {
            return Err(failed(std::io::ErrorKind::NotFound.into()));
        };
        // From here on the record may be in place even where an error is reported, so its key stays.
        self.unneeded = None;
        let entry = match &self.next_key {
            NextKey::Present(key) | NextKey::New(key) => {
                let unsealable = || failed(std::io::Error::other("it could not be encrypted"));
                let sealed = sealed::seal(record, refresh, key).ok_or_else(unsealable)?;
                room.commit(&sealed)?;
                Some(sealed::entry_of(&self.stem, key))
            }
            NextKey::None | NextKey::Unreachable(_) => {
                let json = record.to_json(refresh).map_err(|error| failed(error.into()))?;
                room.commit(&json)?;
                None
            }
        };
        self.unneeded = self.replaced.take().filter(|replaced| Some(replaced) != entry.as_ref());
        if let NextKey::Unreachable(reason) = &self.next_key {
            self.audience.note(&format!(
                "no keyring is used ({reason}): the sign-in is in a file that only you can read"
            ));
        }
        Ok(())
    }
}
