//! Keyrings that hang, fail, are locked or absent, and how long anybody waits for them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use super::{Backend, Keyring, KeyringError, SealingKey, system};

/// Does what `behave` does, and counts how often it was asked.
struct Mock<F> {
    asked: Arc<AtomicUsize>,
    entries: Mutex<HashMap<String, SealingKey>>,
    behave: F,
}

impl<F: Fn() -> Result<(), KeyringError> + Send + Sync> Mock<F> {
    fn count(&self) -> Result<(), KeyringError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        (self.behave)()
    }
}

impl<F: Fn() -> Result<(), KeyringError> + Send + Sync> Backend for Mock<F> {
    fn get(&self, name: &str) -> Result<Option<SealingKey>, KeyringError> {
        self.count()?;
        Ok(self.entries.lock().expect("entries").get(name).cloned())
    }

    fn set(&self, name: &str, key: &SealingKey) -> Result<(), KeyringError> {
        self.count()?;
        self.entries.lock().expect("entries").insert(name.into(), key.clone());
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<bool, KeyringError> {
        self.count()?;
        Ok(self.entries.lock().expect("entries").remove(name).is_some())
    }

    fn probe(&self) -> Result<(), KeyringError> {
        self.count()
    }
}

fn keyring(
    patience: Duration,
    behave: impl Fn() -> Result<(), KeyringError> + Send + Sync + 'static,
) -> (Keyring, Arc<AtomicUsize>) {
    let asked = Arc::<AtomicUsize>::default();
    let mock = Mock { asked: Arc::clone(&asked), entries: Mutex::default(), behave };
    let keyring = Keyring { backend: Some(Arc::new(mock)), patience: Arc::new(Mutex::new(patience)) };
    (keyring, asked)
}

#[test]
fn keeps_and_forgets_keys_by_name() {
    let (keyring, _) = keyring(Duration::from_secs(60), || Ok(()));
    let key = SealingKey::new([7; 32]);
    assert_eq!(keyring.get("a"), Ok(None));
    keyring.set("a", &key).expect("kept");
    assert_eq!(keyring.get("a"), Ok(Some(key)));
    assert_eq!(keyring.get("b"), Ok(None));
    assert_eq!(keyring.delete("a"), Ok(true));
    assert_eq!(keyring.delete("a"), Ok(false));
    assert_eq!(keyring.probe(), Ok(()));
}

#[test]
fn one_that_hangs_is_asked_once() {
    // Dropped at the end of the test, which lets the thread go.
    let (_open, never) = mpsc::channel::<()>();
    let never = Mutex::new(never);
    let (keyring, asked) = keyring(Duration::from_millis(20), move || {
        let _ = never.lock().expect("the channel").recv();
        Ok(())
    });
    assert_eq!(keyring.get("a"), Err(KeyringError::Silent));
    assert_eq!(keyring.set("a", &SealingKey::default()), Err(KeyringError::Silent));
    assert_eq!(keyring.delete("a"), Err(KeyringError::Silent));
    assert_eq!(keyring.probe(), Err(KeyringError::Silent));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn slow_answers_use_the_patience_up_and_prompt_ones_do_not() {
    let budget = Arc::new(Mutex::new(Duration::from_secs(60)));
    let slow = Mock {
        asked: Arc::default(),
        entries: Mutex::default(),
        behave: || {
            let (_open, never) = mpsc::channel::<()>();
            // The one way to be slow without sleeping; more than `PROMPT` at any rate.
            let _ = never.recv_timeout(super::PROMPT * 2);
            Ok(())
        },
    };
    let slow = Keyring { backend: Some(Arc::new(slow)), patience: Arc::clone(&budget) };
    slow.probe().expect("an answer");
    let left = *budget.lock().expect("the budget");
    assert!(left <= Duration::from_secs(60) - super::PROMPT * 2, "{left:?}");

    *budget.lock().expect("the budget") = Duration::ZERO;
    assert_eq!(slow.probe(), Err(KeyringError::Silent), "nothing is asked once the patience is used up");
}

#[test]
fn failures_are_told_as_they_are_and_cost_nothing() {
    for error in [
        KeyringError::Locked("nobody unlocked it".into()),
        KeyringError::Failed("it has no default collection".into()),
        KeyringError::Absent("no program on the session bus keeps secrets"),
    ] {
        let told = error.clone();
        let (keyring, asked) = keyring(Duration::from_secs(60), move || Err(told.clone()));
        assert_eq!(keyring.get("a"), Err(error.clone()));
        assert_eq!(keyring.delete("a"), Err(error));
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }
}

#[test]
fn a_library_that_panics_is_a_failure() {
    let (keyring, _) = keyring(Duration::from_secs(60), || std::panic::resume_unwind(Box::new("gone")));
    assert!(matches!(keyring.probe(), Err(KeyringError::Failed(_))));
    assert!(matches!(keyring.probe(), Err(KeyringError::Failed(_))), "and can be asked again");
}

#[test]
fn without_a_session_bus_none_is_tried_where_it_would_be_needed() {
    let keyring = Keyring::new(false);
    assert_eq!(keyring.backend.is_none(), system::NEEDS_SESSION_BUS);
    if system::NEEDS_SESSION_BUS {
        assert_eq!(keyring.probe(), Err(KeyringError::Absent("there is no session bus")));
    }
}

#[test]
fn messages_are_lower_case_and_say_no_secret() {
    let messages = [
        KeyringError::Silent.to_string(),
        KeyringError::Locked("nobody unlocked it".into()).to_string(),
        KeyringError::Absent("there is no session bus").to_string(),
    ];
    assert_eq!(
        messages,
        ["it did not answer within 3 seconds", "it is locked: nobody unlocked it", "there is no session bus"]
    );
}

#[cfg(target_os = "linux")]
mod real;
