//! What a user granted to a pack, and how far a pack's wishes go beyond it.
//!
//! A grant is a capability and, for declared operations, what it reached below its root field when
//! it was given. Whose grants they are, and where they are kept, is the store's business: it keeps
//! this type as it serializes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::capability::Capability;
use crate::decision::Denial;
use crate::description::{Description, DescriptionError};
use crate::gate::Reach;
use crate::team::Bar;

/// Capabilities with what each may reach. Serializes as an object from a capability's text to a list
/// of lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grants {
    granted: BTreeMap<Capability, Reach>,
    /// What a team's policy does not allow, whether it was granted or not. Never kept: policies are
    /// read anew by each run.
    #[serde(skip)]
    barred: BTreeMap<Capability, Bar>,
}

/// One way in which a description asks for more than was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Growth {
    /// The capability that is new, or reaches further.
    pub capability: Capability,
    /// Whether the capability itself is new.
    pub new: bool,
    /// The lines of its reach that are new.
    pub paths: Vec<String>,
}

impl Grants {
    /// No authority.
    pub fn none() -> Grants {
        Grants::default()
    }

    /// Everything that a description asks for: what `--grant-all` gives.
    ///
    /// # Errors
    ///
    /// None for a description that [`Description::parse`] made.
    pub fn all_of(description: &Description) -> Result<Grants, DescriptionError> {
        let mut grants = Grants::none();
        for operation in description.operations()? {
            for root in &operation.roots {
                let capability = Capability::of_field(operation.kind, &operation.api, root);
                grants.grant(capability, &operation.reach.below(root));
            }
        }
        for index in 0..description.requests.len() {
            grants.grant(description.request(index)?, &Reach::default());
        }
        Ok(grants)
    }

    /// Gives a capability, or lets one that is there reach further.
    pub fn grant(&mut self, capability: Capability, reach: &Reach) {
        self.granted.entry(capability).or_default().extend(reach);
    }

    /// Gives what `wishes` holds of a capability; whether it holds it at all.
    ///
    /// With [`Grants::all_of`] as the wishes this is how a capability that a user typed becomes a
    /// grant of just what the pack's documents reach.
    pub fn grant_from(&mut self, wishes: &Grants, capability: &Capability) -> bool {
        let Some(reach) = wishes.granted.get(capability) else {
            return false;
        };
        self.grant(capability.clone(), reach);
        true
    }

    /// Takes a capability away; whether it was there.
    pub fn revoke(&mut self, capability: &Capability) -> bool {
        self.granted.remove(capability).is_some()
    }

    /// What a team's policy leaves of these grants. `allow` is asked for all that was granted, and all
    /// of `wishes`, so that a denial can name the policy also where nothing was granted.
    #[must_use]
    pub fn within(mut self, wishes: &Grants, allow: impl Fn(&Capability) -> Result<(), Bar>) -> Grants {
        let asked: Vec<Capability> = self.granted.keys().chain(wishes.granted.keys()).cloned().collect();
        for capability in asked {
            if let Err(bar) = allow(&capability) {
                self.granted.remove(&capability);
                self.barred.insert(capability, bar);
            }
        }
        self
    }

    /// The rule of a team's policy that does not allow a capability.
    pub fn bar(&self, capability: &Capability) -> Option<&Bar> {
        self.barred.get(capability)
    }

    /// Why a capability that is not granted is denied.
    pub(super) fn denial(&self, capability: Capability) -> Denial {
        match self.barred.get(&capability) {
            Some(bar) => Denial::barred(capability, bar),
            None => Denial::not_granted(capability),
        }
    }

    /// Whether a capability is granted, to whatever reach.
    pub fn contains(&self, capability: &Capability) -> bool {
        self.granted.contains_key(capability)
    }

    /// All capabilities, sorted.
    pub fn capabilities(&self) -> impl Iterator<Item = &Capability> {
        self.granted.keys()
    }

    /// What a granted capability may reach.
    pub fn reach(&self, capability: &Capability) -> Option<&Reach> {
        self.granted.get(capability)
    }

    /// Whether nothing is granted.
    pub fn is_empty(&self) -> bool {
        self.granted.is_empty()
    }

    /// The most bytes that are granted for keeping; none where storage is not granted.
    pub fn storage(&self) -> Option<u64> {
        let bytes = |capability: &Capability| match capability {
            Capability::Storage(bytes) => Some(*bytes),
            _ => None,
        };
        self.granted.keys().filter_map(bytes).max()
    }

    /// What `wishes` ask beyond these grants, in the order of the capabilities; empty where they ask
    /// for the same or less. Less storage than is granted is not more.
    pub fn growth(&self, wishes: &Grants) -> Vec<Growth> {
        let more = |(capability, reach): (&Capability, &Reach)| {
            let enough = matches!(capability, Capability::Storage(bytes) if self.storage() >= Some(*bytes));
            let paths = self.beyond(capability, reach);
            let new = !enough && !self.contains(capability);
            (new || !paths.is_empty()).then(|| Growth { capability: capability.clone(), new, paths })
        };
        wishes.granted.iter().filter_map(more).collect()
    }

    /// The lines of `wanted` that a capability is not granted for.
    pub(super) fn beyond(&self, capability: &Capability, wanted: &Reach) -> Vec<String> {
        match self.granted.get(capability) {
            Some(granted) => wanted.exceeds(granted),
            None => wanted.lines().map(str::to_owned).collect(),
        }
    }
}
