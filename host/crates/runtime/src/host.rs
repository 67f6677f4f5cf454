//! The host's side of the contract: what each interface of `wit/v1` does when a pack calls it.
//!
//! One file an interface. Each function checks what the pack passes, asks the policy, then the port,
//! and answers in the contract's terms. Two kinds of failure never mix: an `error` of the contract
//! ([`Failure::Error`]), which the pack may handle, and a trap ([`Failure::Trap`]), which ends it,
//! for handles that it does not have.

#![expect(unreachable_pub, reason = "what bindgen makes exports the types that it is given")]

mod graphql;
mod inputs;
pub(crate) mod json;
mod lent;
mod lines;
mod logging;
mod output;
mod pages;
mod persona;
mod prompt;
mod record;
mod session;
mod storage;
mod subscription;
mod text;
mod wasi;

use wasmtime::Store;
use wasmtime::component::{HasSelf, Linker, Resource, ResourceTable, ResourceTableError};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::component::{InterfaceName, PACKAGE};
use crate::limits::{self, Limiter};
use crate::meter::Meter;
use crate::ports::PortError;
pub(crate) use lent::Lent;
pub(crate) use lines::Lines;
pub(crate) use session::Session;
pub(crate) use text::cut;
pub(crate) use wasi::Clocks;

/// What `bindgen!` makes of the contract.
pub(crate) mod bindings {
    wasmtime::component::bindgen!({
        path: "../../../wit/v1",
        world: "vantage:plugin/command-pack",
        // Functions that wait for the platform or the user are asynchronous on this side.
        imports: {
            "vantage:plugin/graphql.[method]client.execute": async | trappable,
            "vantage:plugin/graphql.[method]client.execute-all": async | trappable,
            "vantage:plugin/graphql.[method]client.paginate": async | trappable,
            "vantage:plugin/graphql.[method]client.subscribe": async | trappable,
            "vantage:plugin/graphql.[method]client.execute-document": async | trappable,
            "vantage:plugin/graphql.[method]pages.next": async | trappable,
            "vantage:plugin/graphql.[method]subscription.next": async | trappable,
            "vantage:plugin/persona.[method]persona.subject": async | trappable,
            "vantage:plugin/persona.[method]persona.display-name": async | trappable,
            "vantage:plugin/persona.[method]persona.email": async | trappable,
            "vantage:plugin/persona.[method]persona.organization": async | trappable,
            "vantage:plugin/persona.[method]persona.roles": async | trappable,
            "vantage:plugin/persona.[method]persona.has-role": async | trappable,
            "vantage:plugin/prompt.[method]prompter.confirm": async | trappable,
            "vantage:plugin/prompt.[method]prompter.choose": async | trappable,
            "vantage:plugin/prompt.[method]prompter.ask": async | trappable,
            default: trappable,
        },
        exports: { default: async },
        trappable_error_type: { "vantage:plugin/types.error" => super::Failure },
        with: {
            "vantage:plugin/session.session": super::session::Session,
            "vantage:plugin/graphql.client": super::graphql::Client,
            "vantage:plugin/graphql.pages": super::pages::Pages,
            "vantage:plugin/graphql.subscription": super::subscription::Subscription,
            "vantage:plugin/persona.persona": super::persona::Persona,
            "vantage:plugin/output.output": super::output::Output,
            "vantage:plugin/output.progress": super::output::Progress,
            "vantage:plugin/prompt.prompter": super::prompt::Prompter,
            "vantage:plugin/storage.store": super::storage::Values,
            "vantage:plugin/inputs.input-file": super::inputs::OpenFile,
        },
        require_store_data_send: true,
    });
}

use bindings::vantage::plugin as contract;

/// What a store holds besides the guest: its handles, its limits and what it is lent.
pub(crate) struct State {
    pub(crate) table: ResourceTable,
    wasi: WasiCtx,
    pub(crate) limiter: Limiter,
    pub(crate) meter: Meter,
    pub(crate) lines: Lines,
    /// None while a pack is described: then no handle exists that anything could be called on.
    pub(crate) lent: Option<Lent>,
}

