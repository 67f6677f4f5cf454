//! Who is signed in, aspect by aspect. No aspect carries anything that authenticates.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::ports::PersonaPort;

/// The signed-in user, as the provider's claims say.
///
/// Each aspect that the user did not grant fails with kind `denied`.
pub struct Persona {
    port: Box<dyn PersonaPort>,
}

/// An organization that the user acts for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The platform's identifier of the organization.
    pub id: String,
    /// The name that people see.
    pub name: String,
}

impl Persona {
    pub(crate) fn new(port: Box<dyn PersonaPort>) -> Self {
        Persona { port }
    }

    /// The platform's identifier of the user; needs `persona identity`.
    pub fn subject(&self) -> Result<String> {
        self.port.subject()
    }

    /// The name that people see; needs `persona identity`.
    pub fn display_name(&self) -> Result<String> {
        self.port.display_name()
    }

    /// The address; needs `persona email`.
    pub fn email(&self) -> Result<String> {
        self.port.email()
    }

    /// The organization in use, if any; needs `persona organization`.
    pub fn organization(&self) -> Result<Option<Membership>> {
        self.port.organization()
    }

    /// The names of the user's roles, sorted; needs `persona roles`.
    pub fn roles(&self) -> Result<Vec<String>> {
        self.port.roles()
    }

    /// Whether the user has the role; needs `persona roles`.
    pub fn has_role(&self, role: &str) -> Result<bool> {
        self.port.has_role(role)
    }
}
