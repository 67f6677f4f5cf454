//! The world that end-to-end tests run in: a home of their own, a platform of their own, a cleared
//! environment, a pinned clock and output that reads the same on every machine.
//!
//! Nothing here knows a crate of the host: the binary is run as a user runs it, and the platform is
//! spoken to over the wire. Not for unit tests, which sit beside what they test.

#![expect(clippy::unwrap_used, reason = "a world that cannot be made has failed its test")]

mod bounded;
pub mod browser;
pub mod canary;
pub mod distribution;
#[cfg(target_os = "linux")]
pub mod emulator;
mod node;
pub mod oidc;
pub mod oras;
mod ran;
pub mod registry;
mod shape;
mod stored;
#[cfg(target_os = "linux")]
pub mod tamper;
pub mod terminal;
mod world;
pub mod yoga;

pub use ran::Ran;
pub use stored::{Stored, records, unfinished};
pub use world::{World, scrub, with_environment};
