//! The whole session against servers on loopback: sign-in, refresh, requests, files.
//!
//! What a single function does is tested beside it. Here a provider and an API speak plain HTTP,
//! written by hand in `server.rs`, and the provider ends the session when a refresh token is used
//! twice, as real ones do.

mod again;
mod files;
mod graphql;
mod hostile;
mod logging;
mod login;
mod moving;
mod provider;
mod refresh;
mod schema;
mod server;
mod socket;
mod subscriptions;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

use crate::configuration::{Configuration, Origin, Overrides, Profile};
use crate::record::{Key, Record};
use crate::token::Token;
use crate::{Clock, Credentials, Folders, Nobody, Persona, Session, Surroundings};

/// When every test begins.
const START: i64 = 1_790_000_000;

/// A clock that goes when it is told to.
struct TestClock(AtomicI64);

impl TestClock {
    fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(START)))
    }

    fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).expect("a time")
    }
}

/// A profile whose provider and APIs are at `url`.
fn profile(url: &str) -> Profile {
    let flag = |text: String| Some((text, Origin::Flag("--test")));
    let overrides = Overrides {
        issuer: flag(format!("{url}/realms/vantage")),
        api: flag(url.to_owned()),
        ..Overrides::default()
    };
    let configuration =
        Configuration::load(Path::new("/nonexistent/config.toml")).expect("an empty configuration");
    configuration.resolve(&overrides).expect("a profile").profile
}

fn folders(home: &Path) -> Folders {
    Folders { state: home.join("state"), cache: home.join("cache") }
}

fn session(profile: Profile, home: &Path, clock: &Arc<TestClock>) -> Session {
    Session::new(profile, surroundings(home, clock), Credentials::Stored)
}

/// Where nobody listens, and no keyring is.
fn surroundings(home: &Path, clock: &Arc<TestClock>) -> Surroundings {
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    Surroundings::new(folders(home), clock, "vantage/test".into(), false, Arc::new(Nobody))
}

/// A record as a provider with rotation would have made it.
pub(crate) fn sample_record() -> Record {
    let profile = profile("http://127.0.0.1:9");
    Record {
        key: Key::of(&profile),
        generation: 7,
        origins: vec!["http://127.0.0.1:9".into()],
        access: Token::new("canary-access".into()).expect("a token"),
        refreshable: true,
        expires_at: Some(START + 300),
        obtained_at: START,
        persona: Persona {
            subject: "u-1".into(),
            username: Some("ada".into()),
            display_name: None,
            email: None,
            organization: None,
            organizations: Vec::new(),
            roles: Vec::new(),
            groups: Vec::new(),
            claimed: std::collections::BTreeMap::new(),
        },
    }
}

/// The path of the one stored record.
fn record_file(home: &Path) -> std::path::PathBuf {
    let mut files = names(&home.join("state/sessions"));
    files.retain(|name| name.ends_with(".json"));
    assert_eq!(files.len(), 1, "{files:?}");
    home.join("state/sessions").join(&files[0])
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
