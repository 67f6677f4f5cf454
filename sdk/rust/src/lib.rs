//! Write command packs for `vantage` in Rust.
//!
//! A pack is a crate of type `cdylib` with one function, `pack`, that describes it, and
//! [`export!`], which makes it a component. Each command carries the function that runs it; the host
//! parses arguments, signs in, talks to the platform and draws the answer.
//!
//! ```no_run
//! use serde::{Deserialize, Serialize};
//! use vantage_plugin::{
//!     Answer, Argument, Column, Command, Error, Operation, Pack, Result, Session,
//! };
//!
//! vantage_plugin::export!(pack);
//!
//! const CLUSTERS: Operation = Operation::new(
//!     "Clusters",
//!     "cluster",
//!     "query Clusters($first: Int!, $after: String) {
//!         clusters(first: $first, after: $after) {
//!             edges { node { name status } }
//!             pageInfo { hasNextPage endCursor }
//!         }
//!     }",
//!     "finds the clusters that are not ready",
//! );
//!
//! /// What the pack contains.
//! pub fn pack() -> Pack {
//!     Pack::new("acme/cluster-health", env!("CARGO_PKG_VERSION"), "Watch over clusters").command(
//!         Command::read("cluster-health", "List the clusters in trouble", health)
//!             .argument(Argument::text("healthy", "The status that counts as healthy").default("ready"))
//!             .uses(CLUSTERS)
//!             .answer(Answer::many().columns([
//!                 Column::text("Name", "/name"),
//!                 Column::status("Status", "/status"),
//!             ]))
//!             .example("vantage cluster-health", "Lists what is not ready"),
//!     )
//! }
//!
//! #[derive(Deserialize)]
//! struct Health {
//!     healthy: String,
//! }
//!
//! #[derive(Serialize, Deserialize)]
//! struct Cluster {
//!     name: String,
//!     status: String,
//! }
//!
//! fn health(session: &Session, arguments: Health) -> Result {
//!     let output = session.output();
//!     let variables = serde_json::json!({ "first": 100 });
//!     let mut seen = 0;
//!     for page in session.graphql().pages::<Cluster>(CLUSTERS, variables, "/clusters")? {
//!         let page = page?;
//!         seen += page.len();
//!         output.emit_all(page.iter().filter(|cluster| cluster.status != arguments.healthy))?;
//!     }
//!     if seen == 0 {
//!         return Err(Error::not_found("there are no clusters").hint("vantage cluster create NAME makes one"));
//!     }
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! It is built with `cargo build --target wasm32-wasip2 --release` and added with
//! `vantage plugin add ./FILE.wasm`. Its commands run natively in unit tests, too: see [`testing`].
//!
//! # Tour
//!
//! [`Pack`], [`Command`], [`Argument`], [`Answer`] and [`Operation`] describe; nothing of the pack
//! runs to show help or complete a line. [`Session`] is what a run is lent: [`Graphql`],
//! [`Persona`], [`Output`], [`Prompter`], [`Storage`], [`InputFile`]. [`Error`] is how a run fails.
//! [`Argument::completed_by`] with [`Typing`] and [`Candidate`] completes values in the user's shell.
//! [`bindings`] is the contract itself, for what the typed level does not offer.

pub mod bindings;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

mod answer;
mod argument;
mod arguments;
mod command;
mod completion;
mod error;
mod graphql;
#[doc(hidden)]
pub mod guest;
mod input;
mod operation;
mod output;
mod pack;
mod persona;
mod ports;
mod prompter;
mod session;
mod storage;
mod union;

pub use answer::{Answer, Column};
pub use argument::{Argument, Setting, ValueKind};
pub use arguments::Arguments;
pub use command::{Command, Effect};
pub use completion::{Candidate, Typing};
pub use error::{Error, ErrorKind, Result};
pub use graphql::{Call, Events, FieldError, Graphql, Pages, Partial};
pub use input::InputFile;
pub use operation::{Aspect, Operation, Request};
pub use output::{Output, Progress};
pub use pack::Pack;
pub use persona::{Membership, Persona};
pub use prompter::Prompter;
pub use session::{Level, Session};
pub use storage::Storage;
pub use union::Union;

/// Makes a component of the function that gives the [`Pack`]: `vantage_plugin::export!(pack);`.
///
/// On other targets than WebAssembly it makes nothing, so that the crate can be linked natively:
/// by its tests, or by a build script that wants the description.
#[macro_export]
macro_rules! export {
    ($pack:path) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            struct Exported;

            impl $crate::bindings::exports::vantage::plugin::commands::Guest for Exported {
                fn describe() -> String {
                    $pack().describe()
                }

                fn run(
                    command: Vec<String>,
                    arguments: String,
                    session: $crate::bindings::vantage::plugin::session::Session,
                ) -> Result<(), $crate::bindings::vantage::plugin::types::Error> {
                    $crate::guest::run(&$pack(), &command, &arguments, session)
                }
            }

            $crate::export_guest!(Exported);
        };
    };
}

/// Makes a component of a type that implements
/// [`Guest`](bindings::exports::vantage::plugin::commands::Guest): the level below [`export!`].
///
/// On other targets than WebAssembly it makes nothing.
#[macro_export]
macro_rules! export_guest {
    ($guest:ident) => {
        #[cfg(target_family = "wasm")]
        $crate::bindings::export_bindings!($guest with_types_in $crate::bindings);
    };
}

/// As [`export!`], for a pack that knows values of its arguments
/// ([`Argument::completed_by`]): `vantage_plugin::export_completing!(pack);`.
#[macro_export]
macro_rules! export_completing {
    ($pack:path) => {
        $crate::export!($pack);

        #[cfg(target_family = "wasm")]
        const _: () = {
            struct Completing;

            impl $crate::bindings::completing::exports::vantage::plugin::completion::Guest for Completing {
                fn complete(
                    command: Vec<String>,
                    argument: String,
                    typed: String,
                    arguments: String,
                    session: $crate::bindings::vantage::plugin::session::Session,
                ) -> String {
                    $crate::guest::complete(&$pack(), &command, &argument, &typed, &arguments, session)
                }
            }

            $crate::export_completion_guest!(Completing);
        };
    };
}

/// Adds the completion of a type that implements
/// [`Guest`](bindings::completing::exports::vantage::plugin::completion::Guest): the level below
/// [`export_completing!`], to be used beside [`export_guest!`].
///
/// On other targets than WebAssembly it makes nothing.
#[macro_export]
macro_rules! export_completion_guest {
    ($guest:ident) => {
        #[cfg(target_family = "wasm")]
        $crate::bindings::completing::export_completion_bindings!(
            $guest with_types_in $crate::bindings::completing
        );
    };
}