impl State {
    pub(crate) fn new(
        limiter: Limiter,
        meter: Meter,
        lines: Lines,
        clocks: Clocks,
        lent: Option<Lent>,
    ) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits::RESOURCES);
        Self { table, wasi: wasi::context(clocks, &lines), limiter, meter, lines, lent }
    }

    /// What the pack is lent for this run; a trap where it is lent nothing.
    fn lent(&self) -> wasmtime::Result<&Lent> {
        self.lent
            .as_ref()
            .ok_or_else(|| wasmtime::Error::msg("the pack is lent no session while it is described"))
    }

    /// Hands a resource of the host to the pack.
    fn hand_out<T: Send + 'static>(&mut self, resource: T) -> Result<Resource<T>, ResourceTableError> {
        self.table.push(resource)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// Why a host function does not give what it was asked for.
#[derive(Debug)]
pub enum Failure {
    /// The contract's `error`, for the pack to handle or pass on.
    Error(PortError),
    /// The end of the pack.
    Trap(wasmtime::Error),
}

impl Failure {
    /// An `error` of kind `invalid`: the pack passed what it should not have.
    fn invalid(message: impl Into<String>) -> Self {
        Self::Error(error("invalid", message))
    }
}

/// An `error` of the contract without hints and details.
pub(crate) fn error(kind: &'static str, message: impl Into<String>) -> PortError {
    PortError { kind, message: message.into(), hints: Vec::new(), details: None }
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        Self::Error(error)
    }
}

impl From<ResourceTableError> for Failure {
    fn from(error: ResourceTableError) -> Self {
        Self::Trap(error.into())
    }
}

impl From<wasmtime::Error> for Failure {
    fn from(error: wasmtime::Error) -> Self {
        Self::Trap(error)
    }
}

impl From<PortError> for contract::types::Error {
    fn from(error: PortError) -> Self {
        Self {
            kind: error.kind.to_owned(),
            message: error.message,
            hints: error.hints,
            details: error.details.map(|details| details.to_string()),
        }
    }
}

impl contract::types::Host for State {
    fn convert_error(&mut self, failure: Failure) -> wasmtime::Result<contract::types::Error> {
        match failure {
            Failure::Error(error) => Ok(error.into()),
            Failure::Trap(trap) => Err(trap),
        }
    }
}

/// Whether a component may import the interface of this name.
pub(crate) fn offers(name: &str) -> bool {
    InterfaceName::parse(name).is_some_and(|name| {
        (name.package == PACKAGE && CONTRACT_INTERFACES.contains(&name.interface)) || wasi::offers(&name)
    })
}

const CONTRACT_INTERFACES: [&str; 9] =
    ["types", "session", "graphql", "persona", "output", "prompt", "storage", "inputs", "logging"];

/// A linker with what the component imports and nothing else.
///
/// All of WASI would cost a quarter of a millisecond at every start.
pub(crate) fn link(store: &Store<State>, imports: &[String]) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(store.engine());
    for import in imports {
        let Some(name) = InterfaceName::parse(import) else {
            continue;
        };
        if name.package == PACKAGE {
            link_contract(&mut linker, name.interface)?;
        } else {
            wasi::link(&mut linker, &name)?;
        }
    }
    Ok(linker)
}

fn link_contract(linker: &mut Linker<State>, interface: &str) -> wasmtime::Result<()> {
    type Own = HasSelf<State>;
    match interface {
        "types" => contract::types::add_to_linker::<_, Own>(linker, |state| state),
        "session" => contract::session::add_to_linker::<_, Own>(linker, |state| state),
        "graphql" => contract::graphql::add_to_linker::<_, Own>(linker, |state| state),
        "persona" => contract::persona::add_to_linker::<_, Own>(linker, |state| state),
        "output" => contract::output::add_to_linker::<_, Own>(linker, |state| state),
        "prompt" => contract::prompt::add_to_linker::<_, Own>(linker, |state| state),
        "storage" => contract::storage::add_to_linker::<_, Own>(linker, |state| state),
        "inputs" => contract::inputs::add_to_linker::<_, Own>(linker, |state| state),
        "logging" => contract::logging::add_to_linker::<_, Own>(linker, |state| state),
        // Unknown names were refused by `inspect`; one from a cache is refused at instantiation.
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
