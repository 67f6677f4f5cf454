//! Who is signed in, as far as the token's claims say.
//!
//! Unverified: good for showing, and for telling the user early that an organization is the wrong
//! one. Nothing is allowed because a persona says so.

use serde::{Deserialize, Serialize};

use crate::configuration::Profile;
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
    /// Roles of the realm and of its clients, sorted.
    pub roles: Vec<String>,
    /// Groups, as the provider writes them.
    #[serde(default)]
    pub groups: Vec<String>,
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
    /// Settles which organization the persona acts for.
    ///
    /// # Errors
    /// One was chosen and the token is not for it; or there are several and none was chosen.
    pub(crate) fn choose(mut self, profile: &Profile) -> Result<Self, SessionError> {
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
}
