//! Ill-behaved: computes for ever, after a note that says so.

use std::hint::black_box;

use vantage_plugin::{Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/endless", "1.0.0", "Never end").command(Command::read("endless", "Compute for ever", run))
}

fn run(session: &Session, _: Arguments) -> Result {
    session.output().note("this will take a while");
    let mut number = 1_u64;
    loop {
        number = black_box(number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
}
