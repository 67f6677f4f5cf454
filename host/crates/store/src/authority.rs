//! Giving and taking away what packs may do, and asking for it at each call.
//!
//! Reading goes through the catalog, which holds each pack's records, so that a thousand packs cost
//! what one does; [`GrantsInForce`] looks at the index's stamp only, and reads again when that has
//! changed. Changes go to the index under the lock. Called by the host: `plugin grant`, `plugin
//! revoke`, and the adapter behind the runtime's `Authority` port.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use vantage_policy::capability::Capability;
use vantage_policy::decision::Grants;

use crate::digest::Digest;
use crate::error::StoreError;
use crate::grants::{Authority, GrantRecord, GrantScope, GrantSet, Revocation, Scope};
use crate::index::PackRecord;
use crate::names::is_bundled;
use crate::stamp::Stamp;
use crate::store::Store;

impl Store {
    /// What the pack with the content `digest` may do in profiles of `scope`; nothing where it is
    /// not installed.
    pub fn grants(&self, id: &str, digest: &str, scope: &GrantScope) -> Result<Grants, StoreError> {
        Ok(self.authority(id)?.in_force(&digest.parse()?, scope))
    }

    /// What a bundled pack, which asks for `all`, may do in profiles of `scope`: what was not revoked.
    pub fn bundled_grants(&self, id: &str, all: &Grants, scope: &GrantScope) -> Result<Grants, StoreError> {
        Ok(self.authority(id)?.bundled_in_force(all, scope))
    }

    /// Replaces what a pack was granted in one scope, and lifts revocations of it there.
    ///
    /// `digest` is the content that the user agreed to; none for a bundled pack. `now` is RFC 3339.
    pub fn set_grants(
        &self,
        id: &str,
        digest: Option<&str>,
        set: GrantSet,
        now: &str,
    ) -> Result<(), StoreError> {
        self.change_grants(id, digest, |record, digest| record.put_grants(digest, set, now))
    }

    /// Adds to what a pack was granted in one scope, and lifts revocations of it there.
    ///
    /// `digest` is the content that the user agreed to; none for a bundled pack. `now` is RFC 3339.
    pub fn grant(&self, id: &str, digest: Option<&str>, set: GrantSet, now: &str) -> Result<(), StoreError> {
        self.change_grants(id, digest, |record, digest| record.add_grants(digest, set, now))
    }

    /// When a capability was first given to the content `digest` in profiles of `scope`, in RFC 3339;
    /// `digest` is none for a bundled pack. None where it was not given, or was taken away since.
    pub fn granted_since(
        &self,
        id: &str,
        digest: Option<&str>,
        capability: &Capability,
        scope: &GrantScope,
    ) -> Result<Option<String>, StoreError> {
        let digest = digest.map(str::parse::<Digest>).transpose()?;
        Ok(self.authority(id)?.given(capability, digest.as_ref(), scope).map(str::to_owned))
    }

    /// Takes capabilities away, in all generations of a pack; gives those that were there to take.
    ///
    /// In one profile it also outweighs what was granted in all. It holds at once, also for runs that
    /// ask [`GrantsInForce`].
    pub fn revoke(
        &self,
        id: &str,
        capabilities: &BTreeSet<Capability>,
        scope: &Scope,
    ) -> Result<BTreeSet<Capability>, StoreError> {
        let scope = scope.clone().normal();
        self.change(|loaded| {
            let record = record_of(&mut loaded.index.packs, id)?;
            let given = is_bundled(id);
            Ok(capabilities.iter().filter(|one| record.take(one, &scope, given)).cloned().collect())
        })
    }

    /// What a pack may do, for asking at each call of a run.
    pub fn grants_in_force(
        &self,
        id: &str,
        digest: &str,
        scope: GrantScope,
    ) -> Result<GrantsInForce, StoreError> {
        Ok(GrantsInForce::new(self, id, Holder::Installed(digest.parse()?), scope))
    }

    /// What a bundled pack, which asks for `all`, may do, for asking at each call of a run.
    pub fn bundled_grants_in_force(&self, id: &str, all: Grants, scope: GrantScope) -> GrantsInForce {
        GrantsInForce::new(self, id, Holder::Bundled(all), scope)
    }

    /// Everything that was said about one pack's authority.
    pub(crate) fn authority(&self, id: &str) -> Result<Authority, StoreError> {
        self.catalog()?.authority(id)
    }

    fn change_grants(
        &self,
        id: &str,
        digest: Option<&str>,
        change: impl FnOnce(&mut PackRecord, Option<Digest>),
    ) -> Result<(), StoreError> {
        let digest = digest.map(str::parse::<Digest>).transpose()?;
        self.change(|loaded| {
            let record = record_of(&mut loaded.index.packs, id)?;
            let known = digest.as_ref().map_or(is_bundled(id), |digest| record.generation(digest).is_some());
            if !known {
                let digest = digest.map(|digest| digest.to_string()).unwrap_or_default();
                return Err(StoreError::NoGeneration { id: id.to_owned(), digest });
            }
            change(record, digest);
            Ok(())
        })
    }
}

