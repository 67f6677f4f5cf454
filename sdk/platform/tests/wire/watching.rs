//! What subscriptions tell: things as they are, then each change, by somebody or by time.

use serde_json::{Value, json};
use vantage_platform::{Options, Transport};

use crate::client::Client;
use crate::documents::{CREATE, DELETE, UPDATE, platform};
use crate::job_documents::{jobs, submit, world};
use crate::socket::{Socket, connect};

const WATCH_JOB: &str =
    "subscription W($id: Int) { jobSubmissionChanged(id: $id) { id status slurmJobState } }";

const WATCH_CLUSTER: &str =
    "subscription W($name: String) { clusterStatusChanged(name: $name) { name status } }";

const CANCEL: &str = "mutation C($id: Int!) { cancelJobSubmission(id: $id) { __typename } }";

const REMOVE: &str = "mutation D($id: Int!) { deleteJobSubmission(id: $id) { __typename } }";

/// What the next event says of a submission.
async fn told(socket: &mut Socket, id: &Value) -> (String, Option<String>) {
    let event = socket.next("1").await["data"]["jobSubmissionChanged"].clone();
    assert_eq!(&event["id"], id, "{event}");
    (event["status"].as_str().unwrap().to_owned(), event["slurmJobState"].as_str().map(str::to_owned))
}

fn state(status: &str, slurm: &str) -> (String, Option<String>) {
    (status.to_owned(), Some(slurm).filter(|state| !state.is_empty()).map(str::to_owned))
}

#[tokio::test]
async fn a_job_is_followed_to_its_end() {
    let (client, tokens) = world(0).await;
    let id = submit(&client, &tokens, "#!/bin/sh\n").await["id"].clone();
    let mut socket = connect(&client, "jobs", &tokens).await;
    socket.subscribe("1", WATCH_JOB, json!({"id": id})).await;
    assert_eq!(told(&mut socket, &id).await, state("CREATED", ""));
    for expected in
        [state("SUBMITTED", "PENDING"), state("SUBMITTED", "RUNNING"), state("SUBMITTED", "COMPLETING")]
    {
        client.pass(2);
        // Two of three seconds bring nothing.
        socket.settles().await;
        client.pass(1);
        assert_eq!(told(&mut socket, &id).await, expected);
    }
    client.pass(3);
    assert_eq!(told(&mut socket, &id).await, state("DONE", "COMPLETED"));
    socket.completes("1").await;
    // One that has ended is told of once.
    socket.subscribe("1", WATCH_JOB, json!({"id": id})).await;
    assert_eq!(told(&mut socket, &id).await, state("DONE", "COMPLETED"));
    socket.completes("1").await;

    let stats = client.stats();
    assert_eq!((stats.subscriptions_started, stats.subscription_events), (2, 6));
    let recorded = client.running.requests().pop().unwrap();
    assert_eq!(
        (recorded.api.as_str(), recorded.transport, recorded.status),
        ("jobs", Transport::WebSocket, 101)
    );
    assert_eq!((recorded.query.as_deref(), &recorded.variables), (Some(WATCH_JOB), &json!({"id": id})));
    assert_eq!(recorded.headers["authorization"], "(withheld)");
}

#[tokio::test]
async fn a_leap_of_time_tells_the_end_alone() {
    let (client, tokens) = world(0).await;
    let id = submit(&client, &tokens, "#!/bin/sh\nexit 3\n").await["id"].clone();
    let mut socket = connect(&client, "jobs", &tokens).await;
    socket.subscribe("1", WATCH_JOB, json!({"id": id})).await;
    assert_eq!(told(&mut socket, &id).await, state("CREATED", ""));
    client.pass(200);
    assert_eq!(told(&mut socket, &id).await, state("ABORTED", "FAILED"));
    socket.completes("1").await;
}

#[tokio::test]
async fn what_somebody_does_is_told_too() {
    let (client, tokens) = world(0).await;
    let cancelled = submit(&client, &tokens, "#!/bin/sh\n").await["id"].clone();
    let deleted = submit(&client, &tokens, "#!/bin/sh\n").await["id"].clone();
    let mut socket = connect(&client, "jobs", &tokens).await;
    socket.subscribe("1", WATCH_JOB, json!({"id": cancelled})).await;
    assert_eq!(told(&mut socket, &cancelled).await, state("CREATED", ""));
    jobs(&client, &tokens, CANCEL, json!({"id": cancelled})).await;
    assert_eq!(told(&mut socket, &cancelled).await, state("CANCELLED", ""));
    socket.completes("1").await;
    socket.subscribe("1", WATCH_JOB, json!({"id": deleted})).await;
    assert_eq!(told(&mut socket, &deleted).await, state("CREATED", ""));
    jobs(&client, &tokens, REMOVE, json!({"id": deleted})).await;
    socket.completes("1").await;
}

