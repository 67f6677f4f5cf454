//! What `vantage doctor` asks of a session: its files, its keyring, its provider, its APIs, the clock.
//!
//! Each check says what it found and, if that is bad, what mends it. Checks look and change nothing:
//! a damaged record stays where it is until a command needs it, and no token is ever sent. What is on
//! this machine is in `doctor/local.rs`, what is behind the network in `doctor/remote.rs`.

mod local;
mod remote;

use std::path::Path;

pub use local::Privacy;

use crate::error::SessionError;

/// How one check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It works, but.
    Warning,
    /// It does not work.
    Bad,
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What was looked at, in a word or two.
    pub subject: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// What was found.
    pub finding: String,
    /// What mends it.
    pub remedy: Option<String>,
}

impl Check {
    /// All is well.
    pub fn good(subject: &'static str, finding: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Good, finding: finding.into(), remedy: None }
    }

    /// It works, but; with what mends it.
    pub fn warning(subject: &'static str, finding: impl Into<String>, remedy: impl Into<String>) -> Self {
        let (finding, remedy) = (finding.into(), Some(remedy.into()));
        Self { subject, verdict: Verdict::Warning, finding, remedy }
    }

    /// It does not work; with what mends it, where that is known.
    pub fn bad(subject: &'static str, finding: impl Into<String>, remedy: Option<String>) -> Self {
        Self { subject, verdict: Verdict::Bad, finding: finding.into(), remedy }
    }

    /// It does not work, for the reason that an error has.
    pub(crate) fn failed(subject: &'static str, error: &SessionError) -> Self {
        let mut finding = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(source) = cause {
            finding.push_str(": ");
            finding.push_str(&source.to_string());
            cause = source.source();
        }
        Self::bad(subject, finding, error.hints().into_iter().next())
    }

    /// Looks at one of the program's folders: that it is the user's, and who else can use it.
    pub fn folder(subject: &'static str, path: &Path, privacy: Privacy) -> Self {
        local::folder(subject, path, privacy)
    }
}
