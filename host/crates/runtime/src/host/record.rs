//! What a run asks for, on its way to the audit log: one entry for each thing that is decided.
//!
//! A request has a [`Record`] from the decision to its end, and whatever ends it (an answer, a grant
//! taken away, a pack that drops its handle, Ctrl-C) leaves one entry. A pack can be denied as often
//! as it likes, so that the same denial is written once, and how often it came again when the run
//! ends: else a pack could push the log over its limit, and what it did before out of it. Where
//! entries are kept is the business of the [`Audit`] port.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use vantage_policy::capability::{Aspect, Capability};
use vantage_policy::gate::{Operation, OperationKind};

use super::{error, json};
use crate::ports::{Audit, AuditEntry, PlatformAnswer, PortError};

/// Denials of one run that are told apart; those beyond are only counted.
const DENIALS: usize = 100;

/// What a pack asks for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked<'a> {
    /// A declared operation.
    Operation(&'a Operation),
    /// A document that the pack made while running. Its coordinates tell what it is; its name is
    /// anything that the pack likes.
    Dynamic(&'a Operation),
    /// Operations that nothing is known of: one that is not declared, whose name is the pack's too and
    /// is not kept, or more at once than are taken.
    Unnamed,
    /// A document that the gate does not read.
    Document,
    /// An aspect of who is signed in.
    Aspect(Aspect),
    /// To keep values on this computer.
    Storage,
}

impl Asked<'_> {
    fn entry(self) -> AuditEntry {
        let (kind, operation, fields) = match self {
            Self::Operation(operation) => {
                (operation.kind.as_str(), Some(operation.name.clone()), coordinates(operation))
            }
            Self::Dynamic(operation) => {
                let fields = coordinates(operation);
                ("dynamic", Some(fields.join(" ")), fields)
            }
            Self::Unnamed => ("operation", None, Vec::new()),
            Self::Document => ("document", None, Vec::new()),
            Self::Aspect(aspect) => ("persona", Some(Capability::Persona(aspect).to_string()), Vec::new()),
            Self::Storage => ("storage", Some("storage".to_owned()), Vec::new()),
        };
        AuditEntry { kind, operation, fields, ..AuditEntry::default() }
    }
}

fn coordinates(operation: &Operation) -> Vec<String> {
    let root = operation.kind.root_type();
    operation.roots.iter().map(|field| format!("{}/{root}.{field}", operation.api)).collect()
}

/// Why something is not done.
#[derive(Debug)]
pub(super) struct Refused {
    /// What the pack is told.
    pub(super) told: Box<PortError>,
    /// The rule, as the audit log names it.
    pub(super) rule: &'static str,
    /// The capability that is missing.
    pub(super) capability: Option<String>,
}

impl Refused {
    pub(super) fn by(rule: &'static str, told: PortError) -> Self {
        Self { told: Box::new(told), rule, capability: None }
    }
}

/// Makes one run's entries. Clones share the run.
#[derive(Clone)]
pub(super) struct Recorder(Arc<Shared>);

struct Shared {
    audit: Arc<dyn Audit>,
    run: Mutex<Run>,
}

#[derive(Default)]
struct Run {
    /// What is under way, by the number of its record.
    open: BTreeMap<u64, Open>,
    next: u64,
    /// Denials that were recorded, and how often each came again.
    denied: BTreeMap<String, (AuditEntry, u64)>,
    /// Denials beyond those.
    more_denied: u64,
    aspects: BTreeSet<Aspect>,
    ended: bool,
}

struct Open {
    entry: AuditEntry,
    began: Instant,
    bytes: u64,
    events: Option<u64>,
    /// Whether the last that came had errors.
    errors: bool,
}

impl Open {
    /// It has ended so.
    fn ended(self, outcome: &'static str) -> AuditEntry {
        let outcome = match outcome {
            // A pack that meets errors often goes no further; what they are is not the log's.
            "ok" | "cancelled" if self.errors => "errors",
            outcome => outcome,
        };
        AuditEntry {
            allowed: true,
            outcome: Some(outcome),
            duration: Some(self.began.elapsed()),
            bytes: Some(self.bytes),
            events: self.events,
            ..self.entry
        }
    }
}

impl Recorder {
    pub(super) fn new(audit: Arc<dyn Audit>) -> Self {
        Self(Arc::new(Shared { audit, run: Mutex::default() }))
    }

    /// Begins the record of a request that was allowed. After the run's end nothing is sent any more.
    pub(super) fn begin(&self, asked: Asked<'_>) -> Result<Record, PortError> {
        let mut run = self.run();
        if run.ended {
            return Err(error("cancelled", "the run has ended"));
        }
        let number = run.next;
        run.next += 1;
        let is_subscription =
            matches!(asked, Asked::Operation(operation) if operation.kind == OperationKind::Subscription);
        let open = Open {
            entry: asked.entry(),
            began: Instant::now(),
            bytes: 0,
            events: is_subscription.then_some(0),
            errors: false,
        };
        run.open.insert(number, open);
        Ok(Record { recorder: self.clone(), number })
    }

