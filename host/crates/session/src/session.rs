//! The session: a profile with its sign-in.
//!
//! Building one touches nothing: no file, no socket, no certificate. What it can do is in the files
//! named after it (`login.rs`, `logout.rs`, `refresh.rs`, `graphql.rs`, `doctor.rs`); here is what
//! they share. Cloning gives another handle on the same session.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use crate::clock::Clock;
use crate::configuration::{Profile, StoreKind};
use crate::error::SessionError;
use crate::http::Http;
use crate::persona::Persona;
use crate::source::CredentialSource;
use crate::store;
use crate::token::Token;

/// Where a session keeps its files.
#[derive(Debug, Clone)]
pub struct Folders {
    /// For what must last: `sessions/` is in it.
    pub state: PathBuf,
    /// For what can be fetched again: `discovery/` is in it.
    pub cache: PathBuf,
}

/// A profile with its sign-in. Cheap to build and to clone.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    profile: Profile,
    folders: Folders,
    clock: Arc<dyn Clock>,
    http: Http,
    source: CredentialSource,
    turn: Arc<tokio::sync::Mutex<()>>,
    working: Arc<RwLock<()>>,
    failed: Mutex<Option<Failed>>,
}

/// A refresh that failed, and the access token that it should have replaced.
pub(crate) struct Failed {
    pub(crate) access: Token,
    pub(crate) error: Arc<SessionError>,
}

/// The right to change the stored sign-in; held until dropped.
pub(crate) struct Lock {
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
    /// A session that uses what is stored for the profile. `user_agent` is sent with requests.
    pub fn new(profile: Profile, folders: Folders, clock: Arc<dyn Clock>, user_agent: String) -> Self {
        let source = match store::open(&profile, &folders.state, Arc::clone(&clock)) {
            Ok((store, kind)) => CredentialSource::Store(store, kind),
            Err(kind) => CredentialSource::Missing(kind),
        };
        Self::build(profile, folders, clock, user_agent, source)
    }

    /// A session that uses `token`, which `from` (a variable's name, say) gave for this run. It is
    /// sent to the profile's APIs alone, and neither stored nor renewed.
    ///
    /// # Errors
    /// A value that cannot be a token.
    pub fn with_token(
        profile: Profile,
        folders: Folders,
        clock: Arc<dyn Clock>,
        user_agent: String,
        token: String,
        from: &str,
    ) -> Result<Self, SessionError> {
        let problem = "it is empty, too long, or has characters that no token has";
        let unusable = || SessionError::TokenUnusable { from: from.to_owned(), problem };
        let token = Token::new(token).ok_or_else(unusable)?;
        let source = CredentialSource::Given(token, from.to_owned());
        Ok(Self::build(profile, folders, clock, user_agent, source))
    }

    fn build(
        profile: Profile,
        folders: Folders,
        clock: Arc<dyn Clock>,
        user_agent: String,
        source: CredentialSource,
    ) -> Self {
        Self(Arc::new(Inner {
            profile,
            folders,
            clock,
            http: Http::new(user_agent),
            source,
            turn: Arc::default(),
            working: Arc::default(),
            failed: Mutex::default(),
        }))
    }

    /// The same profile and folders with a store of the test's choosing.
    #[cfg(test)]
    pub(crate) fn with_store(&self, store: Arc<dyn store::CredentialStore>) -> Self {
        let source = CredentialSource::Store(store, StoreKind::File);
        let clock = Arc::clone(&self.0.clock);
        Self::build(self.profile().clone(), self.folders().clone(), clock, "vantage/test".into(), source)
    }

    /// The profile it is for.
    pub fn profile(&self) -> &Profile {
        &self.0.profile
    }

    /// What gave the token for this run, if it does not come from a store.
    pub fn token_given_by(&self) -> Option<&str> {
        match self.source() {
            CredentialSource::Given(_, from) => Some(from),
            _ => None,
        }
    }

    /// Who is signed in. Renews the sign-in when it has to.
    ///
    /// # Errors
    /// [`SessionError::NotSignedIn`], or why the sign-in could not be renewed.
    pub async fn persona(&self) -> Result<Persona, SessionError> {
        Ok(self.access(None, None).await?.persona)
    }

    /// What is stored, without any network; `None` if nothing is.
    ///
    /// # Errors
    /// A record that cannot be read, or that others could have read; a token that was given.
    pub fn stored(&self) -> Result<Option<Stored>, SessionError> {
        let store = self.store()?;
        let kind = match self.source() {
            CredentialSource::Store(_, kind) => *kind,
            _ => self.profile().credential_store,
        };
        let Some(record) = store.load()? else {
            return Ok(None);
        };
        let time = |seconds| Timestamp::from_second(seconds).ok();
        Ok(Some(Stored {
            expires_at: record.expires_at.and_then(time),
            obtained_at: time(record.obtained_at).unwrap_or_default(),
            refreshable: record.refresh.is_some(),
            persona: record.persona,
            origins: record.origins,
            store: kind,
            path: store.path().map(ToOwned::to_owned),
        }))
    }

    /// Waits until no refresh is under way. To be called before the process ends, however it ends:
    /// a refresh that is cut off between request and disk loses the sign-in. Takes 15 seconds at most.
    pub async fn settle(&self) {
        drop(self.0.working.write().await);
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
        Ok(Lock { _turn: turn, _file: file })
    }

    pub(crate) fn folders(&self) -> &Folders {
        &self.0.folders
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
        self.0.clock.now()
    }
}
