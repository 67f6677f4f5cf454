//! Numbers of submissions, scripts and templates while one is typed, and the clusters that jobs were sent to.
//!
//! The newest of each are asked for in one answer. A number cannot be asked for by its begin, so the host
//! picks those that begin with what is typed.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;
use vantage_plugin::{Candidate, Operation, Result, Session, Typing};

use crate::{PAGE, script, submission, template};

/// What is told of a thing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Thing {
    id: i64,
    name: String,
    /// Of submissions.
    status: Option<String>,
    cluster_name: Option<String>,
}

#[derive(Deserialize)]
struct Connection {
    edges: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    node: Thing,
}

/// A list's one field, whatever it is called.
type Data = std::collections::BTreeMap<String, Connection>;

pub(crate) fn submissions(session: &Session, _: &Typing) -> Result<Vec<Candidate>> {
    numbers(session, submission::LIST)
}

pub(crate) fn scripts(session: &Session, _: &Typing) -> Result<Vec<Candidate>> {
    numbers(session, script::LIST)
}

pub(crate) fn templates(session: &Session, _: &Typing) -> Result<Vec<Candidate>> {
    numbers(session, template::LIST)
}

/// The clusters of the newest jobs. Other clusters are there, too: this pack has not asked to see them.
pub(crate) fn clusters(session: &Session, _: &Typing) -> Result<Vec<Candidate>> {
    let things = newest(session, submission::LIST)?;
    let names: BTreeSet<String> = things.into_iter().filter_map(|thing| thing.cluster_name).collect();
    Ok(names.iter().map(Candidate::new).collect())
}

fn numbers(session: &Session, list: Operation) -> Result<Vec<Candidate>> {
    let candidate = |thing: Thing| {
        let summary = match thing.status {
            Some(status) => format!("{}, {status}", thing.name),
            None => thing.name,
        };
        Candidate::new(thing.id).summary(summary)
    };
    Ok(newest(session, list)?.into_iter().map(candidate).collect())
}

fn newest(session: &Session, list: Operation) -> Result<Vec<Thing>> {
    let data: Data = session.graphql().execute(list, json!({ "first": PAGE }))?;
    Ok(data.into_values().flat_map(|connection| connection.edges).map(|edge| edge.node).collect())
}
