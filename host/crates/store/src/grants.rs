//! Whose grants they are: for which pack, which bytes, and which profiles.
//!
//! A grant belongs to a scope (the issuer, API origins and organization of a profile, or all
//! profiles) and to a digest, so that a re-pointed profile and new bytes start with none. What one
//! profile was told goes before what all were told: for each capability, all profiles' grants less
//! what is revoked in all, then this profile's grants, less what is revoked in it. What a capability
//! allows is decided in `vantage-policy`; `authority.rs` changes these records.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use vantage_policy::capability::Capability;
use vantage_policy::decision::Grants;

use crate::digest::Digest;
use crate::stamp::Stamp;

/// What makes a profile the one that something was granted in.
///
/// Another profile with the same values shares its grants; a profile that is pointed elsewhere, or
/// at another organization, has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GrantScope {
    /// The address of the identity provider.
    pub issuer: String,
    /// The origins of all of the profile's APIs; order and repetition mean nothing.
    pub origins: Vec<String>,
    /// The organization's id, where one is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
}

impl GrantScope {
    /// With the origins sorted, each once.
    pub(crate) fn normal(mut self) -> Self {
        self.origins.sort();
        self.origins.dedup();
        self
    }
}

/// The profiles in which something holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Scope {
    /// Whatever the profile.
    AllProfiles,
    /// Profiles of one scope.
    Profile(GrantScope),
}

impl Scope {
    pub(crate) fn normal(self) -> Self {
        match self {
            Self::AllProfiles => self,
            Self::Profile(scope) => Self::Profile(scope.normal()),
        }
    }
}

impl From<GrantScope> for Scope {
    fn from(scope: GrantScope) -> Self {
        Self::Profile(scope)
    }
}

/// What the user grants at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantSet {
    /// Where it holds.
    pub scope: Scope,
    /// Capabilities and what they reach.
    pub grants: Grants,
}

/// What was granted to one content of a pack in one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantRecord {
    /// The component that it was given for; none for a bundled pack, which changes with the binary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// When it was given, in RFC 3339.
    pub given: String,
    /// Where it holds.
    pub scope: Scope,
    /// Capabilities and what they reach.
    pub grants: Grants,
}

/// What was taken away although another grant, or being bundled, gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// Where it holds.
    pub scope: Scope,
    /// What is taken away.
    pub capabilities: BTreeSet<Capability>,
}

/// Everything that was said about one pack's authority.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Authority {
    /// What the pack must stay for its storage to be its own; none for bundled packs.
    #[serde(default)]
    pub(crate) identity: Option<String>,
    #[serde(default)]
    pub(crate) grants: Vec<GrantRecord>,
    #[serde(default)]
    pub(crate) revoked: Vec<Revocation>,
    /// The file that the pack follows, with what it was when it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<Link>,
}

/// A file that a pack follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) path: PathBuf,
    pub(crate) stamp: Option<Stamp>,
}

impl Link {
    /// The file, where it is not what it was when it was read, or is gone.
    pub(crate) fn outrun(self) -> Option<PathBuf> {
        let now = std::fs::metadata(&self.path).ok().as_ref().map(Stamp::of);
        (self.stamp.is_none() || now != self.stamp).then_some(self.path)
    }
}

impl Authority {
    /// What the content `digest` may do in `scope`.
    pub(crate) fn in_force(&self, digest: &Digest, scope: &GrantScope) -> Grants {
        self.decide(Grants::none(), None, Some(digest), scope)
    }

    /// What a bundled pack, which asks for `all`, may do in `scope`.
    pub(crate) fn bundled_in_force(&self, all: &Grants, scope: &GrantScope) -> Grants {
        self.decide(all.clone(), Some(all), None, scope)
    }

    /// When `capability` was first given to `digest` in `scope`.
    pub(crate) fn given(
        &self,
        capability: &Capability,
        digest: Option<&Digest>,
        scope: &GrantScope,
    ) -> Option<&str> {
        let own = Scope::Profile(scope.clone().normal());
        let holds = |record: &&GrantRecord| {
            (record.scope == Scope::AllProfiles || record.scope == own)
                && record.digest.as_ref() == digest
                && record.grants.contains(capability)
        };
        // RFC 3339 in UTC sorts as text, as far as all records have it from one clock.
        self.grants.iter().filter(holds).map(|record| record.given.as_str()).min()
    }

