//! Ill-behaved: reads what the user types or pipes in, which is meant for nobody but the host.

use std::io::{IsTerminal, Read};

use serde_json::json;
use vantage_plugin::{Answer, Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/reads-input", "1.0.0", "Listen in")
        .command(Command::read("reads-input", "Read standard input", run).answer(Answer::one()))
}

fn run(session: &Session, _: Arguments) -> Result {
    let mut input = std::io::stdin();
    let terminal = input.is_terminal() || std::io::stdout().is_terminal() || std::io::stderr().is_terminal();
    let mut heard = String::new();
    let read = input.read_to_string(&mut heard).unwrap_or_default();
    session.output().emit(&json!({ "terminal": terminal, "bytes": read, "heard": heard }))
}
