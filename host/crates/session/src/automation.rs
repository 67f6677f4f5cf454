//! Tokens for machines: client credentials, by a secret or by an assertion.
//!
//! RFC 6749 section 4.4; the client proves who it is by its secret, or by a JWT that somebody else
//! signed (RFC 7523 section 2.2), as workload identity has it. The files are read anew for every
//! token, since whoever writes them replaces them. The token is kept in memory and fetched again
//! when little of its life is left or the platform refuses it; there is nothing to refresh.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use tokio::time::{Duration, Instant};
use tracing::Instrument;
use url::Url;
use zeroize::Zeroizing;

use crate::claims::UnverifiedClaims;
use crate::discovery::Endpoints;
use crate::error::SessionError;
use crate::provider::{NoTokens, Tokens};
use crate::record;
use crate::session::Session;
use crate::source::{Access, read_secret};
use crate::token::Token;

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// What a provider takes when it does not say what it takes.
const BASIC: &str = "client_secret_basic";
const POST: &str = "client_secret_post";
/// Scopes for people: a machine has no identity token, and nothing to go offline with.
const FOR_PEOPLE: [&str; 2] = ["openid", "offline_access"];

/// A client that signs in by itself.
pub(crate) struct Machine {
    proof: Proof,
    path: PathBuf,
    from: String,
    // Held while a token is fetched, so that many requests at once fetch one.
    fetched: tokio::sync::Mutex<Option<Fetched>>,
}

enum Proof {
    Secret,
    Assertion,
}

struct Fetched {
    token: Token,
    /// When to fetch the next; `None` if the provider did not say.
    renew_at: Option<Instant>,
}

impl Machine {
    pub(crate) fn with_secret(path: PathBuf, from: String) -> Self {
        Self { proof: Proof::Secret, path, from, fetched: tokio::sync::Mutex::default() }
    }

    pub(crate) fn with_assertion(path: PathBuf, from: String) -> Self {
        Self { proof: Proof::Assertion, path, from, fetched: tokio::sync::Mutex::default() }
    }

    pub(crate) fn from(&self) -> &str {
        &self.from
    }
}

impl Session {
    /// A token of the machine's, fetched if there is none that serves.
    pub(crate) async fn machine_access(
        &self,
        machine: &Machine,
        rejected: Option<&Token>,
        target: Option<&Url>,
    ) -> Result<Access, SessionError> {
        self.check_origin(&record::origins(self.profile()), target)?;
        let mut fetched = machine.fetched.lock().await;
        let serves = |held: &&Fetched| {
            rejected != Some(&held.token) && held.renew_at.is_none_or(|at| Instant::now() < at)
        };
        let token = match fetched.as_ref().filter(serves) {
            Some(held) => held.token.clone(),
            None => {
                let span = tracing::info_span!("auth.fetch");
                let tokens = self.fetch(machine).instrument(span).await?;
                let token = tokens.access.clone();
                *fetched = Some(Fetched { token: token.clone(), renew_at: self.renewal(&tokens) });
                token
            }
        };
        Ok(Access { persona: self.persona_of(UnverifiedClaims::decode(&token))?, token })
    }

    async fn fetch(&self, machine: &Machine) -> Result<Tokens, SessionError> {
        let unusable = |problem| SessionError::TokenUnusable { from: machine.from.clone(), problem };
        let secret = read_secret(&machine.path, &machine.from)?.into_token();
        let secret =
            secret.ok_or_else(|| unusable("it is empty, too long, or has characters that cannot be sent"))?;
        let endpoints = self.endpoints().await?;
        let scope = self.machine_scope();
        let mut form = vec![("grant_type", "client_credentials"), ("client_id", &*self.profile().client_id)];
        if !scope.is_empty() {
            form.push(("scope", &scope));
        }
        let mut basic = None;
        match machine.proof {
            Proof::Assertion => {
                form.push(("client_assertion_type", ASSERTION));
                form.push(("client_assertion", secret.expose()));
            }
            Proof::Secret if takes_basic(&endpoints) => {
                basic = basic_authorization(&self.profile().client_id, &secret);
            }
            Proof::Secret => form.push(("client_secret", secret.expose())),
        }
        match self.ask_tokens(&endpoints.token, &form, basic, &[&secret]).await {
            Ok(tokens) => Ok(tokens),
            Err(NoTokens::Refused(code, _)) if code == "invalid_client" => {
                Err(unusable("the provider did not accept it"))
            }
            Err(NoTokens::Refused(_, error) | NoTokens::Fault(error)) => Err(error),
        }
    }

    fn machine_scope(&self) -> String {
        let profile = self.profile();
        let own = profile.scopes.iter().filter(|scope| !FOR_PEOPLE.contains(&scope.as_str())).cloned();
        own.chain(profile.organization_scope()).collect::<Vec<_>>().join(" ")
    }

    /// When a tenth of the token's life is left, as for stored ones.
    fn renewal(&self, tokens: &Tokens) -> Option<Instant> {
        let lifetime = tokens.lifetime?;
        Some(Instant::now() + Duration::from_secs(lifetime - self.renewed_ahead(lifetime)))
    }
}

fn takes_basic(endpoints: &Endpoints) -> bool {
    let methods = &endpoints.authentication_methods;
    methods.is_empty()
        || methods.iter().any(|method| method == BASIC)
        || !methods.iter().any(|method| method == POST)
}

/// RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
fn basic_authorization(client_id: &str, secret: &Token) -> Option<HeaderValue> {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encoded(client_id), encoded(secret.expose())));
    let text = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
