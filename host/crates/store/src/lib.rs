//! Packs on disk: from a source to a stored, indexed, granted install.
//!
//! The way of a pack through this crate: [`Store::read_source`] reads it once; the host has it
//! checked, described and agreed to; [`check_names`] looks for clashes; [`Store::add`] stores its
//! bytes by content, and then writes one index that names them ([`Store::list`], [`Store::find`],
//! [`Store::remove`]). From the index a [`Catalog`] is derived, which is all that help, completion
//! and parsing read. Beside the index are what the user granted to each pack ([`Store::grants`],
//! [`Store::revoke`]) and what packs keep ([`PackStorage`]). What packs did is in the [`AuditLog`].
//!
//! ```text
//! DATA/packs/objects/sha256/AB/CDEF….wasm   components, by content
//! DATA/packs/objects/sha256/AB/CDEF….json   what they say of themselves, by content
//! DATA/packs/index.toml                     what is installed and granted: the truth
//! DATA/packs/catalog-v1.bin                 derived from the index
//! DATA/packs/storage/….json                 what packs keep
//! DATA/packs/lock, storage/lock             held by whoever changes something
//! STATE/audit.jsonl, audit.head, audit.lock what packs asked for, and what was decided
//! ```
//!
//! Whose a pack is, its signature says: [`signature`].
//!
//! Nothing here runs or compiles a pack, knows a token, or decides what a capability allows: that is
//! the runtime's, the session's and the policy's business.
//!
//! ```
//! use vantage_store::Store;
//!
//! let data = tempfile::tempdir()?;
//! let store = Store::open(data.path());
//! assert!(store.list()?.is_empty());
//! assert_eq!(store.catalog()?.commands().count(), 0);
//! assert!(!data.path().join("packs").exists(), "reading makes nothing");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod add;
mod address;
mod audit;
mod authority;
mod catalog;
mod digest;
mod error;
mod fetch;
mod files;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod generations;
mod grants;
mod index;
mod list;
mod lock;
mod lockfile;
mod names;
mod objects;
mod resemblance;
pub mod signature;
mod source;
mod stamp;
mod storage;
mod store;
mod trust;

pub use add::{NewPack, Occasion, Removed};
pub use address::{Address, AddressError, RegistryAddress, Wanted, WebAddress};
pub use audit::{
    AuditDecision, AuditEntry, AuditFault, AuditFinding, AuditFindings, AuditLine, AuditLog, AuditProblem,
    AuditSnapshot, AuditSummary,
};
pub use authority::GrantsInForce;
pub use catalog::{Catalog, CatalogCommand, CatalogEntry};
pub use digest::{Digest, sha256_digest};
pub use error::{StoreError, StoreErrorKind};
pub use fetch::{FetchError, Fetched, Fetcher, FoundSignature, Layout, Progress, Publication, Published};
pub use generations::Verified;
pub use grants::{GrantRecord, GrantScope, GrantSet, Revocation, Scope};
pub use index::Generation;
pub use list::{Broken, Installed};
pub use lockfile::{LOCK_FILE, LOCK_LIMIT, LockFile, LockFileError, LockedPack};
pub use names::{Owner, check_alias, check_names, first_words, is_bundled, own_path, rename};
pub use resemblance::Resemblance;
pub use source::Source;
pub use stamp::Stamp;
pub use storage::PackStorage;
pub use store::Store;
pub use trust::{Standing, TrustError, TrustedKey};

#[cfg(test)]
mod tests;
