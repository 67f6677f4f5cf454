//! What one run is lent: the ports, and the decision that stands before each of them.
//!
//! It is shared by the host functions of a run and by the requests that they have under way, so it
//! holds no handle and no guest memory. Authority is read anew at each decision, and once a second
//! while a request waits: what the user revokes ends at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::sync::Semaphore;
use vantage_policy::decision::{Denial, Grants, decide_operation};
use vantage_policy::description::Command;
use vantage_policy::gate::{Operation, OperationKind};

use super::record::{Asked, EndOfRun, Record, Recorder, Refused};
use super::{error, text};
use crate::ports::{Events, PlatformAnswer, PlatformRequest, PortError, PortFuture, Ports};
use crate::run::RunRequest;

/// How often a request that waits asks again whether it is still allowed. Tests need not wait.
const RECHECK: Duration = if cfg!(test) { Duration::from_millis(1) } else { Duration::from_secs(1) };
/// Pages fetched ahead and not asked for yet, of all paginations together: each may have 8 MiB.
const PAGES_AHEAD: usize = 4;

/// Subscriptions that are open at once; each is a connection of its own.
const SUBSCRIPTIONS: usize = 8;

/// See the module's text. Clones share one run.
#[derive(Clone)]
pub(crate) struct Lent(Arc<Run>);

struct Run {
    pack_id: String,
    command: Command,
    /// Whether a value is completed, and no command run.
    completes: bool,
    operations: Vec<Operation>,
    requested_storage: Option<u64>,
    ports: Ports,
    recorder: Recorder,
    denial: Mutex<Option<Denial>>,
    requests: AtomicU64,
    pages_ahead: Arc<Semaphore>,
    subscriptions: Arc<Semaphore>,
}

impl Lent {
    pub(crate) fn new(request: &RunRequest, ports: Ports) -> Self {
        Self::of(request, ports, false)
    }

    /// What a pack is lent while it completes a value: its operations and its settings.
    pub(crate) fn completing(request: &RunRequest, ports: Ports) -> Self {
        Self::of(request, ports, true)
    }

    fn of(request: &RunRequest, ports: Ports, completes: bool) -> Self {
        Self(Arc::new(Run {
            pack_id: request.pack_id.clone(),
            command: request.command.clone(),
            completes,
            operations: request.operations.clone(),
            requested_storage: request.requested_storage,
            recorder: Recorder::new(Arc::clone(&ports.audit)),
            ports,
            denial: Mutex::new(None),
            requests: AtomicU64::new(0),
            pages_ahead: Arc::new(Semaphore::new(PAGES_AHEAD)),
            subscriptions: Arc::new(Semaphore::new(SUBSCRIPTIONS)),
        }))
    }

    pub(crate) fn ports(&self) -> &Ports {
        &self.0.ports
    }

    pub(super) fn command(&self) -> &Command {
        &self.0.command
    }

    pub(super) fn requested_storage(&self) -> Option<u64> {
        self.0.requested_storage
    }

