//! The token endpoint: the device code grant (RFC 8628, section 3.4) with its PKCE verifier, and
//! refresh tokens with rotation. Every successful answer carries a new refresh token, as
//! Keycloak's does, and an ID token when `openid` was asked for.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::CLIENT;
use super::claims::{Audience, Claims, Profile, roles};
use super::codes::Polled;
use super::form::Form;
use super::refusal::{Refusal, uncached};
use super::scopes::Scopes;
use super::sessions::{Session, Spent};
use crate::error::PlatformError;
use crate::random;
use crate::server::{Platform, Shared};
use crate::world::people::Person;

/// The grant of RFC 8628.
pub(crate) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Answers with tokens, or says why not.
pub(crate) async fn token(State(platform): State<Shared>, form: Form) -> Response {
    let answer = match form.get("grant_type") {
        Some(DEVICE_GRANT) => by_device_code(&platform, &form),
        Some("refresh_token") => by_refresh_token(&platform, &form),
        Some(other) => {
            let description = format!("Unsupported grant_type: {}", other.escape_default());
            Err(Refusal::breach("unsupported_grant_type", description))
        }
        None => form.require("grant_type").map(|_| Value::Null),
    };
    match answer {
        Ok(tokens) => uncached(Json(tokens).into_response()),
        Err(refusal) => refusal.answer(&platform.counters),
    }
}

fn by_device_code(platform: &Platform, form: &Form) -> Result<Value, Refusal> {
    platform.counters.token_polls.add();
    form.check_client()?;
    let (device_code, verifier) = (form.require("device_code")?, form.require("code_verifier")?);
    if !is_verifier(verifier) {
        return Err(Refusal::breach("invalid_grant", "PKCE verification failed: Invalid code verifier"));
    }
    let replayed = || Refusal::breach("invalid_grant", "Device code was used before");
    match platform.identity.codes.poll(device_code, verifier, platform.clock.now())? {
        Polled::TooEarly => {
            platform.counters.slow_downs.add();
            Err(Refusal::breach("slow_down", "Slow down"))
        }
        Polled::Replayed(session) => {
            platform.end_session(&session);
            Err(replayed())
        }
        Polled::Approved(person, scopes) => open_session(platform, device_code, person, scopes),
    }
}

fn replayed() -> Refusal {
    Refusal::breach("invalid_grant", "Device code was used before")
}

/// Whether the text can be a verifier at all (RFC 7636, section 4.1).
fn is_verifier(text: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

/// Spends an approved code for a sign-in and its first tokens.
fn open_session(
    platform: &Platform,
    device_code: &str,
    person: &'static Person,
    scopes: Scopes,
) -> Result<Value, Refusal> {
    let organizations = scopes
        .organizations(person)
        .map_err(|name| Refusal::expected("access_denied", format!("Not a member of {name}")))?;
    let id = random::uuid(random::bytes()?);
    let (refresh_token, refresh_expires) = (String::new(), platform.clock.now());
    let mut session = Session { id, person, scopes, organizations, refresh_token, refresh_expires };
    let refresh_token = platform.identity.secret()?;
    session.rotate(refresh_token, platform.clock.now(), platform.options.refresh_token_ttl);
    if !platform.identity.codes.spend(device_code, &session.id) {
        return Err(replayed());
    }
    platform.identity.sessions.open(session.clone());
    Ok(tokens(platform, &session)?)
}

fn by_refresh_token(platform: &Platform, form: &Form) -> Result<Value, Refusal> {
    form.check_client()?;
    let token = form.require("refresh_token")?;
    let narrowed = form.get("scope").map(|scope| narrowed(platform, token, scope)).transpose()?;
    let (next, lifetime) = (platform.identity.secret()?, platform.options.refresh_token_ttl);
    let spent = platform.identity.sessions.spend(token, next, platform.clock.now(), lifetime);
    let mut session = spent.map_err(|spent| refused(platform, spent))?;
    platform.counters.refreshes.add();
    session.scopes = narrowed.unwrap_or(session.scopes);
    Ok(tokens(platform, &session)?)
}

/// The scopes of a refresh that asks for less; asking for more is refused before the token is spent.
fn narrowed(platform: &Platform, token: &str, scope: &str) -> Result<Scopes, Refusal> {
    let invalid = |description: String| Refusal::expected("invalid_scope", description);
    let scopes = Scopes::parse(scope).map_err(invalid)?;
    match platform.identity.sessions.peek(token) {
        Some(session) if !session.scopes.covers(&scopes) => {
            Err(invalid("A refresh cannot ask for more than was granted".to_owned()))
        }
        _ => Ok(scopes),
    }
}

fn refused(platform: &Platform, spent: Spent) -> Refusal {
    match spent {
        Spent::Unknown => Refusal::breach("invalid_grant", "Invalid refresh token"),
        Spent::Ended => Refusal::expected("invalid_grant", "Session not active"),
        Spent::Expired => {
            platform.counters.sessions_ended.add();
            Refusal::expected("invalid_grant", "Token is not active")
        }
        Spent::Reused => {
            platform.counters.refresh_reuses.add();
            platform.counters.sessions_ended.add();
            Refusal::breach("invalid_grant", "Maximum allowed refresh token reuse exceeded")
        }
    }
}

/// Signs and writes the answer of the endpoint.
fn tokens(platform: &Platform, session: &Session) -> Result<Value, PlatformError> {
    let access = access_claims(platform, session)?;
    let lifetime = platform.options.access_token_ttl.as_secs();
    let keys = &platform.identity.keys;
    let mut answer = json!({
        "access_token": keys.sign(&access)?,
        "expires_in": lifetime,
        "refresh_expires_in": platform.options.refresh_token_ttl.as_secs(),
        "refresh_token": session.refresh_token,
        "token_type": "Bearer",
        "not-before-policy": 0,
        "session_state": session.id,
        "scope": session.scopes.to_string(),
    });
    if session.scopes.contains("openid") {
        let (typ, aud) = ("ID".to_owned(), Audience::One(CLIENT.to_owned()));
        answer["id_token"] = keys.sign(&Claims { typ, aud, ..access })?.into();
    }
    platform.counters.tokens_issued.add();
    Ok(answer)
}

fn access_claims(platform: &Platform, session: &Session) -> Result<Claims, PlatformError> {
    let now = platform.clock.now().as_second();
    let lifetime = i64::try_from(platform.options.access_token_ttl.as_secs()).unwrap_or(i64::MAX);
    let (realm_access, resource_access) = roles(session);
    Ok(Claims {
        canary: platform.identity.canary.as_ref().map(|canary| canary.plain().to_owned()),
        exp: now.saturating_add(lifetime),
        iat: now,
        jti: format!("{}-{}", platform.identity.sessions.next_number(), random::uuid(random::bytes()?)),
        iss: platform.issuer.clone(),
        aud: Audience::of_apis(),
        sub: session.person.subject.to_owned(),
        typ: "Bearer".to_owned(),
        azp: CLIENT.to_owned(),
        sid: session.id.clone(),
        scope: session.scopes.to_string(),
        realm_access,
        resource_access,
        profile: Profile::new(session),
    })
}
