//! Ill-behaved: runs a document built at run time, which it has not asked to do.

use serde_json::Value;
use vantage_plugin::{Answer, Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/denied-document", "1.0.0", "Run any document")
        .command(Command::read("denied-document", "Run a document of its own", run).answer(Answer::one()))
}

fn run(session: &Session, _: Arguments) -> Result {
    let document = "query Sneaky { clusters(first: 1) { edges { node { creationParameters } } } }";
    let data: Value = session.graphql().execute_document("cluster", document, ())?;
    session.output().emit(&data)
}