    /// Records that something was not done.
    pub(super) fn denied(&self, asked: Asked<'_>, refused: &Refused) {
        let entry =
            AuditEntry { rule: Some(refused.rule), capability: refused.capability.clone(), ..asked.entry() };
        let key = format!("{:?}", (entry.kind, &entry.operation, entry.rule, &entry.capability));
        let mut run = self.run();
        if let Some((_, again)) = run.denied.get_mut(&key) {
            *again += 1;
        } else if run.denied.len() < DENIALS {
            run.denied.insert(key, (entry.clone(), 0));
            drop(run);
            self.0.audit.record(entry);
        } else {
            run.more_denied += 1;
        }
    }

    /// Records that an aspect of the persona was seen, once a run.
    pub(super) fn saw(&self, aspect: Aspect, duration: Duration, failure: Option<&PortError>) {
        if self.run().aspects.insert(aspect) {
            self.0.audit.record(AuditEntry {
                allowed: true,
                outcome: Some(failure.map_or("ok", |failure| failure.kind)),
                duration: Some(duration),
                ..Asked::Aspect(aspect).entry()
            });
        }
    }

    pub(super) fn end_of_run(&self) -> EndOfRun {
        EndOfRun(self.clone())
    }

    /// Records what is still under way, and what was denied more than once.
    fn end(&self) {
        let (open, denied, more) = {
            let mut run = self.run();
            run.ended = true;
            (std::mem::take(&mut run.open), std::mem::take(&mut run.denied), run.more_denied)
        };
        for open in open.into_values() {
            self.0.audit.record(open.ended("cancelled"));
        }
        // Of aspects there is one entry a run.
        let again = denied.into_values().filter(|(entry, again)| *again > 0 && entry.kind != "persona");
        for (entry, again) in again {
            self.0.audit.record(AuditEntry { repeated: Some(again), ..entry });
        }
        if more > 0 {
            let (kind, repeated) = ("operation", Some(more));
            let entry = AuditEntry { kind, rule: Some("others"), repeated, ..AuditEntry::default() };
            self.0.audit.record(entry);
        }
    }

    /// Takes what is under way; nothing where it has ended already.
    fn take(&self, number: u64) -> Option<Open> {
        self.run().open.remove(&number)
    }

    fn run(&self) -> MutexGuard<'_, Run> {
        self.0.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the entries of a run when it is dropped: a run that is cut off by Ctrl-C is dropped too.
pub(crate) struct EndOfRun(Recorder);

impl Drop for EndOfRun {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// One request under way. What ends it first is what is recorded; dropping it says `cancelled`.
pub(super) struct Record {
    recorder: Recorder,
    number: u64,
}

impl Record {
    /// The request has an answer, or has failed.
    pub(super) fn answered(&self, answer: &Result<PlatformAnswer, PortError>) {
        match answer {
            Ok(answer) => {
                self.count(answer);
                self.end("ok");
            }
            // A dry run shows a change instead of sending it.
            Err(error) if error.kind == "dry-run" => self.end("shown"),
            Err(error) => self.end(error.kind),
        }
    }

    /// The platform has taken a subscription on: an entry of its own, since its end may be far off.
    pub(super) fn started(&self) {
        let entry = self.recorder.run().open.get(&self.number).map(|open| AuditEntry {
            allowed: true,
            outcome: Some("started"),
            duration: Some(open.began.elapsed()),
            ..open.entry.clone()
        });
        if let Some(entry) = entry {
            self.recorder.0.audit.record(entry);
        }
    }

    /// A subscription has given an event to the pack.
    pub(super) fn event(&self, answer: &PlatformAnswer) {
        self.count(answer);
        if let Some(open) = self.recorder.run().open.get_mut(&self.number) {
            open.events = open.events.map(|events| events + 1);
        }
    }

    fn count(&self, answer: &PlatformAnswer) {
        if let Some(open) = self.recorder.run().open.get_mut(&self.number) {
            open.bytes += (answer.data.len() + answer.errors.len()) as u64;
            open.errors = json::elements(&answer.errors).is_none_or(|errors| !errors.is_empty());
        }
    }

    /// It has ended so.
    pub(super) fn end(&self, outcome: &'static str) {
        if let Some(open) = self.recorder.take(self.number) {
            self.recorder.0.audit.record(open.ended(outcome));
        }
    }

    /// What allowed it was taken away; gives what the pack is told.
    pub(super) fn revoked(&self, refused: Refused) -> PortError {
        if let Some(open) = self.recorder.take(self.number) {
            self.recorder.0.audit.record(AuditEntry {
                allowed: false,
                rule: Some(refused.rule),
                capability: refused.capability,
                ..open.ended("revoked")
            });
        }
        *refused.told
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.end("cancelled");
    }
}
