//! Well-behaved: the second build of `grows`. It wants a field below the same root, its literal has
//! become a variable, and it asks for an address instead of an organization.

use serde_json::{Value, json};
use vantage_plugin::{
    Answer, Argument, Arguments, Aspect, Command, Operation, Pack, Request, Result, Session,
};

vantage_plugin::export!(pack);

const CLUSTERS: Operation = Operation::new(
    "GrowsClusters",
    "cluster",
    "query GrowsClusters($first: Int!) {
        clusters(first: $first) { edges { node { name creationParameters } } }
    }",
    "shows your clusters",
);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/grows", "1.1.0", "Show clusters")
        .request(Request::persona(Aspect::Email, "signs what it shows"))
        .command(
            Command::read("grows", "Show clusters", run)
                .argument(Argument::integer("first", "How many").default(5))
                .uses(CLUSTERS)
                .answer(Answer::one()),
        )
}

fn run(session: &Session, arguments: Arguments) -> Result {
    let variables = json!({ "first": arguments.integer("first") });
    let data: Value = session.graphql().execute(CLUSTERS, variables)?;
    session.output().emit(&data["clusters"])
}
