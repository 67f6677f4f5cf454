//! Ill-behaved: logs two hundred thousand lines.

use vantage_plugin::{Arguments, Command, Level, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/flood-logs", "1.0.0", "Flood the log").command(Command::read(
        "flood-logs",
        "Log without end",
        run,
    ))
}

fn run(session: &Session, _: Arguments) -> Result {
    for _ in 0..200_000 {
        session.log(Level::Debug, "this is of no interest to anybody, and there is more of it to come");
    }
    Ok(())
}
