//! `cluster watch`: clusters as their state changes.

use serde::Deserialize;
use serde_json::json;
use vantage_plugin::{Answer, Argument, Command, Error, ErrorKind, Operation, Result, Session};

use crate::get::not_found;
use crate::{Cluster, complete, shown};

const WATCH: Operation = Operation::new(
    "WatchClusters",
    "cluster",
    "subscription WatchClusters($name: String) {
        clusterStatusChanged(name: $name) {
            name status provider clusterType ownerEmail description clientId cloudAccountId createdAt
        }
    }",
    "follows the state of your organization's clusters",
);

pub(crate) fn command() -> Command {
    Command::read("cluster watch", "Follow clusters as their state changes", run)
        .description(
            "Goes on until it is interrupted, or until the cluster is in the state that `--until` names. \
             On a terminal the rows are drawn over in place; a pipe gets JSON lines, one for each change.",
        )
        .argument(
            Argument::text("name", "The cluster to follow; all if left out")
                .value_name("NAME")
                .positional()
                .completed_by(complete::names),
        )
        .argument(
            Argument::text("until", "End when the cluster is in this state, as in `ready`")
                .value_name("STATUS"),
        )
        .uses(WATCH)
        .answer(shown(Answer::live("/name")))
        .example("vantage cluster watch", "Follows every cluster you can see")
        .example("vantage cluster watch gpu-1 --until ready", "Waits until `gpu-1` takes jobs")
}

#[derive(Deserialize)]
struct Watch {
    name: Option<String>,
    until: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    cluster_status_changed: Cluster,
}

fn run(session: &Session, Watch { name, until }: Watch) -> Result {
    if until.is_some() && name.is_none() {
        return Err(Error::usage("`--until` needs the name of one cluster"));
    }
    let output = session.output();
    for event in session.graphql().subscribe::<Changed>(WATCH, json!({ "name": name }))? {
        let cluster = event.map_err(|error| missing(error, name.as_deref()))?.cluster_status_changed;
        output.emit(&cluster)?;
        if until.as_ref() == Some(&cluster.status) {
            return Ok(());
        }
    }
    Err(match name {
        Some(name) => Error::not_found(format!("cluster `{name}` was deleted")),
        None => Error::new(ErrorKind::Unavailable, "the platform has ended the events"),
    })
}

/// The platform's word for a cluster that is not there, in our own.
fn missing(error: Error, name: Option<&str>) -> Error {
    let code = error.details_value().and_then(|details| details.pointer("/errors/0/code"));
    match name {
        Some(name) if code.is_some_and(|code| code == "NOT_FOUND") => not_found(name),
        _ => error,
    }
}
