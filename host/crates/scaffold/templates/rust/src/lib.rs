//! `PUBLISHER-NAME/PACK-NAME`: a command pack for vantage.
//!
//! Two commands to start from: `PACK-NAME list` lists clusters, `PACK-NAME show` shows one. What the pack may
//! do follows from its documents; its user is asked about that when the pack is added.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vantage_plugin::{Answer, Argument, Column, Command, Error, Operation, Pack, Result, Session};

vantage_plugin::export!(pack);

const LIST: Operation = Operation::new(
    "ListClusters",
    "cluster",
    "query ListClusters($first: Int!, $after: String) {
        clusters(first: $first, after: $after) {
            edges { node { name status provider } }
            pageInfo { hasNextPage endCursor }
        }
    }",
    "lists your clusters",
);

const SHOW: Operation = Operation::new(
    "ShowCluster",
    "cluster",
    "query ShowCluster($filters: JSONScalar) {
        clusters(first: 1, filters: $filters) { edges { node { name status provider } } }
    }",
    "shows the cluster that you name",
);

/// What the pack contains.
pub fn pack() -> Pack {
    let id = "PUBLISHER-NAME/PACK-NAME";
    Pack::new(id, env!("CARGO_PKG_VERSION"), "Look at clusters")
        .group("PACK-NAME", "Look at clusters")
        .command(
            Command::read("PACK-NAME list", "List your clusters", list)
                .argument(
                    Argument::text("status", "Only clusters with this status").value_name("STATUS"),
                )
                .uses(LIST)
                .answer(Answer::many().columns(columns()))
                .example("vantage PACK-NAME list", "Lists all your clusters"),
        )
        .command(
            Command::read("PACK-NAME show", "Show a cluster", show)
                .argument(
                    Argument::text("name", "The cluster's name")
                        .value_name("NAME")
                        .positional()
                        .required(),
                )
                .uses(SHOW)
                .answer(Answer::one().columns(columns()))
                .example("vantage PACK-NAME show gpu-1", "Shows the cluster `gpu-1`"),
        )
}

fn columns() -> [Column; 3] {
    [
        Column::text("Name", "/name"),
        Column::status("Status", "/status"),
        Column::text("Provider", "/provider"),
    ]
}

#[derive(Serialize, Deserialize)]
struct Cluster {
    name: String,
    status: String,
    provider: Option<String>,
}

/// The arguments of `list`; what is not given is not there.
#[derive(Deserialize)]
struct List {
    status: Option<String>,
}

fn list(session: &Session, List { status }: List) -> Result {
    let output = session.output();
    let is_wanted =
        |cluster: &&Cluster| status.is_none() || status.as_ref() == Some(&cluster.status);
    let variables = json!({ "first": 100 });
    for page in session
        .graphql()
        .pages::<Cluster>(LIST, variables, "/clusters")?
    {
        output.emit_all(page?.iter().filter(is_wanted))?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Show {
    name: String,
}

fn show(session: &Session, Show { name }: Show) -> Result {
    let variables = json!({ "filters": { "name": { "eq": name } } });
    let found: Value = session.graphql().execute(SHOW, variables)?;
    match found.pointer("/clusters/edges/0/node") {
        Some(cluster) => session.output().emit(cluster),
        None => Err(Error::not_found(format!("cluster `{name}` was not found"))
            .hint("vantage PACK-NAME list shows the clusters that you can see")),
    }
}

#[cfg(test)]
mod tests;
