//! The operating system's keyring: one random key for each sign-in, and an end to waiting for it.
//!
//! Tokens are too long for some keyrings (Windows keeps 2,560 bytes), so the keyring has a key and
//! the tokens lie sealed in a file. A keyring can hang: behind a D-Bus service that is stuck, or a
//! question in a window that nobody sees. So each call runs on a thread of its own that may be left
//! behind, and all calls of the process share three seconds. What the keyrings themselves are is in
//! `keyring/system.rs`; nothing here decides what a silent keyring means for a sign-in.

mod system;

use std::sync::{Arc, LazyLock, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

/// Seals the tokens of one sign-in.
pub(crate) type SealingKey = Zeroizing<[u8; 32]>;

/// How long the process waits for keyrings, all calls together.
const PATIENCE: Duration = Duration::from_secs(3);
/// An answer within this time is how keyrings work, and costs no patience: a watch asks for days.
const PROMPT: Duration = Duration::from_millis(100);
const NO_BUS: &str = "there is no session bus";

/// What is left of the patience of this process.
static LEFT: LazyLock<Arc<Mutex<Duration>>> = LazyLock::new(|| Arc::new(Mutex::new(PATIENCE)));

/// After so long a time the keyring may be another: somebody has unlocked or started it.
const FORGIVEN: Duration = Duration::from_secs(30);

/// When a keyring was last asked in this process.
static LAST_ASKED: Mutex<Option<Instant>> = Mutex::new(None);

/// Why a keyring did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyringError {
    /// There is none.
    #[error("{0}")]
    Absent(&'static str),
    /// It did not answer, now or earlier in this process.
    #[error("it did not answer within 3 seconds")]
    Silent,
    /// It is there, and lets nobody in.
    #[error("it is locked: {0}")]
    Locked(String),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

/// What a keyring can do. May block for ever.
trait Backend: Send + Sync {
    fn get(&self, name: &str) -> Result<Option<SealingKey>, KeyringError>;
    fn set(&self, name: &str, key: &SealingKey) -> Result<(), KeyringError>;
    fn delete(&self, name: &str) -> Result<bool, KeyringError>;
    fn probe(&self) -> Result<(), KeyringError>;
}

/// The user's keyring.
pub(crate) struct Keyring {
    /// `None` where there cannot be one.
    backend: Option<Arc<dyn Backend>>,
    /// What is left of it; held while a call is under way, so that two never wait side by side.
    patience: Arc<Mutex<Duration>>,
}

impl Keyring {
    /// The keyring of this user; opens nothing. `session_bus` says whether there is one to ask:
    /// without it, nothing is tried on systems whose keyrings are reached by it.
    pub(crate) fn new(session_bus: bool) -> Self {
        let reachable = session_bus || !system::NEEDS_SESSION_BUS;
        let backend = reachable.then(|| Arc::new(system::System::default()) as Arc<dyn Backend>);
        Self { backend, patience: Arc::clone(&LEFT) }
    }

    /// The key of the sign-in `name`; `None` if the keyring has none.
    pub(crate) fn get(&self, name: &str) -> Result<Option<SealingKey>, KeyringError> {
        let name = name.to_owned();
        self.ask(move |backend| backend.get(&name))
    }

    /// Keeps `key`, in place of one that was there.
    pub(crate) fn set(&self, name: &str, key: &SealingKey) -> Result<(), KeyringError> {
        let (name, key) = (name.to_owned(), key.clone());
        self.ask(move |backend| backend.set(&name, &key))
    }

    /// Forgets the key of `name`; says whether there was one.
    pub(crate) fn delete(&self, name: &str) -> Result<bool, KeyringError> {
        let name = name.to_owned();
        self.ask(move |backend| backend.delete(&name))
    }

    /// Whether it could keep a key now. Creates nothing, and never asks the person for a password.
    pub(crate) fn probe(&self) -> Result<(), KeyringError> {
        self.ask(|backend| backend.probe())
    }

    fn ask<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn Backend) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let backend = Arc::clone(self.backend.as_ref().ok_or(KeyringError::Absent(NO_BUS))?);
        let mut left = self.patience.lock().unwrap_or_else(PoisonError::into_inner);
        let last = LAST_ASKED.lock().unwrap_or_else(PoisonError::into_inner).replace(Instant::now());
        // A command is over by then; a watch goes on for days.
        if last.is_some_and(|last| last.elapsed() > FORGIVEN) {
            *left = PATIENCE;
        }
        if left.is_zero() {
            return Err(KeyringError::Silent);
        }
        let (sender, receiver) = mpsc::sync_channel(1);
        let asked = Instant::now();
        std::thread::Builder::new()
            .name("keyring".into())
            // Nobody may be listening any more, and then the answer is of no use.
            .spawn(move || drop(sender.send(call(&*backend))))
            .map_err(|error| KeyringError::Failed(format!("no thread to ask it on: {error}")))?;
        match receiver.recv_timeout(*left) {
            Ok(answer) => {
                let waited = asked.elapsed();
                if waited > PROMPT {
                    *left = left.saturating_sub(waited);
                }
                answer
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                *left = Duration::ZERO;
                Err(KeyringError::Silent)
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                Err(KeyringError::Failed("the library that speaks to it crashed".into()))
            }
        }
    }
}

#[cfg(test)]
mod tests;
