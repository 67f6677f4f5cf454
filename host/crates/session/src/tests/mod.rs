//! The whole session against servers on loopback: sign-in, refresh, requests, files.
//!
//! What a single function does is tested beside it. Here a provider and an API speak plain HTTP,
//! written by hand in `server.rs`, and the provider ends the session when a refresh token is used
//! twice, as real ones do.

mod files;
mod graphql;
mod hostile;
mod logging;
mod login;
mod provider;
mod refresh;
mod server;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

use crate::configuration::{Configuration, Origin, Overrides, Profile};
use crate::{Clock, Folders, Session};

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
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    Session::new(profile, folders(home), clock, "vantage/test".into())
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
