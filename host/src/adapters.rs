//! Joins the runtime's ports to session, store and output; alone sees both sides.
//!
//! One file a port. What a port's failure means to the user is kept beside the run ([`Failures`]),
//! since a pack gets only the contract's error: when the pack gives it back, the user is told what
//! the host knows, with its hints and request id.

pub mod answers;
pub mod audit;
pub mod authority;
pub mod identity;
pub mod inputs;
pub mod nothing;
pub mod platform;
pub mod questions;
pub mod storage;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use vantage_runtime::ports::{Clock, PortError};

use crate::error::{HostError, Kind};

/// Failures of ports during one run, by the message that the pack was given.
#[derive(Clone, Default)]
pub struct Failures {
    last: Arc<Mutex<Option<(PortError, HostError)>>>,
    refusal: Arc<Mutex<Option<HostError>>>,
    dry_run: Arc<AtomicBool>,
}

impl Failures {
    /// Keeps `error` and gives what the pack is told of it.
    pub fn keep(&self, error: HostError) -> PortError {
        let report = error.report();
        let told = PortError {
            kind: contract_kind(error.kind()),
            message: report.message,
            hints: report.hints,
            details: report.details,
        };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((told.clone(), error));
        told
    }

    /// Keeps that the platform refused something, in an answer that the pack is given all the same.
    pub fn keep_refusal(&self, error: HostError) {
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// The platform's refusal behind a failure of a general kind; the pack cannot make one up.
    pub fn refusal(&self, kind: &str) -> Option<HostError> {
        let general = matches!(kind, "rejected" | "denied" | "failed");
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner).take().filter(|_| general)
    }

    /// Notes that a change was shown instead of sent.
    pub fn note_dry_run(&self) {
        self.dry_run.store(true, Ordering::Relaxed);
    }

    /// Whether a change was shown instead of sent.
    pub fn dry_run(&self) -> bool {
        self.dry_run.load(Ordering::Relaxed)
    }

    /// The host's own error behind what a pack gives back, where the pack passed it on unchanged.
    pub fn behind(&self, kind: &str, message: &str) -> Option<HostError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match last.take() {
            Some((told, error)) if told.kind == kind && told.message == message => Some(error),
            other => {
                *last = other;
                None
            }
        }
    }
}

/// The contract's word for a kind of the host's.
fn contract_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Usage => "usage",
        Kind::NotFound => "not-found",
        Kind::NotSignedIn => "unauthenticated",
        Kind::Denied => "denied",
        Kind::Conflict => "conflict",
        Kind::Unavailable => "unavailable",
        Kind::Interrupted | Kind::Terminated | Kind::HungUp => "cancelled",
        Kind::Failed | Kind::PackCrashed => "failed",
    }
}

/// The wall clock.
pub struct WallClock;

impl Clock for WallClock {
    fn now_milliseconds(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}
