//! Streams that end before their time, over both transports: because their token does, because
//! somebody breaks them, because the platform stops.

use serde_json::{Value, json};
use vantage_platform::Options;

use crate::client::Client;
use crate::documents::code;
use crate::job_documents::{submit, world};
use crate::socket::{Events, bearer, connect, open};

/// Names all jobs, and never ends.
const WATCH: &str = "subscription { jobSubmissionChanged { id } }";

#[tokio::test]
async fn events_come_as_server_sent_events_too() {
    let (client, tokens) = world(0).await;
    let id = submit(&client, &tokens, "#!/bin/sh\n").await["id"].clone();
    let query = "subscription W($id: Int) { jobSubmissionChanged(id: $id) { status } }";
    let body = json!({"query": query, "variables": {"id": id}});
    let mut events = Events::subscribe(&client, "jobs", &tokens, body).await;
    let next = |status: &str| {
        Some(("next".to_owned(), json!({"data": {"jobSubmissionChanged": {"status": status}}})))
    };
    assert_eq!(events.next().await.unwrap(), next("CREATED"));
    client.pass(3);
    assert_eq!(events.next().await.unwrap(), next("SUBMITTED"));
    client.pass(9);
    assert_eq!(events.next().await.unwrap(), next("DONE"));
    assert_eq!(events.next().await.unwrap(), Some(("complete".to_owned(), Value::Null)));
    assert_eq!(events.next().await.unwrap(), None);
    let recorded = client.running.requests().pop().unwrap();
    assert_eq!((recorded.status, recorded.query.as_deref()), (200, Some(query)));
    assert_eq!(serde_json::to_value(recorded.transport).unwrap(), json!("sse"));
    let stats = client.stats();
    assert_eq!(
        (stats.subscriptions_started, stats.subscriptions_ended, stats.subscription_events),
        (1, 1, 3)
    );
}

#[tokio::test]
async fn what_is_refused_is_an_event_and_its_end() {
    let (client, tokens) = world(0).await;
    for (query, expected) in [
        ("subscription { nosuch }", None),
        ("subscription { jobSubmissionChanged(id: 99) { id } }", Some("NOT_FOUND")),
    ] {
        let mut events = Events::subscribe(&client, "jobs", &tokens, json!({"query": query})).await;
        let (name, data) = events.next().await.unwrap().unwrap();
        assert_eq!((name.as_str(), data["errors"][0]["message"].is_string()), ("next", true), "{data}");
        assert_eq!(data["errors"][0]["extensions"]["code"].as_str(), expected);
        assert_eq!(events.next().await.unwrap().unwrap().0, "complete");
    }
    // Without the wish for a stream, there is none.
    let answer =
        client.send_to("jobs", &tokens, json!({"query": WATCH})).await.json::<Value>().await.unwrap();
    assert!(answer["errors"][0]["message"].is_string(), "{answer}");
    let request = client.http.post(client.api("/jobs/graphql")).header("accept", "text/event-stream");
    assert_eq!(request.json(&json!({"query": WATCH})).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn streams_end_with_their_tokens() {
    for ending in ["time", "/admin/expire", "/admin/revoke-all", "revoke"] {
        let (client, tokens) = world(8).await;
        let mut socket = connect(&client, "jobs", &tokens).await;
        socket.subscribe("1", WATCH, Value::Null).await;
        let mut events = Events::subscribe(&client, "jobs", &tokens, json!({"query": WATCH})).await;
        for _ in 0..3 {
            socket.next("1").await;
            events.next().await.unwrap().unwrap();
        }
        match ending {
            "time" => client.pass(300),
            "revoke" => assert_eq!(client.revoke(&tokens, "refresh_token").await, 200),
            path => assert_eq!(client.admin(path, Value::Null).await, 204),
        }
        assert_eq!(socket.closes().await, (4403, "Forbidden".to_owned()), "{ending}");
        assert_eq!(events.next().await.unwrap(), None, "{ending}");
        assert_eq!(client.stats().stream_breaches, 0);
    }
}

#[tokio::test]
async fn streams_are_broken_on_demand() {
    let (client, tokens) = world(8).await;
    let mut socket = connect(&client, "jobs", &tokens).await;
    socket.subscribe("1", WATCH, Value::Null).await;
    let mut events = Events::subscribe(&client, "jobs", &tokens, json!({"query": WATCH})).await;
    for _ in 0..3 {
        socket.next("1").await;
        events.next().await.unwrap().unwrap();
    }
    assert_eq!(client.admin("/admin/streams/drop", Value::Null).await, 204);
    socket.breaks().await;
    assert!(events.next().await.is_err());
    // Only those that were: the next ones last.
    let mut socket = connect(&client, "jobs", &tokens).await;
    socket.subscribe("1", WATCH, Value::Null).await;
    socket.next("1").await;
}

#[tokio::test]
async fn a_platform_that_stops_takes_leave() {
    let (client, tokens) = world(8).await;
    let mut socket = connect(&client, "jobs", &tokens).await;
    let mut events = Events::subscribe(&client, "jobs", &tokens, json!({"query": WATCH})).await;
    for _ in 0..3 {
        events.next().await.unwrap().unwrap();
    }
    let Client { running, .. } = client;
    let ((), end, closed) = tokio::join!(running.stop(), events.next(), socket.closes());
    assert_eq!((end.unwrap(), closed), (None, (1001, "Going away".to_owned())));
}

#[tokio::test]
async fn faults_meet_requests_for_streams_too() {
    let (client, tokens) = world(0).await;
    let good = bearer(&tokens);
    let headers = [("sec-websocket-protocol", "graphql-transport-ws"), ("authorization", &*good)];
    assert_eq!(client.admin("/admin/faults", json!({"fail": "503:1", "times": 1})).await, 204);
    let refused = open(&client, "jobs", &headers).await.err().unwrap();
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    connect(&client, "jobs", &tokens).await;
    let options = Options { auto_approve: true, websockets: false, ..Options::default() };
    let without = Client::start(options).await;
    let tokens = without.sign_in("openid").await;
    let (good, protocol) = (bearer(&tokens), headers[0]);
    let refused = open(&without, "jobs", &[protocol, ("authorization", &*good)]).await.err().unwrap();
    assert_eq!(refused.status(), 405);
    let mut events = Events::subscribe(&without, "jobs", &tokens, json!({"query": WATCH})).await;
    assert_eq!(events.next().await.unwrap().unwrap().0, "next");
    let answer = without.send_to("jobs", &tokens, json!({"query": "{ jobTemplates(first: -1) { total } }"}));
    assert_eq!(code(&answer.await.json().await.unwrap()), "BAD_USER_INPUT");
}