    pub(super) fn pages_ahead(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.pages_ahead)
    }

    pub(super) fn subscriptions(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.subscriptions)
    }

    /// The last denial of the run.
    pub(crate) fn denial(&self) -> Option<Denial> {
        self.0.denial.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is asked for, on its way to the audit log.
    pub(super) fn recorder(&self) -> &Recorder {
        &self.0.recorder
    }

    /// When this is dropped nothing more is sent, and what is under way is recorded as cancelled.
    pub(crate) fn end_of_run(&self) -> EndOfRun {
        self.0.recorder.end_of_run()
    }

    /// How many requests went to the platform.
    pub(crate) fn requests(&self) -> u64 {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// Asks a rule of the policy with the grants in force now; a denial is remembered and recorded.
    pub(super) fn allow<T>(
        &self,
        asked: Asked<'_>,
        rule: impl FnOnce(&Grants) -> Result<T, Denial>,
    ) -> Result<T, PortError> {
        self.judge(rule).map_err(|refused| self.refuse(asked, refused))
    }

    /// As [`Lent::allow`], for what has a record already that the denial belongs to.
    pub(super) fn judge<T>(&self, rule: impl FnOnce(&Grants) -> Result<T, Denial>) -> Result<T, Refused> {
        let grants = self.0.ports.authority.grants();
        let grants = grants.map_err(|error| Refused::by("grants-unreadable", error))?;
        rule(&grants).map_err(|denial| {
            let rule = denial.rule.as_str();
            let capability = denial.capability.as_ref().map(ToString::to_string);
            Refused { capability, ..Refused::by(rule, self.deny(denial)) }
        })
    }

    /// Records that something was not done; gives what the pack is told.
    pub(super) fn refuse(&self, asked: Asked<'_>, refused: Refused) -> PortError {
        self.0.recorder.denied(asked, &refused);
        *refused.told
    }

    /// Denies what there is only in a run, where a value is completed. What is kept of such things in the
    /// log is recorded as `asked`.
    pub(super) fn only_in_runs(&self, asked: Option<Asked<'_>>) -> Result<(), PortError> {
        if !self.0.completes {
            return Ok(());
        }
        let told = error(
            "denied",
            "while a value is completed there are operations of commands that read, and nothing else",
        );
        Err(match asked {
            Some(asked) => self.refuse(asked, Refused::by("completing", told)),
            None => told,
        })
    }

    /// Remembers a denial for the host, which writes the remedy, and tells the pack of it.
    fn deny(&self, denial: Denial) -> PortError {
        let capability = denial.capability.as_ref().map(ToString::to_string);
        tracing::debug!(pack = self.0.pack_id, reason = denial.message(), "denied");
        let told = PortError {
            kind: "denied",
            message: denial.message().to_owned(),
            hints: Vec::new(),
            details: capability.map(|capability| json!({ "capability": capability })),
        };
        *self.0.denial.lock().unwrap_or_else(PoisonError::into_inner) = Some(denial);
        told
    }

    /// The pack's declared operation of this name.
    pub(super) fn operation(&self, name: &str) -> Result<&Operation, PortError> {
        self.0.operations.iter().find(|operation| operation.name == name).ok_or_else(|| {
            let name = text::cut(name, text::NAME);
            let told = error("invalid", format!("the pack declares no operation `{name}`"));
            self.refuse(Asked::Unnamed, Refused::by("not-declared", told))
        })
    }

    /// Runs a declared query or mutation.
    pub(super) async fn execute(&self, name: &str, variables: &str) -> Result<PlatformAnswer, PortError> {
        let operation = self.operation(name)?;
        let rule = |grants: &Grants| decide_operation(operation, self.command(), grants);
        self.send(Asked::Operation(operation), operation, variables, rule).await
    }

    /// Asks whether an operation is allowed, checks the variables and sends it for as long as it is.
    pub(super) async fn send(
        &self,
        asked: Asked<'_>,
        operation: &Operation,
        variables: &str,
        rule: impl Fn(&Grants) -> Result<(), Denial>,
    ) -> Result<PlatformAnswer, PortError> {
        self.allow(asked, &rule)?;
        if operation.kind == OperationKind::Subscription {
            let message =
                format!("the operation `{}` is a subscription: it is subscribed to", operation.name);
            return Err(self.refuse(asked, Refused::by("kind", error("invalid", message))));
        }
        let request = self.request(asked, operation, variables)?;
        let record = self.0.recorder.begin(asked)?;
        let answer = self.while_allowed(&record, self.ports().platform.execute(request), rule).await;
        record.answered(&answer);
        answer
    }

    /// Checks the variables and starts a subscription that was allowed.
    pub(super) async fn subscribe(
        &self,
        operation: &Operation,
        variables: &str,
    ) -> Result<(Box<dyn Events>, Record), PortError> {
        let asked = Asked::Operation(operation);
        let request = self.request(asked, operation, variables)?;
        let record = self.0.recorder.begin(asked)?;
        let rule = |grants: &Grants| decide_operation(operation, self.command(), grants);
        let started = self.while_allowed(&record, self.ports().platform.subscribe(request), rule).await;
        match started {
            Ok(events) => {
                record.started();
                Ok((events, record))
            }
            Err(error) => {
                record.end(error.kind);
                Err(error)
            }
        }
    }

    /// What is sent: the gate's print of the document, and of the variables.
    fn request(
        &self,
        asked: Asked<'_>,
        operation: &Operation,
        variables: &str,
    ) -> Result<PlatformRequest, PortError> {
        let variables = operation.check_variables(variables).map_err(|refusal| {
            let told = PortError { hints: refusal.hints(), ..error("invalid", refusal.to_string()) };
            self.refuse(asked, Refused::by("variables", told))
        })?;
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        Ok(PlatformRequest {
            api: operation.api.clone(),
            operation: operation.name.clone(),
            kind: operation.kind,
            document: operation.document.clone(),
            variables,
        })
    }

    /// Waits for the platform for as long as `rule` allows it; a denial ends the record.
    pub(super) async fn while_allowed<T>(
        &self,
        record: &Record,
        mut answer: PortFuture<'_, T>,
        rule: impl Fn(&Grants) -> Result<(), Denial>,
    ) -> Result<T, PortError> {
        loop {
            match tokio::time::timeout(RECHECK, &mut answer).await {
                Ok(answer) => return answer,
                Err(_) => self.judge(&rule).map_err(|refused| record.revoked(refused))?,
            }
        }
    }
}
