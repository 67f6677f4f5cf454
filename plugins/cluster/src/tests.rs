//! Every command of the pack on a rehearsed platform: what it sends, what it answers, how it fails.

use serde_json::{Value, json};
use vantage_plugin::ErrorKind;
use vantage_plugin::testing::Rehearsal;

use super::*;

fn cluster(name: &str) -> Value {
    json!({
        "name": name, "status": "ready", "provider": "aws", "clusterType": "slurm", "ownerEmail": "ada@acme.example",
        "description": null, "clientId": "c-1", "cloudAccountId": 3, "createdAt": "2026-01-02T03:04:05Z",
    })
}

fn found(nodes: &[Value]) -> Value {
    let edges: Vec<_> = nodes.iter().map(|node| json!({ "node": node })).collect();
    json!({ "clusters": { "edges": edges } })
}

#[test]
fn list_emits_every_page_and_asks_for_a_hundred_at_once() {
    let pages = [vec![cluster("a"), cluster("b")], vec![cluster("c")]];
    let run = Rehearsal::new(pack()).pages("ListClusters", pages).run("cluster list", json!({}));
    assert_eq!(run.result, Ok(()));
    assert_eq!(run.records, [cluster("a"), cluster("b"), cluster("c")]);
    assert_eq!(run.calls, [("ListClusters".to_owned(), json!({ "first": 100 }))]);
}

#[test]
fn list_sends_its_filters_in_the_platforms_form() {
    let arguments = json!({ "status": "ready", "provider": "aws" });
    let run = Rehearsal::new(pack()).pages("ListClusters", [vec![]]).run("cluster list", arguments);
    let filters = json!({ "status": { "eq": "ready" }, "provider": { "eq": "aws" } });
    assert_eq!(run.calls[0].1, json!({ "first": 100, "filters": filters }));
    assert_eq!((run.result, run.records), (Ok(()), vec![]));
}

#[test]
fn get_answers_with_the_cluster_of_that_name() {
    let answer = found(&[cluster("a")]);
    let run = Rehearsal::new(pack()).answer("GetCluster", answer).run("cluster get", json!({ "name": "a" }));
    assert_eq!(run.records, [cluster("a")]);
    assert_eq!(run.calls[0].1, json!({ "filters": { "name": { "eq": "a" } } }));
}

#[test]
fn get_takes_neither_nothing_nor_another_cluster_for_an_answer() {
    for nodes in [vec![], vec![cluster("b")]] {
        let run = Rehearsal::new(pack())
            .answer("GetCluster", found(&nodes))
            .run("cluster get", json!({ "name": "a" }));
        let error = run.result.unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::NotFound, "cluster `a` was not found"));
        assert_eq!(error.hints(), ["vantage cluster list shows the clusters that you can see"]);
        assert_eq!(run.records, [Value::Null; 0]);
    }
}

fn create(arguments: Value, member: Value) -> vantage_plugin::testing::Run {
    let answer = json!({ "createCluster": member });
    Rehearsal::new(pack()).answer("CreateCluster", answer).run("cluster create", arguments)
}

#[test]
fn create_sends_only_what_was_given_and_answers_with_the_cluster() {
    let mut member = cluster("a");
    member["__typename"] = json!("Cluster");
    let run = create(json!({ "name": "a", "provider": "on_prem", "description": "mine" }), member.clone());
    assert_eq!(run.records, [cluster("a")]);
    let input = json!({ "name": "a", "provider": "on_prem", "clusterType": "slurm", "description": "mine" });
    assert_eq!(run.calls[0].1, json!({ "createClusterInput": input }));

    let arguments =
        json!({ "name": "a", "provider": "aws", "type": "k8s", "cloud-account": 3, "region": "r" });
    let input = json!({
        "name": "a", "provider": "aws", "clusterType": "k8s", "cloudAccountId": 3,
        "providerAttributes": { "aws": { "regionName": "r" } },
    });
    assert_eq!(create(arguments, member).calls[0].1, json!({ "createClusterInput": input }));
}

#[test]
fn create_refuses_options_of_another_provider_before_anything_is_sent() {
    let arguments = json!({ "name": "a", "provider": "gcp", "key-pair": "k", "cloud-account": 1 });
    let run = Rehearsal::new(pack()).run("cluster create", arguments);
    let error = run.result.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Usage, "`--key-pair` is only for the provider `aws`")
    );
    assert_eq!(run.calls, []);
}

#[test]
fn each_way_that_create_fails_has_its_kind() {
    for (member, kind) in [
        ("ClusterNameInUse", ErrorKind::Conflict),
        ("InvalidInput", ErrorKind::Invalid),
        ("ClusterCouldNotBeDeployed", ErrorKind::Failed),
        ("UnexpectedBehavior", ErrorKind::Failed),
    ] {
        let answer = json!({ "__typename": member, "message": "no" });
        let error = create(json!({ "name": "a", "provider": "aws" }), answer).result.unwrap_err();
        assert_eq!((error.kind(), error.message()), (kind, "no"), "{member}");
    }
}

