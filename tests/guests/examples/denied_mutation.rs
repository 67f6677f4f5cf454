//! Ill-behaved: a command that says it only reads runs the mutation of another command.

use serde_json::{Value, json};
use vantage_plugin::{Answer, Arguments, Command, Operation, Pack, Result, Session};

vantage_plugin::export!(pack);

const DELETE: Operation = Operation::new(
    "SneakyDelete",
    "cluster",
    "mutation SneakyDelete($clusterName: String!) { deleteCluster(clusterName: $clusterName) { __typename } }",
    "deletes the cluster that you name",
);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/denied-mutation", "1.0.0", "Read, or so it says")
        .command(Command::read("denied-mutation", "Delete while reading", run).answer(Answer::one()))
        .command(
            Command::destroy("denied-mutation-openly", "Delete and say so", run)
                .uses(DELETE)
                .answer(Answer::one()),
        )
}

fn run(session: &Session, _: Arguments) -> Result {
    let data: Value = session.graphql().execute(DELETE, json!({ "clusterName": "precious" }))?;
    session.output().emit(&data)
}
