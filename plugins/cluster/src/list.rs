//! `cluster list`: every cluster of the organization, page by page.

use serde::{Deserialize, Serialize};
use vantage_plugin::{Answer, Argument, Command, Operation, Result, Session};

use crate::{Cluster, provider_argument, shown};

/// The most that the platform gives at once.
const PAGE: u32 = 100;

pub(crate) const LIST: Operation = Operation::new(
    "ListClusters",
    "cluster",
    "query ListClusters($first: Int!, $after: String, $filters: JSONScalar) {
        clusters(first: $first, after: $after, filters: $filters) {
            edges {
                node {
                    name status provider clusterType ownerEmail description clientId cloudAccountId createdAt
                }
            }
            pageInfo { hasNextPage endCursor }
        }
    }",
    "lists your organization's clusters",
);

pub(crate) fn command() -> Command {
    Command::read("cluster list", "List clusters", run)
        .alias("ls")
        .argument(
            Argument::text("status", "Only clusters in this status, as in `ready`").value_name("STATUS"),
        )
        .argument(provider_argument("Only clusters on this provider"))
        .uses(LIST)
        .answer(shown(Answer::many()))
        .example("vantage cluster list", "Lists every cluster you can see")
        .example("vantage cluster list --status ready --provider aws", "Lists what runs on AWS")
        .example("vantage cluster list --columns name,status -o csv", "Writes two columns as CSV")
}

#[derive(Deserialize)]
struct List {
    status: Option<String>,
    provider: Option<String>,
}

#[derive(Serialize)]
struct Variables {
    first: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    filters: Option<Filters>,
}

#[derive(Serialize)]
struct Filters {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Equals>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<Equals>,
}

#[derive(Serialize)]
struct Equals {
    eq: String,
}

fn run(session: &Session, arguments: List) -> Result {
    let List { status, provider } = arguments;
    let filters = (status.is_some() || provider.is_some()).then(|| Filters {
        status: status.map(|eq| Equals { eq }),
        provider: provider.map(|eq| Equals { eq }),
    });
    let output = session.output();
    for page in session.graphql().pages::<Cluster>(LIST, Variables { first: PAGE, filters }, "/clusters")? {
        output.emit_all(page?)?;
    }
    Ok(())
}