#[tokio::test]
async fn all_jobs_of_an_organization_are_told_of_without_end() {
    // Of the seeded eight, the third, sixth and eighth are held under way.
    let (client, tokens) = world(8).await;
    let mut socket = connect(&client, "jobs", &tokens).await;
    socket.subscribe("1", WATCH_JOB, Value::Null).await;
    for (id, expected) in
        [(3, state("SUBMITTED", "PENDING")), (6, state("SUBMITTED", "RUNNING")), (8, state("CREATED", ""))]
    {
        assert_eq!(told(&mut socket, &json!(id)).await, expected);
    }
    let new = submit(&client, &tokens, "not a script").await["id"].clone();
    assert_eq!(told(&mut socket, &new).await, state("CREATED", ""));
    client.pass(3);
    assert_eq!(told(&mut socket, &new).await, state("REJECTED", ""));
    jobs(&client, &tokens, CANCEL, json!({"id": 6})).await;
    assert_eq!(told(&mut socket, &json!(6)).await, state("CANCELLED", "CANCELLED"));
    // Another organization's are not told of.
    let globex = client.sign_in("openid organization:globex").await;
    submit(&client, &globex, "#!/bin/sh\n").await;
    socket.settles().await;
}

#[tokio::test]
async fn unknown_and_foreign_things_are_not_found() {
    let (client, tokens) = world(0).await;
    let globex = client.sign_in("openid organization:globex").await;
    let id = submit(&client, &globex, "#!/bin/sh\n").await["id"].clone();
    for (api, query, variables) in [
        ("jobs", WATCH_JOB, json!({"id": 9_999})),
        ("jobs", WATCH_JOB, json!({"id": id})),
        ("cluster", WATCH_CLUSTER, json!({"name": "nosuch"})),
        ("cluster", WATCH_CLUSTER, json!({"name": ""})),
    ] {
        let mut socket = connect(&client, api, &tokens).await;
        socket.subscribe("1", query, variables).await;
        let event = socket.next("1").await;
        assert_eq!(
            (&event["data"], &event["errors"][0]["extensions"]["code"]),
            (&Value::Null, &json!("NOT_FOUND"))
        );
        socket.completes("1").await;
    }
}

#[tokio::test]
async fn a_cluster_is_followed_until_it_is_deleted() {
    let (client, tokens) = platform(1).await;
    client.graphql(&tokens, CREATE, json!({"input": {"name": "new"}})).await;
    let mut socket = connect(&client, "cluster", &tokens).await;
    socket.subscribe("1", WATCH_CLUSTER, json!({"name": "new"})).await;
    let status = |event: Value| event["data"]["clusterStatusChanged"]["status"].clone();
    assert_eq!(status(socket.next("1").await), json!("preparing"));
    client.pass(8);
    assert_eq!(status(socket.next("1").await), json!("ready"));
    // Another description is no other status.
    let change = |member: &str, value: &str| json!({"input": {"name": "new", member: value}});
    client.graphql(&tokens, UPDATE, change("description", "x")).await;
    client.graphql(&tokens, UPDATE, change("status", "stopped")).await;
    assert_eq!(status(socket.next("1").await), json!("stopped"));
    client.graphql(&tokens, DELETE, json!({"name": "new"})).await;
    socket.completes("1").await;
}

#[tokio::test]
async fn all_clusters_are_told_of_without_end() {
    let (client, tokens) = platform(3).await;
    let mut socket = connect(&client, "cluster", &tokens).await;
    socket.subscribe("1", WATCH_CLUSTER, Value::Null).await;
    let mut names = Vec::new();
    for _ in 0..3 {
        names.push(
            socket.next("1").await["data"]["clusterStatusChanged"]["name"].as_str().unwrap().to_owned(),
        );
    }
    assert!(names.is_sorted(), "{names:?}");
    client.graphql(&tokens, DELETE, json!({"name": names[0]})).await;
    client.graphql(&tokens, CREATE, json!({"input": {"name": "new"}})).await;
    let event = socket.next("1").await["data"]["clusterStatusChanged"].clone();
    assert_eq!(event, json!({"name": "new", "status": "preparing"}));
}

#[tokio::test]
async fn watching_needs_the_role_and_an_organization() {
    let options = Options { auto_approve: true, user: "sam".to_owned(), ..Options::default() };
    let client = Client::start(options).await;
    let tokens = client.sign_in("openid").await;
    let mut socket = connect(&client, "jobs", &tokens).await;
    socket.subscribe("1", WATCH_JOB, Value::Null).await;
    assert_eq!(socket.next("1").await["errors"][0]["extensions"]["code"], json!("FORBIDDEN"));
    socket.completes("1").await;
}
