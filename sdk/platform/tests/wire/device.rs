//! Device authorization (RFC 8628), from discovery to tokens, for a client that does it right.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use vantage_platform::{Options, canary_of};

use crate::client::{Client, claims};

#[tokio::test]
async fn discovery_names_every_endpoint() {
    let client = Client::start(Options::default()).await;
    let issuer = &client.running.ready.issuer;
    let url = format!("{issuer}/.well-known/openid-configuration");
    let document: Value = client.http.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(document["issuer"], json!(issuer));
    for (member, endpoint) in [
        ("device_authorization_endpoint", "auth/device"),
        ("token_endpoint", "token"),
        ("revocation_endpoint", "revoke"),
        ("userinfo_endpoint", "userinfo"),
        ("jwks_uri", "certs"),
    ] {
        assert_eq!(document[member], json!(client.endpoint(endpoint)));
    }
}

#[tokio::test]
async fn a_person_approves_and_the_device_gets_tokens() {
    let client = Client::start(Options::default()).await;
    let device = client.authorize("openid offline_access").await;
    let page = format!("{}/device", client.running.ready.issuer);
    assert_eq!(device["verification_uri"], json!(page));
    let complete = format!("{page}?user_code={}", device["user_code"].as_str().unwrap());
    assert_eq!(device["verification_uri_complete"], json!(complete));
    assert_eq!((&device["interval"], &device["expires_in"]), (&json!(5), &json!(600)));

    assert_eq!(client.poll(&device).await, Err("authorization_pending".to_owned()));
    client.pass(5);
    assert_eq!(client.poll(&device).await, Err("authorization_pending".to_owned()));
    assert_eq!(client.decide(&device, "approve", "ada").await, 200);
    client.pass(5);
    let tokens = client.poll(&device).await.unwrap();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(300)));
    assert_eq!(tokens["scope"], json!("openid offline_access"));

    let stats = client.stats();
    assert_eq!((stats.device_authorizations, stats.device_approvals, stats.token_polls), (1, 1, 3));
    assert_eq!((stats.slow_downs, stats.protocol_breaches, stats.tokens_issued), (0, 0, 1));
}

#[tokio::test]
async fn tokens_are_signed_and_say_what_keycloaks_say() {
    let client = Client::approving().await;
    let tokens = client.sign_in("openid").await;
    let access = claims(&tokens, "access_token");
    assert_eq!(access["iss"], json!(client.running.ready.issuer));
    assert_eq!((&access["azp"], &access["typ"]), (&json!("default"), &json!("Bearer")));
    assert_eq!(access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(), 300);
    assert_eq!(access["sid"], tokens["session_state"]);
    assert_eq!(access["email"], json!("ada@acme.example"));
    assert_eq!((&access["preferred_username"], &access["name"]), (&json!("ada"), &json!("Ada Quist")));
    assert_eq!(access["organization"].as_object().unwrap().keys().collect::<Vec<_>>(), ["acme"]);
    assert!(access["organization"]["acme"]["id"].is_string());
    assert!(access["realm_access"]["roles"].as_array().unwrap().contains(&json!("admin")));
    assert!(access["resource_access"]["default"]["roles"].is_array());

    let keys: JwkSet = client.http.get(client.endpoint("certs")).send().await.unwrap().json().await.unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&["default"]);
    validation.set_issuer(&[&client.running.ready.issuer]);
    // The platform's clock stands in a past that the library knows nothing of.
    validation.validate_exp = false;
    let id_token = tokens["id_token"].as_str().unwrap();
    let kid = jsonwebtoken::decode_header(id_token).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
    let id = jsonwebtoken::decode::<Value>(id_token, &key, &validation).unwrap().claims;
    assert_eq!((&id["sub"], &id["typ"]), (&access["sub"], &json!("ID")));
}

