//! Adding and removing packs.
//!
//! By the time a pack comes here it has been checked, shown and agreed to; this makes it stay, in one
//! step. Whatever fails leaves what was there before. An added pack runs at once, and two earlier
//! generations of it are kept, each with its grants, for going back. Called by `plugin add` and
//! `plugin remove`.

use std::collections::BTreeSet;

use vantage_policy::capability::Capability;
use vantage_policy::decision::Grants;
use vantage_policy::description::Description;

use crate::digest::Digest;
use crate::error::StoreError;
use crate::grants::{GrantRecord, GrantSet};
use crate::index::{GENERATIONS, Generation, Loaded, PackId, PackRecord};
use crate::list::Installed;
use crate::names::{self, Owner, is_bundled};
use crate::objects::Sort;
use crate::signature::PublicKey;
use crate::source::Source;
use crate::stamp::Stamp;
use crate::store::Store;
use crate::trust::{self, Standing};

/// A pack that the user agreed to.
#[derive(Debug, Clone)]
pub struct NewPack<'a> {
    /// The component: the very buffer that was checked.
    pub bytes: &'a [u8],
    /// Of `bytes`, as it was shown.
    pub digest: &'a str,
    /// What the pack says of itself, validated, with its own words.
    pub description: &'a Description,
    /// The text that `description` was read from.
    pub description_json: &'a str,
    /// Where it came from.
    pub source: Source,
    /// The key with which it is signed, verified.
    pub key: Option<PublicKey>,
    /// The signature's text.
    pub signature: Option<String>,
    /// The text of the record by which the key follows another.
    pub succession: Option<String>,
    /// What the file was that it follows, when it was read; none for a pack that follows none.
    pub stamp: Option<Stamp>,
    /// The name that the user gave with `--as`; none keeps an earlier one.
    pub alias: Option<String>,
    /// What the user granted; none where nobody was asked, and nothing more is granted.
    pub grants: Option<GrantSet>,
    /// Why it is stored.
    pub occasion: Occasion,
    /// The time, in RFC 3339.
    pub now: String,
}

/// Why a pack is stored, which decides what of the one before it stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occasion {
    /// The user added it: it is theirs from now on, whatever lock asked for it before.
    Added,
    /// A newer version of what was there. What was granted in other profiles stays where it is still
    /// asked for and reaches no further, if it is the same publisher's.
    Upgraded,
    /// The lock in this file asks for it.
    Synced(String),
}

/// What removing a pack took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The pack.
    pub id: String,
    /// The versions that were kept of it, the oldest first.
    pub versions: Vec<String>,
    /// The digests of their components, for making away with compiled code.
    pub digests: Vec<String>,
    /// What was granted to any of them, in any profile.
    pub capabilities: BTreeSet<Capability>,
    /// The bytes of components and descriptions that were deleted; those that another pack needs stay.
    pub object_bytes: u64,
    /// The bytes of stored values that were deleted.
    pub storage_bytes: u64,
}

impl Store {
    /// Installs a pack, or another version of one, and makes it the active one.
    ///
    /// The same content from the same source keeps its grants in other scopes; another source, or
    /// other bytes, start with those given. Safe to be killed at any point.
    ///
    /// # Errors
    ///
    /// Where parts of `new` do not belong together, its id is reserved, or another pack has one of its
    /// words; nothing has been changed then, nor where the disk is full.
    pub fn add(&self, new: NewPack<'_>) -> Result<Installed, StoreError> {
        let id = check(&new)?;
        let digest = Digest::of(new.bytes);
        let capabilities = new.description.capabilities().map_err(|source| described(&new, source))?;
        let change = |loaded: &mut Loaded| {
            let generation = Generation {
                version: new.description.version.clone(),
                digest,
                description: Digest::of(new.description_json.as_bytes()),
                size: new.bytes.len() as u64,
                publisher_key: new.key.map(|key| key.to_string()),
                signature: new.signature.clone(),
                succession: new.succession.clone(),
                stamp: new.stamp,
                added: new.now.clone(),
                words: names::first_words(new.description).into_iter().map(str::to_owned).collect(),
                capabilities,
                source: new.source.clone(),
            };
            let standing = trust::note(loaded, id.as_str(), &new)?;
            let mut record = loaded.index.packs.remove(id.as_str()).unwrap_or_default();
            let identity = generation.identity();
            // The old key speaks for what it signed, and for nothing else that has the id.
            let follows = match standing {
                Standing::Succeeded { old } => record.active().filter(|one| one.key() == Some(old)),
                _ => None,
            };
            let follows = follows.map(Generation::identity);
            let is_same = follows.is_some() || record.active().is_some_and(|one| one.identity() == identity);
            record.activate(generation, &new, is_same)?;
            check_words(&id, &record, loaded)?;
            if let Some(before) = follows {
                // What it keeps is its own under the key that follows, too.
                self.copy_storage(id.as_str(), &before, &identity)?;
            }
            if let Some(kept) = loaded.index.kept_values.get_mut(id.as_str()) {
                kept.remove(&identity);
            }
            loaded.index.kept_values.retain(|_, identities| !identities.is_empty());
            self.objects().write(Sort::Component, new.bytes)?;
            self.objects().write(Sort::Description, new.description_json.as_bytes())?;
            loaded.index.packs.insert(id.clone(), record);
            Ok(())
        };
        let ((), installed) = self.change_and(change, |loaded| {
            self.collect(loaded);
            loaded.index.packs.get(id.as_str()).map(|record| self.installed(id.as_str(), record))
        })?;
        installed.ok_or_else(|| StoreError::NotInstalled { name: new.description.id.clone() })
    }

