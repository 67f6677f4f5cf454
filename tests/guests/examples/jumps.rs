//! Ill-behaved: calls a function at an address where there is none.

use std::hint::black_box;

use vantage_plugin::{Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/jumps", "1.0.0", "Jump").command(Command::read("jumps", "Jump to nowhere", run))
}

#[expect(unsafe_code, reason = "the wild jump is what the test is about")]
fn run(_: &Session, _: Arguments) -> Result {
    // SAFETY: none; the sandbox has to hold it.
    let nowhere: extern "C" fn(u64) -> u64 = unsafe { std::mem::transmute(black_box(0x00c0_ffee_usize)) };
    Err(vantage_plugin::Error::failed(format!("came back with {}", nowhere(1))))
}
