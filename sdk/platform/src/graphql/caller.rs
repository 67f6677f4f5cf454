//! Who a request acts for, and what it may touch: one organization, by what the token says.

use async_graphql::{Context, Error, ErrorExtensions, Result};

use crate::database::lists::View;
use crate::identity::CLIENT;
use crate::identity::claims::Claims;
use crate::server::Shared;

/// The person behind a request.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The claim `email`.
    pub(crate) email: String,
    /// Name and id of each organization in the token.
    organizations: Vec<(String, String)>,
    permissions: Vec<String>,
}

/// An error with a code that programs can tell apart, in `extensions.code`.
pub(crate) fn error(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// What a caller sees, now, if the token grants `permission`.
pub(crate) fn view(context: &Context<'_>, permission: &str) -> Result<View> {
    let organization = context.data::<Caller>()?.organization_for(permission)?;
    Ok(View { organization, now: context.data::<Shared>()?.now() })
}

impl Caller {
    /// Takes from checked claims what the APIs need.
    pub(crate) fn new(mut claims: Claims) -> Self {
        let organizations = claims.profile.organization.into_iter().map(|(name, claim)| (name, claim.id));
        let permissions = claims.resource_access.remove(CLIENT).unwrap_or_default().roles;
        Self { email: claims.profile.email, organizations: organizations.collect(), permissions }
    }

    /// The id of the organization in which the caller has `permission`.
    pub(crate) fn organization_for(&self, permission: &str) -> Result<String, Error> {
        let id = match self.organizations.as_slice() {
            [(_, id)] => id.clone(),
            [] => return Err(error("FORBIDDEN", "the token names no organization")),
            several => {
                let names: Vec<_> = several.iter().map(|(name, _)| name.as_str()).collect();
                let message = format!(
                    "the token names several organizations ({}); sign in with the scope `organization:NAME` of one",
                    names.join(", ")
                );
                return Err(error("FORBIDDEN", message));
            }
        };
        if self.permissions.iter().any(|held| held == permission) {
            return Ok(id);
        }
        Err(error("FORBIDDEN", format!("this needs the role `{permission}`, which the token does not have")))
    }
}
