//! One run of a pack: a fresh store, linked to what the component imports, called once, dropped.
//!
//! It decides nothing about authority (`policy` does, asked by `host/`) and renders nothing. The
//! futures are safe to drop at any point: the store goes with them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tracing::Instrument;
use vantage_policy::decision::Denial;
use vantage_policy::description::Command;
use vantage_policy::gate::Operation;
use wasmtime::component::Instance;
use wasmtime::{Store, UpdateDeadline};

use crate::engine::{Loaded, Runtime};
use crate::error::RuntimeError;
use crate::host::bindings::CommandPack;
use crate::host::bindings::vantage::plugin::types;
use crate::host::{self, Clocks, Lent, Lines, Session, State, cut};
use crate::limits::{self, Exceeded, Limiter, Limits, Usage};
use crate::meter::{Meter, Ticker};
use crate::ports::Ports;
use crate::trap;
pub use complete::Typing;

/// The kinds of `types.error` that this version of the contract has.
const KINDS: [&str; 15] = [
    "usage",
    "invalid",
    "not-found",
    "conflict",
    "denied",
    "rejected",
    "unauthenticated",
    "unavailable",
    "too-large",
    "cancelled",
    "dry-run",
    "unattended",
    "closed",
    "full",
    "failed",
];
/// Bytes of an error's message, and of each of its hints.
const ERROR_TEXT: usize = 4 * 1024;
/// Hints of an error.
const HINTS: usize = 8;
/// Bytes of an error's details; the errors of a large answer fit.
const DETAILS: usize = 64 * 1024;

/// What to run: one command of one pack, as the command line and the catalog say.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// Publisher and name, as in `acme/gpu-report`.
    pub pack_id: String,
    /// The pack's version.
    pub version: String,
    /// The command, from the pack's description.
    pub command: Command,
    /// The pack's operations, as the gate read them.
    pub operations: Vec<Operation>,
    /// The command's path within the pack, as in `["report", "gpu"]`.
    pub path: Vec<String>,
    /// The size of the `storage` capability that the pack's description requests, in bytes; it is
    /// what a denial names.
    pub requested_storage: Option<u64>,
    /// The arguments: a JSON object.
    pub arguments: String,
    /// What the run may use.
    pub limits: Limits,
}

/// How a run ended, where the pack came to an end by itself.
#[derive(Debug, Clone)]
pub struct RunOutcome {
    /// What `run` returned.
    pub result: Result<(), PackError>,
    /// The last call that was denied, if any: the host writes the remedy from it.
    pub denial: Option<Denial>,
    /// What the run used.
    pub usage: Usage,
}

/// What a pack says of itself, and what that took.
#[derive(Debug, Clone)]
pub struct Described {
    /// JSON text that nobody has checked yet.
    pub text: String,
    /// What the instance used.
    pub usage: Usage,
    /// What it may use.
    pub limits: Limits,
}

/// The `error` that a pack's `run` returned, bounded. Its texts are the pack's own words.
#[derive(Debug, Clone, PartialEq)]
pub struct PackError {
    /// One of the kinds of `types.error`; one that is not known, or `denied` where nothing was
    /// denied, is `failed`.
    pub kind: String,
    /// The message, at most 4 KiB.
    pub message: String,
    /// At most 8 lines.
    pub hints: Vec<String>,
    /// An object, or none.
    pub details: Option<Value>,
}

impl PackError {
    /// Takes the pack's words, bounded; `denied` tells whether anything was denied in this run.
    fn from_pack(error: types::Error, denied: bool) -> Self {
        let known = KINDS.contains(&error.kind.as_str()) && (error.kind != "denied" || denied);
        let details = error
            .details
            .filter(|details| details.len() <= DETAILS)
            .and_then(|details| serde_json::from_str::<Value>(&details).ok())
            .filter(Value::is_object);
        Self {
            kind: if known { error.kind } else { "failed".to_owned() },
            message: cut(&error.message, ERROR_TEXT),
            hints: error.hints.iter().take(HINTS).map(|hint| cut(hint, ERROR_TEXT)).collect(),
            details,
        }
    }
}

