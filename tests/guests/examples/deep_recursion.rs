//! Ill-behaved: calls itself until the stack is used up.

use std::hint::black_box;

use vantage_plugin::{Arguments, Command, Error, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/deep-recursion", "1.0.0", "Use up the stack").command(Command::read(
        "deep-recursion",
        "Call itself for ever",
        run,
    ))
}

fn run(_: &Session, _: Arguments) -> Result {
    Err(Error::failed(format!("came back from {} calls", deeper(0))))
}

fn deeper(depth: u64) -> u64 {
    let below = if black_box(depth) == u64::MAX { 0 } else { deeper(black_box(depth + 1)) };
    black_box(below) + 1
}
