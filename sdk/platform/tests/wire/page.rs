//! The page on which people decide.

use serde_json::Value;
use vantage_platform::Options;

use crate::client::{Client, VERIFIER, challenge, claims};

async fn read(client: &Client, url: &str) -> (u16, String) {
    let response = client.http.get(url).send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn press(client: &Client, device: &Value, origin: Option<&str>) -> u16 {
    let code = device["user_code"].as_str().unwrap();
    let form = [("user_code", code), ("decision", "approve"), ("user", "grace")];
    let request = client.http.post(device["verification_uri"].as_str().unwrap()).form(&form);
    let request = origin.into_iter().fold(request, |request, origin| request.header("origin", origin));
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_person_sees_who_asks_for_what() {
    let client = Client::start(Options::default()).await;
    let device = client.authorize("openid offline_access organization:globex").await;
    let (status, html) = read(&client, device["verification_uri"].as_str().unwrap()).await;
    assert_eq!(status, 200);
    assert!(html.contains(r#"name="user_code""#));

    let (status, html) = read(&client, device["verification_uri_complete"].as_str().unwrap()).await;
    assert_eq!(status, 200);
    for text in [
        device["user_code"].as_str().unwrap(),
        "<dd>default</dd>",
        "to stay signed in",
        "<strong>globex</strong>",
        "Ada Quist (acme, globex)",
        "Only continue if you started this",
    ] {
        assert!(html.contains(text), "{text} is not in {html}");
    }
    assert!(!html.contains("<script"));

    // Typed by hand: small letters, spaces, no dash.
    let typed = device["user_code"].as_str().unwrap().to_lowercase().replace('-', "%20");
    let url = format!("{}?user_code={typed}", device["verification_uri"].as_str().unwrap());
    assert_eq!(read(&client, &url).await.0, 200);
}

#[tokio::test]
async fn what_a_device_calls_itself_is_shown_as_text() {
    let client = Client::start(Options::default()).await;
    let challenge = challenge(VERIFIER);
    let form =
        [("client_id", "default"), ("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    let request = client.http.post(client.endpoint("auth/device")).form(&form);
    let request = request.header("user-agent", "<script>alert(\"1\")</script>");
    let device: Value = request.send().await.unwrap().json().await.unwrap();
    let (_, html) = read(&client, device["verification_uri_complete"].as_str().unwrap()).await;
    assert!(html.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"), "{html}");
    assert!(!html.contains("<script"));
    let hostile = format!("{}?user_code=%3Cscript%3E", device["verification_uri"].as_str().unwrap());
    let (status, html) = read(&client, &hostile).await;
    assert_eq!((status, html.to_lowercase().contains("<script")), (404, false));
}

#[tokio::test]
async fn a_decision_comes_from_the_page_itself() {
    let client = Client::start(Options::default()).await;
    let device = client.authorize("openid").await;
    assert_eq!(press(&client, &device, Some("https://elsewhere.example")).await, 403);
    assert_eq!(press(&client, &device, Some("null")).await, 403);
    assert_eq!(client.poll(&device).await, Err("authorization_pending".to_owned()));
    let own = client.running.ready.api.clone();
    assert_eq!(press(&client, &device, Some(&own)).await, 200);
    client.pass(5);
    let tokens = client.poll(&device).await.unwrap();
    assert_eq!(claims(&tokens, "access_token")["preferred_username"], "grace");
}

#[tokio::test]
async fn a_code_is_decided_once_by_someone_who_may() {
    let client = Client::start(Options::default()).await;
    let device = client.authorize("organization:globex").await;
    assert_eq!(client.decide(&device, "approve", "lin").await, 400);
    assert_eq!(client.decide(&device, "approve", "nobody").await, 400);
    assert_eq!(client.decide(&device, "perhaps", "ada").await, 400);
    assert_eq!(client.decide(&device, "approve", "ada").await, 200);
    assert_eq!(client.decide(&device, "deny", "ada").await, 404);
    let stats = client.stats();
    assert_eq!((stats.device_approvals, stats.device_denials, stats.wrong_user_codes), (1, 0, 1));
    assert!(client.poll(&device).await.is_ok());
}