impl Runtime {
    /// Asks a pack what it contains.
    ///
    /// The pack is lent nothing, its clock stands, and what is random is always the same.
    ///
    /// # Errors
    ///
    /// [`RuntimeError::Mismatch`], [`RuntimeError::Crashed`], [`RuntimeError::Limit`] (5 s) or
    /// [`RuntimeError::DescriptionTooLarge`].
    pub async fn describe(&self, loaded: &Loaded) -> Result<Described, RuntimeError> {
        let meter = Meter::new();
        let lines = Lines::new(None, meter.clone());
        let limits = Limits { computing: limits::DESCRIBE, ..Limits::default() };
        let limiter = Limiter::new(limits.memory);
        let state = State::new(limiter, meter.clone(), lines.clone(), Clocks::Fixed, None);
        let work = meter.guest(async {
            let mut guest = Guest::start(loaded, state, limits.computing).await?;
            let call = guest.pack.vantage_plugin_commands().call_describe(&mut guest.store);
            let span = tracing::info_span!("plugin.call", function = "describe");
            let text = call.instrument(span).await.map_err(|trap| trap::explain(&trap, lines.finish()))?;
            Ok::<_, RuntimeError>((text, guest.store.data().limiter.peak()))
        });
        // The deadline of the guest counts computing; this one is for a pack that only waits.
        let (text, memory_peak) = match tokio::time::timeout(limits::DESCRIBE, work).await {
            Ok(described) => described?,
            Err(_) => {
                let Exceeded { which, allowed } = Exceeded::computing(limits::DESCRIBE);
                return Err(RuntimeError::Limit { which, allowed, stderr: lines.finish() });
            }
        };
        if text.len() > limits::DESCRIPTION_BYTES {
            let allowed = limits::DESCRIPTION_BYTES;
            return Err(RuntimeError::DescriptionTooLarge { bytes: text.len(), allowed });
        }
        let usage = Usage { memory_peak, computing: meter.computed(), requests: 0 };
        Ok(Described { text, usage, limits })
    }

    /// Runs one command of a pack to its end.
    ///
    /// Has to be polled by tokio with its timers on. The pack yields every 10 ms while it computes,
    /// so whoever waits for this future can wait for Ctrl-C at the same time; dropping it ends the
    /// pack at once, with all its handles and requests.
    ///
    /// # Errors
    ///
    /// [`RuntimeError::Mismatch`], [`RuntimeError::Crashed`] or [`RuntimeError::Limit`]. An `error`
    /// that the pack returns is an outcome.
    pub async fn run(
        &self,
        loaded: &Loaded,
        request: RunRequest,
        ports: Ports,
    ) -> Result<RunOutcome, RuntimeError> {
        let meter = Meter::new();
        let lines = Lines::new(Some(Arc::clone(&ports.answers)), meter.clone());
        let clocks = Clocks::Real(Arc::clone(&ports.clock));
        let lent = Lent::new(&request, ports);
        let _recorded = lent.end_of_run();
        let limiter = Limiter::new(request.limits.memory);
        let state = State::new(limiter, meter.clone(), lines.clone(), clocks, Some(lent.clone()));
        let work = async {
            let mut guest = Guest::start(loaded, state, request.limits.computing).await?;
            let span = tracing::info_span!("plugin.call", function = "run", pack = request.pack_id);
            let called = guest.run(&request).instrument(span).await;
            let returned = called.map_err(|trap| trap::explain(&trap, lines.finish()))?;
            Ok((returned, guest.store.data().limiter.peak()))
        };
        let (returned, memory_peak) = meter.guest(work).await?;
        lines.finish();
        let denial = lent.denial();
        Ok(RunOutcome {
            result: returned.map_err(|error| PackError::from_pack(error, denial.is_some())),
            denial,
            usage: Usage { memory_peak, computing: meter.computed(), requests: lent.requests() },
        })
    }
}

/// An instance of a pack, alone in its store. Never used again after a trap.
struct Guest {
    store: Store<State>,
    instance: Instance,
    pack: CommandPack,
    _ticker: Ticker,
}

impl Guest {
    async fn start(loaded: &Loaded, state: State, computing: Duration) -> Result<Self, RuntimeError> {
        let span = tracing::info_span!("plugin.instantiate", digest = loaded.digest());
        Self::instantiate(loaded, state, computing).instrument(span).await
    }

    /// Sets every limit before the first instruction of the guest: start functions run in here.
    async fn instantiate(loaded: &Loaded, state: State, computing: Duration) -> Result<Self, RuntimeError> {
        let engine = loaded.code.engine();
        let lines = state.lines.clone();
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(limits::CALL_DATA);
        store.set_max_component_handles(limits::COMPONENT_HANDLES);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |context| {
            if context.data().meter.computed() > computing {
                return Err(Exceeded::computing(computing).into());
            }
            Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
        });
        let ticker = Ticker::start(engine).map_err(|error| RuntimeError::Engine { source: error.into() })?;
        let mismatch = |source| RuntimeError::Mismatch { source };
        let linker = host::link(&store, &loaded.imports).map_err(mismatch)?;
        let linked = linker.instantiate_pre(&loaded.code).map_err(mismatch)?;
        let instance = linked
            .instantiate_async(&mut store)
            .await
            .map_err(|trap| trap::explain(&trap, lines.finish()))?;
        let pack = CommandPack::new(&mut store, &instance).map_err(mismatch)?;
        Ok(Self { store, instance, pack, _ticker: ticker })
    }

    async fn run(&mut self, request: &RunRequest) -> wasmtime::Result<Result<(), types::Error>> {
        let session = self.store.data_mut().table.push(Session)?;
        let commands = self.pack.vantage_plugin_commands();
        commands.call_run(&mut self.store, &request.path, &request.arguments, session).await
    }
}

mod complete;
#[cfg(test)]
mod fuzzed;
#[cfg(test)]
mod tests;
