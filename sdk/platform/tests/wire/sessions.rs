//! Refresh with rotation, its reuse, revocation, and what ends with a session.

use serde_json::{Value, json};
use vantage_platform::Options;

use crate::client::{Client, claims};

#[tokio::test]
async fn refreshing_rotates() {
    let client = Client::approving().await;
    let first = client.sign_in("openid").await;
    let second = client.refresh(&first).await.unwrap();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_ne!(first["access_token"], second["access_token"]);
    assert_eq!(first["session_state"], second["session_state"]);
    let third = client.refresh(&second).await.unwrap();
    for tokens in [&first, &second, &third] {
        assert_eq!(client.status(tokens).await, 200);
    }
    assert_eq!((client.stats().refreshes, client.stats().tokens_issued), (2, 3));
    assert_eq!(client.stats().protocol_breaches, 0);
}

#[tokio::test]
async fn reuse_ends_the_whole_family() {
    let client = Client::approving().await;
    let other = client.sign_in("openid").await;
    let first = client.sign_in("openid").await;
    let second = client.refresh(&first).await.unwrap();
    assert_eq!(client.refresh(&first).await, Err("invalid_grant".to_owned()));
    assert_eq!((client.stats().refresh_reuses, client.stats().protocol_breaches), (1, 1));
    // The winner lost as well, and its access token with it.
    assert_eq!(client.refresh(&second).await, Err("invalid_grant".to_owned()));
    assert_eq!(client.status(&second).await, 401);
    // An end that the client could not know of is no breach; another sign-in is untouched.
    assert_eq!((client.stats().refresh_reuses, client.stats().protocol_breaches), (1, 1));
    assert_eq!(client.status(&other).await, 200);
}

#[tokio::test]
async fn of_many_refreshes_at_once_one_wins() {
    let client = Client::approving().await;
    let tokens = client.sign_in("openid").await;
    let (a, b, c) = tokio::join!(client.refresh(&tokens), client.refresh(&tokens), client.refresh(&tokens));
    let won: Vec<_> = [a, b, c].into_iter().filter_map(Result::ok).collect();
    assert_eq!((won.len(), client.stats().refreshes, client.stats().refresh_reuses), (1, 1, 1));
    assert_eq!(client.refresh(&won[0]).await, Err("invalid_grant".to_owned()));
}

#[tokio::test]
async fn refresh_tokens_age_from_their_last_use() {
    let lifetime = std::time::Duration::from_secs(1_000);
    let options = Options { auto_approve: true, refresh_token_ttl: lifetime, ..Options::default() };
    let client = Client::start(options).await;
    let first = client.sign_in("openid").await;
    assert_eq!(first["refresh_expires_in"], json!(1_000));
    client.pass(999);
    let second = client.refresh(&first).await.unwrap();
    client.pass(999);
    let third = client.refresh(&second).await.unwrap();
    client.pass(1_000);
    assert_eq!(client.refresh(&third).await, Err("invalid_grant".to_owned()));
    assert_eq!(client.stats().protocol_breaches, 0);
}

#[tokio::test]
async fn a_refresh_may_ask_for_less_but_not_for_more() {
    let client = Client::approving().await;
    let tokens = client.sign_in("openid email").await;
    let token = tokens["refresh_token"].as_str().unwrap();
    let form = |scope| {
        [
            ("client_id", "default"),
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("scope", scope),
        ]
    };
    assert_eq!(client.tokens(&form("openid organization:globex")).await, Err("invalid_scope".to_owned()));
    let narrowed = client.tokens(&form("openid")).await.unwrap();
    assert_eq!(narrowed["scope"], json!("openid"));
    // What was granted stays granted (RFC 6749, section 6).
    assert_eq!(client.refresh(&narrowed).await.unwrap()["scope"], json!("openid email"));
}

#[tokio::test]
async fn revoking_a_refresh_token_ends_the_session() {
    let client = Client::approving().await;
    let tokens = client.sign_in("openid").await;
    assert_eq!(client.revoke(&tokens, "refresh_token").await, 200);
    assert_eq!(client.status(&tokens).await, 401);
    assert_eq!(client.refresh(&tokens).await, Err("invalid_grant".to_owned()));
    // Again, and something that never was: as good as revoked.
    assert_eq!(client.revoke(&tokens, "refresh_token").await, 200);
    let (status, _) = client.post("revoke", &[("client_id", "default"), ("token", "unknown")]).await;
    assert_eq!(status, 200);
    assert_eq!((client.stats().revocations, client.stats().sessions_ended), (3, 1));
    assert_eq!(client.refused("revoke", &[("client_id", "default")]).await, "invalid_request");
    assert_eq!(client.refused("revoke", &[("client_id", "x"), ("token", "y")]).await, "invalid_client");
}

#[tokio::test]
async fn revoking_an_access_token_ends_that_token_alone() {
    let client = Client::approving().await;
    let first = client.sign_in("openid").await;
    assert_eq!(client.revoke(&first, "access_token").await, 200);
    assert_eq!(client.status(&first).await, 401);
    let second = client.refresh(&first).await.unwrap();
    assert_eq!(client.status(&second).await, 200);
}

#[tokio::test]
async fn userinfo_answers_its_token() {
    let client = Client::approving().await;
    let tokens = client.sign_in("openid").await;
    let ask = async |token: &str| {
        client.http.get(client.endpoint("userinfo")).bearer_auth(token).send().await.unwrap()
    };
    let response = ask(tokens["access_token"].as_str().unwrap()).await;
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["sub"], claims(&tokens, "access_token")["sub"]);
    assert_eq!(body["preferred_username"], json!("ada"));
    assert!(body["organization"]["acme"]["id"].is_string());
    // An ID token is no access token.
    let response = ask(tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(response.status(), 401);
    let without = client.sign_in("email").await;
    assert_eq!(ask(without["access_token"].as_str().unwrap()).await.status(), 403);
    assert_eq!(client.stats().userinfo_requests, 3);
}