#[test]
fn a_cloud_without_an_account_gets_a_hint_and_with_one_none() {
    for (arguments, hints) in [
        (json!({ "name": "a", "provider": "gcp" }), 1),
        (json!({ "name": "a", "provider": "gcp", "cloud-account": 1 }), 0),
    ] {
        let member = json!({ "__typename": "ClusterCouldNotBeDeployed", "message": "no" });
        assert_eq!(create(arguments, member).result.unwrap_err().hints().len(), hints);
    }
}

fn delete(member: Value) -> vantage_plugin::testing::Run {
    let answer = json!({ "deleteCluster": member });
    Rehearsal::new(pack()).answer("DeleteCluster", answer).run("cluster delete", json!({ "name": "a" }))
}

#[test]
fn delete_says_what_it_deleted() {
    let run = delete(json!({ "__typename": "ClusterDeleted", "message": "gone" }));
    assert_eq!(run.records, [json!({ "deleted": "a" })]);
    assert_eq!(run.calls, [("DeleteCluster".to_owned(), json!({ "clusterName": "a" }))]);
}

#[test]
fn each_way_that_delete_fails_has_its_kind() {
    for (member, kind, message) in [
        ("ClusterNotFound", ErrorKind::NotFound, "cluster `a` was not found"),
        ("InvalidProviderInput", ErrorKind::Invalid, "no"),
        ("UnexpectedBehavior", ErrorKind::Failed, "no"),
    ] {
        let run = delete(json!({ "__typename": member, "message": "no" }));
        let error = run.result.unwrap_err();
        assert_eq!((error.kind(), error.message()), (kind, message), "{member}");
        assert_eq!(run.records, [Value::Null; 0]);
    }
}

#[test]
fn no_document_selects_what_may_hold_secrets() {
    let description: Value = serde_json::from_str(&pack().describe()).unwrap();
    for operation in description["operations"].as_array().unwrap() {
        assert!(!operation["document"].as_str().unwrap().contains("creationParameters"), "{operation}");
    }
}

#[test]
fn every_command_has_examples_and_a_schema_whose_properties_its_columns_show() {
    let description: Value = serde_json::from_str(&pack().describe()).unwrap();
    for command in description["commands"].as_array().unwrap() {
        let path = format!(
            "vantage {} ",
            command["path"]
                .as_array()
                .unwrap()
                .iter()
                .map(|word| word.as_str().unwrap())
                .collect::<Vec<_>>()
                .join(" ")
        );
        let examples = command["examples"].as_array().unwrap();
        assert!(!examples.is_empty());
        for example in examples {
            assert!(format!("{} ", example["line"].as_str().unwrap()).starts_with(&path), "{example}");
        }
        for column in command["answer"]["columns"].as_array().unwrap() {
            let name = column["pointer"].as_str().unwrap().trim_start_matches('/');
            assert!(!command["answer"]["schema"]["properties"][name].is_null(), "{path}: {name}");
        }
    }
}

fn in_status(status: &str) -> Value {
    let mut record = cluster("a");
    record["status"] = json!(status);
    record
}

fn watched(statuses: &[&str]) -> Rehearsal {
    let event = |status: &&str| Ok(json!({ "clusterStatusChanged": in_status(status) }));
    Rehearsal::new(pack()).events("WatchClusters", statuses.iter().map(event))
}

#[test]
fn watch_emits_every_state_until_the_one_that_was_asked_for() {
    let run = watched(&["preparing", "ready", "degraded"])
        .run("cluster watch", json!({ "name": "a", "until": "ready" }));
    assert_eq!((run.result, run.records), (Ok(()), vec![in_status("preparing"), in_status("ready")]));
    assert_eq!(run.calls[0].1, json!({ "name": "a" }));
}

#[test]
fn watch_says_why_it_ended() {
    let fails = |run: vantage_plugin::testing::Run| {
        let error = run.result.expect_err("it fails");
        format!("{}: {}", error.kind(), error.message())
    };
    let run = watched(&["ready"]).run("cluster watch", json!({ "name": "a" }));
    assert_eq!(fails(run), "not-found: cluster `a` was deleted");
    let run = watched(&["ready"]).run("cluster watch", json!({}));
    assert_eq!(fails(run), "unavailable: the platform has ended the events");
    let run = Rehearsal::new(pack())
        .refuse_events("WatchClusters", json!([{ "message": "none", "code": "NOT_FOUND" }]))
        .run("cluster watch", json!({ "name": "a" }));
    assert_eq!(fails(run), "not-found: cluster `a` was not found");
    let run = Rehearsal::new(pack()).run("cluster watch", json!({ "until": "ready" }));
    assert_eq!(fails(run), "usage: `--until` needs the name of one cluster");
}
