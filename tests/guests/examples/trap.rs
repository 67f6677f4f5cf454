//! Ill-behaved: executes what must not be executed, without a word.

use vantage_plugin::{Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/trap", "1.0.0", "Trap").command(Command::read("trap", "Trap at once", run))
}

fn run(_: &Session, _: Arguments) -> Result {
    std::process::abort()
}
