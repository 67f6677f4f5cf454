//! Declares a query and runs it: denied unless the user granted it.

use serde_json::{Value, json};
use vantage_plugin::{Answer, Arguments, Command, Operation, Pack, Result, Session};

vantage_plugin::export!(pack);

const NAMES: Operation = Operation::new(
    "Names",
    "cluster",
    "query Names($first: Int!) { clusters(first: $first) { edges { node { name } } } }",
    "reads the names of your clusters",
);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/denied-query", "1.0.0", "Read the names of clusters").command(
        Command::read("denied-query", "Read the names of clusters", run).uses(NAMES).answer(Answer::one()),
    )
}

fn run(session: &Session, _: Arguments) -> Result {
    let data: Value = session.graphql().execute(NAMES, json!({ "first": 1 }))?;
    session.output().emit(&data)
}
