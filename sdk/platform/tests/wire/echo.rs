//! The fault that gives away the caller's token: where it stands for each place, and nowhere else.

use serde_json::{Value, json};
use vantage_platform::{Echo, Options};

use crate::client::Client;
use crate::socket::{bearer, connect, open};

const LIST: &str = "{ clusters(first: 2) { edges { node { name status } } total } }";

const WATCH: &str = "subscription { clusterStatusChanged { name status } }";

/// A platform with the fault, and someone signed in with their token.
async fn echoing(place: &str) -> (Client, Value, String) {
    let client = Client::approving().await;
    let tokens = client.sign_in("openid").await;
    assert_eq!(client.admin("/admin/faults", json!({"echo": place})).await, 204);
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    (client, tokens, token)
}

#[tokio::test]
async fn answers_hold_the_token_where_it_is_asked_for() {
    for (place, pointer) in [
        ("errors", "/errors/0/message"),
        ("errors", "/errors/0/path/0"),
        ("errors", "/errors/0/extensions/request/authorization"),
        ("extensions", "/extensions/authorization"),
        ("data", "/data/clusters/edges/0/node/name"),
    ] {
        let (client, tokens, token) = echoing(place).await;
        let answer = client.graphql(&tokens, LIST, Value::Null).await;
        let text = answer.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        assert!(text.contains(&token), "{place}: {answer}");
        // What is not replaced is right.
        let right = if place == "errors" { Value::Null } else { json!(7) };
        assert_eq!(answer.pointer("/data/clusters/total").cloned().unwrap_or_default(), right);
        assert_eq!(client.stats().faults_injected, 1);
        assert_eq!(client.admin("/admin/faults", json!({})).await, 204);
        assert!(!client.graphql(&tokens, LIST, Value::Null).await.to_string().contains(&token));
    }
}

#[tokio::test]
async fn a_gateway_page_holds_the_token() {
    let (client, tokens, token) = echoing("html").await;
    let response = client.send(&tokens, json!({"query": LIST})).await;
    assert_eq!(
        (response.status().as_u16(), response.headers()["content-type"].to_str().unwrap()),
        (502, "text/html; charset=utf-8")
    );
    assert!(response.text().await.unwrap().contains(&format!("Authorization: Bearer {token}")));
    let good = bearer(&tokens);
    let headers = [("sec-websocket-protocol", "graphql-transport-ws"), ("authorization", &*good)];
    assert_eq!(open(&client, "cluster", &headers).await.err().unwrap().status(), 502);
    // A stranger has no token to be given away.
    let stranger = client.http.post(client.api("/cluster/graphql")).json(&json!({"query": LIST}));
    assert_eq!(stranger.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_token_is_split_over_chunks() {
    let (client, tokens, token) = echoing("split").await;
    let mut response = client.send(&tokens, json!({"query": LIST})).await;
    let mut chunks = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        chunks.push(String::from_utf8(chunk.to_vec()).unwrap());
    }
    let [first, second] = chunks.as_slice() else { panic!("{chunks:?}") };
    let middle = token.len() / 2;
    assert!(first.ends_with(&token[..middle]) && second.starts_with(&token[middle..]));
    let answer: Value = serde_json::from_str(&chunks.concat()).unwrap();
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains(&token));
}

#[tokio::test]
async fn events_hold_the_token_and_are_right_otherwise() {
    let (client, tokens, token) = echoing("stream").await;
    let mut socket = connect(&client, "cluster", &tokens).await;
    socket.subscribe("1", WATCH, Value::Null).await;
    let event = socket.next("1").await;
    assert_eq!(event["extensions"]["authorization"], json!(format!("Bearer {token}")));
    assert!(event["errors"][0]["message"].as_str().unwrap().contains(&token));
    assert!(event["data"]["clusterStatusChanged"]["name"].is_string());
    assert!(!client.graphql(&tokens, LIST, Value::Null).await.to_string().contains(&token));
}

#[tokio::test]
async fn the_fault_is_an_option_and_its_place_must_be_known() {
    let options = Options { auto_approve: true, echo: Some(Echo::Extensions), ..Options::default() };
    let client = Client::start(options).await;
    let tokens = client.sign_in("openid").await;
    let answer = client.graphql(&tokens, LIST, Value::Null).await;
    assert_eq!(answer["extensions"]["authorization"], json!(bearer(&tokens)));
    assert_eq!(client.admin("/admin/faults", json!({"echo": "moon"})).await, 400);
    assert_eq!(
        "moon".parse::<Echo>().unwrap_err(),
        "`moon` is not one of errors, extensions, data, html, split, stream"
    );
}
