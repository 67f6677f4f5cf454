//! What `vantage doctor` asks of a session: its files, its provider, the clock.
//!
//! Each check says what it found and, if that is bad, what mends it. Checks look and touch nothing:
//! a damaged record stays where it is until a command needs it.

use std::path::Path;

use crate::error::SessionError;
use crate::files;
use crate::record::{Key, LARGEST, Record, Unreadable};
use crate::session::Session;
use crate::source::CredentialSource;
use crate::store;

/// A clock this far off makes tokens look expired, or not yet valid.
const CLOCK_DIFFERENCE: i64 = 30;

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

impl Session {
    /// Checks the folder of sign-ins and this profile's record. Needs no network.
    pub fn check_store(&self) -> Vec<Check> {
        match self.source() {
            CredentialSource::Store(store, kind) => match store.path() {
                Some(path) => {
                    vec![check_folder(&store::folder(&self.folders().state)), self.check_record(path)]
                }
                None => {
                    vec![good("credential store", format!("`{kind}`: the sign-in ends with the process"))]
                }
            },
            CredentialSource::Missing(kind) => {
                vec![bad("credential store", &SessionError::StoreUnavailable { kind })]
            }
            CredentialSource::Given(_, from) => vec![good("sign-in", format!("from {from}, for this run"))],
        }
    }

    /// Checks that the provider answers and makes sense, and whether its clock and ours agree.
    pub async fn check_provider(&self) -> Vec<Check> {
        match self.discover().await {
            Ok((_, date)) => {
                let mut checks = vec![good("provider", format!("`{}` answers", self.profile().issuer))];
                checks.extend(
                    date.map(|date| check_clock(date.as_second().saturating_sub(self.now().as_second()))),
                );
                checks
            }
            Err(error) => vec![bad("provider", &error)],
        }
    }

    fn check_record(&self, path: &Path) -> Check {
        let bytes = match files::read_private(path, LARGEST) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                let finding = format!("not signed in with profile `{}`", self.profile().name);
                return Check {
                    subject: "sign-in",
                    verdict: Verdict::Warning,
                    finding,
                    remedy: Some("vantage login".into()),
                };
            }
            Err(error) => return bad("sign-in", &error),
        };
        match Record::from_json(&bytes, &Key::of(self.profile())) {
            Ok(record) => self.describe(&record),
            Err(Unreadable::Version(found)) => {
                bad("sign-in", &SessionError::RecordVersion { path: path.to_owned(), found })
            }
            Err(Unreadable::Damaged(problem)) => Check {
                subject: "sign-in",
                verdict: Verdict::Bad,
                finding: format!("`{}` is damaged: {problem}", path.display()),
                remedy: Some("vantage login".into()),
            },
        }
    }

    fn describe(&self, record: &Record) -> Check {
        let persona = &record.persona;
        let who = persona.username.as_deref().or(persona.email.as_deref()).unwrap_or(&persona.subject);
        let left = record.expires_at.map(|expires_at| expires_at.saturating_sub(self.now().as_second()));
        let (verdict, state) = match (left, record.refresh.is_some()) {
            (Some(left), false) if left <= 0 => (Verdict::Bad, "expired, and cannot be renewed".into()),
            (Some(left), true) if left <= 0 => (Verdict::Good, "to be renewed at the next request".into()),
            (Some(left), true) => (Verdict::Good, format!("good for {left} seconds, then renewed")),
            (Some(left), false) => {
                (Verdict::Warning, format!("good for {left} seconds, and cannot be renewed"))
            }
            (None, _) => (Verdict::Good, "good until the provider says otherwise".into()),
        };
        let remedy = (verdict != Verdict::Good).then(|| "vantage login --force".into());
        Check { subject: "sign-in", verdict, finding: format!("`{who}`, {state}"), remedy }
    }
}

fn check_folder(folder: &Path) -> Check {
    if !folder.exists() {
        return good("state folder", format!("`{}` will be made at the first sign-in", folder.display()));
    }
    match files::check_folder(folder) {
        Ok(()) => good("state folder", format!("`{}` is the user's alone", folder.display())),
        Err(error) => bad("state folder", &error),
    }
}

fn check_clock(difference: i64) -> Check {
    if difference.abs() <= CLOCK_DIFFERENCE {
        return good("clock", "agrees with the provider's".into());
    }
    let side = if difference > 0 { "behind" } else { "ahead of" };
    Check {
        subject: "clock",
        verdict: Verdict::Warning,
        finding: format!("this machine's clock is {} seconds {side} the provider's", difference.abs()),
        remedy: Some("set the clock, by NTP if possible".into()),
    }
}

fn good(subject: &'static str, finding: String) -> Check {
    Check { subject, verdict: Verdict::Good, finding, remedy: None }
}

fn bad(subject: &'static str, error: &SessionError) -> Check {
    Check {
        subject,
        verdict: Verdict::Bad,
        finding: error.to_string(),
        remedy: error.hints().into_iter().next(),
    }
}
