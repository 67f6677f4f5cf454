//! Sign-ins that go elsewhere: to a profile's new name, or to another store; and finding them all.
//!
//! Copied first and forgotten afterwards, so that whoever is interrupted between the two has it twice
//! and not lost. Both places are locked, in an order that no two processes can cross.

use std::path::{Path, PathBuf};

use url::Url;

use crate::configuration::{Profile, StoreKind};
use crate::error::SessionError;
use crate::files;
use crate::record::{self, Key, LARGEST};
use crate::session::{Lock, Session, Surroundings};
use crate::source::Credentials;
use crate::store::{self, Occasion};

/// Where nothing can be signed in to: a record says where it may be sent, not which API that is.
const NO_API: &str = "https://invalid";

impl Session {
    /// Whether two sessions are for one sign-in, wherever each would keep it.
    pub fn is_for_the_same(&self, other: &Session) -> bool {
        Key::of(self.profile()) == Key::of(other.profile())
    }

    /// Copies the stored sign-in to where `to` keeps its own; says whether there was one. It stays
    /// bound to the origins that it was signed in for.
    ///
    /// # Errors
    /// A sign-in that cannot be read or written, and a store that keeps nothing.
    pub async fn copy_to(&self, to: &Session) -> Result<bool, SessionError> {
        let _locks = lock_both(self, to).await?;
        self.copy_under_lock(to)
    }

    fn copy_under_lock(&self, to: &Session) -> Result<bool, SessionError> {
        let (from_store, to_store) = (self.store()?, to.store()?);
        let Some(mut record) = from_store.load_anew()? else {
            return Ok(false);
        };
        if to_store.kind() == StoreKind::Memory {
            return Err(SessionError::KeepsNothing { profile: to.profile().name.clone() });
        }
        let refresh = from_store.load_refresh()?;
        record.key = Key::of(to.profile());
        // By this the two are told apart, and one place that goes by two names from two places.
        record.generation = record.generation.saturating_add(1);
        to_store.reserve(Occasion::Move)?.commit(&record, refresh.as_ref())?;
        Ok(true)
    }

    /// Deletes what is stored here and leaves the provider alone, since the sign-in goes on at
    /// `kept_by`. What was renewed here since it was copied is copied again first. Where both are
    /// one place, by whatever names, there is nothing to do.
    ///
    /// # Errors
    /// A record that cannot be locked, read or deleted; no copy at `kept_by`.
    pub async fn forget(&self, kept_by: &Session) -> Result<(), SessionError> {
        self.leave_to(kept_by, true).await
    }

    /// Deletes a copy that was made of `original`, which goes on; as [`Session::forget`], and nothing
    /// is copied back.
    ///
    /// # Errors
    /// As [`Session::forget`].
    pub async fn discard(&self, original: &Session) -> Result<(), SessionError> {
        self.leave_to(original, false).await
    }

    async fn leave_to(&self, kept_by: &Session, renewed_goes_along: bool) -> Result<(), SessionError> {
        let (store, other) = (self.store()?, kept_by.store()?);
        if store.path().is_some() && store.path() == other.path() {
            return Ok(());
        }
        let _locks = lock_both(self, kept_by).await?;
        let Some(here) = store.load_anew()? else {
            return Ok(());
        };
        let there = other.load_anew()?.ok_or_else(|| kept_by.not_signed_in())?;
        let same = here.access == there.access;
        if same && here.key == there.key && here.generation == there.generation {
            return Ok(());
        }
        if !same && renewed_goes_along && here.generation >= there.generation {
            self.copy_under_lock(kept_by)?;
        }
        store.delete().map(drop)
    }

    /// A session for every sign-in that lies in a file, also of profiles that are no longer there.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn all(surroundings: &Surroundings) -> Result<Vec<Self>, SessionError> {
        let mut sessions = Vec::new();
        for path in files_in(&store::folder(&surroundings.folders.state))? {
            let session = profile_of(&path)
                .map(|profile| Self::new(profile, surroundings.clone(), Credentials::Stored))
                .filter(|session| session.store().is_ok_and(|store| store.path() == Some(&*path)));
            sessions.extend(session);
        }
        Ok(sessions)
    }

    /// Deletes what damage left beside the sign-ins, which may hold tokens;
    /// says how many files that were. Records that can be read stay.
    ///
    /// # Errors
    /// A folder that cannot be read, a file that cannot be deleted.
    pub fn clear_leftovers(surroundings: &Surroundings) -> Result<usize, SessionError> {
        let mut deleted = 0;
        for path in files_in(&store::folder(&surroundings.folders.state))? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let set_aside = name.contains(".json.corrupt-");
            let unreadable = name.ends_with(".json") && !name.starts_with('.') && profile_of(&path).is_none();
            if set_aside || unreadable {
                deleted += usize::from(files::remove(&path)?);
            }
        }
        Ok(deleted)
    }
}

/// The right to change both, taken in an order that no two processes can cross.
async fn lock_both(one: &Session, other: &Session) -> Result<(Lock, Option<Lock>), SessionError> {
    let (mut first, mut second) = (one, other);
    if first.store()?.lock_file() > second.store()?.lock_file() {
        (first, second) = (second, first);
    }
    let lock = first.lock().await?;
    if first.store()?.lock_file() == second.store()?.lock_file() {
        return Ok((lock, None));
    }
    Ok((lock, Some(second.lock().await?)))
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, SessionError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(files::fault("look into", folder, error)),
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

/// The profile of a record's file, as far as the record says. It serves to sign out of it.
fn profile_of(path: &Path) -> Option<Profile> {
    if path.extension()? != "json" {
        return None;
    }
    let json = files::read_private(path, LARGEST).ok()??;
    let key = record::key(&json)?;
    Some(Profile {
        issuer: Url::parse(&key.issuer).ok()?,
        name: key.profile,
        client_id: key.client_id,
        api: Url::parse(NO_API).ok()?,
        apis: std::collections::BTreeMap::new(),
        organization: key.organization,
        credential_store: StoreKind::Auto,
        credential_command: Vec::new(),
        scopes: key.scopes,
        role_claims: Vec::new(),
        refresh_threshold: None,
    })
}
