//! `cluster delete`: ends a cluster. The host asks before it runs, since its effect is `destroy`.

use serde::Deserialize;
use serde_json::{Value, json};
use vantage_plugin::{Answer, Column, Command, ErrorKind, Operation, Result, Session, Union};

use crate::get::not_found;
use crate::name_argument;

const DELETE: Operation = Operation::new(
    "DeleteCluster",
    "cluster",
    "mutation DeleteCluster($clusterName: String!) {
        deleteCluster(clusterName: $clusterName) {
            __typename
            ... on ClusterDeleted { message }
            ... on ClusterNotFound { message }
            ... on InvalidProviderInput { message }
            ... on UnexpectedBehavior { message }
        }
    }",
    "deletes the cluster that you name",
);

pub(crate) fn command() -> Command {
    Command::destroy("cluster delete", "Delete a cluster", run)
        .argument(name_argument("The cluster to delete"))
        .uses(DELETE)
        .answer(Answer::one().column(Column::text("Deleted", "/deleted")).schema(json!({
            "type": "object",
            "required": ["deleted"],
            "properties": { "deleted": { "type": "string", "description": "The cluster's name." } },
        })))
        .example("vantage cluster delete gpu-1", "Asks, then deletes the cluster `gpu-1`")
        .example("vantage cluster delete gpu-1 --yes", "Deletes it without asking")
}

#[derive(Deserialize)]
struct Delete {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    delete_cluster: Union,
}

fn run(session: &Session, Delete { name }: Delete) -> Result {
    let data: Data = session.graphql().execute(DELETE, json!({ "clusterName": name }))?;
    if data.delete_cluster.typename() == "ClusterNotFound" {
        return Err(not_found(&name));
    }
    data.delete_cluster.into_member::<Value>("ClusterDeleted", |member| match member {
        "InvalidProviderInput" => ErrorKind::Invalid,
        _ => ErrorKind::Failed,
    })?;
    session.output().emit(&json!({ "deleted": name }))
}
