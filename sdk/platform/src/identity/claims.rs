//! What tokens say, in the shapes Keycloak gives them. The first field must stay first: see
//! `canary.rs`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::CLIENT;
use super::sessions::Session;
use crate::world::people::Organization;

/// Who a token is for: Keycloak's own audience, and the APIs of this platform.
const AUDIENCE: [&str; 2] = ["account", "vantage-api"];

/// The claim `aud`: Keycloak writes a single audience without a list around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    /// As in ID tokens.
    One(String),
    /// As in access tokens.
    Many(Vec<String>),
}

impl Audience {
    /// The audience of access tokens.
    pub(crate) fn of_apis() -> Self {
        Self::Many(AUDIENCE.map(str::to_owned).to_vec())
    }
}

/// A list of roles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Roles {
    /// Their names.
    pub(crate) roles: Vec<String>,
}

/// What stands behind an organization's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrganizationClaim {
    /// The organization's id.
    pub(crate) id: String,
}

/// The claims of access tokens and, with another `typ` and `aud`, of ID tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The plain form of the canary. `{"_canary":"` has twelve bytes, so that what follows is
    /// encoded on a boundary.
    #[serde(rename = "_canary", default, skip_serializing_if = "Option::is_none")]
    pub(crate) canary: Option<String>,
    pub(crate) exp: i64,
    pub(crate) iat: i64,
    /// The token's number in order of issue, a dash, and chance.
    pub(crate) jti: String,
    pub(crate) iss: String,
    pub(crate) aud: Audience,
    pub(crate) sub: String,
    pub(crate) typ: String,
    pub(crate) azp: String,
    pub(crate) sid: String,
    pub(crate) scope: String,
    pub(crate) realm_access: Roles,
    pub(crate) resource_access: BTreeMap<String, Roles>,
    #[serde(flatten)]
    pub(crate) profile: Profile,
}

/// The claims about the person, as userinfo gives them too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub(crate) email: String,
    pub(crate) email_verified: bool,
    pub(crate) name: String,
    pub(crate) given_name: String,
    pub(crate) family_name: String,
    pub(crate) preferred_username: String,
    /// Left out, as Keycloak does, for someone without one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) organization: BTreeMap<String, OrganizationClaim>,
}

impl Profile {
    /// The claims about a session's person and organizations.
    pub(crate) fn new(session: &Session) -> Self {
        let person = session.person;
        Self {
            email: person.email.to_owned(),
            email_verified: true,
            name: person.name(),
            given_name: person.given_name.to_owned(),
            family_name: person.family_name.to_owned(),
            preferred_username: person.username.to_owned(),
            organization: session.organizations.iter().copied().map(organization_claim).collect(),
        }
    }
}

fn organization_claim(organization: &Organization) -> (String, OrganizationClaim) {
    (organization.name.to_owned(), OrganizationClaim { id: organization.id.to_owned() })
}

/// The roles of a session's person: the realm's, and the client's.
pub(crate) fn roles(session: &Session) -> (Roles, BTreeMap<String, Roles>) {
    let named = |roles: &[&str]| Roles { roles: roles.iter().map(|&role| role.to_owned()).collect() };
    let client = (CLIENT.to_owned(), named(session.person.permissions));
    (named(session.person.roles), BTreeMap::from([client]))
}