    /// `reaches` is what capabilities reach, where that is not what the record says.
    fn decide(
        &self,
        mut grants: Grants,
        reaches: Option<&Grants>,
        digest: Option<&Digest>,
        scope: &GrantScope,
    ) -> Grants {
        for level in [Scope::AllProfiles, Scope::Profile(scope.clone().normal())] {
            let given =
                self.grants.iter().filter(|record| record.scope == level && record.digest.as_ref() == digest);
            for record in given {
                for capability in record.grants.capabilities() {
                    grants.grant_from(reaches.unwrap_or(&record.grants), capability);
                }
            }
            for capability in self.revoked_in(&level) {
                grants.revoke(capability);
            }
        }
        grants
    }

    fn revoked_in<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a Capability> {
        self.revoked
            .iter()
            .filter(move |revoked| revoked.scope == *scope)
            .flat_map(|revoked| &revoked.capabilities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{capability, grants, scope};

    fn record(digest: &Digest, scope: impl Into<Scope>, lines: &[&str]) -> GrantRecord {
        GrantRecord {
            digest: Some(*digest),
            given: String::new(),
            scope: scope.into(),
            grants: grants(lines),
        }
    }

    #[test]
    fn another_digest_or_scope_has_none() {
        let (mine, other) = (Digest::of(b"mine"), Digest::of(b"other"));
        let granted = record(&mine, scope("acme"), &["persona email"]);
        let authority = Authority { grants: vec![granted], ..Authority::default() };
        assert_eq!(authority.in_force(&mine, &scope("acme")), grants(&["persona email"]));
        assert!(authority.in_force(&other, &scope("acme")).is_empty());
        assert!(authority.in_force(&mine, &scope("else")).is_empty());
        let unchosen = GrantScope { organization: None, ..scope("acme") };
        assert!(authority.in_force(&mine, &unchosen).is_empty());
        let repointed = GrantScope { origins: vec!["https://evil.example".into()], ..scope("acme") };
        assert!(authority.in_force(&mine, &repointed).is_empty());
        let issuer = GrantScope { issuer: "https://evil.example".into(), ..scope("acme") };
        assert!(authority.in_force(&mine, &issuer).is_empty());
    }

    #[test]
    fn the_order_of_origins_means_nothing() {
        let digest = Digest::of(b"mine");
        let (a, b) = ("https://a.example".to_owned(), "https://b.example".to_owned());
        let granted = GrantScope { origins: vec![b.clone(), a.clone(), a.clone()], ..scope("acme") };
        let granted = record(&digest, granted.normal(), &["persona email"]);
        let authority = Authority { grants: vec![granted], ..Authority::default() };
        let asked = GrantScope { origins: vec![b, a], ..scope("acme") };
        assert_eq!(authority.in_force(&digest, &asked), grants(&["persona email"]));
    }

    #[test]
    fn one_profile_goes_before_all() {
        let digest = Digest::of(b"mine");
        let authority = Authority {
            grants: vec![record(&digest, Scope::AllProfiles, &["persona email", "persona roles"])],
            revoked: vec![Revocation {
                scope: scope("acme").into(),
                capabilities: [capability("persona roles")].into(),
            }],
            ..Authority::default()
        };
        assert_eq!(authority.in_force(&digest, &scope("acme")), grants(&["persona email"]));
        assert_eq!(authority.in_force(&digest, &scope("else")), grants(&["persona email", "persona roles"]));
    }

    #[test]
    fn a_bundled_pack_has_all_but_what_is_revoked() {
        let all = grants(&["persona email", "persona roles"]);
        let mut authority = Authority::default();
        assert_eq!(authority.bundled_in_force(&all, &scope("acme")), all);
        authority.revoked = vec![Revocation {
            scope: Scope::AllProfiles,
            capabilities: [capability("persona roles")].into(),
        }];
        assert_eq!(authority.bundled_in_force(&all, &scope("acme")), grants(&["persona email"]));
        let again =
            GrantRecord { digest: None, ..record(&Digest::of(b""), scope("acme"), &["persona roles"]) };
        authority.grants = vec![again];
        assert_eq!(authority.bundled_in_force(&all, &scope("acme")), all);
        assert_eq!(authority.bundled_in_force(&all, &scope("else")), grants(&["persona email"]));
        // What the pack does not ask for (any more) is not granted by an old record.
        assert_eq!(authority.bundled_in_force(&Grants::none(), &scope("acme")), Grants::none());
    }
}
