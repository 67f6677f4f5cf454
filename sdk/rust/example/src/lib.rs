//! `acme/gpu-report`: a command pack by a third party, whole in one file.
//!
//! `gpu-report summary` reads, `gpu-report label` changes, `gpu-report me` looks at who is signed in:
//! three different things for a user to grant or not. Built and added as README.md of the SDK says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vantage_plugin::{
    Answer, Argument, Arguments, Aspect, Column, Command, ErrorKind, Operation, Pack, Request, Result,
    Session, Union,
};

vantage_plugin::export!(pack);

const CLUSTERS: Operation = Operation::new(
    "GpuReportClusters",
    "cluster",
    "query GpuReportClusters($first: Int!, $after: String) {
        clusters(first: $first, after: $after) {
            edges { node { name status provider } }
            pageInfo { hasNextPage endCursor }
        }
    }",
    "counts your clusters by provider and status",
);

const LABEL: Operation = Operation::new(
    "GpuReportLabel",
    "cluster",
    "mutation GpuReportLabel($updateClusterInput: UpdateClusterRecordInput!) {
        updateCluster(updateClusterInput: $updateClusterInput) {
            __typename
            ... on Cluster { name description }
            ... on ClusterNotFound { message }
            ... on InvalidInput { message }
            ... on UnexpectedBehavior { message }
        }
    }",
    "writes the label that you give as the cluster's description",
);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("acme/gpu-report", env!("CARGO_PKG_VERSION"), "Report on clusters")
        .license("MIT OR Apache-2.0")
        .group("gpu-report", "Report on clusters")
        .request(Request::persona(Aspect::Email, "signs the report with your address"))
        .command(
            Command::read("gpu-report summary", "Count clusters by provider and status", summary)
                .uses(CLUSTERS)
                .answer(
                    Answer::many()
                        .columns([
                            Column::text("Provider", "/provider"),
                            Column::status("Status", "/status"),
                            Column::number("Clusters", "/clusters"),
                            Column::ratio("Share", "/share"),
                        ])
                        .schema(json!({
                            "type": "object",
                            "required": ["provider", "status", "clusters", "share"],
                            "properties": {
                                "provider": { "type": "string" },
                                "status": { "type": "string" },
                                "clusters": { "type": "integer" },
                                "share": { "type": "number", "minimum": 0, "maximum": 1 },
                            },
                        })),
                )
                .example("vantage gpu-report summary", "Counts all your clusters"),
        )
        .command(
            Command::change("gpu-report label", "Label a cluster", label)
                .argument(Argument::text("name", "The cluster").value_name("NAME").positional().required())
                .argument(Argument::text("description", "The label").value_name("TEXT").required())
                .uses(LABEL)
                .answer(
                    Answer::one().columns([
                        Column::text("Name", "/name"),
                        Column::text("Description", "/description"),
                    ]),
                )
                .example("vantage gpu-report label gpu-1 --description 'for training'", "Labels `gpu-1`"),
        )
        .command(
            Command::read("gpu-report me", "Show who signs the report", me)
                .answer(Answer::one().column(Column::text("Email", "/email")))
                .example("vantage gpu-report me", "Shows your address"),
        )
}

#[derive(Deserialize)]
struct Cluster {
    status: String,
    provider: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    provider: &'a str,
    status: &'a str,
    clusters: u64,
    share: f64,
}

fn summary(session: &Session, _: Arguments) -> Result {
    let output = session.output();
    let progress = output.progress("Counting clusters", None);
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut pages = 0;
    for page in session.graphql().pages::<Cluster>(CLUSTERS, json!({ "first": 100 }), "/clusters")? {
        for cluster in page? {
            let provider = cluster.provider.unwrap_or_else(|| "unknown".to_owned());
            *counts.entry((provider, cluster.status)).or_default() += 1;
        }
        pages += 1;
        progress.advance(1);
    }
    drop(progress);
    let all: u64 = counts.values().sum();
    output.emit_all(counts.iter().map(|((provider, status), clusters)| Line {
        provider,
        status,
        clusters: *clusters,
        share: *clusters as f64 / all as f64,
    }))?;
    let plural = if pages == 1 { "" } else { "s" };
    output.note(format!("{all} clusters on {pages} page{plural}"));
    Ok(())
}

#[derive(Deserialize)]
struct Label {
    name: String,
    description: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Labelled {
    update_cluster: Union,
}

fn label(session: &Session, Label { name, description }: Label) -> Result {
    let variables = json!({ "updateClusterInput": { "name": name, "description": description } });
    let labelled: Labelled = session.graphql().execute(LABEL, variables)?;
    let cluster: Value = labelled.update_cluster.into_member("Cluster", |member| match member {
        "ClusterNotFound" => ErrorKind::NotFound,
        _ => ErrorKind::Failed,
    })?;
    session.output().emit(&cluster)
}

fn me(session: &Session, _: Arguments) -> Result {
    session.output().emit(&json!({ "email": session.persona()?.email()? }))
}

#[cfg(test)]
mod tests {
    use vantage_plugin::testing::Rehearsal;

    use super::*;

    fn cluster(provider: Option<&str>, status: &str) -> Value {
        json!({ "name": "x", "provider": provider, "status": status })
    }

    #[test]
    fn the_summary_counts_over_all_pages() {
        let pages = [
            vec![cluster(Some("aws"), "ready"), cluster(None, "ready")],
            vec![cluster(Some("aws"), "ready"), cluster(Some("aws"), "failed")],
        ];
        let run = Rehearsal::new(pack()).pages(CLUSTERS, pages).run("gpu-report summary", json!({}));
        assert_eq!(run.result, Ok(()));
        assert_eq!(
            run.records,
            [
                json!({ "provider": "aws", "status": "failed", "clusters": 1, "share": 0.25 }),
                json!({ "provider": "aws", "status": "ready", "clusters": 2, "share": 0.5 }),
                json!({ "provider": "unknown", "status": "ready", "clusters": 1, "share": 0.25 }),
            ]
        );
        assert_eq!(run.notes, ["4 clusters on 2 pages"]);
    }

    #[test]
    fn no_clusters_are_no_lines() {
        let run = Rehearsal::new(pack()).pages(CLUSTERS, [vec![]]).run("gpu-report summary", json!({}));
        assert_eq!((run.result, run.records), (Ok(()), vec![]));
    }

    #[test]
    fn labelling_sends_the_input_and_answers_with_the_cluster() {
        let labelled =
            json!({ "updateCluster": { "__typename": "Cluster", "name": "a", "description": "b" } });
        let arguments = json!({ "name": "a", "description": "b" });
        let run = Rehearsal::new(pack()).answer(LABEL, labelled).run("gpu-report label", &arguments);
        assert_eq!(run.records, std::slice::from_ref(&arguments));
        assert_eq!(run.calls, [("GpuReportLabel".to_owned(), json!({ "updateClusterInput": arguments }))]);
    }

    #[test]
    fn a_cluster_that_is_not_there_is_not_found() {
        let missing =
            json!({ "updateCluster": { "__typename": "ClusterNotFound", "message": "no such cluster" } });
        let arguments = json!({ "name": "a", "description": "b" });
        let run = Rehearsal::new(pack()).answer(LABEL, missing).run("gpu-report label", arguments);
        let error = run.result.unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::NotFound, "no such cluster"));
    }

    #[test]
    fn the_signature_is_the_users_address() {
        let run = Rehearsal::new(pack()).email("ada@acme.example").run("gpu-report me", json!({}));
        assert_eq!(run.records, [json!({ "email": "ada@acme.example" })]);
    }
}
