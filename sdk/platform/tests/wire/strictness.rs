//! What a client may not do: each is refused with the RFC's error, and counted.

use serde_json::{Value, json};
use vantage_platform::Options;

use crate::client::{Client, DEVICE_GRANT, VERIFIER, challenge};

#[tokio::test]
async fn polling_too_fast_slows_down_for_good() {
    let client = Client::start(Options::default()).await;
    let device = client.authorize("openid").await;
    let mut answers = Vec::new();
    for wait in [0, 4, 5, 14, 20] {
        client.pass(wait);
        answers.push(client.poll(&device).await.unwrap_err());
    }
    // The gap is 5 s, then 10 s, then 15 s, then 20 s.
    let (early, pending) = ("slow_down", "authorization_pending");
    assert_eq!(answers, [pending, early, early, early, pending]);
    assert_eq!((client.stats().slow_downs, client.stats().protocol_breaches), (3, 3));
}

#[tokio::test]
async fn a_spent_code_ends_what_it_began() {
    let client = Client::approving().await;
    let device = client.authorize("openid").await;
    let tokens = client.poll(&device).await.unwrap();
    assert_eq!(client.status(&tokens).await, 200);
    client.pass(5);
    assert_eq!(client.poll(&device).await, Err("invalid_grant".to_owned()));
    assert_eq!(client.status(&tokens).await, 401);
    assert_eq!((client.stats().protocol_breaches, client.stats().sessions_ended), (1, 1));
}

#[tokio::test]
async fn the_verifier_must_fit() {
    let client = Client::approving().await;
    let device = client.authorize("openid").await;
    let code = device["device_code"].as_str().unwrap();
    let form = [("client_id", "default"), ("grant_type", DEVICE_GRANT), ("device_code", code)];
    assert_eq!(client.refused("token", &form).await, "invalid_request");
    let longer = format!("{VERIFIER}+/=");
    for verifier in ["another-verifier-of-forty-three-characters-00", "short", &longer] {
        let wrong = [&form[..], &[("code_verifier", verifier)]].concat();
        assert_eq!(client.refused("token", &wrong).await, "invalid_grant");
    }
    assert_eq!(client.stats().protocol_breaches, 4);
    // None of them spent the code.
    assert!(client.poll(&device).await.is_ok());
}

#[tokio::test]
async fn a_device_must_ask_properly() {
    let client = Client::start(Options::default()).await;
    let fits = challenge(VERIFIER);
    let whole = [
        ("client_id", "default"),
        ("scope", "openid"),
        ("code_challenge", fits.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let with = |name: &str, value: &'static str| {
        let kept = whole.iter().copied().filter(|(parameter, _)| *parameter != name);
        let name = whole.iter().map(|(parameter, _)| *parameter).find(|parameter| *parameter == name);
        kept.chain(name.map(|name| (name, value))).collect::<Vec<_>>()
    };
    for (name, value, error) in [
        ("client_id", "", "invalid_request"),
        ("client_id", "other", "invalid_client"),
        ("scope", "openid nonsense", "invalid_scope"),
        ("scope", "organization:nowhere", "invalid_scope"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
    ] {
        assert_eq!(client.refused("auth/device", &with(name, value)).await, error, "{name}={value}");
    }
    let twice = [&whole[..], &[("scope", "email")]].concat();
    assert_eq!(client.refused("auth/device", &twice).await, "invalid_request");
    // Scopes are the user's choice; the seven others are the client's mistakes.
    assert_eq!((client.stats().protocol_breaches, client.stats().device_authorizations), (7, 0));
}

#[tokio::test]
async fn the_token_endpoint_takes_forms_only() {
    let client = Client::approving().await;
    let device = client.authorize("openid").await;
    let url = client.endpoint("token");
    let body =
        json!({"client_id": "default", "grant_type": DEVICE_GRANT, "device_code": device["device_code"]});
    let response = client.http.post(&url).json(&body).send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.json::<Value>().await.unwrap()["error"], json!("invalid_request"));

    let in_query = client.http.post(format!("{url}?client_id=default")).form(&[("grant_type", DEVICE_GRANT)]);
    assert_eq!(
        in_query.send().await.unwrap().json::<Value>().await.unwrap()["error"],
        json!("invalid_request")
    );
    assert_eq!(client.http.get(&url).send().await.unwrap().status(), 405);

    let id = ("client_id", "default");
    assert_eq!(client.refused("token", &[id, ("grant_type", "password")]).await, "unsupported_grant_type");
    assert_eq!(client.refused("token", &[id]).await, "invalid_request");
    let unknown = [id, ("grant_type", DEVICE_GRANT), ("device_code", "x"), ("code_verifier", VERIFIER)];
    assert_eq!(client.refused("token", &unknown).await, "invalid_grant");
    let (status, body) = client.post("token", &[("client_id", "other"), ("grant_type", DEVICE_GRANT)]).await;
    assert_eq!((status.as_u16(), &body["error"]), (401, &json!("invalid_client")));
    assert_eq!(client.stats().protocol_breaches, 6);
}