    /// Removes a pack with its grants, stored values and bytes, and says what that was. What a pack that is
    /// gone left behind is removed too.
    pub fn remove(&self, id: &str) -> Result<Removed, StoreError> {
        self.remove_and(id, false)
    }

    /// Removes a pack with its grants and bytes. Its values stay for when it is added again: by the same
    /// publisher, or with the same bytes.
    pub fn remove_but_values(&self, id: &str) -> Result<Removed, StoreError> {
        self.remove_and(id, true)
    }

    fn remove_and(&self, id: &str, keep_values: bool) -> Result<Removed, StoreError> {
        let change = |loaded: &mut Loaded| {
            let kept = if keep_values { None } else { loaded.index.kept_values.remove(id) };
            let record = match loaded.index.packs.remove(id) {
                Some(record) if record.is_installed() => record,
                _ if is_bundled(id) => return Err(StoreError::Bundled { id: id.to_owned() }),
                _ if kept.is_some() => PackRecord::default(),
                _ => return Err(StoreError::NotInstalled { name: id.to_owned() }),
            };
            if keep_values {
                let id = PackId::try_from(id.to_owned());
                let id = id.map_err(|id| StoreError::NotInstalled { name: id })?;
                let identities = record.generations.iter().map(Generation::identity);
                loaded.index.kept_values.entry(id).or_default().extend(identities);
            }
            Ok(record)
        };
        let (record, (objects, storage_bytes)) = self.change_and(change, |loaded| self.collect(loaded))?;
        let its = |digest: &Digest| {
            record.generations.iter().any(|one| one.digest == *digest || one.description == *digest)
        };
        Ok(Removed {
            id: id.to_owned(),
            versions: record.generations.iter().map(|one| one.version.to_string()).collect(),
            digests: record.generations.iter().map(|one| one.digest.to_string()).collect(),
            capabilities: record.grants.iter().flat_map(|held| held.grants.capabilities().cloned()).collect(),
            object_bytes: objects.iter().filter(|(_, digest, _)| its(digest)).map(|(_, _, size)| size).sum(),
            storage_bytes,
        })
    }

    /// Removes all that the index does not name: what this change left over, and what killed processes
    /// left behind. Gives the objects, and the bytes of stored values.
    fn collect(&self, loaded: &Loaded) -> (Vec<(Sort, Digest, u64)>, u64) {
        let generations = || loaded.index.packs.values().flat_map(|record| &record.generations);
        let needed = generations()
            .flat_map(|one| [(Sort::Component, one.digest), (Sort::Description, one.description)])
            .collect();
        let kept =
            loaded.index.packs.iter().flat_map(|(id, record)| {
                record.generations.iter().map(move |one| (id.as_str(), one.identity()))
            });
        let of_gone = loaded.index.kept_values.iter().flat_map(|(id, identities)| {
            identities.iter().map(move |identity| (id.as_str(), identity.clone()))
        });
        (self.objects().keep_only(&needed), self.keep_storage_of(kept.chain(of_gone)))
    }
}

