//! Ill-behaved: executes the instruction that must not be reached, after a word on its standard error.

use vantage_plugin::{Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/unreachable", "1.2.0", "Trap")
        .homepage("https://example.org/unreachable")
        .command(Command::read("unreachable", "Say where it is, and trap", run))
}

#[expect(clippy::print_stderr, reason = "the last words are what the test looks for")]
fn run(_: &Session, _: Arguments) -> Result {
    for step in 1..=30 {
        eprintln!("at step {step}");
    }
    trap()
}

#[cfg(target_arch = "wasm32")]
fn trap() -> ! {
    core::arch::wasm32::unreachable()
}

#[cfg(not(target_arch = "wasm32"))]
fn trap() -> ! {
    std::process::abort()
}
