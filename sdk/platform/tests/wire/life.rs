//! Starting and stopping, several at once, and worlds that come from a seed.

use serde_json::{Value, json};
use vantage_platform::{Options, PlatformError, serve};

use crate::client::Client;

async fn world(seed: u64, clusters: usize) -> Value {
    let client = Client::start(Options { auto_approve: true, seed, clusters, ..Options::default() }).await;
    let tokens = client.sign_in("openid").await;
    let query =
        "{ clusters { edges { node { name clientId status provider createdAt creationParameters } } } }";
    client.graphql(&tokens, query, Value::Null).await["data"]["clusters"]["edges"].clone()
}

#[tokio::test]
async fn a_seed_makes_the_same_world_every_time() {
    let (one, two, other) = tokio::join!(world(42, 20), world(42, 20), world(43, 20));
    assert_eq!(one, two);
    assert_ne!(one, other);
    assert_eq!(one.as_array().unwrap().len(), 20);
    let distinct = |member: &str| {
        let values = one.as_array().unwrap().iter().map(|edge| edge["node"][member].to_string());
        values.collect::<std::collections::BTreeSet<_>>().len()
    };
    assert!(distinct("status") > 1 && distinct("provider") > 1);
    assert_eq!(world(1, 0).await, json!([]));
}

#[tokio::test]
async fn a_stopped_platform_answers_no_more() {
    let (one, two) = (Client::approving().await, Client::approving().await);
    let (ready, url) = (one.running.ready.clone(), one.api("/admin/stats"));
    assert_ne!(ready.port, two.running.ready.port);
    let taken = serve(Options { port: ready.port, ..Options::default() }).await.unwrap_err();
    assert!(matches!(taken, PlatformError::Listen { .. }), "{taken}");
    assert_eq!(taken.hints().len(), 1);
    let http = one.http.clone();
    one.running.stop().await;
    assert!(http.get(&url).send().await.unwrap_err().is_connect());
    // The other goes on, and the port is free again.
    assert_eq!(two.http.get(two.api("/admin/stats")).send().await.unwrap().status(), 200);
    serve(Options { port: ready.port, ..Options::default() }).await.unwrap().stop().await;
}

#[tokio::test]
async fn clusters_outlive_the_process_in_a_file_and_sessions_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let database = Some(folder.path().join("world.sqlite"));
    let options = || Options { auto_approve: true, database: database.clone(), ..Options::default() };
    let first = Client::start(options()).await;
    let tokens = first.sign_in("openid").await;
    let create = "mutation { createCluster(createClusterInput: {name: \"kept\"}) { __typename } }";
    first.graphql(&tokens, create, Value::Null).await;
    first.running.stop().await;

    let second = Client::start(options()).await;
    assert_eq!(second.status(&tokens).await, 401);
    assert_eq!(second.refresh(&tokens).await, Err("invalid_grant".to_owned()));
    let tokens = second.sign_in("openid").await;
    let answer = second.graphql(&tokens, "{ clusters { total } }", Value::Null).await;
    assert_eq!(answer["data"]["clusters"]["total"], json!(8));
}

#[tokio::test]
async fn sessions_outlive_the_process_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let database = Some(folder.path().join("world.sqlite"));
    let options = |port| {
        let database = database.clone();
        Options { auto_approve: true, keep_sessions: true, port, database, ..Options::default() }
    };
    let first = Client::start(options(0)).await;
    let (stays, revoked, ended) =
        (first.sign_in("openid").await, first.sign_in("openid").await, first.sign_in("openid").await);
    let spent = stays["refresh_token"].clone();
    let stays = first.refresh(&stays).await.unwrap();
    assert_eq!(first.revoke(&revoked, "access_token").await, 200);
    assert_eq!(first.revoke(&ended, "refresh_token").await, 200);
    let port = first.running.ready.port;
    first.running.stop().await;

    // Tokens name the port.
    let second = Client::start(options(port)).await;
    assert_eq!(second.status(&stays).await, 200);
    assert_eq!((second.status(&revoked).await.as_u16(), second.status(&ended).await.as_u16()), (401, 401));
    let stays = second.refresh(&stays).await.unwrap();
    assert_eq!(second.status(&stays).await, 200);
    // What was spent before is a reuse still.
    assert_eq!(second.refresh(&json!({"refresh_token": spent})).await, Err("invalid_grant".to_owned()));
    assert_eq!((second.stats().refresh_reuses, second.status(&stays).await.as_u16()), (1, 401));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(database.as_ref().unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn options_that_cannot_be_served_are_refused() {
    let refused = async |options: Options| serve(options).await.unwrap_err().to_string();
    let canary = Options { canary: Some("CANARY".to_owned()), ..Options::default() };
    assert!(refused(canary).await.starts_with("canary `CANARY` cannot stand verbatim"));
    let nowhere = Some("/nonexistent/folder/world.sqlite".into());
    let error = refused(Options { database: nowhere, ..Options::default() }).await;
    assert_eq!(error, "database `/nonexistent/folder/world.sqlite` failed");
}
