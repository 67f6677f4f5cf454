//! Who may ask a registry: whoever has a token, which a service of another address gives to its one user.
//!
//! The user's password is for the service alone. A token is for a repository and for what is done there,
//! and for so many requests: tests let it expire without a clock.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::refusal;
use super::wire::{Answer, Request};
use crate::registry::USER;

/// What every token begins with.
pub const TOKEN: &str = "canary-of-the-registry";

/// What the registry calls itself.
const SERVICE: &str = "registry.example";

/// The tokens that were given.
pub(super) struct Tokens {
    /// The scope of each, and the requests it is still good for.
    given: BTreeMap<String, (String, usize)>,
    lasts: usize,
}

impl Tokens {
    pub(super) fn new(lasts: usize) -> Self {
        Self { given: BTreeMap::new(), lasts }
    }

    /// Gives a token to the user.
    pub(super) fn give(&mut self, request: &Request) -> Answer {
        let (user, password) = USER;
        let known = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        if request.header("authorization") != Some(&known) {
            return refusal(401, "UNAUTHORIZED", "who is there?");
        }
        let scope = request.query("scope").unwrap_or_default();
        if request.path() != "/token" || request.query("service").as_deref() != Some(SERVICE) {
            return refusal(400, "UNSUPPORTED", "no such service");
        }
        let token = format!("{TOKEN}-{}", self.given.len());
        self.given.insert(token.clone(), (scope, self.lasts));
        let body = json!({ "token": token, "expires_in": 60 }).to_string();
        Answer::new(200).of("application/json", body.into_bytes())
    }

    /// The refusal of a request whose token is not good for it.
    pub(super) fn refuse(&mut self, request: &Request, realm: &str) -> Option<Answer> {
        let repository = repository(request.path());
        let action = if ["GET", "HEAD"].contains(&request.method.as_str()) { "pull" } else { "push" };
        let authorization = request.header("authorization").unwrap_or_default();
        let given = authorization.strip_prefix("Bearer ").and_then(|token| self.given.get_mut(token));
        let problem = match given {
            None => String::new(),
            Some((_, 0)) => ",error=\"invalid_token\"".to_owned(),
            Some((scope, left)) if allows(scope, &repository, action) => {
                *left -= 1;
                return None;
            }
            Some(_) => ",error=\"insufficient_scope\"".to_owned(),
        };
        let scope = format!("repository:{repository}:{action}");
        let challenge =
            format!("Bearer realm=\"http://{realm}/token\",service=\"{SERVICE}\",scope=\"{scope}\"{problem}");
        Some(refusal(401, "UNAUTHORIZED", "authentication required").with("WWW-Authenticate", challenge))
    }
}

fn repository(path: &str) -> String {
    let parts = path.trim_start_matches("/v2/").split('/');
    let name = parts.take_while(|part| !["tags", "manifests", "blobs", "referrers"].contains(part));
    name.collect::<Vec<_>>().join("/")
}

fn allows(scope: &str, repository: &str, action: &str) -> bool {
    let actions = scope.strip_prefix(&format!("repository:{repository}:"));
    actions.is_some_and(|actions| actions.split(',').any(|one| one == action))
}
