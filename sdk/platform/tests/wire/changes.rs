//! Clusters that are created, changed and deleted, and input that cannot be used.

use serde_json::{Value, json};

use crate::documents::{DELETE, UPDATE, create, platform, total};

#[tokio::test]
async fn a_cluster_is_created_becomes_ready_and_is_deleted() {
    let (client, tokens) = platform(3).await;
    let made = create(&client, &tokens, json!({"name": "new-one", "description": "mine"})).await;
    assert_eq!((&made["__typename"], &made["status"]), (&json!("Cluster"), &json!("preparing")));
    assert_eq!((&made["provider"], &made["clusterType"]), (&json!("on_prem"), &json!("slurm")));
    assert_eq!((&made["ownerEmail"], &made["description"]), (&json!("ada@acme.example"), &json!("mine")));

    let ready = json!({"name": {"eq": "new-one"}, "status": {"eq": "ready"}});
    client.pass(7);
    assert_eq!(total(&client, &tokens, ready.clone()).await, 0);
    client.pass(1);
    assert_eq!(total(&client, &tokens, ready).await, 1);

    let again = create(&client, &tokens, json!({"name": "new-one"})).await;
    assert_eq!(again["__typename"], json!("ClusterNameInUse"));
    assert!(again["message"].as_str().unwrap().contains("new-one"));

    for expected in ["ClusterDeleted", "ClusterNotFound"] {
        let answer = client.graphql(&tokens, DELETE, json!({"name": "new-one"})).await;
        assert_eq!(answer["data"]["deleteCluster"]["__typename"], json!(expected));
    }
    assert_eq!(total(&client, &tokens, Value::Null).await, 3);
}

#[tokio::test]
async fn input_that_cannot_be_used_is_answered_with_a_message() {
    let (client, tokens) = platform(1).await;
    let kind =
        async |input: Value| create(&client, &tokens, input).await["__typename"].as_str().unwrap().to_owned();
    assert_eq!(kind(json!({"name": "Upper Case"})).await, "InvalidInput");
    assert_eq!(kind(json!({"name": "x", "provider": "moon"})).await, "InvalidInput");
    assert_eq!(kind(json!({"name": "x", "clusterType": "tent"})).await, "InvalidInput");
    assert_eq!(kind(json!({"name": "x", "provider": "aws"})).await, "ClusterCouldNotBeDeployed");
    assert_eq!(kind(json!({"name": "x", "cloudAccountId": 99})).await, "ClusterCouldNotBeDeployed");
    let upstream = json!({"name": "x", "provider": "aws", "description": null, "providerAttributes": {"aws": {
        "headNodeInstanceType": "t3.large", "keyPair": "k", "cloudAccountId": 1, "regionName": "eu-north-1"}}});
    assert_eq!(kind(upstream).await, "Cluster");
    let other = json!({"name": "y", "description": "", "clusterType": "k8s", "cloudAccountId": 2,
        "settings": {"cluster_footprint": "small"}});
    let made = create(&client, &tokens, other).await;
    assert_eq!(made["creationParameters"]["settings"], json!({"cluster_footprint": "small"}));
    let answer = client.graphql(&tokens, DELETE, json!({"name": "Upper Case"})).await;
    assert_eq!(answer["data"]["deleteCluster"]["__typename"], json!("InvalidProviderInput"));
}

#[tokio::test]
async fn a_cluster_is_updated_in_what_is_given() {
    let (client, tokens) = platform(1).await;
    create(&client, &tokens, json!({"name": "x", "description": "before"})).await;
    let update = async |input: Value| {
        client.graphql(&tokens, UPDATE, json!({"input": input})).await["data"]["updateCluster"].clone()
    };
    let changed = update(json!({"name": "x", "description": "after"})).await;
    assert_eq!((&changed["description"], &changed["status"]), (&json!("after"), &json!("preparing")));
    let stopped = update(json!({"name": "x", "status": "stopped"})).await;
    assert_eq!((&stopped["description"], &stopped["status"]), (&json!("after"), &json!("stopped")));
    assert_eq!(update(json!({"name": "x", "status": "odd"})).await["__typename"], json!("InvalidInput"));
    assert_eq!(update(json!({"name": "nosuch"})).await["__typename"], json!("ClusterNotFound"));
}
