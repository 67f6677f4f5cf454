//! Well-behaved: reads a connection page by page and says how many pages there were.

use serde_json::{Value, json};
use vantage_plugin::{Answer, Argument, Arguments, Column, Command, Operation, Pack, Result, Session};

vantage_plugin::export!(pack);

const CLUSTERS: Operation = Operation::new(
    "PagedClusters",
    "cluster",
    "query PagedClusters($first: Int!, $after: String) {
        clusters(first: $first, after: $after) {
            edges { node { name status } }
            pageInfo { hasNextPage endCursor }
        }
    }",
    "reads your clusters",
);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/paged", "1.0.0", "Read pages").command(
        Command::read("paged", "Read all clusters", run)
            .argument(Argument::integer("page", "How many at once").default(10))
            .argument(Argument::text("connection", "Where the connection is").default("/clusters"))
            .uses(CLUSTERS)
            .answer(
                Answer::many()
                    .column(Column::text("Name", "/name"))
                    .column(Column::status("Status", "/status")),
            ),
    )
}

fn run(session: &Session, arguments: Arguments) -> Result {
    let output = session.output();
    let variables = json!({ "first": arguments.integer("page") });
    let mut pages = 0;
    let connection = arguments.required_text("connection")?;
    for page in session.graphql().pages::<Value>(CLUSTERS, variables, connection)? {
        output.emit_all(page?)?;
        pages += 1;
    }
    output.note(format!("{pages} pages"));
    Ok(())
}
