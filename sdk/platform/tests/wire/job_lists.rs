//! Lists of the API `jobs`: pages to the end, filters, and the seeded world.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vantage_platform::Options;

use crate::client::Client;
use crate::documents::code;
use crate::job_documents::{SUBMISSION, answer, jobs, submit, world};

const LIST: &str = "query L($first: Int!, $after: String, $filters: JSONScalar) {
  jobSubmissions(first: $first, after: $after, filters: $filters) {
    edges { cursor node { ...S } } total pageInfo { hasNextPage endCursor } } }";

async fn list(client: &Client, tokens: &Value, variables: Value) -> Value {
    jobs(client, tokens, &format!("{LIST} {SUBMISSION}"), variables).await
}

async fn total(client: &Client, tokens: &Value, filters: Value) -> i64 {
    list(client, tokens, json!({"first": 0, "filters": filters})).await["total"].as_i64().unwrap()
}

fn ids(page: &Value) -> Vec<i64> {
    page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_list_is_read_to_its_end_newest_first() {
    let (client, tokens) = world(120).await;
    let first = list(&client, &tokens, json!({"first": 100})).await;
    assert_eq!((&first["total"], &first["pageInfo"]["hasNextPage"]), (&json!(120), &json!(true)));
    // One that comes meanwhile shifts nothing.
    let newest = submit(&client, &tokens, "#!/bin/sh\n").await["id"].as_i64().unwrap();
    let after = &first["pageInfo"]["endCursor"];
    let second = list(&client, &tokens, json!({"first": 100, "after": after})).await;
    assert_eq!((&second["total"], &second["pageInfo"]["hasNextPage"]), (&json!(121), &json!(false)));
    let all: Vec<i64> = ids(&first).into_iter().chain(ids(&second)).collect();
    assert_eq!(all.len(), 120);
    assert!(all.is_sorted_by(|one, next| one > next) && !all.contains(&newest));
    assert_eq!(ids(&list(&client, &tokens, json!({"first": 1})).await), [newest]);
    let foreign = client.graphql(&tokens, "{ clusters(first: 1) { edges { cursor } } }", Value::Null).await;
    let foreign = &foreign["data"]["clusters"]["edges"][0]["cursor"];
    let query = format!("{LIST} {SUBMISSION}");
    let refused = answer(&client, &tokens, &query, json!({"first": 1, "after": foreign})).await;
    assert_eq!(code(&refused), "BAD_USER_INPUT");
}

#[tokio::test]
async fn filters_see_what_is_derived() {
    let (client, tokens) = world(0).await;
    let made = submit(&client, &tokens, "#!/bin/sh\n").await;
    let eq = |field: &str, value: Value| json!({field: {"eq": value}});
    assert_eq!(total(&client, &tokens, eq("status", json!("CREATED"))).await, 1);
    client.pass(6);
    assert_eq!(total(&client, &tokens, eq("status", json!("CREATED"))).await, 0);
    assert_eq!(total(&client, &tokens, eq("slurmJobState", json!("RUNNING"))).await, 1);
    client.pass(6);
    assert_eq!(total(&client, &tokens, json!({"status": {"in": ["DONE", "ABORTED"]}})).await, 1);
    assert_eq!(
        total(&client, &tokens, json!({"name": {"contains": "JO"}, "id": {"eq": made["id"]}})).await,
        1
    );
    assert_eq!(total(&client, &tokens, eq("clusterName", made["clusterName"].clone())).await, 1);
    let refused = answer(
        &client,
        &tokens,
        &format!("{LIST} {SUBMISSION}"),
        json!({"first": 1,
        "filters": {"state": {"eq": "x"}}}),
    )
    .await;
    assert_eq!(code(&refused), "BAD_USER_INPUT");
    let archived = "query Q($filters: JSONScalar) { jobTemplates(first: 9, filters: $filters) {
        edges { node { name isArchived } } total } }";
    let archived = jobs(&client, &tokens, archived, json!({"filters": {"isArchived": {"eq": true}}})).await;
    assert_eq!((&archived["total"], &archived["edges"][0]["node"]["isArchived"]), (&json!(1), &json!(true)));
}

async fn seeded(seed: u64) -> Value {
    let options = Options { auto_approve: true, seed, submissions: 40, ..Options::default() };
    let client = Client::start(options).await;
    let tokens = client.sign_in("openid").await;
    list(&client, &tokens, json!({"first": 100})).await
}

#[tokio::test]
async fn a_seed_makes_the_same_jobs_every_time() {
    let (one, two, other) = tokio::join!(seeded(42), seeded(42), seeded(43));
    assert_eq!(one, two);
    assert_ne!(one, other);
    let values = |member: &str| {
        let nodes = one["edges"].as_array().unwrap().iter().map(|edge| edge["node"][member].to_string());
        nodes.collect::<BTreeSet<_>>()
    };
    let every = ["\"ABORTED\"", "\"CANCELLED\"", "\"CREATED\"", "\"DONE\"", "\"REJECTED\"", "\"SUBMITTED\""];
    assert_eq!(values("status").iter().map(String::as_str).collect::<Vec<_>>(), every);
    assert!(values("clusterName").len() > 1 && values("jobScriptId").len() > 1);
}

#[tokio::test]
async fn templates_and_scripts_are_there_from_the_start() {
    let (client, tokens) = world(0).await;
    let templates = "{ jobTemplates(first: 10) { total edges { node { id name identifier templateVars
        files { filename fileType content } } } } }";
    let templates = jobs(&client, &tokens, templates, Value::Null).await;
    assert_eq!(templates["total"], json!(3));
    let types =
        templates["edges"][1]["node"]["files"].as_array().unwrap().iter().map(|file| &file["fileType"]);
    assert_eq!(types.collect::<Vec<_>>(), [&json!("ENTRYPOINT"), &json!("SUPPORT")]);
    let scripts = "{ jobScripts(first: 10) { total edges { node { name parentTemplateId } } } }";
    let scripts = jobs(&client, &tokens, scripts, Value::Null).await;
    let oldest = &scripts["edges"][5]["node"];
    let first_template = &templates["edges"][2]["node"]["id"];
    assert_eq!((&oldest["name"], &oldest["parentTemplateId"]), (&json!("hello-nodes"), first_template));
}
