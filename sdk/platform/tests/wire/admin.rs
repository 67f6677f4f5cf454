//! What tests of other programs rely on: counters, recorded requests, switches, faults.

use std::time::Duration;

use serde_json::{Value, json};
use vantage_platform::{Options, Recorded, Stats};

use crate::client::Client;

#[tokio::test]
async fn counters_read_the_same_over_the_wire() {
    let client = Client::approving().await;
    client.sign_in("openid").await;
    let body = client.http.get(client.api("/admin/stats")).send().await.unwrap().text().await.unwrap();
    assert_eq!(serde_json::from_str::<Stats>(&body).unwrap(), client.stats());
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&body["device_authorizations"], &body["tokens_issued"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn requests_are_recorded_as_they_came() {
    let client = Client::approving().await;
    let tokens = client.sign_in("openid").await;
    let body = json!({"query": "query Q($n: Int!) { clusters(first: $n) { total } }", "operationName": "Q",
        "variables": {"n": 1}});
    let request = client.http.post(client.api("/cluster/graphql")).json(&body);
    let request = request.bearer_auth(tokens["access_token"].as_str().unwrap());
    let response = request.header("x-request-id", "id-1").send().await.unwrap();
    assert_eq!(response.headers()["x-request-id"], "id-1");

    let text = client.http.get(client.api("/admin/requests")).send().await.unwrap().text().await.unwrap();
    assert!(!text.contains(tokens["access_token"].as_str().unwrap()));
    let recorded: Vec<Recorded> = serde_json::from_str(&text).unwrap();
    assert_eq!(recorded, client.running.requests());
    let [request] = recorded.as_slice() else { panic!("{text}") };
    assert_eq!((request.api.as_str(), request.status), ("cluster", 200));
    assert_eq!((request.query.as_deref(), &request.variables), (body["query"].as_str(), &json!({"n": 1})));
    assert_eq!(request.operation_name.as_deref(), Some("Q"));
    assert_eq!(request.headers["authorization"], "(withheld)");
    assert_eq!(request.headers["x-request-id"], "id-1");
}

#[tokio::test]
async fn access_tokens_expire_on_demand() {
    let client = Client::approving().await;
    let tokens = client.sign_in("openid").await;
    assert_eq!(client.admin("/admin/expire", Value::Null).await, 204);
    assert_eq!(client.status(&tokens).await, 401);
    let tokens = client.refresh(&tokens).await.unwrap();
    assert_eq!(client.status(&tokens).await, 200);
    assert_eq!(client.stats().sessions_ended, 0);
}

#[tokio::test]
async fn sessions_end_on_demand() {
    let client = Client::approving().await;
    let (one, two) = (client.sign_in("openid").await, client.sign_in("openid").await);
    assert_eq!(client.admin("/admin/revoke-all", Value::Null).await, 204);
    assert_eq!((client.status(&one).await.as_u16(), client.status(&two).await.as_u16()), (401, 401));
    assert_eq!(client.refresh(&one).await, Err("invalid_grant".to_owned()));
    assert_eq!((client.stats().sessions_ended, client.stats().protocol_breaches), (2, 0));
}

#[tokio::test]
async fn faults_are_switched_on_and_off() {
    let client = Client::approving().await;
    let tokens = client.sign_in("openid").await;
    assert_eq!(client.admin("/admin/faults", json!({"fail": "503:1", "times": 2})).await, 204);
    let statuses = [client.status(&tokens).await, client.status(&tokens).await, client.status(&tokens).await];
    assert_eq!(statuses.map(|status| status.as_u16()), [503, 503, 200]);
    // A failed request was not executed.
    assert_eq!((client.stats().faults_injected, client.stats().graphql_requests), (2, 1));

    assert_eq!(client.admin("/admin/faults", json!({"fail": "429:1:identity"})).await, 204);
    let response = client.http.get(client.endpoint("certs")).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (429, "1"));
    assert_eq!(client.status(&tokens).await, 200);
    assert_eq!(client.refresh(&tokens).await, Err("none".to_owned()));
    assert_eq!(client.admin("/admin/faults", json!({})).await, 204);
    // The refresh that failed did not spend its token.
    assert!(client.refresh(&tokens).await.is_ok());
    for wrong in [json!({"fail": "200:1"}), json!({"latency": "soon"}), json!({"odd": 1}), json!([])] {
        assert_eq!(client.admin("/admin/faults", wrong).await, 400);
    }
}

#[tokio::test]
async fn answers_come_late_on_demand() {
    let options = Options { auto_approve: true, latency: Duration::from_secs(3_600), ..Options::default() };
    let client = Client::start(options).await;
    let request = client.http.get(client.endpoint("certs")).timeout(Duration::from_millis(100));
    assert!(request.send().await.unwrap_err().is_timeout());
    assert_eq!(client.admin("/admin/faults", json!({"latency": "1ms"})).await, 204);
    assert_eq!(client.http.get(client.endpoint("certs")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn other_hosts_and_web_pages_are_refused() {
    let client = Client::approving().await;
    let tokens = client.sign_in("openid").await;
    for host in ["evil.example", "localhost", "127.0.0.1:1"] {
        for path in ["/admin/stats", "/realms/vantage/device", "/nosuch"] {
            let request = client.http.get(client.api(path)).header("host", host);
            assert_eq!(request.send().await.unwrap().status(), 421, "{host} {path}");
        }
    }
    assert_eq!(client.stats().foreign_hosts, 9);
    let request = client.http.post(client.api("/admin/revoke-all")).header("origin", "https://evil.example");
    assert_eq!(request.send().await.unwrap().status(), 403);
    assert_eq!(client.status(&tokens).await, 200);
    assert_eq!(client.http.get(client.api("/nosuch")).send().await.unwrap().status(), 404);
}
