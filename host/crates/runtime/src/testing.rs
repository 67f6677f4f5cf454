//! What this crate's tests share: ports over plain values, and a small pack in text form.
//!
//! The pack is the contract's shape written out by hand, with bodies filled in by each test. Packs
//! made by real toolchains are tested end to end elsewhere.

pub(crate) mod player;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use sha2::{Digest, Sha256};
use vantage_policy::decision::Grants;
use vantage_policy::description::Description;

use crate::limits::Limits;
use crate::ports::*;
use crate::run::RunRequest;

/// A pack whose core module has `globals` at its top, and `describe` and `run` with these bodies;
/// an empty body gives `"{}"` and success. Bodies see the imports `$settings`, `$graphql`,
/// `$drop_session`, `$log` and the memory's first page, which is theirs from 256 on.
pub(crate) fn pack(globals: &str, describe: &str, run: &str) -> Vec<u8> {
    let text = include_str!("testing/pack.wat")
        .replace("(;globals;)", globals)
        .replace("(;describe;)", describe)
        .replace("(;run;)", run);
    wat::parse_str(text).expect("the test's pack is sound")
}

/// The digest by which a component is loaded.
pub(crate) fn digest(bytes: &[u8]) -> String {
    let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hash}")
}

/// A description with a command that reads and one that changes.
pub(crate) fn description() -> Description {
    let operation = |name: &str, document: &str| serde_json::json!({ "name": name, "api": "cluster", "document": document, "purpose": "Test" });
    let text = serde_json::json!({
        "schema": 1,
        "id": "acme/test",
        "version": "1.2.0",
        "summary": "Test the runtime",
        "commands": [{
            "path": ["test"],
            "summary": "Test",
            "effect": "read",
            "answer": { "shape": "many" },
            "operations": ["List", "Pages", "Watch"],
        }, {
            "path": ["change"],
            "summary": "Test",
            "effect": "change",
            "answer": { "shape": "nothing" },
            "operations": ["Change", "Unlisted"],
        }],
        "operations": [
            operation("List", "query List($name: String) { clusters(name: $name) { name } }"),
            operation("Pages", "query Pages($first: Int, $after: String) { clusters(first: $first, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }"),
            operation("Watch", "subscription Watch($name: String) { clusterChanged(name: $name) { name } }"),
            operation("Change", "mutation Change { deleteCluster { name } }"),
            operation("Unlisted", "query Unlisted { clusters { name } }"),
        ],
        "requests": [{ "capability": "persona email", "purpose": "Test" }, { "capability": "storage 1KiB", "purpose": "Test" }],
    });
    Description::parse(&text.to_string()).expect("the test's description is sound")
}

/// A request for the command that reads. It lists the mutation too, as a description that slipped
/// through would.
pub(crate) fn request() -> RunRequest {
    let mut description = description();
    description.commands[0].operations.push("Change".to_owned());
    RunRequest {
        pack_id: description.id.clone(),
        version: description.version.to_string(),
        command: description.commands[0].clone(),
        operations: description.operations().expect("they were read before"),
        path: vec!["test".to_owned()],
        requested_storage: Some(1024),
        arguments: "{}".to_owned(),
        limits: Limits::default(),
    }
}

/// Everything granted that the description asks for.
pub(crate) fn everything() -> Grants {
    Grants::all_of(&description()).expect("they were read before")
}

type Script = dyn Fn(u64, &PlatformRequest) -> Result<PlatformAnswer, PortError> + Send + Sync;

/// All ports in one: a scripted platform, and everything else in memory.
pub(crate) struct World {
    pub(crate) grants: Mutex<Grants>,
    /// What the platform answers, given the request and its number.
    pub(crate) script: Box<Script>,
    /// Whether the platform never answers, and has no event after those that are there.
    pub(crate) silent: bool,
    /// What a subscription gives.
    pub(crate) events: Mutex<VecDeque<Result<PlatformAnswer, PortError>>>,
    pub(crate) asked: Mutex<Vec<PlatformRequest>>,
    pub(crate) in_flight: AtomicUsize,
    pub(crate) most_in_flight: AtomicUsize,
    pub(crate) told: Mutex<Vec<String>>,
    pub(crate) count: AtomicU64,
    /// What was recorded.
    pub(crate) recorded: Mutex<Vec<AuditEntry>>,
}

impl World {
    pub(crate) fn new(
        script: impl Fn(u64, &PlatformRequest) -> Result<PlatformAnswer, PortError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            grants: Mutex::new(everything()),
            script: Box::new(script),
            silent: false,
            events: Mutex::default(),
            asked: Mutex::default(),
            in_flight: AtomicUsize::default(),
            most_in_flight: AtomicUsize::default(),
            told: Mutex::default(),
            count: AtomicU64::default(),
            recorded: Mutex::default(),
        }
    }

    /// A world whose platform answers `{}`.
    pub(crate) fn quiet() -> Self {
        Self::new(|_, _| Ok(answer("{}")))
    }

    pub(crate) fn ports(self: &Arc<Self>) -> Ports {
        Ports {
            authority: Arc::clone(self) as Arc<dyn Authority>,
            platform: Arc::clone(self) as Arc<dyn Platform>,
            identity: Arc::clone(self) as Arc<dyn Identity>,
            answers: Arc::clone(self) as Arc<dyn Answers>,
            questions: Arc::clone(self) as Arc<dyn Questions>,
            storage: Arc::clone(self) as Arc<dyn Storage>,
            inputs: Arc::clone(self) as Arc<dyn Inputs>,
            clock: Arc::clone(self) as Arc<dyn Clock>,
            audit: Arc::clone(self) as Arc<dyn Audit>,
            settings: "{}".to_owned(),
        }
    }

    fn tell(&self, what: String) {
        self.told.lock().unwrap().push(what);
    }
}

