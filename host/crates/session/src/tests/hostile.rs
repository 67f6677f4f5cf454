//! Servers that answer as none should, at each of the six places where this program asks one.
//!
//! Every table says what a server does and how that must end. Whatever the table says, `meet` checks
//! that nothing stored is lost, that the next command works once the server does, and that neither
//! the error nor the log shows a token or steers a terminal.

mod bodies;
mod endless;
mod quoting;
mod statuses;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::logging::Listener;
use super::provider::Provider;
use super::server::{Act, Asked, Script};
use super::{TestClock, profile, session};
use crate::{ErrorKind, GraphqlRequest, LogoutOutcome, Revocation, Session, SessionError};

/// Where a server is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    Discovery,
    Device,
    Poll,
    Refresh,
    Revoke,
    Api,
}

/// How a request ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    /// As if nothing were the matter.
    Fine,
    /// The server makes no sense: exit status 1.
    Nonsense,
    /// The server is not there now: exit status 7. Polls go on, and so a sign-in succeeds.
    Away,
}

/// What a server does, and how that ends where the answer is read, for revocation, and for an API.
struct Case {
    name: &'static str,
    script: Script,
    read: End,
    revoke: End,
    api: End,
}

impl Stage {
    const ALL: [Self; 6] =
        [Self::Discovery, Self::Device, Self::Poll, Self::Refresh, Self::Revoke, Self::Api];

    /// How the path of its requests ends.
    fn path(self) -> &'static str {
        match self {
            Self::Discovery => "/openid-configuration",
            Self::Device => "/device",
            Self::Poll | Self::Refresh => "/token",
            Self::Revoke => "/revoke",
            Self::Api => "/graphql",
        }
    }

    fn needs_sign_in(self) -> bool {
        matches!(self, Self::Refresh | Self::Revoke | Self::Api)
    }
}

impl Case {
    /// A case that ends the same way everywhere.
    fn new(name: &'static str, acts: Vec<Act>, end: End) -> Self {
        Self { name, script: Script(acts), read: end, revoke: end, api: end }
    }

    /// A case of an answer whose body alone is wrong: a revocation needs none.
    fn body(name: &'static str, acts: Vec<Act>) -> Self {
        Self { revoke: End::Fine, ..Self::new(name, acts, End::Nonsense) }
    }

    fn end(&self, stage: Stage) -> End {
        match stage {
            // Signing out succeeds in any case, and has one way to say what went wrong.
            Stage::Revoke if self.revoke == End::Away => End::Nonsense,
            Stage::Revoke => self.revoke,
            Stage::Api => self.api,
            // A poll that fails for want of an answer is made again.
            Stage::Poll if self.read == End::Away => End::Fine,
            _ => self.read,
        }
    }
}

/// Plays every case at every stage, by a clock that stands still unless everybody waits.
async fn play(cases: Vec<Case>) {
    play_by(Clock::Still, cases).await;
}

/// Which clock a hostile answer is read by.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Clock {
    /// The test's. It jumps ahead when nobody has anything to do.
    Still,
    /// The machine's, for answers of which the system holds parts back for a moment: the test's
    /// clock would take that for a time when nobody has anything to do.
    Real,
}

async fn play_by(clock: Clock, cases: Vec<Case>) {
    let (listener, _listening) = Listener::start();
    for case in cases {
        for stage in Stage::ALL {
            let (name, script) = (case.name, case.script.clone());
            let met = meet_by(clock, stage, Arc::new(move |_: &Asked| script.clone())).await;
            assert_eq!(met.end, case.end(stage), "{name}, at {stage:?}: {}", met.text);
        }
    }
    assert_clean("the log", &listener.heard());
}

/// What came of a meeting, with the words that the user would read.
struct Met {
    end: End,
    text: String,
}

type Hostile = Arc<dyn Fn(&Asked) -> Script + Send + Sync>;

/// Has a session meet a hostile server at one stage; everything before it goes well.
async fn meet(stage: Stage, hostile: Hostile) -> Met {
    meet_by(Clock::Still, stage, hostile).await
}

