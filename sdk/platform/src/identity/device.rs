//! The device authorization endpoint (RFC 8628, section 3.1), with PKCE required.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::codes::{Asked, Stage};
use super::form::Form;
use super::refusal::{Refusal, uncached};
use super::scopes::Scopes;
use crate::server::{Platform, Shared};
use crate::world::people;

/// More of a `User-Agent` is not shown on the page.
const AGENT_SHOWN: usize = 80;

/// Gives out a device code and the user code that goes with it.
pub(crate) async fn authorize(State(platform): State<Shared>, headers: HeaderMap, form: Form) -> Response {
    match grant(&platform, &headers, &form) {
        Ok(response) => uncached(response),
        Err(refusal) => refusal.answer(&platform.counters),
    }
}

fn grant(platform: &Platform, headers: &HeaderMap, form: &Form) -> Result<Response, Refusal> {
    form.check_client()?;
    let asked = asked(headers, form)?;
    let device_code = platform.identity.secret()?;
    let user_code = platform.identity.codes.add(&device_code, asked.clone(), platform.clock.now())?;
    platform.counters.device_authorizations.add();
    if platform.options.auto_approve {
        approve_at_once(platform, &user_code, &asked.scopes);
    }
    let page = format!("{}/device", platform.issuer);
    Ok(Json(json!({
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "expires_in": platform.options.device_code_ttl.as_secs(),
        "interval": platform.options.poll_interval.max(Duration::from_secs(1)).as_secs(),
    }))
    .into_response())
}

fn asked(headers: &HeaderMap, form: &Form) -> Result<Asked, Refusal> {
    let invalid = |description: &str| Refusal::breach("invalid_request", description);
    let challenge = form.require("code_challenge")?;
    if form.require("code_challenge_method")? != "S256" {
        return Err(invalid("Invalid parameter: code_challenge_method must be S256"));
    }
    // 32 bytes of SHA-256 are 43 letters of base64url.
    let is_digest = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if challenge.len() != 43 || !challenge.bytes().all(is_digest) {
        return Err(invalid("Invalid parameter: code_challenge is not a SHA-256 in base64url"));
    }
    let scopes = Scopes::parse(form.get("scope").unwrap_or_default())
        .map_err(|description| Refusal::expected("invalid_scope", description))?;
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("unnamed");
    let agent = agent.chars().take(AGENT_SHOWN).collect();
    Ok(Asked { scopes, challenge: challenge.to_owned(), agent })
}

/// What `--auto-approve` does: the page's decision, without anyone looking.
fn approve_at_once(platform: &Platform, user_code: &str, scopes: &Scopes) {
    let person = people::by_username(&platform.options.user).unwrap_or(&people::FIRST);
    let decision = match scopes.organizations(person) {
        Ok(_) => Stage::Approved(person),
        Err(organization) => {
            tracing::warn!(user = person.username, organization, "denied: not a member");
            Stage::Denied
        }
    };
    platform.decide(user_code, decision);
}
