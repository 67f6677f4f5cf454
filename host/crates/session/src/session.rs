//! The session: a profile with its sign-in.
//!
//! Building one touches nothing: no file, no socket, no certificate. What it can do is in the files
//! named after it (`login.rs`, `logout.rs`, `refresh.rs`, `graphql.rs`, `doctor.rs`); here is what
//! they share. Cloning gives another handle on the same session.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};
use tokio::time::Instant;

use crate::audience::{Audience, Nobody};
use crate::clock::Clock;
use crate::configuration::{Profile, StoreKind};
use crate::error::SessionError;
use crate::http::Http;
use crate::persona::Persona;
use crate::source::{CredentialSource, Credentials};
use crate::store::{self, Keyring};
use crate::token::Token;

/// Where a session keeps its files.
#[derive(Debug, Clone)]
pub struct Folders {
    /// For what must last: `sessions/` is in it.
    pub state: PathBuf,
    /// For what can be fetched again: `discovery/` is in it.
    pub cache: PathBuf,
}

/// What all sessions of a process share: folders, a clock, a keyring, and whom to speak to.
#[derive(Clone)]
pub struct Surroundings {
    pub(crate) folders: Folders,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) user_agent: String,
    pub(crate) offline: bool,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) audience: Arc<dyn Audience>,
}

impl Surroundings {
    /// `user_agent` is sent with requests; `session_bus` says whether there is one to ask for a
    /// keyring, on systems where keyrings are asked through one. Opens nothing.
    pub fn new(
        folders: Folders,
        clock: Arc<dyn Clock>,
        user_agent: String,
        session_bus: bool,
        audience: Arc<dyn Audience>,
    ) -> Self {
        let keyring = Arc::new(Keyring::new(session_bus));
        Self { folders, clock, user_agent, offline: false, keyring, audience }
    }

    /// The same, where no server is asked if `offline`: what would need one fails.
    pub fn offline(self, offline: bool) -> Self {
        Self { offline, ..self }
    }
}

/// A profile with its sign-in. Cheap to build and to clone.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    profile: Profile,
    surroundings: Surroundings,
    http: Http,
    source: CredentialSource,
    turn: Arc<tokio::sync::Mutex<()>>,
    working: Arc<RwLock<()>>,
    failed: Mutex<Option<Failed>>,
    warned: AtomicBool,
    /// Whether a sign-in that is coming to its end is renewed.
    renews: bool,
    /// Held while a person is asked to sign in, so that many requests at once ask once.
    asking: tokio::sync::Mutex<bool>,
}

/// A refresh that failed, and the access token that it should have replaced.
pub(crate) struct Failed {
    pub(crate) access: Token,
    pub(crate) error: Arc<SessionError>,
    pub(crate) at: Instant,
}

/// The right to change the stored sign-in; held until dropped.
pub(crate) struct Lock {
    pub(crate) since: Instant,
    _turn: tokio::sync::OwnedMutexGuard<()>,
    _file: Option<store::Held>,
}

/// What is stored of a sign-in, as far as it may be shown.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Who is signed in.
    pub persona: Persona,
    /// When the access token expires, if the provider said.
    pub expires_at: Option<Timestamp>,
    /// When it was fetched.
    pub obtained_at: Timestamp,
    /// Whether it can be renewed.
    pub refreshable: bool,
    /// The origins that it is sent to.
    pub origins: Vec<String>,
    /// What kind of store it is in.
    pub store: StoreKind,
    /// The file it is in, if it is in one.
    pub path: Option<PathBuf>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Session").field("profile", &self.0.profile.name).finish_non_exhaustive()
    }
}

impl Session {
    /// A session for `profile` that signs in with `credentials`.
    pub fn new(profile: Profile, surroundings: Surroundings, credentials: Credentials) -> Self {
        let source = CredentialSource::new(credentials, || store::open(&profile, &surroundings));
        Self::build(profile, surroundings, source)
    }

    fn build(profile: Profile, surroundings: Surroundings, source: CredentialSource) -> Self {
        Self(Arc::new(Inner {
            profile,
            http: Http::new(surroundings.user_agent.clone(), surroundings.offline),
            surroundings,
            source,
            turn: Arc::default(),
            working: Arc::default(),
            failed: Mutex::default(),
            warned: AtomicBool::new(false),
            renews: true,
            asking: tokio::sync::Mutex::default(),
        }))
    }

    /// The same sign-in for what is asked beside a command: it tells nobody anything, and begins no
    /// sign-in. A refresh counts as this session's, so that nothing cuts it off. `None` where the
    /// identity would have to be fetched for it.
    pub(crate) fn unheard(&self) -> Option<Self> {
        self.beside(true)
    }

    /// The same sign-in as it is at this moment, for what is asked while somebody types: it is used as long
    /// as it is valid and never renewed, and nobody is told or asked anything. `None` where it is not at
    /// hand: where a program keeps it, where the keyring is locked, or where it would have to be fetched.
    pub fn as_it_is(&self) -> Option<Self> {
        let at_hand = match self.source() {
            CredentialSource::Store(store) => match store.kind() {
                // A program may ask somebody, and so may a keyring that has to be unlocked.
                StoreKind::Command => false,
                StoreKind::Keyring => self.surroundings().keyring.probe().is_ok(),
                StoreKind::Auto | StoreKind::File | StoreKind::Memory => true,
            },
            CredentialSource::Given(_) | CredentialSource::Machine(_) => true,
        };
        if at_hand { self.beside(false) } else { None }
    }

