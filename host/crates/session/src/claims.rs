//! What a token says about the user, decoded and not verified.
//!
//! For display and for choosing an organization, never for a decision about rights: the platform
//! decides those, and it verifies. Everything here was written by whoever made the token, so it is
//! bounded, and shapes that are not known are passed over. Keycloak's shapes are the ones known.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::persona::{Organization, Persona};
use crate::token::Token;

const LONGEST_TEXT: usize = 512;
const MOST: usize = 1024;

/// The claims of a token whose signature nobody has checked.
#[derive(Debug, Clone)]
pub(crate) struct UnverifiedClaims(Map<String, Value>);

impl UnverifiedClaims {
    /// Decodes the claims; `None` for a token that is opaque, as any may be.
    pub(crate) fn decode(token: &Token) -> Option<Self> {
        let mut parts = token.expose().split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        match serde_json::from_slice(&json).ok()? {
            Value::Object(claims) => Some(Self(claims)),
            _ => None,
        }
    }

    /// These claims, and from `other` those that are missing here.
    pub(crate) fn or(mut self, other: Option<Self>) -> Self {
        for (name, value) in other.map(|other| other.0).into_iter().flatten() {
            self.0.entry(name).or_insert(value);
        }
        self
    }

    /// A claim that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(text)
    }

    /// Whether the token is meant for `client`.
    pub(crate) fn is_for(&self, client: &str) -> bool {
        match self.0.get("aud") {
            Some(Value::String(audience)) => audience == client,
            Some(Value::Array(audiences)) => audiences.iter().any(|audience| audience == client),
            _ => false,
        }
    }

    /// Seconds from issue to expiry, if the token says. Where it does not say when it was issued, it
    /// counts from `now` by the provider's clock: this machine's may be wrong.
    pub(crate) fn lifetime(&self, now: Option<Timestamp>) -> Option<u64> {
        let expires = self.0.get("exp")?.as_u64()?;
        let issued = self.0.get("iat").and_then(Value::as_u64);
        let from = issued.or_else(|| u64::try_from(now?.as_second()).ok())?;
        Some(expires.saturating_sub(from))
    }

    /// When the token expires, in seconds since 1970.
    pub(crate) fn expires_at(&self) -> Option<i64> {
        self.0.get("exp")?.as_i64()
    }

    /// Who is signed in; `None` without a subject.
    pub(crate) fn persona(&self) -> Option<Persona> {
        Some(Persona {
            subject: self.text("sub")?,
            username: self.text("preferred_username"),
            display_name: self.text("name"),
            email: self.text("email"),
            organization: None,
            organizations: self.organizations(),
            roles: sorted(self.claimed().into_values().flatten()),
            claimed: self.claimed(),
            groups: self.0.get("groups").map(texts).unwrap_or_default(),
        })
    }

    /// Either `{"name": {"id": …}}` or a list of names, as Keycloak is configured.
    fn organizations(&self) -> Vec<Organization> {
        match self.0.get("organization") {
            Some(Value::Object(map)) => map
                .iter()
                .take(MOST)
                .map(|(name, about)| {
                    let name = bounded(name);
                    let id = about.get("id").and_then(text).unwrap_or_else(|| name.clone());
                    Organization { id, name }
                })
                .collect(),
            Some(names @ (Value::Array(_) | Value::String(_))) => {
                texts(names).into_iter().map(|name| Organization { id: name.clone(), name }).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The realm's roles, and those of each client, by the claim that they stand in.
    fn claimed(&self) -> BTreeMap<String, Vec<String>> {
        let realm = self.0.get("realm_access").map(|access| ("realm_access".to_owned(), access));
        let clients = self.0.get("resource_access").and_then(Value::as_object);
        let clients = clients.into_iter().flatten();
        let clients = clients.map(|(client, access)| (bounded(&format!("resource_access.{client}")), access));
        let mut left = MOST;
        let mut bounded_roles = |access: &Value| {
            let roles: Vec<String> = access.get("roles").map(texts)?.into_iter().take(left).collect();
            left -= roles.len();
            Some(sorted(roles)).filter(|roles| !roles.is_empty())
        };
        realm
            .into_iter()
            .chain(clients)
            .filter_map(|(claim, access)| Some((claim, bounded_roles(access)?)))
            .collect()
    }
}

fn sorted(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    texts.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(bounded)
}

fn bounded(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(text).take(MOST).collect(),
        other => text(other).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn decode(claims: &Value) -> Option<UnverifiedClaims> {
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        UnverifiedClaims::decode(&Token::new(format!("e30.{payload}.c2ln")).expect("a token"))
    }

    fn persona(claims: &Value) -> Persona {
        decode(claims).and_then(|claims| claims.persona()).expect("a persona")
    }

    #[test]
    fn reads_what_keycloak_writes() {
        let persona = persona(&json!({
            "sub": "u-1", "preferred_username": "ada", "name": "Ada L.", "email": "ada@acme.example",
            "organization": {"acme": {"id": "o-1"}, "beta": {}},
            "realm_access": {"roles": ["user", "admin", 7]},
            "resource_access": {"jobs": {"roles": ["submit", "user"]}, "odd": 3},
            "groups": ["/staff"],
        }));
        insta::assert_snapshot!(serde_json::to_string(&persona).expect("JSON"), @r#"{"subject":"u-1","username":"ada","display_name":"Ada L.","email":"ada@acme.example","organization":null,"organizations":[{"id":"o-1","name":"acme"},{"id":"beta","name":"beta"}],"roles":["admin","submit","user"],"groups":["/staff"],"claimed":{"realm_access":["admin","user"],"resource_access.jobs":["submit","user"]}}"#);
    }

    #[test]
    fn organizations_may_be_a_list() {
        let names = |claims: Value| -> Vec<String> {
            persona(&claims).organizations.into_iter().map(|organization| organization.name).collect()
        };
        assert_eq!(names(json!({"sub": "u", "organization": ["acme", "beta", null]})), ["acme", "beta"]);
        assert_eq!(names(json!({"sub": "u", "organization": "acme"})), ["acme"]);
        assert!(names(json!({"sub": "u", "organization": 5})).is_empty());
    }

    #[test]
    fn hostile_claims_are_passed_over() {
        assert!(decode(&json!([1, 2])).is_none());
        assert!(decode(&json!({"sub": 5})).and_then(|claims| claims.persona()).is_none());
        let long = persona(&json!({"sub": "s".repeat(9000), "name": ["x"], "groups": vec!["g"; 2000]}));
        assert_eq!((long.subject.len(), long.display_name, long.groups.len()), (LONGEST_TEXT, None, MOST));
        let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
        let deep = URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"u","groups":{deep}}}"#));
        assert!(UnverifiedClaims::decode(&Token::new(format!("a.{deep}.c")).expect("a token")).is_none());
        for opaque in ["opaque", "a.b", "a.b.c.d.e", "..", "a.!!!.c", "a..c"] {
            assert!(
                UnverifiedClaims::decode(&Token::new(opaque.into()).expect("a token")).is_none(),
                "{opaque}"
            );
        }
    }

    #[test]
    fn audiences_are_one_or_many() {
        assert!(decode(&json!({"aud": "me"})).expect("claims").is_for("me"));
        assert!(decode(&json!({"aud": ["you", "me"]})).expect("claims").is_for("me"));
        assert!(!decode(&json!({"aud": {"me": 1}})).expect("claims").is_for("me"));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[!-~]{1,400}", payload in proptest::collection::vec(any::<u8>(), 0..300)) {
            let encoded = URL_SAFE_NO_PAD.encode(&payload);
            for value in [text, format!("a.{encoded}.b")] {
                let claims = Token::new(value).and_then(|token| UnverifiedClaims::decode(&token));
                drop(claims.and_then(|claims| claims.persona()));
            }
        }
    }
}
