//! Ill-behaved: runs an operation that the pack has not declared.

use serde_json::Value;
use vantage_plugin::{Answer, Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/denied-operation", "1.0.0", "Run what is not declared")
        .command(Command::read("denied-operation", "Run an unknown operation", run).answer(Answer::one()))
}

fn run(session: &Session, _: Arguments) -> Result {
    let data: Value = session.graphql().execute("ListClusters", ())?;
    session.output().emit(&data)
}
