//! The documents that the tests of the API `cluster` send, and what they read from the answers.

use serde_json::{Value, json};
use vantage_platform::Options;

use crate::client::Client;

pub(crate) const LIST: &str = "query ListClusters($first: Int!, $after: String, $filters: JSONScalar) {
  clusters(first: $first, after: $after, filters: $filters) {
    edges { cursor node { name status clientId description ownerEmail provider clusterType cloudAccountId createdAt } }
    total pageInfo { hasNextPage endCursor }
  }
}";

pub(crate) const CREATE: &str =
    "mutation Create($input: CreateClusterInput!) { createCluster(createClusterInput: $input) {
  __typename
  ... on Cluster { name status provider clusterType ownerEmail description creationParameters }
  ... on ClusterNameInUse { message } ... on InvalidInput { message }
  ... on ClusterCouldNotBeDeployed { message } ... on UnexpectedBehavior { message }
} }";

pub(crate) const DELETE: &str = "mutation Delete($name: String!) { deleteCluster(clusterName: $name) {
  __typename ... on ClusterDeleted { message } ... on ClusterNotFound { message }
} }";

pub(crate) const UPDATE: &str = "mutation Update($input: UpdateClusterRecordInput!) {
  updateCluster(updateClusterInput: $input) {
    __typename ... on Cluster { name status description } ... on InvalidInput { message }
} }";

pub(crate) async fn list(client: &Client, tokens: &Value, variables: Value) -> Value {
    let answer = client.graphql(tokens, LIST, variables).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["clusters"].clone()
}

pub(crate) async fn create(client: &Client, tokens: &Value, input: Value) -> Value {
    client.graphql(tokens, CREATE, json!({"input": input})).await["data"]["createCluster"].clone()
}

pub(crate) async fn total(client: &Client, tokens: &Value, filters: Value) -> u64 {
    list(client, tokens, json!({"first": 0, "filters": filters})).await["total"].as_u64().unwrap()
}

pub(crate) async fn platform(clusters: usize) -> (Client, Value) {
    let client = Client::start(Options { auto_approve: true, clusters, ..Options::default() }).await;
    let tokens = client.sign_in("openid").await;
    (client, tokens)
}

/// The code of the only error of an answer.
pub(crate) fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no code in {answer}"))
}
