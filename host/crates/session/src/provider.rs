//! The provider's token endpoint: one request, one answer, every way it can say no.
//!
//! Providers differ in letter case, in statuses and in whether an error has a body, so answers are
//! read liberally; what is sent is strict. Used for the device flow, for refreshing
//! and for machines; when to ask is decided there.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::claims::UnverifiedClaims;
use crate::error::SessionError;
use crate::http::{Answer, printable};
use crate::persona::Persona;
use crate::session::Session;
use crate::token::Token;

const LIMIT: usize = 64 * 1024;
/// From the POST to the stored record nothing may interrupt, so it has to be short.
const PATIENCE: Duration = Duration::from_secs(15);
const LONGEST_LIFE: u64 = 10 * 366 * 24 * 3600;

/// Fresh tokens.
pub(crate) struct Tokens {
    pub(crate) access: Token,
    pub(crate) refresh: Option<Token>,
    identity: Option<Token>,
    /// Seconds; by the answer, else by the token's own claims.
    pub(crate) lifetime: Option<u64>,
    url: Url,
    request_id: String,
}

/// Why there are no fresh tokens.
pub(crate) enum NoTokens {
    /// OAuth's error code, with the error to show for it.
    Refused(String, SessionError),
    /// Nobody knows: no connection, no time, no sense.
    Fault(SessionError),
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    id_token: Option<String>,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    expires_in: Option<Value>,
}

#[derive(Deserialize)]
pub(crate) struct Refusal {
    pub(crate) error: String,
    #[serde(default)]
    error_description: Option<String>,
}

impl Session {
    /// Posts a form to one of the provider's endpoints.
    pub(crate) async fn post_form(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        authorization: Option<HeaderValue>,
    ) -> Result<Answer, SessionError> {
        let request = self.http().prepare(Method::POST, url)?;
        let request = request.with(|builder| {
            let builder = builder.timeout(PATIENCE).header("accept", "application/json").form(form);
            match authorization {
                Some(value) => builder.header(AUTHORIZATION, value),
                None => builder,
            }
        });
        request.send(LIMIT).await
    }

    /// Asks the token endpoint. `secrets` are in the form, and are kept out of every message.
    pub(crate) async fn ask_tokens(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        authorization: Option<HeaderValue>,
        secrets: &[&Token],
    ) -> Result<Tokens, NoTokens> {
        let answer = self.post_form(url, form, authorization).await.map_err(NoTokens::Fault)?;
        if let Some(refusal) = refusal(&answer, url, secrets) {
            return Err(refusal);
        }
        tokens(&answer, url).map_err(NoTokens::Fault)
    }
}

/// Reads an answer as an error; `None` if it is none.
pub(crate) fn refusal(answer: &Answer, url: &Url, secrets: &[&Token]) -> Option<NoTokens> {
    let status = answer.status.as_u16();
    let read: Option<Refusal> = answer.object().ok();
    let code = read.as_ref().map(|refusal| refusal.error.as_str()).unwrap_or_default();
    let temporary = matches!(code, "temporarily_unavailable" | "server_error");
    // `slow_down` may come as 429, and is a refusal of its own.
    if temporary || status >= 500 || (status == 429 && code != "slow_down") {
        return Some(NoTokens::Fault(SessionError::Unavailable {
            url: url.to_string(),
            problem: format!("it answered with HTTP {status}"),
            request_id: answer.request_id.clone(),
            sent: true,
            source: None,
        }));
    }
    if let Some(refusal) = read {
        // Before it is cut to length: part of a token is not recognised as well as the whole.
        let clean = |text: &str| secrets.iter().fold(text.to_owned(), |text, secret| secret.scrub(&text));
        let tell = |text: &str| printable(&clean(text));
        let error = SessionError::ProviderRefused {
            url: url.to_string(),
            code: tell(&refusal.error),
            description: tell(refusal.error_description.as_deref().unwrap_or_default()),
            request_id: answer.request_id.clone(),
        };
        return Some(NoTokens::Refused(refusal.error, error));
    }
    if answer.status.is_success() {
        return None;
    }
    Some(NoTokens::Fault(wrong(answer, url, format!("HTTP {status} without an OAuth error"))))
}

/// Reads an answer as fresh tokens.
pub(crate) fn tokens(answer: &Answer, url: &Url) -> Result<Tokens, SessionError> {
    let granted: Granted =
        answer.object().map_err(|problem| wrong(answer, url, format!("no tokens in it ({problem})")))?;
    let kind = granted.token_type.as_deref().unwrap_or("bearer");
    let token = |value: String| {
        Token::new(value)
            .ok_or_else(|| wrong(answer, url, "a token has characters that none can have".into()))
    };
    let access = token(granted.access_token)?;
    let refresh = granted.refresh_token.filter(|value| !value.is_empty()).map(token).transpose()?;
    let identity = granted.id_token.filter(|value| !value.is_empty()).map(token).transpose()?;
    if !kind.eq_ignore_ascii_case("bearer") {
        return Err(wrong(answer, url, format!("its tokens are of type `{}`", printable(kind))));
    }
    let lifetime = granted.expires_in.as_ref().and_then(number).map(|seconds| seconds.max(0.0) as u64);
    let lifetime = lifetime.or_else(|| UnverifiedClaims::decode(&access)?.lifetime(answer.date()));
    Ok(Tokens {
        access,
        refresh,
        identity,
        lifetime: lifetime.map(|seconds| seconds.min(LONGEST_LIFE)),
        url: url.clone(),
        request_id: answer.request_id.clone(),
    })
}

impl Tokens {
    /// Who the tokens are for.
    ///
    /// # Errors
    /// Tokens that say nothing of the user, and an identity token made by or for somebody else.
    pub(crate) fn persona(&self, issuer: &str, client_id: &str) -> Result<Persona, SessionError> {
        let wrong = |problem: &str| SessionError::Provider {
            url: self.url.to_string(),
            problem: problem.into(),
            request_id: self.request_id.clone(),
        };
        let identity = self.identity.as_ref().and_then(UnverifiedClaims::decode);
        if let Some(identity) = &identity {
            if identity
                .text("iss")
                .is_some_and(|named| named.trim_end_matches('/') != issuer.trim_end_matches('/'))
            {
                return Err(wrong("its identity token is from another issuer"));
            }
            if !identity.is_for(client_id) {
                return Err(wrong("its identity token is for another client"));
            }
        }
        let claims = match UnverifiedClaims::decode(&self.access) {
            Some(claims) => Some(claims.or(identity)),
            None => identity,
        };
        claims
            .and_then(|claims| claims.persona())
            .ok_or_else(|| wrong("its tokens do not say who is signed in"))
    }

    /// When the access token expires, if that is known.
    pub(crate) fn expires_at(&self, now: Timestamp) -> Option<i64> {
        let lifetime = i64::try_from(self.lifetime?).ok()?;
        Some(now.as_second().saturating_add(lifetime))
    }
}

/// A number of seconds, written as any number or as a string.
pub(crate) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

pub(crate) fn wrong(answer: &Answer, url: &Url, problem: String) -> SessionError {
    SessionError::Provider { url: url.to_string(), problem, request_id: answer.request_id.clone() }
}