/// An answer without errors.
pub(crate) fn answer(data: &str) -> PlatformAnswer {
    PlatformAnswer { data: data.to_owned(), errors: "[]".to_owned() }
}

fn refuse<T>() -> Result<T, PortError> {
    Err(PortError {
        kind: "failed",
        message: "not in this test".to_owned(),
        hints: Vec::new(),
        details: None,
    })
}

impl Authority for World {
    fn grants(&self) -> Result<Grants, PortError> {
        Ok(self.grants.lock().unwrap().clone())
    }
}

impl Platform for World {
    fn execute(&self, request: PlatformRequest) -> PortFuture<'_, PlatformAnswer> {
        async move {
            let number = self.count.fetch_add(1, Ordering::SeqCst);
            self.asked.lock().unwrap().push(request.clone());
            if self.silent {
                std::future::pending::<()>().await;
            }
            let in_flight = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_in_flight.fetch_max(in_flight, Ordering::SeqCst);
            // Later requests are ahead of earlier ones by the time they are answered.
            for _ in 0..(20 - number.min(19)) {
                tokio::task::yield_now().await;
            }
            self.in_flight.fetch_sub(1, Ordering::SeqCst);
            (self.script)(number, &request)
        }
        .boxed()
    }

    fn subscribe(&self, request: PlatformRequest) -> PortFuture<'_, Box<dyn Events>> {
        self.asked.lock().unwrap().push(request);
        let events = std::mem::take(&mut *self.events.lock().unwrap());
        let events = Scripted { events, silent: self.silent };
        async { Ok(Box::new(events) as Box<dyn Events>) }.boxed()
    }
}

struct Scripted {
    events: VecDeque<Result<PlatformAnswer, PortError>>,
    silent: bool,
}

impl Events for Scripted {
    fn next(&mut self) -> PortFuture<'_, Option<PlatformAnswer>> {
        async {
            match self.events.pop_front() {
                Some(event) => event.map(Some),
                None if self.silent => std::future::pending().await,
                None => Ok(None),
            }
        }
        .boxed()
    }
}

impl Identity for World {
    fn persona(&self) -> PortFuture<'_, PersonaFacts> {
        async { Ok(PersonaFacts { email: Some("ada@example.org".to_owned()), ..PersonaFacts::default() }) }
            .boxed()
    }
}

impl Answers for World {
    fn emit(&self, records: &[String]) -> Result<Flow, PortError> {
        records.iter().for_each(|record| self.tell(format!("emit {record}")));
        Ok(Flow::Continue)
    }
    fn text(&self, markdown: &str) -> Result<Flow, PortError> {
        self.tell(format!("text {markdown}"));
        Ok(Flow::Closed)
    }
    fn note(&self, message: &str) {
        self.tell(format!("note {message}"));
    }
    fn warn(&self, message: &str) {
        self.tell(format!("warn {message}"));
    }
    fn line(&self, line: &str) {
        self.tell(format!("line {line}"));
    }
    fn log(&self, level: &'static str, message: &str) {
        self.tell(format!("{level} {message}"));
    }
    fn start_progress(&self, title: &str, _: Option<u32>) -> u64 {
        self.tell(format!("start {title}"));
        7
    }
    fn advance_progress(&self, progress: u64, by: u32) {
        self.tell(format!("advance {progress} {by}"));
    }
    fn describe_progress(&self, progress: u64, message: &str) {
        self.tell(format!("describe {progress} {message}"));
    }
    fn end_progress(&self, progress: u64) {
        self.tell(format!("end {progress}"));
    }
}

impl Questions for World {
    fn confirm(&self, _: &str) -> PortFuture<'_, bool> {
        async { Ok(true) }.boxed()
    }
    fn choose(&self, _: &str, _: &[String]) -> PortFuture<'_, u32> {
        async { Ok(0) }.boxed()
    }
    fn ask(&self, question: &str, _: Option<&str>) -> PortFuture<'_, String> {
        let answer = question.to_owned();
        async { Ok(answer) }.boxed()
    }
}

impl Storage for World {
    fn get(&self, key: &str) -> Result<Option<String>, PortError> {
        self.tell(format!("get {key}"));
        Ok(None)
    }
    fn set(&self, key: &str, value: &str) -> Result<(), PortError> {
        self.tell(format!("set {key} {value}"));
        Ok(())
    }
    fn delete(&self, _: &str) -> Result<(), PortError> {
        refuse()
    }
    fn keys(&self) -> Result<Vec<String>, PortError> {
        Ok(Vec::new())
    }
}

impl Inputs for World {
    fn open(&self, _: &str) -> Result<Vec<Box<dyn InputFile>>, PortError> {
        refuse()
    }
}

impl Clock for World {
    fn now_milliseconds(&self) -> u64 {
        1_767_225_600_000
    }
}

impl Audit for World {
    fn record(&self, entry: AuditEntry) {
        self.recorded.lock().unwrap().push(entry);
    }
}