/// Checks that the parts of a new pack belong together; gives its id.
fn check(new: &NewPack<'_>) -> Result<PackId, StoreError> {
    let id = new.description.id.clone();
    let inconsistent = |reason| StoreError::Inconsistent { id: new.description.id.clone(), reason };
    if is_bundled(&id) {
        return Err(StoreError::Reserved { id });
    }
    if let Some(alias) = &new.alias {
        names::check_alias(alias)?;
    }
    if new.digest.parse::<Digest>()? != Digest::of(new.bytes) {
        return Err(inconsistent("its bytes are not those of the digest"));
    }
    let stored = Description::parse(new.description_json).map_err(|source| described(new, source))?;
    if stored != *new.description {
        return Err(inconsistent("its description is not the one that was read"));
    }
    PackId::try_from(id).map_err(|_| inconsistent("its id is not publisher and name"))
}

fn described(new: &NewPack<'_>, source: vantage_policy::description::DescriptionError) -> StoreError {
    StoreError::Description { id: new.description.id.clone(), source: Box::new(source) }
}

/// Checks the words once more under the lock: two packs may be added at the same time.
pub(crate) fn check_words(id: &PackId, record: &PackRecord, loaded: &Loaded) -> Result<(), StoreError> {
    let words = record.words();
    let owner = |word: &str| {
        let others = loaded.index.packs.iter().filter(|(_, other)| other.enabled);
        let found = others.into_iter().find(|(_, other)| other.words().iter().any(|taken| taken == word));
        found.map(|(id, _)| Owner::Pack(id.as_str().to_owned()))
    };
    names::check_words(id.as_str(), words.iter().map(String::as_str), owner)
}

impl PackRecord {
    /// Makes `generation` the active one, and drops the oldest beyond those that are kept. `is_same`: it is
    /// of whoever the one before it is of.
    fn activate(
        &mut self,
        generation: Generation,
        new: &NewPack<'_>,
        is_same: bool,
    ) -> Result<(), StoreError> {
        let (digest, before) = (generation.digest, self.active);
        match &new.occasion {
            Occasion::Added => self.lock = None,
            // A pack that was there before is not the lock's.
            Occasion::Synced(lock) if !self.is_installed() => self.lock = Some(lock.clone()),
            Occasion::Synced(_) | Occasion::Upgraded => {}
        }
        if let Some(same) = self.generations.iter().position(|one| one.digest == digest) {
            let earlier = self.generations.remove(same);
            if !earlier.source.is_same_place(&generation.source) {
                self.grants.retain(|held| held.digest != Some(digest));
            }
        }
        let carried = match new.occasion {
            Occasion::Upgraded if is_same => self.carried(before, digest, new)?,
            _ => Vec::new(),
        };
        if generation.source.followed().is_some() {
            // Every build of a file that is followed takes the place of the one before.
            self.generations.retain(|one| one.source.followed().is_none());
        }
        self.generations.push(generation);
        let surplus = self.generations.len().saturating_sub(GENERATIONS);
        self.generations.drain(..surplus);
        let kept: BTreeSet<_> = self.generations.iter().map(|one| Some(one.digest)).collect();
        self.grants.retain(|held| kept.contains(&held.digest));
        self.active = Some(digest);
        self.enabled = true;
        if new.alias.is_some() {
            self.alias.clone_from(&new.alias);
        }
        self.grants.extend(carried);
        if let Some(grants) = &new.grants {
            self.put_grants(Some(digest), grants.clone(), &new.now);
        }
        Ok(())
    }

    /// What `digest` has in profiles that nobody asks about now: what the content before it was granted
    /// there, as far as it is still asked for and reaches no further.
    fn carried(
        &self,
        before: Option<Digest>,
        digest: Digest,
        new: &NewPack<'_>,
    ) -> Result<Vec<GrantRecord>, StoreError> {
        if before == Some(digest) {
            return Ok(Vec::new());
        }
        let wishes = Grants::all_of(new.description).map_err(|source| described(new, source))?;
        let granted = self.grants.iter().filter(|held| before.is_some() && held.digest == before);
        let carried = granted.map(|held| {
            let mut grants = Grants::none();
            for capability in held.grants.capabilities() {
                let reach = held.grants.reach(capability).zip(wishes.reach(capability));
                if reach.is_some_and(|(held, wanted)| wanted.exceeds(held).is_empty()) {
                    grants.grant_from(&wishes, capability);
                }
            }
            GrantRecord { digest: Some(digest), grants, ..held.clone() }
        });
        Ok(carried.filter(|held| !held.grants.is_empty()).collect())
    }

    /// Whether nothing is worth keeping, as when a bundled pack's last revocation was lifted.
    pub(crate) fn is_empty(&self) -> bool {
        self.generations.is_empty() && self.grants.is_empty() && self.revoked.is_empty()
    }
}
