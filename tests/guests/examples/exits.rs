//! Ill-behaved: ends the process, as it thinks, with the exit status that it is told.

use vantage_plugin::{Argument, Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/exits", "1.0.0", "Exit").command(
        Command::read("exits", "Exit with a status", run)
            .argument(Argument::integer("status", "The status").default(0)),
    )
}

#[expect(clippy::exit, reason = "the early end is what the test is about")]
fn run(_: &Session, arguments: Arguments) -> Result {
    std::process::exit(arguments.integer("status").and_then(|status| i32::try_from(status).ok()).unwrap_or(0))
}
