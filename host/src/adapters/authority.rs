//! What the user granted to a pack, read anew at each call: a grant that is revoked while a command
//! runs ends what it allowed. A team's policy is read once for the run; what it bars is not granted,
//! whatever the user says.

use vantage_policy::authority::Trust;
use vantage_policy::decision::Grants;
use vantage_policy::description::Description;
use vantage_policy::team::Policies;
use vantage_runtime::ports::{Authority, PortError};
use vantage_store::{GrantScope, GrantsInForce, Store};

use crate::adapters::Failures;
use crate::catalog::PackOrigin;
use crate::error::HostError;

/// Reads the grants of one pack from the store.
pub struct StoredGrants {
    in_force: GrantsInForce,
    /// What the pack declares: all that could be granted.
    wishes: Grants,
    trust: Trust,
    policies: Policies,
    failures: Failures,
}

impl StoredGrants {
    /// The grants of a pack in `scope`: a bundled one has what it declares, unless it was revoked.
    pub fn new(
        store: &Store,
        description: &Description,
        origin: &PackOrigin,
        scope: GrantScope,
        policies: &Policies,
        failures: Failures,
    ) -> Result<Self, HostError> {
        let id = &description.id;
        let wishes = Grants::all_of(description)?;
        let in_force = match origin {
            PackOrigin::Bundled(_) => store.bundled_grants_in_force(id, wishes.clone(), scope),
            PackOrigin::Installed { digest, .. } => store.grants_in_force(id, digest, scope)?,
        };
        Ok(Self { in_force, wishes, trust: origin.trust(), policies: policies.clone(), failures })
    }

    /// What the user grants now, less what the team's policy bars.
    pub fn read(&self) -> Result<Grants, HostError> {
        let allow = |capability: &_| self.policies.allow(capability, self.trust);
        Ok(self.in_force.grants()?.within(&self.wishes, allow))
    }
}

impl Authority for StoredGrants {
    fn grants(&self) -> Result<Grants, PortError> {
        self.read().map_err(|error| self.failures.keep(error))
    }
}
