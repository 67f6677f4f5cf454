//! What a pack asks for, on its way into the audit log, with whose run it was.
//!
//! The runtime says what was asked and decided; here the profile, the command and the pack are put
//! beside it. A command does not fail for its log: what cannot be written is told once in a run. The
//! log itself, its chain and its files are the store's.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use vantage_output::Console;
use vantage_policy::description::Command;
use vantage_runtime::ports::{Audit, AuditEntry};
use vantage_store::{AuditDecision, AuditLog};

use crate::catalog::{Chosen, PackOrigin};
use crate::context::Context;
use crate::error::HostError;

/// How long a line waits for other processes, each of which takes well below a millisecond.
const PATIENCE: Duration = Duration::from_secs(2);
/// The same while somebody waits for a value to be completed.
const SHORT_PATIENCE: Duration = Duration::from_millis(20);

/// The audit log, for one run of a pack.
pub struct RunLog {
    log: AuditLog,
    console: Console,
    run: Run,
    warned: AtomicBool,
}

/// What is the same in each line of a run.
struct Run {
    profile: String,
    command: String,
    pack: String,
    pack_version: String,
    digest: String,
}

impl RunLog {
    /// The log of a run of `command`; touches nothing before there is something to write.
    pub fn new(pack: &Chosen, command: &Command, context: &Context) -> Result<Self, HostError> {
        // The words alone: what was given to the command is none of the log's.
        Self::of(pack, command.path.join(" "), PATIENCE, context)
    }

    /// The log of what is asked for while a value of `command` is completed. No pack has a command that
    /// begins so.
    pub fn while_completing(pack: &Chosen, command: &Command, context: &Context) -> Result<Self, HostError> {
        Self::of(pack, format!("completion {}", command.path.join(" ")), SHORT_PATIENCE, context)
    }

    fn of(pack: &Chosen, command: String, patience: Duration, context: &Context) -> Result<Self, HostError> {
        let digest = match &pack.origin {
            PackOrigin::Bundled(bundled) => bundled.digest,
            PackOrigin::Installed { digest, .. } => digest,
        };
        Ok(Self {
            log: AuditLog::open(&context.folders()?.state).with_patience(patience),
            console: context.console().clone(),
            run: Run {
                profile: context.resolved()?.profile.name,
                command,
                pack: pack.description.id.clone(),
                pack_version: pack.description.version.to_string(),
                digest: digest.to_owned(),
            },
            warned: AtomicBool::new(false),
        })
    }
}

impl Audit for RunLog {
    fn record(&self, entry: AuditEntry) {
        let entry = self.run.entry(entry, jiff::Timestamp::now());
        // Who waited once in vain does not wait at every line.
        let appended = match self.warned.load(Ordering::Relaxed) {
            false => self.log.append(&entry),
            true => self.log.clone().with_patience(Duration::ZERO).append(&entry),
        };
        let Err(error) = appended else {
            return;
        };
        if self.warned.swap(true, Ordering::Relaxed) {
            tracing::debug!(%error, "a line of the audit log was not written");
            return;
        }
        let reasons = std::iter::once(error.to_string()).chain(error.hints()).collect::<Vec<_>>();
        self.console.warn(&format!("the audit log was not written: {}", reasons.join("; ")));
    }
}

impl Run {
    fn entry(&self, entry: AuditEntry, now: jiff::Timestamp) -> vantage_store::AuditEntry {
        vantage_store::AuditEntry {
            time: format!("{now:.3}"),
            profile: self.profile.clone(),
            command: self.command.clone(),
            pack: self.pack.clone(),
            pack_version: self.pack_version.clone(),
            digest: self.digest.clone(),
            kind: entry.kind.to_owned(),
            operation: entry.operation,
            fields: entry.fields,
            decision: if entry.allowed { AuditDecision::Allowed } else { AuditDecision::Denied },
            rule: entry.rule.map(str::to_owned),
            capability: entry.capability,
            outcome: entry.outcome.map(str::to_owned),
            seconds: entry.duration.map(seconds),
            bytes: entry.bytes,
            events: entry.events,
            repeated: entry.repeated,
        }
    }
}

/// In microseconds: more is noise.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e6
}
