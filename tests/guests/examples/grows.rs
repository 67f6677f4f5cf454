//! Well-behaved: the first build of a pack that grows. `grows_further` is the second.

use serde_json::{Value, json};
use vantage_plugin::{Answer, Arguments, Aspect, Command, Operation, Pack, Request, Result, Session};

vantage_plugin::export!(pack);

const CLUSTERS: Operation = Operation::new(
    "GrowsClusters",
    "cluster",
    "query GrowsClusters { clusters(first: 2) { edges { node { name } } } }",
    "shows two of your clusters",
);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/grows", "1.0.0", "Show clusters")
        .request(Request::persona(Aspect::Organization, "says whose clusters they are"))
        .command(Command::read("grows", "Show two clusters", run).uses(CLUSTERS).answer(Answer::one()))
}

fn run(session: &Session, _: Arguments) -> Result {
    let data: Value = session.graphql().execute(CLUSTERS, json!({}))?;
    session.output().emit(&data["clusters"])
}
