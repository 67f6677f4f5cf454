//! A small client, and the platform it speaks to. Every module of these tests begins here.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use vantage_platform::{ManualClock, Options, Ready, Running, Stats, serve};

pub(crate) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A verifier of RFC 7636; any 43 to 128 of its letters would do.
pub(crate) const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";

/// A way to speak to a platform, wherever it runs.
pub(crate) struct Visitor {
    ready: Ready,
    pub(crate) http: reqwest::Client,
}

/// A platform that runs in this process, its clock, and a visitor of it.
pub(crate) struct Client {
    pub(crate) running: Running,
    visitor: Visitor,
    clock: Arc<ManualClock>,
}

impl std::ops::Deref for Client {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

impl Client {
    /// Starts a platform whose clock stands still.
    pub(crate) async fn start(options: Options) -> Self {
        let clock = Arc::new(ManualClock::new("2026-03-01T12:00:00Z".parse().unwrap()));
        let running = serve(Options { clock: clock.clone(), ..options }).await.unwrap();
        let visitor = Visitor::new(running.ready.clone());
        Self { running, visitor, clock }
    }

    /// One that approves by itself.
    pub(crate) async fn approving() -> Self {
        Self::start(Options { auto_approve: true, ..Options::default() }).await
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    pub(crate) fn stats(&self) -> Stats {
        self.running.stats()
    }
}

impl Visitor {
    pub(crate) fn new(ready: Ready) -> Self {
        Self { ready, http: reqwest::Client::new() }
    }

    pub(crate) fn endpoint(&self, name: &str) -> String {
        format!("{}/protocol/openid-connect/{name}", self.ready.issuer)
    }

    pub(crate) fn api(&self, path: &str) -> String {
        format!("{}{path}", self.ready.api)
    }

    /// Posts a form, and gives status and JSON (null where there is none).
    pub(crate) async fn post(&self, endpoint: &str, form: &[(&str, &str)]) -> (StatusCode, Value) {
        let response = self.http.post(self.endpoint(endpoint)).form(form).send().await.unwrap();
        let status = response.status();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
    }

    /// Posts a form that is refused, and gives the error's code.
    pub(crate) async fn refused(&self, endpoint: &str, form: &[(&str, &str)]) -> String {
        let (status, body) = self.post(endpoint, form).await;
        assert!(status.is_client_error(), "{status} {body}");
        body["error"].as_str().unwrap_or_else(|| panic!("no error in {body}")).to_owned()
    }

    pub(crate) async fn authorize(&self, scope: &str) -> Value {
        let challenge = challenge(VERIFIER);
        let form = [
            ("client_id", "default"),
            ("scope", scope),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let (status, body) = self.post("auth/device", &form).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Polls once; the error's code, or the tokens.
    pub(crate) async fn poll(&self, device: &Value) -> Result<Value, String> {
        let form = [
            ("client_id", "default"),
            ("grant_type", DEVICE_GRANT),
            ("device_code", device["device_code"].as_str().unwrap()),
            ("code_verifier", VERIFIER),
        ];
        self.tokens(&form).await
    }

    pub(crate) async fn refresh(&self, tokens: &Value) -> Result<Value, String> {
        let token = tokens["refresh_token"].as_str().unwrap();
        let form = [("client_id", "default"), ("grant_type", "refresh_token"), ("refresh_token", token)];
        self.tokens(&form).await
    }

    pub(crate) async fn tokens(&self, form: &[(&str, &str)]) -> Result<Value, String> {
        let (status, body) = self.post("token", form).await;
        if status == 200 { Ok(body) } else { Err(body["error"].as_str().unwrap_or("none").to_owned()) }
    }

    /// The whole flow, for a platform that approves by itself.
    pub(crate) async fn sign_in(&self, scope: &str) -> Value {
        let device = self.authorize(scope).await;
        self.poll(&device).await.unwrap()
    }

    pub(crate) async fn revoke(&self, tokens: &Value, which: &str) -> StatusCode {
        let token = tokens[which].as_str().unwrap();
        self.post("revoke", &[("client_id", "default"), ("token", token)]).await.0
    }

    /// Presses a button of the page, as `user`.
    pub(crate) async fn decide(&self, device: &Value, decision: &str, user: &str) -> StatusCode {
        let code = device["user_code"].as_str().unwrap();
        let form = [("user_code", code), ("decision", decision), ("user", user)];
        let page = device["verification_uri"].as_str().unwrap();
        self.http.post(page).form(&form).send().await.unwrap().status()
    }

    /// Sends one GraphQL request to the API `cluster` with a token of `tokens`.
    pub(crate) async fn send(&self, tokens: &Value, body: Value) -> reqwest::Response {
        self.send_to("cluster", tokens, body).await
    }

    /// Sends one GraphQL request to an API with a token of `tokens`.
    pub(crate) async fn send_to(&self, api: &str, tokens: &Value, body: Value) -> reqwest::Response {
        let request = self.http.post(self.api(&format!("/{api}/graphql"))).json(&body);
        request.bearer_auth(tokens["access_token"].as_str().unwrap()).send().await.unwrap()
    }

    /// Runs a document; the whole answer.
    pub(crate) async fn graphql(&self, tokens: &Value, query: &str, variables: Value) -> Value {
        let response = self.send(tokens, json!({"query": query, "variables": variables})).await;
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }

    /// The status with which the API meets a token.
    pub(crate) async fn status(&self, tokens: &Value) -> StatusCode {
        self.send(tokens, json!({"query": "{ __typename }"})).await.status()
    }

    /// Tells the platform something below `/admin`.
    pub(crate) async fn admin(&self, path: &str, body: Value) -> StatusCode {
        self.http.post(self.api(path)).json(&body).send().await.unwrap().status()
    }
}

/// The S256 challenge of a verifier.
pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// The claims of a JWT, unverified.
pub(crate) fn claims(tokens: &Value, which: &str) -> Value {
    let token = tokens[which].as_str().unwrap();
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
