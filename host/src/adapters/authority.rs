//! What the user granted to a pack, read anew at each call: a grant that is revoked while a command
//! runs ends what it allowed.

use vantage_policy::decision::Grants;
use vantage_policy::description::Description;
use vantage_runtime::ports::{Authority, PortError};
use vantage_store::{GrantScope, GrantsInForce, Store};

use crate::adapters::Failures;
use crate::catalog::PackOrigin;
use crate::error::HostError;

/// Reads the grants of one pack from the store.
pub struct StoredGrants {
    in_force: GrantsInForce,
    failures: Failures,
}

impl StoredGrants {
    /// The grants of a pack in `scope`: a bundled one has what it declares, unless it was revoked.
    pub fn new(
        store: &Store,
        description: &Description,
        origin: &PackOrigin,
        scope: GrantScope,
        failures: Failures,
    ) -> Result<Self, HostError> {
        let id = &description.id;
        let in_force = match origin {
            PackOrigin::Bundled(_) => store.bundled_grants_in_force(id, Grants::all_of(description)?, scope),
            PackOrigin::Installed { digest, .. } => store.grants_in_force(id, digest, scope)?,
        };
        Ok(Self { in_force, failures })
    }

    /// The grants in force now.
    pub fn read(&self) -> Result<Grants, HostError> {
        Ok(self.in_force.grants()?)
    }
}

impl Authority for StoredGrants {
    fn grants(&self) -> Result<Grants, PortError> {
        self.read().map_err(|error| self.failures.keep(error))
    }
}
