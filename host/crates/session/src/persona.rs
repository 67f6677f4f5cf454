//! Who is signed in, as far as the token's claims say.
//!
//! Unverified: good for showing, and for telling the user early that an organization is the wrong
//! one. Nothing is allowed because a persona says so.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::configuration::{Profile, RoleClaim};
use crate::error::SessionError;

/// The person or service that is signed in. Decoded from a token without verification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Persona {
    /// The provider's id of the user.
    pub subject: String,
    /// The name to sign in with.
    pub username: Option<String>,
    /// The name to show.
    pub display_name: Option<String>,
    /// The address of electronic mail.
    pub email: Option<String>,
    /// For which organization this sign-in acts.
    pub organization: Option<Organization>,
    /// All organizations that the token names.
    pub organizations: Vec<Organization>,
    /// Roles, sorted: those of the realm and of its clients, or what the profile names.
    pub roles: Vec<String>,
    /// Groups, as the provider writes them.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Roles by the claim that they stand in, of which the profile names those that count:
    /// `realm_access`, `resource_access.jobs`. Empty in records of older programs.
    #[serde(default)]
    pub(crate) claimed: BTreeMap<String, Vec<String>>,
}

/// An organization of the platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Organization {
    /// The provider's id; the name again if it gives none.
    pub id: String,
    /// What people call it.
    pub name: String,
}

impl Persona {
    /// Settles which organization the persona acts for, and which of its roles count.
    ///
    /// # Errors
    /// One was chosen and the token is not for it; or there are several and none was chosen.
    pub(crate) fn choose(mut self, profile: &Profile) -> Result<Self, SessionError> {
        self.roles = self.roles_of(&profile.role_claims);
        let names = || self.organizations.iter().map(|organization| organization.name.clone()).collect();
        let chosen = match (&profile.organization, self.organizations.as_slice()) {
            (Some(wanted), all) => {
                let found = all.iter().find(|one| one.name == *wanted || one.id == *wanted);
                let missing =
                    || SessionError::OrganizationMissing { wanted: wanted.clone(), present: names() };
                Some(found.ok_or_else(missing)?.clone())
            }
            (None, []) => None,
            (None, [only]) => Some(only.clone()),
            (None, _) => {
                return Err(SessionError::OrganizationSeveral {
                    names: names(),
                    profile: profile.name.clone(),
                });
            }
        };
        self.organization = chosen;
        Ok(self)
    }

    /// The roles in the claims that count, sorted.
    fn roles_of(&self, claims: &[RoleClaim]) -> Vec<String> {
        let known = self.claimed.iter().map(|(claim, roles)| (claim.as_str(), roles));
        let groups = [("groups", &self.groups)];
        let named = |(claim, _): &(&str, &Vec<String>)| claims.iter().any(|one| one.names(claim));
        let roles = known.chain(groups).filter(named).flat_map(|(_, roles)| roles.iter().cloned());
        // What an older program kept does not say which claim it is from.
        let kept = self.roles.iter().filter(|_| self.claimed.is_empty()).cloned();
        let sorted: BTreeSet<String> = roles.chain(kept).collect();
        sorted.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::configuration::{Configuration, Overrides};

    fn roles(persona: &serde_json::Value, claims: &[&str]) -> Vec<String> {
        let configuration = Configuration::load("/nonexistent/config.toml".as_ref()).expect("empty");
        let mut profile = configuration.resolve(&Overrides::default()).expect("a profile").profile;
        if !claims.is_empty() {
            profile.role_claims = claims.iter().map(|claim| claim.parse().expect("a claim")).collect();
        }
        let persona: Persona = serde_json::from_value(persona.clone()).expect("a persona");
        persona.choose(&profile).expect("chosen").roles
    }

    #[test]
    fn roles_are_those_of_the_claims_that_the_profile_names() {
        let persona = json!({
            "subject": "u", "organizations": [], "roles": ["admin", "submit", "user", "view"],
            "groups": ["/staff", "admin"],
            "claimed": {
                "realm_access": ["admin", "user"],
                "resource_access.jobs": ["submit", "user"],
                "resource_access.job": ["view"],
            },
        });
        for (claims, expected) in [
            (&[][..], &["admin", "submit", "user", "view"][..]),
            (&["realm_access"], &["admin", "user"]),
            (&["resource_access"], &["submit", "user", "view"]),
            (&["resource_access.jobs"], &["submit", "user"]),
            (&["resource_access.nosuch"], &[]),
            (&["groups"], &["/staff", "admin"]),
            (&["groups", "resource_access.job"], &["/staff", "admin", "view"]),
        ] {
            assert_eq!(roles(&persona, claims), expected, "{claims:?}");
        }
    }

    #[test]
    fn what_an_older_program_kept_is_still_there() {
        let persona = json!({
            "subject": "u", "organizations": [], "roles": ["admin", "user"], "groups": ["/staff"],
        });
        assert_eq!(roles(&persona, &[]), ["admin", "user"]);
        assert_eq!(roles(&persona, &["realm_access", "groups"]), ["/staff", "admin", "user"]);
    }
}