#[tokio::test]
async fn scopes_choose_the_organization() {
    let client = Client::approving().await;
    let names = async |scope: &str| {
        let tokens = client.sign_in(scope).await;
        let organizations = claims(&tokens, "access_token")["organization"].clone();
        organizations.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(names("openid").await, ["acme"]);
    assert_eq!(names("openid organization:globex").await, ["globex"]);
    assert_eq!(names("openid organization:*").await, ["acme", "globex"]);
    // Without `openid` there is no ID token.
    assert!(client.sign_in("offline_access").await["id_token"].is_null());

    // An organization that exists, but is not the user's.
    let device = client.authorize("openid organization:initech").await;
    assert_eq!(client.poll(&device).await, Err("access_denied".to_owned()));
    assert_eq!((client.stats().device_denials, client.stats().protocol_breaches), (1, 0));

    let second =
        Client::start(Options { auto_approve: true, user: "grace".to_owned(), ..Options::default() }).await;
    let tokens = second.sign_in("openid").await;
    assert_eq!(claims(&tokens, "access_token")["organization"].as_object().unwrap().len(), 2);
    let third =
        Client::start(Options { auto_approve: true, user: "sam".to_owned(), ..Options::default() }).await;
    assert!(claims(&third.sign_in("openid").await, "access_token")["organization"].is_null());
}

#[tokio::test]
async fn the_interval_can_be_shorter() {
    let options = Options { poll_interval: std::time::Duration::from_secs(1), ..Options::default() };
    let client = Client::start(options).await;
    let device = client.authorize("openid").await;
    assert_eq!(device["interval"], json!(1));
    for _ in 0..3 {
        assert_eq!(client.poll(&device).await, Err("authorization_pending".to_owned()));
        client.pass(1);
    }
    assert_eq!(client.stats().slow_downs, 0);
}

#[tokio::test]
async fn denied_and_expired_are_told_once() {
    let client = Client::start(Options::default()).await;
    let denied = client.authorize("openid").await;
    assert_eq!(client.decide(&denied, "deny", "ada").await, 200);
    assert_eq!(client.poll(&denied).await, Err("access_denied".to_owned()));
    assert_eq!(client.stats().protocol_breaches, 0);

    let expired = client.authorize("openid").await;
    client.pass(600);
    assert_eq!(client.decide(&expired, "approve", "ada").await, 404);
    assert_eq!(client.poll(&expired).await, Err("expired_token".to_owned()));
    assert_eq!(client.stats().protocol_breaches, 0);

    // Whoever was told must stop.
    client.pass(60);
    assert_eq!(client.poll(&denied).await, Err("expired_token".to_owned()));
    assert_eq!(client.stats().protocol_breaches, 1);

    // An approval that comes in time counts only while the code lives.
    let late = client.authorize("openid").await;
    assert_eq!(client.decide(&late, "approve", "ada").await, 200);
    client.pass(601);
    assert_eq!(client.poll(&late).await, Err("expired_token".to_owned()));
}

#[tokio::test]
async fn every_secret_carries_the_canary() {
    let canary = canary_of("a canary for tests");
    let client =
        Client::start(Options { auto_approve: true, canary: Some(canary.clone()), ..Options::default() })
            .await;
    let device = client.authorize("openid organization:globex").await;
    let first = client.poll(&device).await.unwrap();
    let second = client.refresh(&first).await.unwrap();
    for text in [&device["device_code"], &first["access_token"], &first["refresh_token"], &first["id_token"]]
    {
        assert!(text.as_str().unwrap().contains(&canary), "{text}");
    }
    for text in [&second["access_token"], &second["refresh_token"], &second["id_token"]] {
        assert!(text.as_str().unwrap().contains(&canary), "{text}");
    }
    assert_eq!(claims(&second, "access_token")["_canary"], json!("a canary for tests"));
    assert_eq!(client.status(&second).await, 200);
    assert!(!device["user_code"].as_str().unwrap().contains(&canary));
}
