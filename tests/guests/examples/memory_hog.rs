//! Ill-behaved: takes memory, and touches it, until there is none.

use std::hint::black_box;

use vantage_plugin::{Arguments, Command, Error, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/memory-hog", "1.0.0", "Take all memory").command(Command::read(
        "memory-hog",
        "Take memory for ever",
        run,
    ))
}

fn run(_: &Session, _: Arguments) -> Result {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    for number in 0..4096_u32 {
        hoard.push(black_box(vec![number.to_le_bytes()[0] | 1; 1 << 20]));
    }
    Err(Error::failed(format!("the host gave {} MiB", hoard.len())))
}
