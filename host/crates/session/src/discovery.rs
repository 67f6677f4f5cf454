//! Where the provider's endpoints are: OpenID Connect discovery, checked, and cached for a day.
//!
//! The document must name the issuer that is configured, byte for byte, and every endpoint must be
//! at the issuer's own origin: a document that was tampered with cannot lead a token elsewhere. The
//! cache is checked by the same rules, and one that cannot be read counts as none.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tracing::Instrument;
use url::Url;

use crate::address;
use crate::error::SessionError;
use crate::files;
use crate::http::{Answer, hex};
use crate::session::Session;

const LIMIT: usize = 64 * 1024;
const VERSION: u64 = 1;
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// The provider's endpoints that matter here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Endpoints {
    issuer: String,
    #[serde(rename = "token_endpoint")]
    pub(crate) token: Url,
    #[serde(rename = "device_authorization_endpoint", default)]
    pub(crate) device: Option<Url>,
    #[serde(rename = "revocation_endpoint", default)]
    pub(crate) revocation: Option<Url>,
    /// How clients that have a secret may show it; empty where the provider does not say.
    #[serde(rename = "token_endpoint_auth_methods_supported", default)]
    pub(crate) authentication_methods: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Cached {
    version: u64,
    expires_at: i64,
    endpoints: Endpoints,
}

impl Session {
    /// The endpoints, from the cache if it has them.
    pub(crate) async fn endpoints(&self) -> Result<Endpoints, SessionError> {
        match self.cached_endpoints() {
            Some(endpoints) => Ok(endpoints),
            None => self.discover().await.map(|(endpoints, _)| endpoints),
        }
    }

    /// Asks the provider, and caches what it says; with the answer's date.
    pub(crate) async fn discover(&self) -> Result<(Endpoints, Option<Timestamp>), SessionError> {
        let issuer = address::issuer(&self.profile().issuer);
        let text = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let url =
            Url::parse(&text).map_err(|_| SessionError::Address { url: text, problem: "it is no URL" })?;
        let request = self
            .http()
            .prepare(Method::GET, &url)?
            .with(|builder| builder.header("accept", "application/json"));
        let answer = request.send(LIMIT).instrument(tracing::info_span!("auth.discovery")).await?;
        let endpoints = read(&answer, &url, issuer)?;
        self.cache(&endpoints);
        Ok((endpoints, answer.date()))
    }

    /// Forgets what is cached, since the provider seems to have moved.
    pub(crate) fn forget_endpoints(&self) {
        let _ = std::fs::remove_file(self.cache_file());
    }

    fn cached_endpoints(&self) -> Option<Endpoints> {
        let bytes = files::read_private(&self.cache_file(), LIMIT as u64).ok()??;
        let cached: Cached = serde_json::from_slice(&bytes).ok()?;
        let now = self.now().as_second();
        let longest = now.saturating_add(i64::try_from(KEPT.as_secs()).unwrap_or(i64::MAX));
        // Beyond the longest time it was written by a clock that was wrong.
        let valid = cached.version == VERSION && cached.expires_at > now && cached.expires_at <= longest;
        let endpoints = valid.then_some(cached.endpoints)?;
        check(&endpoints, address::issuer(&self.profile().issuer)).ok()?;
        Some(endpoints)
    }

    fn cache(&self, endpoints: &Endpoints) {
        let path = self.cache_file();
        let expires_at = self.now().as_second().saturating_add(KEPT.as_secs().cast_signed());
        let cached = Cached { version: VERSION, expires_at, endpoints: endpoints.clone() };
        let written = (|| {
            files::create_folder(path.parent()?).ok()?;
            // Whoever writes it at this moment goes without a cache once.
            files::remove_unfinished(&path);
            files::reserve(&path, 0).ok()?.commit(&serde_json::to_vec(&cached).ok()?).ok()
        })();
        if written.is_none() {
            tracing::debug!(path = %path.display(), "the provider's endpoints could not be cached");
        }
    }

    fn cache_file(&self) -> PathBuf {
        let profile = self.profile();
        let name = Sha256::digest(format!("{}\n{}", profile.name, profile.issuer));
        self.folders().cache.join("discovery").join(format!("{}.json", hex(&name)))
    }
}

/// Reads a discovery document, and checks it.
pub(crate) fn read(answer: &Answer, url: &Url, issuer: &str) -> Result<Endpoints, SessionError> {
    let status = answer.status.as_u16();
    if status == 429 || status >= 500 {
        return Err(SessionError::Unavailable {
            url: url.to_string(),
            problem: format!("it answered with HTTP {status}"),
            request_id: answer.request_id.clone(),
            sent: true,
            source: None,
        });
    }
    let wrong = |problem: String| SessionError::Provider {
        url: url.to_string(),
        problem,
        request_id: answer.request_id.clone(),
    };
    if !answer.status.is_success() {
        return Err(wrong(format!("HTTP {status}, where a discovery document should be")));
    }
    let endpoints =
        answer.object().map_err(|problem| wrong(format!("it is not a discovery document ({problem})")))?;
    check(&endpoints, issuer).map_err(wrong)?;
    Ok(endpoints)
}

fn check(endpoints: &Endpoints, issuer: &str) -> Result<(), String> {
    // Where the issuer has no path, a URL cannot tell whether it was written with a final slash.
    let with_slash = Url::parse(issuer).ok().filter(|url| url.path() == "/").map(String::from);
    if endpoints.issuer != issuer && Some(&endpoints.issuer) != with_slash.as_ref() {
        let named = crate::http::printable(&endpoints.issuer);
        return Err(format!("it is for the issuer `{named}` and not for `{issuer}`"));
    }
    let own = Url::parse(issuer).map_err(|error| error.to_string())?;
    let all = [
        ("token_endpoint", Some(&endpoints.token)),
        ("device_authorization_endpoint", endpoints.device.as_ref()),
        ("revocation_endpoint", endpoints.revocation.as_ref()),
    ];
    for (name, endpoint) in all {
        let Some(endpoint) = endpoint else { continue };
        address::check(endpoint).map_err(|problem| format!("`{name}` cannot be used: {problem}"))?;
        if endpoint.origin() != own.origin() {
            return Err(format!("`{name}` is at another origin than the issuer"));
        }
    }
    Ok(())
}

/// What serde says, by kind and place: its messages quote the content.
pub(crate) fn without_content(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Data => "a field is missing or of the wrong kind",
        _ => "it is not JSON",
    };
    format!("{kind}, line {} column {}", error.line(), error.column())
}
