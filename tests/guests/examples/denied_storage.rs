//! Ill-behaved: keeps a value without having asked for storage.

use vantage_plugin::{Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/denied-storage", "1.0.0", "Keep what nobody allowed").command(Command::read(
        "denied-storage",
        "Keep a value",
        run,
    ))
}

fn run(session: &Session, _: Arguments) -> Result {
    session.storage()?.set("key", "value")
}
