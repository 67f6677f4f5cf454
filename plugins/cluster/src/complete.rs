//! Names of clusters, while one is typed.

use serde::Deserialize;
use serde_json::{Value, json};
use vantage_plugin::{Candidate, Result, Session, Typing};

use crate::Connection;
use crate::list::LIST;

/// More than these nobody looks through, and they come in one answer.
const MOST: u32 = 100;

#[derive(Deserialize)]
struct Data {
    clusters: Connection,
}

/// The clusters whose names have what is typed in them: the host takes those that begin so.
pub(crate) fn names(session: &Session, typing: &Typing) -> Result<Vec<Candidate>> {
    let filters = match typing.typed() {
        "" => Value::Null,
        typed => json!({ "name": { "contains": typed } }),
    };
    let data: Data = session.graphql().execute(LIST, json!({ "first": MOST, "filters": filters }))?;
    let clusters = data.clusters.edges.into_iter().map(|edge| edge.node);
    Ok(clusters.map(|cluster| Candidate::new(&cluster.name).summary(cluster.status)).collect())
}
