//! What a registry wants to know of who asks: a password, or a token from its service.
//!
//! The registry says which in its challenge. A token is asked for with the user's credential where there
//! is one, and without where there is none, as public repositories want it. A registry that asks again
//! with what it was just given has refused; one that took it, and asks later, wants a newer token, since
//! they are good for minutes.

use http_auth::parser::ChallengeParser;
use reqwest::header::WWW_AUTHENTICATE;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use super::TEXT_LIMIT;
use crate::address::{RegistryAddress, check_url};
use crate::fetch::FetchError;
use crate::fetch::credentials::{self, Credential};
use crate::fetch::fault::shown;
use crate::fetch::http::{Answer, Http, Request};

/// Who asks, as far as a registry wanted to know.
#[derive(Default)]
pub(super) struct Access {
    authorization: Option<Zeroizing<String>>,
    /// Whether what it wanted to know last has been found, and was not taken by it yet.
    asked: bool,
    /// Whether what is asked for changes something.
    writes: bool,
}

/// What a service for tokens answers.
#[derive(Deserialize)]
struct Given {
    token: Option<String>,
    access_token: Option<String>,
}

/// What stands in a challenge of the scheme `Bearer`.
struct Bearer {
    realm: Url,
    service: Option<String>,
}

impl Access {
    /// For whoever changes something.
    pub(super) fn to_write() -> Self {
        Self { writes: true, ..Self::default() }
    }

    pub(super) fn authorization(&self) -> Option<Zeroizing<String>> {
        self.authorization.clone()
    }

    /// The registry took what it was told, so that it may ask again when that has expired.
    pub(super) fn taken(&mut self) {
        self.asked = false;
    }

    /// Finds what the registry asks for in `refusal`; whether there is something to try again with.
    pub(super) async fn answer(
        &mut self,
        http: &Http,
        address: &RegistryAddress,
        refusal: &Answer,
    ) -> Result<bool, FetchError> {
        // A refusal by another server, to which a redirect led, is none of ours.
        if std::mem::replace(&mut self.asked, true)
            || refusal.url.origin().ascii_serialization() != address.origin()
        {
            return Ok(false);
        }
        let wrong = |problem: String| FetchError::Answer { url: shown(&refusal.url), problem };
        let challenge = refusal.headers.get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
        let credential = credentials::find(&http.credentials, &address.host).await?;
        let challenge = challenge.unwrap_or_default();
        if let Some(bearer) = bearer(challenge, &refusal.url).map_err(wrong)? {
            let token = self.token(http, address, bearer, credential).await?;
            self.authorization = Some(Zeroizing::new(format!("Bearer {}", *token)));
            return Ok(true);
        }
        let is_basic =
            ChallengeParser::new(challenge).flatten().any(|one| one.scheme.eq_ignore_ascii_case("basic"));
        match credential {
            Some(Credential::Basic(value)) if is_basic => {
                self.authorization = Some(value);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn token(
        &self,
        http: &Http,
        address: &RegistryAddress,
        bearer: Bearer,
        credential: Option<Credential>,
    ) -> Result<Zeroizing<String>, FetchError> {
        let scope =
            format!("repository:{}:{}", address.repository, if self.writes { "pull,push" } else { "pull" });
        let request = token_request(bearer, &scope, credential);
        let url = request.url.clone();
        let answer = http.send(request, TEXT_LIMIT, false).await?;
        let url_text = shown(&url);
        match answer.status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let (status, registry) = (answer.status.as_u16(), address.host.clone());
                return Err(FetchError::Refused { url: url_text, status, registry });
            }
            status => return Err(FetchError::Status { url: url_text, status: status.as_u16() }),
        }
        let body = Zeroizing::new(answer.body);
        let no_token = || FetchError::Answer { url: url_text.clone(), problem: "it gave no token".into() };
        let given: Given = serde_json::from_slice(&body).map_err(|_| no_token())?;
        let token = Zeroizing::new(given.token.or(given.access_token).ok_or_else(no_token)?);
        match token.bytes().all(|byte| byte.is_ascii_graphic()) {
            true => Ok(token),
            false => Err(no_token()),
        }
    }
}

/// A request for a token: with a password by `Basic`, with a refresh token as a form.
fn token_request(bearer: Bearer, scope: &str, credential: Option<Credential>) -> Request {
    let Bearer { realm: mut url, service } = bearer;
    if let Some(Credential::Refresh(token)) = credential {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "refresh_token").append_pair("client_id", "vantage");
        form.append_pair("service", service.as_deref().unwrap_or_default()).append_pair("scope", scope);
        form.append_pair("refresh_token", &token);
        let body = Some((form.finish().into_bytes(), "application/x-www-form-urlencoded"));
        return Request { method: Method::POST, url, accept: "application/json", authorization: None, body };
    }
    if let Some(service) = &service {
        url.query_pairs_mut().append_pair("service", service);
    }
    url.query_pairs_mut().append_pair("scope", scope);
    let authorization = match credential {
        Some(Credential::Basic(value)) => Some(value),
        _ => None,
    };
    Request { authorization, ..Request::get(url, "application/json") }
}

/// The challenge of the scheme `Bearer`, if there is one. Its service is encrypted, or on this machine
/// as the registry is.
fn bearer(challenges: &str, registry: &Url) -> Result<Option<Bearer>, String> {
    let found =
        ChallengeParser::new(challenges).flatten().find(|one| one.scheme.eq_ignore_ascii_case("bearer"));
    let Some(challenge) = found else {
        return Ok(None);
    };
    let value = |name: &str| {
        let found = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_unescaped())
    };
    let realm = value("realm").ok_or("its challenge names no service for tokens")?;
    let url = Url::parse(&realm).map_err(|error| format!("its service for tokens is no address: {error}"))?;
    check_url(&url).map_err(|problem| format!("its service for tokens is refused: {problem}"))?;
    if url.scheme() == "http" && registry.scheme() == "https" {
        return Err("its service for tokens is not encrypted".into());
    }
    Ok(Some(Bearer { realm: url, service: value("service") }))
}
