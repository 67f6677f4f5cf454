//! `graphql-transport-ws` to the letter: who is let in, what closes a connection, and with what.

use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use vantage_platform::Options;

use crate::client::Client;
use crate::job_documents::world;
use crate::socket::{Headers, Socket, bearer, connect, open};

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

/// Names all jobs, and never ends.
const WATCH: &str = "subscription { jobSubmissionChanged { id } }";

/// Waits until so many subscriptions are over.
async fn ended(client: &Client, number: u64) {
    for _ in 0..2_000 {
        if client.stats().subscriptions_ended == number {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} are over, not {number}", client.stats().subscriptions_ended);
}

/// Opens a WebSocket without a token in its header.
async fn bare(client: &Client) -> Socket {
    open(client, "jobs", &[PROTOCOL]).await.ok().unwrap()
}

#[tokio::test]
async fn the_token_stands_in_the_header_or_in_the_payload() {
    let (client, tokens) = world(0).await;
    let good = bearer(&tokens);
    let header = |value| [PROTOCOL, ("authorization", value)];
    let attempt = async |headers: Headers<'_>, payload: Value| {
        let mut socket = open(&client, "jobs", headers).await.ok().unwrap();
        socket.say(json!({"type": "connection_init", "payload": payload})).await;
        socket
    };
    for (headers, payload) in [
        (&header(good.as_str())[..], Value::Null),
        (&header(good.as_str())[..], json!({})),
        (&header(good.as_str())[..], json!({"Authorization": good})),
        (&[PROTOCOL][..], json!({"authorization": good})),
    ] {
        assert_eq!(attempt(headers, payload).await.hear().await, json!({"type": "connection_ack"}));
    }
    for (headers, payload) in [
        (&[PROTOCOL][..], Value::Null),
        (&[PROTOCOL][..], json!({"Authorization": "Bearer x"})),
        (&[PROTOCOL][..], json!({"Authorization": 1})),
        (&header(good.as_str())[..], json!({"Authorization": "Bearer x"})),
    ] {
        assert_eq!(attempt(headers, payload).await.closes().await, (4403, "Forbidden".to_owned()));
    }
    let refused = open(&client, "jobs", &header("Bearer x")).await.err().unwrap();
    assert_eq!(refused.status(), 401);
    assert!(refused.headers()["www-authenticate"].to_str().unwrap().contains("invalid_token"));
    assert_eq!((client.stats().graphql_unauthorized, client.stats().stream_breaches), (5, 0));
}

#[tokio::test]
async fn the_subprotocol_is_required() {
    let (client, tokens) = world(0).await;
    let good = bearer(&tokens);
    for headers in [&[("authorization", &*good)][..], &[("sec-websocket-protocol", "graphql-ws")][..]] {
        assert_eq!(open(&client, "jobs", headers).await.err().unwrap().status(), 400);
    }
    assert_eq!(client.stats().stream_breaches, 2);
    let response = client.http.get(client.api("/jobs/graphql")).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["allow"].to_str().unwrap()), (405, "POST"));
}

#[tokio::test]
async fn breaches_close_the_connection_with_their_codes() {
    let (client, tokens) = world(0).await;
    let mut socket = bare(&client).await;
    socket.subscribe("1", WATCH, Value::Null).await;
    assert_eq!(socket.closes().await, (4401, "Unauthorized".to_owned()));

    let mut socket = connect(&client, "jobs", &tokens).await;
    socket.say(json!({"type": "connection_init"})).await;
    assert_eq!(socket.closes().await, (4429, "Too many initialisation requests".to_owned()));

    let mut socket = connect(&client, "jobs", &tokens).await;
    for _ in 0..2 {
        socket.subscribe("7", WATCH, Value::Null).await;
    }
    assert_eq!(socket.closes().await, (4409, "Subscriber for 7 already exists".to_owned()));

    for wrong in [
        Message::text("nonsense"),
        Message::text(r#"{"type":"start","id":"1","payload":{"query":"{__typename}"}}"#),
        Message::text(r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#),
        Message::binary("{}"),
    ] {
        let mut socket = connect(&client, "jobs", &tokens).await;
        socket.send(wrong.clone()).await;
        let (code, reason) = socket.closes().await;
        assert_eq!(
            (code, reason.starts_with("Invalid message received: ")),
            (4400, true),
            "{wrong} {reason}"
        );
    }
    assert_eq!(client.stats().stream_breaches, 7);
    ended(&client, 1).await;
}

#[tokio::test]
async fn a_client_that_says_nothing_is_not_waited_for() {
    let connection_init_wait = Duration::from_millis(50);
    let client = Client::start(Options { connection_init_wait, ..Options::default() }).await;
    let mut socket = bare(&client).await;
    assert_eq!(socket.closes().await, (4408, "Connection initialisation timeout".to_owned()));
}

#[tokio::test]
async fn pings_are_answered_at_any_time() {
    let (client, _) = world(0).await;
    let mut socket = bare(&client).await;
    socket.say(json!({"type": "ping"})).await;
    assert_eq!(socket.hear().await, json!({"type": "pong"}));
    socket.say(json!({"type": "pong"})).await;
    socket.settles().await;
}

#[tokio::test]
async fn operations_run_side_by_side_and_end_alone() {
    let (client, tokens) = world(8).await;
    let mut socket = connect(&client, "jobs", &tokens).await;
    socket.subscribe("q", "{ jobSubmissions(first: 0) { total } }", Value::Null).await;
    assert_eq!(socket.next("q").await, json!({"data": {"jobSubmissions": {"total": 8}}}));
    socket.completes("q").await;
    socket.subscribe("w", WATCH, Value::Null).await;
    for _ in 0..3 {
        socket.next("w").await;
    }
    socket.say(json!({"id": "w", "type": "complete"})).await;
    ended(&client, 2).await;
    // Its id is free again, and what is unknown may be completed.
    socket.say(json!({"id": "x", "type": "complete"})).await;
    socket.subscribe("w", "{ nosuch }", Value::Null).await;
    let refused = socket.hear().await;
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("w")));
    assert!(refused["payload"][0]["message"].as_str().unwrap().contains("nosuch"), "{refused}");
    socket.settles().await;
    ended(&client, 3).await;
    assert_eq!(client.stats().stream_breaches, 0);
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_subscriptions() {
    let (client, tokens) = world(0).await;
    let mut socket = connect(&client, "jobs", &tokens).await;
    for id in ["1", "2"] {
        socket.subscribe(id, WATCH, Value::Null).await;
    }
    socket.settles().await;
    assert_eq!(client.stats().subscriptions_started, 2);
    drop(socket);
    ended(&client, 2).await;
}
