//! What a command pack may do: pure rules over plain data.
//!
//! The way of an authority through this crate: a pack's [`description`] lists its GraphQL
//! documents; the [`gate`] reads each into an [`Operation`](gate::Operation) that knows what it
//! reaches; that becomes [`Capability`](capability::Capability) lines, which [`authority`] puts in
//! plain words for consent; what the user agreed to is kept as [`Grants`](decision::Grants); a
//! [`team`]'s policy may cap that; and [`decision`] says at each call whether it is allowed, or why not.
//! Beside that way, [`schema`] tells authors whether their documents fit an API, and
//! [`command_while_completing`] is what a pack acts for while a line is typed.
//!
//! Nothing here opens a file or a socket, reads a clock or knows a token. The store, the runtime and
//! the host call it.
//!
//! ```
//! use vantage_policy::gate::Operation;
//!
//! let operation = Operation::read("List", "cluster", "query List { all: clusters { name } }")?;
//! let lines: Vec<String> = operation.capabilities().iter().map(ToString::to_string).collect();
//! assert_eq!(lines, ["query cluster/Query.clusters"]);
//! # Ok::<(), vantage_policy::gate::GateError>(())
//! ```

pub mod authority;
pub mod capability;
mod completing;
pub mod decision;
pub mod description;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod gate;
mod json;
pub mod schema;
pub mod team;
pub mod text;

pub use completing::command_while_completing;
