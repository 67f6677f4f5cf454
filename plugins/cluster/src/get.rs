//! `cluster get`: one cluster by its name.

use serde::Deserialize;
use serde_json::json;
use vantage_plugin::{Answer, Command, Error, Operation, Result, Session};

use crate::{Connection, name_argument, shown};

const GET: Operation = Operation::new(
    "GetCluster",
    "cluster",
    "query GetCluster($filters: JSONScalar) {
        clusters(first: 1, filters: $filters) {
            edges {
                node {
                    name status provider clusterType ownerEmail description clientId cloudAccountId createdAt
                }
            }
        }
    }",
    "shows one of your clusters",
);

pub(crate) fn command() -> Command {
    Command::read("cluster get", "Show a cluster", run)
        .argument(name_argument("The cluster to show"))
        .uses(GET)
        .answer(shown(Answer::one()))
        .example("vantage cluster get gpu-1", "Shows the cluster `gpu-1`")
        .example("vantage cluster get gpu-1 --jq .status", "Prints only its status")
}

#[derive(Deserialize)]
struct Get {
    name: String,
}

#[derive(Deserialize)]
struct Data {
    clusters: Connection,
}

fn run(session: &Session, Get { name }: Get) -> Result {
    let variables = json!({ "filters": { "name": { "eq": name } } });
    let data: Data = session.graphql().execute(GET, variables)?;
    match data.clusters.edges.into_iter().find(|edge| edge.node.name == name) {
        Some(edge) => session.output().emit(&edge.node),
        None => Err(not_found(&name)),
    }
}

/// The error for a name that no cluster has.
pub(crate) fn not_found(name: &str) -> Error {
    Error::not_found(format!("cluster `{name}` was not found"))
        .hint("vantage cluster list shows the clusters that you can see")
}
