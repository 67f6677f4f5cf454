//! A provider that issues, rotates and revokes; strict about reuse, and counting.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::server::{Asked, Raw, Script, Server, json, with_headers};

/// What the provider is at the moment, for the test to read and to change.
pub(super) struct World {
    pub(super) refreshes: u32,
    pub(super) reuses: u32,
    pub(super) revoked: Vec<String>,
    pub(super) lifetime: u64,
    pub(super) organization: Value,
    /// Answers for the next requests to the token endpoint, before it answers by itself.
    pub(super) next_answers: Vec<Raw>,
    /// Whether an answer to a refresh has a new refresh token.
    pub(super) rotates: bool,
    /// What a revocation is answered with, if not with 200.
    pub(super) revoke_answer: Option<Raw>,
    /// The end of a path whose requests are answered by somebody hostile.
    pub(super) trap: Option<(&'static str, Trap)>,
    /// The device answer's fields, over the usual ones.
    pub(super) device: Value,
    issued: u32,
    challenge: String,
    live_refresh: Option<String>,
    pub(super) live_access: Option<String>,
}

/// Answers in the provider's place; `None` lets it answer itself.
pub(super) type Trap = Arc<dyn Fn(&Asked) -> Option<Script> + Send + Sync>;

/// A provider and an API at one origin.
#[derive(Clone)]
pub(super) struct Provider {
    pub(super) server: Server,
    pub(super) world: Arc<Mutex<World>>,
}

impl Provider {
    pub(super) async fn start() -> Self {
        Self::with_api(|_, _| json(200, r#"{"data":{"ok":true}}"#)).await
    }

    /// `api` answers requests to `…/graphql`; the world says which token is good.
    pub(super) async fn with_api(api: impl Fn(&Asked, &World) -> Raw + Send + Sync + 'static) -> Self {
        let world = Arc::new(Mutex::new(World {
            refreshes: 0,
            reuses: 0,
            revoked: Vec::new(),
            lifetime: 300,
            organization: json!({"acme": {"id": "o-1"}}),
            next_answers: Vec::new(),
            rotates: true,
            revoke_answer: None,
            trap: None,
            device: json!({}),
            issued: 0,
            challenge: String::new(),
            live_refresh: None,
            live_access: None,
        }));
        let shared = Arc::clone(&world);
        let server = Server::start(move |asked| {
            let mut world = shared.lock().expect("the world");
            let trap = world.trap.as_ref().filter(|(ending, _)| asked.path.ends_with(ending));
            if let Some(script) = trap.and_then(|(_, trap)| trap(asked)) {
                return script;
            }
            let api = asked.path.ends_with("/graphql").then(|| api(asked, &world));
            Script::from(api.unwrap_or_else(|| world.answer(asked)))
        })
        .await;
        Self { server, world }
    }

    pub(super) fn set(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.world.lock().expect("the world"));
    }

    pub(super) fn refreshes(&self) -> (u32, u32) {
        let world = self.world.lock().expect("the world");
        (world.refreshes, world.reuses)
    }
}

impl World {
    fn answer(&mut self, asked: &Asked) -> Raw {
        let host = asked.header("host").expect("a host");
        let issuer = format!("http://{host}/realms/vantage");
        match asked.path.trim_start_matches("/realms/vantage") {
            "/.well-known/openid-configuration" => json(
                200,
                &json!({
                    "issuer": issuer,
                    "token_endpoint": format!("{issuer}/token"),
                    "device_authorization_endpoint": format!("{issuer}/device"),
                    "revocation_endpoint": format!("{issuer}/revoke"),
                    "jwks_uri": format!("{issuer}/certs"),
                })
                .to_string(),
            ),
            "/device" => self.device(asked, &issuer),
            "/token" => match self.next_answers.is_empty() {
                false => self.next_answers.remove(0),
                true => self.token(asked, &issuer),
            },
            "/revoke" => {
                self.revoked.extend(asked.field("token"));
                self.revoke_answer.clone().unwrap_or_else(|| with_headers(200, "", ""))
            }
            _ => with_headers(404, "", "no such page"),
        }
    }

    fn device(&mut self, asked: &Asked, issuer: &str) -> Raw {
        if asked.field("code_challenge_method").as_deref() != Some("S256") {
            return json(400, r#"{"error":"invalid_request"}"#);
        }
        self.challenge = asked.field("code_challenge").unwrap_or_default();
        let mut answer = json!({
            "device_code": "device-canary", "user_code": "ABCD-EFGH",
            "verification_uri": format!("{issuer}/page"), "expires_in": 600, "interval": 1,
        });
        for (key, value) in self.device.as_object().expect("an object") {
            answer[key] = value.clone();
        }
        json(200, &answer.to_string())
    }

    fn token(&mut self, asked: &Asked, issuer: &str) -> Raw {
        if asked.field("client_id").as_deref() != Some("default") {
            return json(401, r#"{"error":"invalid_client"}"#);
        }
        if asked.field("grant_type").as_deref() == Some("refresh_token") {
            self.refreshes += 1;
            if asked.field("refresh_token") != self.live_refresh {
                self.reuses += 1;
                self.live_refresh = None;
                return json(400, r#"{"error":"invalid_grant","error_description":"refresh token reused"}"#);
            }
            return self.issue(issuer, self.rotates);
        }
        let verifier = asked.field("code_verifier").unwrap_or_default();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        if asked.field("device_code").as_deref() != Some("device-canary") || challenge != self.challenge {
            return json(400, r#"{"error":"invalid_grant"}"#);
        }
        self.issue(issuer, true)
    }

    fn issue(&mut self, issuer: &str, with_refresh: bool) -> Raw {
        self.issued += 1;
        let claims = json!({
            "iss": issuer, "sub": "u-1", "preferred_username": "ada", "organization": self.organization, "jti": self.issued,
        });
        let access = format!("e30.{}.canary{}", URL_SAFE_NO_PAD.encode(claims.to_string()), self.issued);
        let mut answer = json!({"access_token": access, "token_type": "bearer", "expires_in": self.lifetime});
        if with_refresh {
            let refresh = format!("refresh-canary-{}", self.issued);
            answer["refresh_token"] = json!(refresh);
            self.live_refresh = Some(refresh);
        }
        self.live_access = Some(access);
        json(200, &answer.to_string())
    }
}
