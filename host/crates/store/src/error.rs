//! What can go wrong with packs on disk and the audit log, and what the user can do about it.
//!
//! Messages name the file or the pack and what was wrong with it; advice is in
//! [`StoreError::hints`], in `error/advice.rs`. The host's `error.rs` turns [`StoreError::kind`] into an
//! exit status.

use std::path::PathBuf;
use std::time::Duration;

use vantage_policy::description::DescriptionError;

use crate::names::Owner;
use crate::signature::SignatureError;
use crate::trust::TrustError;

mod advice;

pub use advice::StoreErrorKind;

/// Why the store could not do what was asked. Nothing was changed where one is returned.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No file is where the user said that a pack is.
    #[error("`{}` does not exist", path.display())]
    SourceNotFound {
        /// As the user gave it.
        path: PathBuf,
    },
    /// The source is a folder, a pipe or a device.
    #[error("`{}` is {what}, not a file", path.display())]
    SourceNotFile {
        /// As the user gave it.
        path: PathBuf,
        /// With its article, as in `a folder`.
        what: &'static str,
    },
    /// The source has more bytes than a pack may have.
    #[error("`{}` has more than the {limit} bytes that a pack may have", path.display())]
    SourceTooLarge {
        /// As the user gave it.
        path: PathBuf,
        /// In bytes.
        limit: u64,
    },
    /// A pack is not taken for its publisher's.
    #[error(transparent)]
    Trust(Box<TrustError>),
    /// The operating system refused.
    #[error("could not {action} `{}`", path.display())]
    Io {
        /// What was tried, as in `read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        #[source]
        source: std::io::Error,
    },
    /// The disk, or the user's share of it, is full.
    #[error("no space is left to write `{}`", path.display())]
    NoSpace {
        /// The file that could not be written; what it held before is intact.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// Something other than this program's own file is in its place, or others could change it.
    #[error("`{}` is not used: {reason}", path.display())]
    Foreign {
        /// The file or folder.
        path: PathBuf,
        /// What is foreign about it, as in `it is a symbolic link`.
        reason: String,
    },
    /// Another process has held the lock for longer than is worth waiting.
    #[error("`{}` was held{} for {} s", path.display(), by(holder), waited.as_secs())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// The process that holds it, where it said so, as in `process 4711`.
        holder: Option<String>,
        /// How long this process waited.
        waited: Duration,
    },
    /// The index is not what this program writes.
    #[error("`{}` is damaged at line {line}, column {column}: {reason}", path.display())]
    IndexCorrupt {
        /// The index.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What was expected.
        reason: String,
    },
    /// A later version of this program wrote the index; it is read, never changed.
    #[error("`{}` has version {found}; this vantage changes only version {known}", path.display())]
    IndexNewer {
        /// The index.
        path: PathBuf,
        /// The version that it has.
        found: u32,
        /// The version that this program writes.
        known: u32,
    },
    /// A later version of this program keeps the audit log; it is read, never written.
    #[error("`{}` has version {found}; this vantage writes only version {known}", path.display())]
    AuditNewer {
        /// The file that says so.
        path: PathBuf,
        /// The version that it has.
        found: u32,
        /// The version that this program writes.
        known: u32,
    },
    /// Text that should be a digest is none.
    #[error("`{text}` is not a digest")]
    InvalidDigest {
        /// The text.
        text: String,
    },
    /// A stored file is gone.
    #[error("`{}` is missing", path.display())]
    ObjectMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// A stored file has other content than its name says.
    #[error("`{}` is damaged: its content is {actual}", path.display())]
    ObjectDamaged {
        /// The file.
        path: PathBuf,
        /// The digest of what it holds now.
        actual: String,
    },
    /// An installed pack cannot be used.
    #[error("pack `{id}` is broken: {reason}")]
    Broken {
        /// The pack.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No pack has this id, or brings this command.
    #[error("pack `{name}` is not installed")]
    NotInstalled {
        /// As the user gave it.
        name: String,
    },
    /// No generation of the pack has this digest.
    #[error("pack `{id}` has no version with digest `{digest}`")]
    NoGeneration {
        /// The pack.
        id: String,
        /// The digest that was asked for.
        digest: String,
    },
    /// A lock names a source that may hold other bytes tomorrow.
    #[error("`{address}` does not name the digest of a pack")]
    NotPinned {
        /// The source.
        address: String,
    },
    /// No version of the pack is the one to go back to.
    #[error("pack `{id}` has no {wanted} to go back to; it has {kept}")]
    NoEarlier {
        /// The pack.
        id: String,
        /// What was asked for, as in `version 1.0.0`.
        wanted: String,
        /// The versions that are kept.
        kept: String,
    },
    /// Only packs inside the binary are called `vantage/…`.
    #[error("`{id}` is not accepted: ids that begin with `vantage/` are those of bundled packs")]
    Reserved {
        /// The pack.
        id: String,
    },
    /// Bundled packs are part of the binary.
    #[error("pack `{id}` is bundled and cannot be removed")]
    Bundled {
        /// The pack.
        id: String,
    },
    /// Another command has the name already.
    #[error("the command `{word}` of pack `{id}` is taken by {owner}")]
    NameClash {
        /// The pack that was to be added.
        id: String,
        /// The word that both want.
        word: String,
        /// Who has it.
        owner: Owner,
        /// A name that is free.
        suggestion: Option<String>,
    },
    /// What was given with `--as` cannot name a command.
    #[error("`{alias}` cannot name a command: {reason}")]
    InvalidAlias {
        /// As the user gave it.
        alias: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// What a pack says of itself is not valid.
    #[error("the description of pack `{id}` is not valid")]
    Description {
        /// The pack.
        id: String,
        /// What is wrong with it.
        #[source]
        source: Box<DescriptionError>,
    },
    /// A pack is not shown to be its publisher's.
    #[error("the signature of `{subject}` is refused")]
    Signature {
        /// The pack, or the file, that it belongs to.
        subject: String,
        /// Why.
        #[source]
        source: Box<SignatureError>,
    },
    /// The parts that were handed in to be stored do not belong together.
    #[error("pack `{id}` is not stored: {reason}")]
    Inconsistent {
        /// The pack.
        id: String,
        /// Which parts.
        reason: &'static str,
    },
    /// A storage key is empty, too long, or has control characters.
    #[error("a storage key {reason}")]
    InvalidKey {
        /// The rule that it breaks.
        reason: &'static str,
    },
    /// What a pack wants to keep is no JSON.
    #[error("the value for storage key `{key}` is not JSON")]
    InvalidValue {
        /// The key.
        key: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// What a pack wants to keep is more than the user granted.
    #[error("{needed} bytes of storage are needed, and {limit} are granted")]
    Full {
        /// The granted size in bytes.
        limit: u64,
        /// What keys and values would have.
        needed: u64,
    },
    /// A pack's stored values are not what this program writes.
    #[error("`{}` is damaged: {reason}", path.display())]
    StorageCorrupt {
        /// The file.
        path: PathBuf,
        /// What was expected.
        reason: String,
    },
}

fn by(holder: &Option<String>) -> String {
    holder.as_ref().map(|holder| format!(" by {holder}")).unwrap_or_default()
}