/// The record of an installed pack, or of a bundled one, which gets one when it is first needed.
fn record_of<'a>(
    packs: &'a mut std::collections::BTreeMap<crate::index::PackId, PackRecord>,
    id: &str,
) -> Result<&'a mut PackRecord, StoreError> {
    let not_installed = || StoreError::NotInstalled { name: id.to_owned() };
    if is_bundled(id) {
        let id = id.to_owned().try_into().map_err(|_| not_installed())?;
        return Ok(packs.entry(id).or_default());
    }
    packs.get_mut(id).ok_or_else(not_installed)
}

impl PackRecord {
    /// Replaces the grants of one digest and scope.
    pub(crate) fn put_grants(&mut self, digest: Option<Digest>, set: GrantSet, now: &str) {
        let scope = set.scope.clone().normal();
        self.grants.retain(|held| held.digest != digest || held.scope != scope);
        self.add_grants(digest, set, now);
    }

    /// Adds what is new in `set`, in a record of its own: what was granted before keeps its time.
    fn add_grants(&mut self, digest: Option<Digest>, set: GrantSet, now: &str) {
        let scope = set.scope.normal();
        for revoked in &mut self.revoked {
            if scope == Scope::AllProfiles || revoked.scope == scope {
                revoked.capabilities.retain(|capability| !set.grants.contains(capability));
            }
        }
        let mut before = Grants::none();
        for held in self.grants.iter().filter(|held| held.digest == digest && held.scope == scope) {
            for capability in held.grants.capabilities() {
                before.grant_from(&held.grants, capability);
            }
        }
        let mut grants = Grants::none();
        for capability in set.grants.capabilities() {
            let held = before.reach(capability).zip(set.grants.reach(capability));
            if held.is_none_or(|(held, wanted)| !wanted.exceeds(held).is_empty()) {
                grants.grant_from(&set.grants, capability);
            }
        }
        self.grants.push(GrantRecord { digest, given: now.to_owned(), scope, grants });
        self.drop_empty();
    }

    /// Takes one capability away; whether it was granted. `given`: it is, where nothing says no.
    fn take(&mut self, capability: &Capability, scope: &Scope, given: bool) -> bool {
        let mut taken = false;
        for held in &mut self.grants {
            if *scope == Scope::AllProfiles || held.scope == *scope {
                taken |= held.grants.revoke(capability);
            }
        }
        let for_all =
            |held: &GrantRecord| held.scope == Scope::AllProfiles && held.grants.contains(capability);
        if given || self.grants.iter().any(for_all) {
            taken |= self.note_revoked(capability, scope);
        }
        self.drop_empty();
        taken
    }

    fn note_revoked(&mut self, capability: &Capability, scope: &Scope) -> bool {
        match self.revoked.iter_mut().find(|revoked| revoked.scope == *scope) {
            Some(revoked) => revoked.capabilities.insert(capability.clone()),
            None => {
                let capabilities = [capability.clone()].into();
                self.revoked.push(Revocation { scope: scope.clone(), capabilities });
                true
            }
        }
    }

    fn drop_empty(&mut self) {
        self.grants.retain(|held| !held.grants.is_empty());
        self.revoked.retain(|revoked| !revoked.capabilities.is_empty());
    }
}

#[derive(Debug)]
enum Holder {
    Installed(Digest),
    Bundled(Grants),
}

/// A pack's grants, read again only when the index has changed; one `stat` where it has not.
#[derive(Debug)]
pub struct GrantsInForce {
    store: Store,
    id: String,
    holder: Holder,
    scope: GrantScope,
    /// With the state of the index that they were read from.
    known: Mutex<Option<(Option<Stamp>, Grants)>>,
}

impl GrantsInForce {
    fn new(store: &Store, id: &str, holder: Holder, scope: GrantScope) -> Self {
        Self { store: store.clone(), id: id.to_owned(), holder, scope, known: Mutex::new(None) }
    }

    /// The grants that hold now.
    pub fn grants(&self) -> Result<Grants, StoreError> {
        let stamp = self.store.index_stamp()?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, grants)) = known.as_ref().filter(|(then, _)| *then == stamp) {
            return Ok(grants.clone());
        }
        let catalog = self.store.catalog()?;
        let authority = catalog.authority(&self.id)?;
        let grants = match &self.holder {
            Holder::Installed(digest) => authority.in_force(digest, &self.scope),
            Holder::Bundled(all) => authority.bundled_in_force(all, &self.scope),
        };
        *known = Some((catalog.stamp(), grants.clone()));
        Ok(grants)
    }
}
