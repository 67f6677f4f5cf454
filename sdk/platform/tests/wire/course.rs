//! What becomes of a submitted job with time, whoever looks and whether the platform runs or not.

use serde_json::{Value, json};
use vantage_platform::Options;

use crate::client::Client;
use crate::job_documents::{jobs, stands, submission, submit, world};

const GOOD: &str = "#!/bin/bash\nsrun hostname\n";

fn state(status: &str, slurm: &str) -> (String, Option<String>) {
    (status.to_owned(), Some(slurm).filter(|state| !state.is_empty()).map(str::to_owned))
}

#[tokio::test]
async fn a_job_takes_its_steps_and_ends_well() {
    let (client, tokens) = world(0).await;
    let made = submit(&client, &tokens, GOOD).await;
    assert_eq!((&made["status"], &made["slurmJobId"]), (&json!("CREATED"), &Value::Null));
    assert_eq!((&made["ownerEmail"], &made["sbatchArguments"]), (&json!("ada@acme.example"), &json!([])));
    assert_eq!(
        (&made["createdAt"], &made["updatedAt"]),
        (&json!("2026-03-01T12:00:00Z"), &made["createdAt"])
    );
    let id = &made["id"];
    for (seconds, expected) in [
        (2, state("CREATED", "")),
        (1, state("SUBMITTED", "PENDING")),
        (3, state("SUBMITTED", "RUNNING")),
        (3, state("SUBMITTED", "COMPLETING")),
        (2, state("SUBMITTED", "COMPLETING")),
        (1, state("DONE", "COMPLETED")),
        (9_000, state("DONE", "COMPLETED")),
    ] {
        client.pass(seconds);
        let tokens = client.refresh(&client.sign_in("openid").await).await.unwrap();
        assert_eq!(stands(&client, &tokens, id).await, expected);
    }
    let tokens = client.sign_in("openid").await;
    let done = submission(&client, &tokens, id).await;
    assert_eq!((&done["updatedAt"], &done["reportMessage"]), (&json!("2026-03-01T12:00:12Z"), &Value::Null));
    assert!(done["slurmJobId"].as_i64().unwrap() > 40_000);
}

#[tokio::test]
async fn the_script_decides_how_a_job_ends() {
    let (client, tokens) = world(0).await;
    let report = async |id: &Value| submission(&client, &tokens, id).await["reportMessage"].clone();
    let rejected = submit(&client, &tokens, "echo no interpreter\n").await["id"].clone();
    let failed = submit(&client, &tokens, "#!/bin/sh\nexit 1\n").await["id"].clone();
    let slow = submit(&client, &tokens, "#!/bin/sh\nsleep infinity\n").await["id"].clone();
    client.pass(3);
    assert_eq!(stands(&client, &tokens, &rejected).await, state("REJECTED", ""));
    assert!(report(&rejected).await.as_str().unwrap().contains("must start with #!"));
    assert_eq!(submission(&client, &tokens, &rejected).await["slurmJobId"], Value::Null);
    assert_eq!(report(&failed).await, Value::Null);
    client.pass(9);
    assert_eq!(stands(&client, &tokens, &rejected).await, state("REJECTED", ""));
    assert_eq!(stands(&client, &tokens, &failed).await, state("ABORTED", "FAILED"));
    assert_eq!(report(&failed).await, json!("The job failed with exit status 1"));
    assert_eq!(stands(&client, &tokens, &slow).await, state("ABORTED", "TIMEOUT"));
}

#[tokio::test]
async fn a_cancelled_job_stays_cancelled() {
    let (client, tokens) = world(0).await;
    let cancel = "mutation C($id: Int!) { cancelJobSubmission(id: $id) { __typename
        ... on JobSubmission { status } ... on JobSubmissionFinished { message } } }";
    let early = submit(&client, &tokens, GOOD).await["id"].clone();
    let late = submit(&client, &tokens, GOOD).await["id"].clone();
    let cancelled = jobs(&client, &tokens, cancel, json!({"id": early})).await;
    assert_eq!(cancelled, json!({"__typename": "JobSubmission", "status": "CANCELLED"}));
    client.pass(7);
    jobs(&client, &tokens, cancel, json!({"id": late})).await;
    client.pass(60);
    assert_eq!(stands(&client, &tokens, &early).await, state("CANCELLED", ""));
    let ended = submission(&client, &tokens, &late).await;
    assert_eq!((&ended["status"], &ended["slurmJobState"]), (&json!("CANCELLED"), &json!("CANCELLED")));
    assert_eq!(ended["updatedAt"], json!("2026-03-01T12:00:07Z"));
    assert_eq!(ended["reportMessage"], json!("Cancelled by ada@acme.example"));
    let again = jobs(&client, &tokens, cancel, json!({"id": late})).await;
    assert_eq!(again["__typename"], json!("JobSubmissionFinished"));
    let missing = jobs(&client, &tokens, cancel, json!({"id": 9_999})).await;
    assert_eq!(missing["__typename"], json!("JobSubmissionNotFound"));
}

#[tokio::test]
async fn jobs_go_on_while_the_platform_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let database = Some(folder.path().join("world.sqlite"));
    let options = || Options { auto_approve: true, database: database.clone(), ..Options::default() };
    let first = Client::start(options()).await;
    let tokens = first.sign_in("openid").await;
    let id = submit(&first, &tokens, GOOD).await["id"].clone();
    first.running.stop().await;
    for (seconds, expected) in [(7, state("SUBMITTED", "RUNNING")), (12, state("DONE", "COMPLETED"))] {
        // Each start's clock begins at the same instant.
        let next = Client::start(options()).await;
        next.pass(seconds);
        let tokens = next.sign_in("openid").await;
        assert_eq!(stands(&next, &tokens, &id).await, expected);
        next.running.stop().await;
    }
}

#[tokio::test]
async fn the_speed_is_an_option() {
    let job_step = std::time::Duration::from_secs(60);
    let client = Client::start(Options { auto_approve: true, job_step, ..Options::default() }).await;
    let tokens = client.sign_in("openid").await;
    let id = submit(&client, &tokens, GOOD).await["id"].clone();
    client.pass(239);
    assert_eq!(stands(&client, &tokens, &id).await, state("SUBMITTED", "COMPLETING"));
    client.pass(1);
    assert_eq!(stands(&client, &tokens, &id).await, state("DONE", "COMPLETED"));
}