async fn meet_by(by: Clock, stage: Stage, hostile: Hostile) -> Met {
    let provider = Provider::start().await;
    let home = tempfile::tempdir().expect("a folder");
    let clock = TestClock::new();
    let again = || session(profile(&provider.server.url), home.path(), &clock);
    let session = again();
    if stage.needs_sign_in() {
        session.login(&mut |_| {}, false).await.expect("a sign-in");
    }
    let before = stored(&session);
    let sprung = Arc::new(AtomicBool::new(false));
    let springing = Arc::clone(&sprung);
    provider.set(|world| {
        let trap = move |asked: &Asked| {
            let first = !springing.swap(true, Ordering::SeqCst);
            if first && by == Clock::Real {
                tokio::time::resume();
            }
            (first || stage != Stage::Poll).then(|| hostile(asked))
        };
        world.trap = Some((stage.path(), Arc::new(trap)));
    });
    let result = act(stage, &session, &clock).await;
    if by == Clock::Real {
        assert!(sprung.load(Ordering::SeqCst), "{stage:?}: nobody was asked");
        tokio::time::pause();
    }
    provider.set(|world| world.trap = None);

    let met = match &result {
        Ok(()) => Met { end: End::Fine, text: String::new() },
        Err(Trouble::Error(error)) => describe(error),
        Err(Trouble::Said(text)) => Met { end: End::Nonsense, text: text.clone() },
    };
    assert_clean(&format!("the error at {stage:?}"), &met.text);
    assert!(!met.text.contains(|character: char| character.is_control()), "{:?}", met.text);
    match stage {
        // The record goes in any case.
        Stage::Revoke => assert_eq!(stored(&session), None),
        _ if result.is_err() => assert_eq!(stored(&session), before, "{stage:?}: {}", met.text),
        _ => {}
    }
    if stage == Stage::Refresh && result.is_err() {
        again().persona().await.expect("the next command renews the sign-in");
        assert_eq!(provider.refreshes(), (1, 0), "{}", met.text);
    }
    met
}

/// Why a request did not succeed. Signing out does, and says what went wrong.
enum Trouble {
    Error(SessionError),
    Said(String),
}

async fn act(stage: Stage, session: &Session, clock: &TestClock) -> Result<(), Trouble> {
    match stage {
        Stage::Discovery | Stage::Device | Stage::Poll => {
            session.login(&mut |_| {}, false).await.map(drop).map_err(Trouble::Error)
        }
        Stage::Refresh => {
            clock.forward(400);
            session.persona().await.map(drop).map_err(Trouble::Error)
        }
        Stage::Revoke => match session.logout().await.map_err(Trouble::Error)? {
            LogoutOutcome::SignedOut(Revocation::Failed(reason)) => Err(Trouble::Said(reason)),
            _ => Ok(()),
        },
        Stage::Api => session.graphql(request()).await.map(drop).map_err(Trouble::Error),
    }
}

fn request() -> GraphqlRequest {
    GraphqlRequest {
        api: "cluster".into(),
        operation_name: None,
        document: "{ clusters }".into(),
        variables: String::new(),
        mutation: false,
    }
}

fn describe(error: &SessionError) -> Met {
    let end = match error.kind() {
        ErrorKind::Unavailable => End::Away,
        ErrorKind::Failed => End::Nonsense,
        other => panic!("{other:?}: {error}"),
    };
    assert_clean("what a debugger sees", &format!("{error:?}"));
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(below) = cause {
        text = format!("{text}: {below}");
        cause = below.source();
    }
    Met { end, text: format!("{text} ({})", error.hints().join("; ")) }
}

/// The stored record as it is on disk.
fn stored(session: &Session) -> Option<String> {
    let path = session.store().expect("a store").path().expect("a file");
    std::fs::read_to_string(path).ok()
}

/// Every token and code of the provider here has `canary` in it or begins as JWTs do.
fn assert_clean(what: &str, text: &str) {
    assert!(!text.contains("canary") && !text.contains("e30."), "{what} shows a token: {text}");
}
