//! What the runtime asks of the world: small traits over plain data.
//!
//! The runtime knows neither sessions, HTTP, files on disk nor terminals. Whoever runs a pack hands
//! it these ports; `host/src/adapters.rs` joins them to session, store and output, and the tests
//! join them to values. Authority is not a port's business: the runtime asks [`Authority`] before it
//! asks any other port.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;
use vantage_policy::decision::Grants;
use vantage_policy::gate::OperationKind;

/// Why a port could not do what was asked, in the terms of the contract's `error` record.
#[derive(Debug, Clone, PartialEq)]
pub struct PortError {
    /// One of the kinds that `types.error.kind` lists.
    pub kind: &'static str,
    /// One line, lower case, no full stop.
    pub message: String,
    /// What the user can do, one line each.
    pub hints: Vec<String>,
    /// An object whose content depends on the kind.
    pub details: Option<Value>,
}

/// The future that a port's slow call gives back.
pub type PortFuture<'a, T> = BoxFuture<'a, Result<T, PortError>>;

/// What the user granted to the pack that runs, read anew at each call so that a revoked grant ends
/// at once.
pub trait Authority: Send + Sync {
    /// The grants in force now.
    fn grants(&self) -> Result<Grants, PortError>;
}

/// One GraphQL request that the gate has let through.
#[derive(Debug, Clone)]
pub struct PlatformRequest {
    /// Which of the platform's APIs serves it, as in `cluster`.
    pub api: String,
    /// The operation's name, for the request and for timings.
    pub operation: String,
    /// Query, mutation or subscription; mutations are never sent twice.
    pub kind: OperationKind,
    /// The gate's canonical print of the document.
    pub document: String,
    /// A JSON object, printed by the gate.
    pub variables: String,
}

/// What the platform answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformAnswer {
    /// The JSON text of `data`; `null` where there is none.
    pub data: String,
    /// A JSON array of objects with `message` and, where known, `path` and `code`.
    pub errors: String,
}

/// The platform's GraphQL APIs, as the signed-in user.
pub trait Platform: Send + Sync {
    /// Sends one query or mutation.
    fn execute(&self, request: PlatformRequest) -> PortFuture<'_, PlatformAnswer>;
    /// Starts one subscription; it is answered when the platform has taken it on.
    fn subscribe(&self, request: PlatformRequest) -> PortFuture<'_, Box<dyn Events>>;
}

/// The events of a subscription. Dropping them ends it.
pub trait Events: Send {
    /// Waits for the next event; none when the subscription has come to its end. Connections that are
    /// lost are made again behind it. May be dropped while it waits, and called again.
    fn next(&mut self) -> PortFuture<'_, Option<PlatformAnswer>>;
}

/// Who is signed in. Nothing here authenticates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonaFacts {
    /// The platform's identifier of the user.
    pub subject: String,
    /// The name that people see.
    pub display_name: String,
    /// The address, where the provider tells it.
    pub email: Option<String>,
    /// The chosen organization: identifier and name.
    pub organization: Option<(String, String)>,
    /// Role names, sorted.
    pub roles: Vec<String>,
}

/// The user's identity, as the session knows it.
pub trait Identity: Send + Sync {
    /// Who is signed in.
    fn persona(&self) -> PortFuture<'_, PersonaFacts>;
}

/// Whether a pack should go on adding to its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Nobody reads on: the pack is told `closed` and should return success.
    Closed,
}

