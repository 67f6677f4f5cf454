//! The documents that the tests of the API `jobs` send, and what they read from the answers.

use serde_json::{Value, json};
use vantage_platform::Options;

use crate::client::{Client, Visitor};

/// Every field of a submission.
pub(crate) const SUBMISSION: &str = "fragment S on JobSubmission { id name description ownerEmail jobScriptId
  clusterName status slurmJobId slurmJobState executionDirectory sbatchArguments reportMessage createdAt updatedAt }";

const CREATE_SCRIPT: &str = "mutation C($input: CreateJobScriptInput!) {
  createJobScript(createJobScriptInput: $input) { __typename
    ... on JobScript { id name ownerEmail parentTemplateId files { filename fileType content } }
    ... on JobTemplateNotFound { message } ... on InvalidInput { message } } }";

const CREATE_TEMPLATE: &str = "mutation C($input: CreateJobTemplateInput!) {
  createJobTemplate(createJobTemplateInput: $input) { __typename
    ... on JobTemplate { id name identifier templateVars files { filename fileType content } }
    ... on JobTemplateIdentifierInUse { message } ... on InvalidInput { message } } }";

const SUBMIT: &str = "mutation C($input: CreateJobSubmissionInput!) {
  createJobSubmission(createJobSubmissionInput: $input) { __typename ... on JobSubmission { ...S }
    ... on JobScriptNotFound { message } ... on ClusterNotFound { message } ... on InvalidInput { message } } }";

/// Runs a document of the API `jobs`, and gives the only member of `data`.
pub(crate) async fn jobs(client: &Visitor, tokens: &Value, query: &str, variables: Value) -> Value {
    let answer = answer(client, tokens, query, variables).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"].as_object().unwrap().values().next().unwrap().clone()
}

/// Runs a document of the API `jobs`, and gives the whole answer.
pub(crate) async fn answer(client: &Visitor, tokens: &Value, query: &str, variables: Value) -> Value {
    let response = client.send_to("jobs", tokens, json!({"query": query, "variables": variables})).await;
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

pub(crate) async fn create_script(client: &Visitor, tokens: &Value, input: Value) -> Value {
    jobs(client, tokens, CREATE_SCRIPT, json!({"input": input})).await
}

pub(crate) async fn create_template(client: &Visitor, tokens: &Value, input: Value) -> Value {
    jobs(client, tokens, CREATE_TEMPLATE, json!({"input": input})).await
}

/// Submits, whatever comes of it.
pub(crate) async fn submit_input(client: &Visitor, tokens: &Value, input: Value) -> Value {
    jobs(client, tokens, &format!("{SUBMIT} {SUBMISSION}"), json!({"input": input})).await
}

/// Submits a script of this content, and gives the submission.
pub(crate) async fn submit(client: &Visitor, tokens: &Value, content: &str) -> Value {
    let script = create_script(client, tokens, json!({"name": "s", "content": content})).await;
    let cluster =
        client.graphql(tokens, "{ clusters(first: 1) { edges { node { name } } } }", Value::Null).await;
    let cluster = &cluster["data"]["clusters"]["edges"][0]["node"]["name"];
    let input = json!({"name": "job", "jobScriptId": script["id"], "clusterName": cluster});
    let made = submit_input(client, tokens, input).await;
    assert_eq!(made["__typename"], json!("JobSubmission"), "{made}");
    made
}

/// A submission as it is now; null if there is none.
pub(crate) async fn submission(client: &Visitor, tokens: &Value, id: &Value) -> Value {
    let query = format!("query Q($id: Int!) {{ jobSubmission(id: $id) {{ ...S }} }} {SUBMISSION}");
    jobs(client, tokens, &query, json!({"id": id})).await
}

/// Where a submission stands: its status, and Slurm's state of it.
pub(crate) async fn stands(client: &Visitor, tokens: &Value, id: &Value) -> (String, Option<String>) {
    let now = submission(client, tokens, id).await;
    (now["status"].as_str().unwrap().to_owned(), now["slurmJobState"].as_str().map(str::to_owned))
}

/// A platform with so many submissions, and someone signed in.
pub(crate) async fn world(submissions: usize) -> (Client, Value) {
    let client = Client::start(Options { auto_approve: true, submissions, ..Options::default() }).await;
    let tokens = client.sign_in("openid").await;
    (client, tokens)
}
