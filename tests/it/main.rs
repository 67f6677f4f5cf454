//! The end-to-end tests: the binary as a user runs it, against a platform that speaks the wire.
//!
//! One binary, a module a subject. What can be tested lower stands beside what it tests.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped has failed its test")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests write the files that are wrong, and are told by variables where guests are"
)]

mod api;
mod audit;
#[cfg(unix)]
mod book;
mod canary;
mod check;
mod cluster;
#[cfg(unix)]
mod compiled;
#[cfg(target_os = "linux")]
mod compiling;
#[cfg(target_os = "linux")]
mod completion;
mod configuration;
mod consent;
mod doctor;
mod documents;
mod exec;
mod guest_memory;
mod guests;
mod help;
#[cfg(unix)]
mod help_on_terminals;
#[cfg(target_os = "linux")]
mod hostile;
mod job;
mod jq;
mod languages;
mod layering;
#[cfg(target_os = "linux")]
mod lifecycle;
mod linked;
mod load;
#[cfg(target_os = "linux")]
mod memory;
mod network;
mod new;
mod packs;
mod persona;
#[cfg(unix)]
mod policy;
mod profiles;
#[cfg(unix)]
mod prompts;
mod provider;
mod registry;
mod shapes;
mod sign_in;
mod signing;
#[cfg(unix)]
mod stores;
#[cfg(target_os = "linux")]
mod terminal;
mod timings;
#[cfg(unix)]
mod widths;
mod wrong_input;
mod yoga;

use std::time::Duration;

use vantage_platform::Options;
use vantage_test_support::World;

/// The binary under test.
const VANTAGE: &str = env!("CARGO_BIN_EXE_vantage");

/// A small fixed world, nobody signed in.
fn world() -> World {
    World::new(VANTAGE, seeded())
}

/// A small fixed world, signed in as its first user.
fn signed_in() -> World {
    World::signed_in(VANTAGE, seeded())
}

fn seeded() -> Options {
    Options { seed: 7, poll_interval: Duration::from_secs(1), ..Options::default() }
}
