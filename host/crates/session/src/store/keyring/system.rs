//! The keyrings that there are: Secret Service, Keychain, Credential Manager.
//!
//! One library per system, all behind `keyring-core`. Opened at the first call and kept open. May
//! block for ever: `keyring.rs` sees to that.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use keyring_core::{CredentialStore, Entry, Error};
use zeroize::Zeroizing;

use super::{Backend, KeyringError, SealingKey};
use crate::http::printable;

/// Every entry of ours has it, and the sign-in's name as its user.
const SERVICE: &str = "vantage";

/// Whether the keyring is reached by D-Bus.
pub(super) const NEEDS_SESSION_BUS: bool = cfg!(all(unix, not(target_os = "macos")));

/// The user's keyring, opened when it is first needed.
#[derive(Default)]
pub(super) struct System(OnceLock<Arc<CredentialStore>>);

impl System {
    fn entry(&self, name: &str) -> Result<Entry, KeyringError> {
        let store = match self.0.get() {
            Some(store) => store,
            None => {
                let opened = native::open().map_err(why)?;
                self.0.get_or_init(|| opened)
            }
        };
        let label = format!("vantage: key of a sign-in ({})", name.get(..8).unwrap_or(name));
        let modifiers = HashMap::from(native::modifiers(&label));
        Entry::new_in_store_with_modifiers(store, SERVICE, name, &modifiers).map_err(why)
    }
}

impl Backend for System {
    fn get(&self, name: &str) -> Result<Option<SealingKey>, KeyringError> {
        let secret = match self.entry(name)?.get_secret() {
            Ok(secret) => Zeroizing::new(secret),
            Err(Error::NoEntry) => return Ok(None),
            Err(error) => return Err(why(error)),
        };
        let mut key = SealingKey::default();
        if secret.len() != key.len() {
            return Err(KeyringError::Failed("its entry for this sign-in is not a key".into()));
        }
        key.copy_from_slice(&secret);
        Ok(Some(key))
    }

    fn set(&self, name: &str, key: &SealingKey) -> Result<(), KeyringError> {
        self.entry(name)?.set_secret(key.as_slice()).map_err(why)
    }

    fn delete(&self, name: &str) -> Result<bool, KeyringError> {
        match self.entry(name)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(why(error)),
        }
    }

    fn probe(&self) -> Result<(), KeyringError> {
        native::probe(self)
    }
}

/// The library's error in our words. Some of its variants carry secrets, and those are not shown.
fn why(error: Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(cause) => native::classify(cause.as_ref())
            .unwrap_or_else(|| KeyringError::Locked(printable(&cause.to_string()))),
        Error::PlatformFailure(cause) => {
            native::classify(cause.as_ref()).unwrap_or_else(|| failed(cause.as_ref()))
        }
        Error::Ambiguous(entries) => {
            KeyringError::Failed(format!("it has {} entries for this sign-in", entries.len()))
        }
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            KeyringError::Failed("its entry for this sign-in is damaged".into())
        }
        other => KeyringError::Failed(printable(&other.to_string())),
    }
}

fn failed(cause: &(dyn std::error::Error + 'static)) -> KeyringError {
    let innermost = std::iter::successors(Some(cause), |&cause| cause.source()).last().unwrap_or(cause);
    KeyringError::Failed(printable(&innermost.to_string()))
}

#[cfg(all(unix, not(target_os = "macos")))]
mod native {
    //! Secret Service: gnome-keyring, KWallet, KeePassXC, on the session bus.

    use std::error::Error;
    use std::io;
    use std::sync::Arc;

    use keyring_core::CredentialStore;
    use secret_service::EncryptionType;
    use secret_service::blocking::SecretService;
    use zbus_secret_service_keyring_store::Store;

    use super::{KeyringError, System, failed};

    /// D-Bus's own name for it: the bus is there, and no program that keeps secrets.
    const NOBODY: &str = "org.freedesktop.DBus.Error.ServiceUnknown";

    pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
        let store: Arc<CredentialStore> = Store::new()?;
        Ok(store)
    }

    pub(super) fn modifiers(label: &str) -> [(&'static str, &str); 1] {
        [("label", label)]
    }

    /// The store would ask for a password to find out, so the service is asked itself. No secret
    /// passes, so that the connection need not be encrypted.
    pub(super) fn probe(_: &System) -> Result<(), KeyringError> {
        let why = |error: secret_service::Error| classify(&error).unwrap_or_else(|| failed(&error));
        let service = SecretService::connect(EncryptionType::Plain).map_err(why)?;
        let collection = service.get_default_collection().map_err(why)?;
        if collection.is_locked().map_err(why)? {
            return Err(KeyringError::Locked("its default collection has not been unlocked".into()));
        }
        Ok(())
    }

    pub(super) fn classify(cause: &(dyn Error + 'static)) -> Option<KeyringError> {
        use secret_service::Error as Service;
        match cause.downcast_ref::<Service>()? {
            Service::Unavailable => return Some(KeyringError::Absent(super::super::NO_BUS)),
            Service::NoResult => return Some(KeyringError::Failed("it has no default collection".into())),
            Service::Locked | Service::Prompt | Service::PromptDisconnected => {
                return Some(KeyringError::Locked("nobody unlocked it".into()));
            }
            _ => {}
        }
        let causes = || std::iter::successors(Some(cause), |&cause| cause.source());
        if causes().any(|cause| cause.to_string().contains(NOBODY)) {
            return Some(KeyringError::Absent("no program on the session bus keeps secrets"));
        }
        let unreachable = causes().any(|cause| cause.is::<io::Error>() || cause.is::<Arc<io::Error>>());
        unreachable.then_some(KeyringError::Absent("the session bus cannot be reached"))
    }
}

#[cfg(target_os = "macos")]
mod native {
    //! The login keychain. It has no labels of its own: its entries show their service.

    use std::error::Error;
    use std::sync::Arc;

    use apple_native_keyring_store::keychain::Store;
    use keyring_core::CredentialStore;

    use super::{Backend, KeyringError, System};

    pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
        let store: Arc<CredentialStore> = Store::new()?;
        Ok(store)
    }

    pub(super) fn modifiers(_: &str) -> [(&'static str, &str); 0] {
        []
    }

    pub(super) fn probe(system: &System) -> Result<(), KeyringError> {
        system.get("probe").map(drop)
    }

    pub(super) fn classify(_: &(dyn Error + 'static)) -> Option<KeyringError> {
        None
    }
}

#[cfg(windows)]
mod native {
    //! Credential Manager. Local: the sealed file does not roam either.

    use std::error::Error;
    use std::sync::Arc;

    use keyring_core::CredentialStore;
    use windows_native_keyring_store::Store;

    use super::{Backend, KeyringError, System};

    pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
        let store: Arc<CredentialStore> = Store::new()?;
        Ok(store)
    }

    pub(super) fn modifiers(_: &str) -> [(&'static str, &str); 1] {
        [("persistence", "Local")]
    }

    pub(super) fn probe(system: &System) -> Result<(), KeyringError> {
        system.get("probe").map(drop)
    }

    pub(super) fn classify(_: &(dyn Error + 'static)) -> Option<KeyringError> {
        None
    }
}
