//! Ill-behaved: answers a little, then panics.

use serde_json::json;
use vantage_plugin::{Answer, Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/panics", "1.0.0", "Panic")
        .command(Command::read("panics", "Answer a little and panic", run).answer(Answer::many()))
}

fn run(session: &Session, _: Arguments) -> Result {
    session.output().emit(&json!({ "row": 1 }))?;
    panic!("it was told to panic");
}
