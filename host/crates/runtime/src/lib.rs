//! Runs command packs: the only crate that knows wasmtime.
//!
//! A pack is one WebAssembly component. This crate looks at its bytes before anything of it runs
//! ([`inspect`]), compiles it in a process of its own and keeps the compiled code
//! ([`Runtime::load`]), asks it what it
//! contains ([`Runtime::describe`]), runs its commands ([`Runtime::run`]) and asks it for values while a line
//! is typed ([`Runtime::complete`]). A pack that runs
//! reaches nothing but the [`ports`]; every call asks first what the user granted.
//!
//! It is not a package manager (that is `store`), knows no token and no HTTP (`session`), and prints
//! nothing (`output`): `host/src/adapters.rs` joins the ports to those. What a pack may do is decided
//! by `policy`; here it is only enforced.
//!
//! A tour: `engine` builds the engine and holds [`Runtime`]; `component` scans bytes; `compiled`
//! keeps compiled code; `limits` and `meter` say how much memory and time a run may take; `host/` has
//! one file for each interface of `wit/v1` that a pack imports; `run` puts them together, and `trap`
//! says in words why a run broke off.

mod compiled;
mod component;
mod engine;
mod error;
mod host;
mod limits;
mod meter;
pub mod ports;
pub mod relay;
mod run;
#[cfg(test)]
mod testing;
mod trap;
#[cfg(feature = "watched")]
pub mod watched;

pub use compiled::compiler::{Compiler, compile_if_asked};
pub use component::{CONTRACT, Inspected, inspect};
pub use engine::{CacheFolders, Component, ENGINE, Loaded, Origin, Runtime};
pub use error::RuntimeError;
pub use limits::{LimitKind, Limits, Usage};
pub use run::{Described, PackError, RunOutcome, RunRequest, Typing};