    fn beside(&self, renews: bool) -> Option<Self> {
        let source = match self.source() {
            CredentialSource::Store(store) => CredentialSource::Store(Arc::clone(store)),
            CredentialSource::Given(given) => CredentialSource::Given(given.clone()),
            CredentialSource::Machine(_) => return None,
        };
        let surroundings = Surroundings { audience: Arc::new(Nobody), ..self.surroundings().clone() };
        Some(Self(Arc::new(Inner {
            profile: self.profile().clone(),
            http: Http::new(surroundings.user_agent.clone(), surroundings.offline),
            surroundings,
            source,
            turn: Arc::clone(&self.0.turn),
            working: Arc::clone(&self.0.working),
            failed: Mutex::default(),
            warned: AtomicBool::new(false),
            renews,
            asking: tokio::sync::Mutex::default(),
        })))
    }

    /// The same profile and surroundings with a store of the test's choosing.
    #[cfg(test)]
    pub(crate) fn with_store(&self, store: Arc<dyn store::CredentialStore>) -> Self {
        Self::build(self.profile().clone(), self.surroundings().clone(), CredentialSource::Store(store))
    }

    /// The profile it is for.
    pub fn profile(&self) -> &Profile {
        &self.0.profile
    }

    /// Who is signed in. Renews the sign-in when it has to, and begins none.
    ///
    /// # Errors
    /// [`SessionError::NotSignedIn`], or why the sign-in could not be renewed.
    pub async fn persona(&self) -> Result<Persona, SessionError> {
        let access = self.access(None, None).await?;
        access.persona.ok_or_else(|| self.nameless())
    }

    /// Who is signed in; where nobody is and somebody is there to do it, a sign-in is begun.
    ///
    /// # Errors
    /// As [`Session::persona`], and how a sign-in can fail.
    pub async fn persona_or_sign_in(&self) -> Result<Persona, SessionError> {
        match self.persona().await {
            Err(error) if self.may_sign_in_after(&error) => self.sign_in_again(error, None).await,
            other => other,
        }
    }

    /// What is stored, without any network; `None` if nothing is.
    ///
    /// # Errors
    /// A record that cannot be read, or that others could have read; a token that was given.
    pub fn stored(&self) -> Result<Option<Stored>, SessionError> {
        let store = self.store()?;
        let Some(record) = store.load()? else {
            return Ok(None);
        };
        let time = |seconds| Timestamp::from_second(seconds).ok();
        Ok(Some(Stored {
            expires_at: record.expires_at.and_then(time),
            obtained_at: time(record.obtained_at).unwrap_or_default(),
            refreshable: record.refreshable,
            persona: record.persona,
            origins: record.origins,
            store: store.kind(),
            path: store.path().map(ToOwned::to_owned),
        }))
    }

    /// Whether a refresh is under way, which [`Session::settle`] would wait for.
    pub fn is_working(&self) -> bool {
        self.0.working.try_write().is_err()
    }

    /// Waits until no refresh is under way. To be called before the process ends, however it ends:
    /// a refresh that is cut off between request and disk loses the sign-in. None can begin afterwards.
    /// Takes as long as the request, and where the sign-in is kept, may take.
    pub async fn settle(&self) {
        // Never given back: a refresh that began now would be cut off by the end of the process.
        std::mem::forget(Arc::clone(&self.0.working).write_owned().await);
    }

    /// Holds [`Session::settle`] up until it is dropped.
    pub(crate) async fn working(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.0.working).read_owned().await
    }

    /// Waits for the right to change what is stored: first in this process, then among all.
    pub(crate) async fn lock(&self) -> Result<Lock, SessionError> {
        let turn = Arc::clone(&self.0.turn).lock_owned().await;
        let file = match self.store()?.lock_file() {
            Some(path) => Some(store::lock(path).await?),
            None => None,
        };
        Ok(Lock { since: Instant::now(), _turn: turn, _file: file })
    }

    /// Whether a sign-in that is coming to its end is renewed.
    pub(crate) fn renews(&self) -> bool {
        self.0.renews
    }

    pub(crate) fn surroundings(&self) -> &Surroundings {
        &self.0.surroundings
    }

    pub(crate) fn folders(&self) -> &Folders {
        &self.0.surroundings.folders
    }

    pub(crate) fn audience(&self) -> &dyn Audience {
        &*self.0.surroundings.audience
    }

    pub(crate) fn asking(&self) -> &tokio::sync::Mutex<bool> {
        &self.0.asking
    }

    /// Warns the first time it is called, and not again in this run.
    pub(crate) fn warn_once(&self, text: &str) {
        if !self.0.warned.swap(true, Ordering::Relaxed) {
            self.audience().warn(text);
        }
    }

    pub(crate) fn http(&self) -> &Http {
        &self.0.http
    }

    pub(crate) fn source(&self) -> &CredentialSource {
        &self.0.source
    }

    pub(crate) fn failed(&self) -> &Mutex<Option<Failed>> {
        &self.0.failed
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.surroundings.clock.now()
    }
}
