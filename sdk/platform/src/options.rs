//! What a platform can be asked to be. The binary fills this from its arguments, tests by hand.
//! Faults can be changed while it runs (`faults.rs`); everything else is fixed at start.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::error::PlatformError;
use crate::faults::{Echo, Failure};
use crate::identity::canary::Canary;
use crate::world::people;

/// How a platform behaves; the default is a small, honest one on any free port.
#[derive(Clone, Debug)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes any that is free.
    pub port: u16,
    /// How long an access token is good for; whole seconds, at least one.
    pub access_token_ttl: Duration,
    /// How long a refresh token is good for, counted anew at each refresh.
    pub refresh_token_ttl: Duration,
    /// How long a person has to approve.
    pub device_code_ttl: Duration,
    /// The gap between polls that is advertised and enforced; whole seconds, at least one.
    pub poll_interval: Duration,
    /// Approve every device code at once as [`Options::user`], without anyone looking.
    pub auto_approve: bool,
    /// Who `auto_approve` signs in, by user name; the first of the world's people by default.
    pub user: String,
    /// Decides names, ids and times of the world that is made at start.
    pub seed: u64,
    /// How many clusters the first organization has.
    pub clusters: usize,
    /// What the first of those are called instead: real platforms have names in every script.
    pub cluster_names: Vec<String>,
    /// How long a new cluster is `preparing` before it is `ready`.
    pub ready_after: Duration,
    /// How many job submissions the first organization has.
    pub submissions: usize,
    /// How long a job takes for each of its four steps: created, pending, running, completing.
    pub job_step: Duration,
    /// How much later than otherwise identity and APIs answer.
    pub latency: Duration,
    /// Which requests are failed on purpose.
    pub fail: Option<Failure>,
    /// Where the APIs answer with the caller's token.
    pub echo: Option<Echo>,
    /// Whether subscriptions may come over WebSockets; if not, clients must take server-sent events.
    pub websockets: bool,
    /// How long a WebSocket may be open without `connection_init`.
    pub connection_init_wait: Duration,
    /// File of the database; in memory if there is none.
    pub database: Option<PathBuf>,
    /// Whether signing key and sign-ins are kept in that file too, so that tokens stay good when
    /// the platform is started again on the same port. Codes that wait for a person are not.
    pub keep_sessions: bool,
    /// Text that every token and device code contains verbatim, for tests that search for leaks:
    /// see [`canary_of`](crate::canary_of).
    pub canary: Option<String>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            access_token_ttl: Duration::from_secs(300),
            refresh_token_ttl: Duration::from_secs(30 * 24 * 60 * 60),
            device_code_ttl: Duration::from_secs(600),
            // What RFC 8628 assumes when a server says nothing.
            poll_interval: Duration::from_secs(5),
            auto_approve: false,
            user: people::FIRST.username.to_owned(),
            seed: 1,
            clusters: 7,
            cluster_names: Vec::new(),
            ready_after: Duration::from_secs(8),
            submissions: 12,
            job_step: Duration::from_secs(3),
            latency: Duration::ZERO,
            fail: None,
            echo: None,
            websockets: true,
            // What graphql-ws allows.
            connection_init_wait: Duration::from_secs(3),
            database: None,
            keep_sessions: false,
            canary: None,
            clock: Arc::new(SystemClock),
        }
    }
}

impl Options {
    /// Refuses what could not be served as asked, before anything is opened.
    pub(crate) fn check(&self) -> Result<Option<Canary>, PlatformError> {
        for (option, duration) in [
            ("access-token-ttl", self.access_token_ttl),
            ("refresh-token-ttl", self.refresh_token_ttl),
            ("device-code-ttl", self.device_code_ttl),
            ("poll-interval", self.poll_interval),
        ] {
            if duration.as_secs() == 0 || duration.subsec_nanos() != 0 || duration > LONGEST {
                let reason = "must be whole seconds, at least one and at most ten years".to_owned();
                return Err(PlatformError::Option { option, reason });
            }
        }
        if people::by_username(&self.user).is_none() {
            let known: Vec<_> = people::PEOPLE.iter().map(|person| person.username).collect();
            let reason = format!("no user `{}`; there are {}", self.user, known.join(", "));
            return Err(PlatformError::Option { option: "user", reason });
        }
        if self.keep_sessions && self.database.is_none() {
            let reason = "needs a file to keep them in: --database FILE";
            return Err(PlatformError::Option { option: "keep-sessions", reason: reason.to_owned() });
        }
        for (option, duration) in [("ready-after", self.ready_after), ("job-step", self.job_step)] {
            if duration > LONGEST {
                let reason = "must be at most ten years".to_owned();
                return Err(PlatformError::Option { option, reason });
            }
        }
        self.canary.as_deref().map(Canary::new).transpose()
    }
}

/// Ten years: long enough for every test, short enough that no sum of times overflows.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_can_be_served() {
        assert!(Options::default().check().unwrap().is_none());
    }

    #[test]
    fn what_cannot_be_served_is_named() {
        let refused = |options: Options| options.check().unwrap_err().to_string();
        let second = Duration::from_millis(1_500);
        assert_eq!(
            refused(Options { poll_interval: Duration::ZERO, ..Options::default() }),
            "option `poll-interval`: must be whole seconds, at least one and at most ten years"
        );
        assert!(
            refused(Options { access_token_ttl: second, ..Options::default() }).contains("whole seconds")
        );
        let kept = Options { keep_sessions: true, ..Options::default() };
        assert!(refused(kept).starts_with("option `keep-sessions`: needs a file"));
        assert_eq!(
            refused(Options { user: "nobody".to_owned(), ..Options::default() }),
            "option `user`: no user `nobody`; there are ada, grace, lin, sam"
        );
    }
}