/// Where a pack's answer, notes and progress go. Calls block only as long as the reader is slow.
pub trait Answers: Send + Sync {
    /// Adds records, each a JSON text that the runtime has checked to be well-formed.
    fn emit(&self, records: &[String]) -> Result<Flow, PortError>;
    /// Adds Markdown.
    fn text(&self, markdown: &str) -> Result<Flow, PortError>;
    /// Tells people something beside the answer.
    fn note(&self, message: &str);
    /// Warns people.
    fn warn(&self, message: &str);
    /// One line that the pack wrote to its standard output or error.
    fn line(&self, line: &str);
    /// A diagnostic message for the pack's author, shown with `-vv`.
    fn log(&self, level: &'static str, message: &str);
    /// Starts a progress display; the number identifies it.
    fn start_progress(&self, title: &str, total: Option<u32>) -> u64;
    /// Moves a progress display on by `by` steps.
    fn advance_progress(&self, progress: u64, by: u32);
    /// Says what a progress display is at.
    fn describe_progress(&self, progress: u64, message: &str);
    /// Ends a progress display.
    fn end_progress(&self, progress: u64);
}

/// Questions to the person at the terminal; an error of kind `unattended` where there is none.
pub trait Questions: Send + Sync {
    /// Asks yes or no; the default is no.
    fn confirm(&self, question: &str) -> PortFuture<'_, bool>;
    /// Asks for one of `choices`, by index.
    fn choose(&self, question: &str, choices: &[String]) -> PortFuture<'_, u32>;
    /// Asks for a line of text.
    fn ask(&self, question: &str, suggestion: Option<&str>) -> PortFuture<'_, String>;
}

/// Small JSON values that a pack keeps between runs.
pub trait Storage: Send + Sync {
    /// The value of `key`, or none.
    fn get(&self, key: &str) -> Result<Option<String>, PortError>;
    /// Sets `key`; fails with kind `full` where the granted size is used up.
    fn set(&self, key: &str, value: &str) -> Result<(), PortError>;
    /// Removes `key`; removing what is not there is no error.
    fn delete(&self, key: &str) -> Result<(), PortError>;
    /// All keys, sorted.
    fn keys(&self) -> Result<Vec<String>, PortError>;
}

/// A file that the user named on the command line, opened by the host.
pub trait InputFile: Send + Sync {
    /// The name as the user typed it, without its folders.
    fn name(&self) -> String;
    /// Bytes in all, where known.
    fn size(&self) -> Option<u64>;
    /// Up to `maximum` more bytes; empty at the end.
    fn read(&mut self, maximum: u32) -> Result<Vec<u8>, PortError>;
}

/// The files that the user named, by argument.
pub trait Inputs: Send + Sync {
    /// Opens the files of one `file` argument, in order.
    fn open(&self, argument: &str) -> Result<Vec<Box<dyn InputFile>>, PortError>;
}

/// The time that a pack is told, in milliseconds since the Unix epoch; its clock has no finer grain.
pub trait Clock: Send + Sync {
    /// Now.
    fn now_milliseconds(&self) -> u64;
}

/// One thing that a pack asked for, what was decided, and what became of it.
///
/// It holds no variables, no answers and nothing else that a pack could fill with what it read, but
/// for the names of root fields in documents that it makes while it runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditEntry {
    /// `query`, `mutation`, `subscription`, `dynamic`, `persona` or `storage`; where it was not
    /// understood what the pack asked for, `document` or `operation`.
    pub kind: &'static str,
    /// A declared operation's name; the coordinates of a document that was made while running; the
    /// text of any other capability.
    pub operation: Option<String>,
    /// The root fields that it reaches, as in `cluster/Query.clusters`.
    pub fields: Vec<String>,
    /// Whether it was allowed, to its end.
    pub allowed: bool,
    /// The rule that denied it.
    pub rule: Option<&'static str>,
    /// The capability that was missing.
    pub capability: Option<String>,
    /// `ok`, `errors`, `started`, `shown`, `revoked`, `cancelled`, or the kind of an error of the contract.
    pub outcome: Option<&'static str>,
    /// From the decision to the end.
    pub duration: Option<Duration>,
    /// Bytes of the answers that the pack was given.
    pub bytes: Option<u64>,
    /// Events of a subscription.
    pub events: Option<u64>,
    /// How often the same was denied once more in this run.
    pub repeated: Option<u64>,
}

/// Where it is kept what packs asked for.
pub trait Audit: Send + Sync {
    /// Keeps one entry. Where that fails the user is told, and the run goes on.
    fn record(&self, entry: AuditEntry);
}

/// Everything that one run of a pack is lent.
#[derive(Clone)]
pub struct Ports {
    /// What the user granted.
    pub authority: Arc<dyn Authority>,
    /// The platform.
    pub platform: Arc<dyn Platform>,
    /// The user's identity.
    pub identity: Arc<dyn Identity>,
    /// Where the answer goes.
    pub answers: Arc<dyn Answers>,
    /// The person at the terminal.
    pub questions: Arc<dyn Questions>,
    /// What the pack keeps.
    pub storage: Arc<dyn Storage>,
    /// Files from the command line.
    pub inputs: Arc<dyn Inputs>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The record of what the pack asked for.
    pub audit: Arc<dyn Audit>,
    /// The pack's settings from the user's configuration: a JSON object.
    pub settings: String,
}
