//! Why a pack could not be had from elsewhere, and what the user can do about it.
//!
//! Messages name the address; what a server said stands in them only as far as it is printable.

use crate::digest::Digest;
use crate::error::{StoreError, StoreErrorKind};

/// Why a pack could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// A file of this computer.
    #[error(transparent)]
    File(#[from] StoreError),
    /// There is nothing at the address.
    #[error("`{what}` does not exist")]
    NotThere {
        /// The address.
        what: String,
    },
    /// No version fits.
    #[error("`{what}` has no version that matches; it has {}", listed(found))]
    NoVersion {
        /// The address.
        what: String,
        /// The versions that there are, the highest first.
        found: Vec<semver::Version>,
    },
    /// Nobody answered, or not to the end.
    #[error("`{url}` is unavailable: {problem}")]
    Unavailable {
        /// What was asked for.
        url: String,
        /// What went wrong.
        problem: String,
    },
    /// Nobody was asked, since the user wants nobody to be.
    #[error("`{url}` is not asked: this run is offline")]
    Offline {
        /// What was to be asked for.
        url: String,
    },
    /// Nobody who can be talked to is there, now and at the next try.
    #[error("`{url}` cannot be reached: {problem}")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// What is wrong.
        problem: &'static str,
        /// What mends it.
        remedy: &'static str,
    },
    /// No request can be made on this machine.
    #[error("no connection can be made: {problem}")]
    Client {
        /// What is wrong.
        problem: String,
    },
    /// The server answered with a failure.
    #[error("`{url}` failed: HTTP {status}")]
    Status {
        /// What was asked for.
        url: String,
        /// The status.
        status: u16,
    },
    /// The server wants to know who asks, or knows and refuses.
    #[error("`{url}` was refused: HTTP {status}")]
    Refused {
        /// What was asked for.
        url: String,
        /// 401 or 403.
        status: u16,
        /// The registry's host, for signing in there.
        registry: String,
    },
    /// The server's answer makes no sense, or is not what this program takes.
    #[error("`{url}` gave an answer that is not taken: {problem}")]
    Answer {
        /// What was asked for.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// What came is not what was asked for.
    #[error("`{what}` is not what was asked for: it has the digest {found}, not {expected}")]
    Digest {
        /// The address.
        what: String,
        /// What it should have been.
        expected: Digest,
        /// What it is.
        found: Digest,
    },
    /// There is something else under the name that was to be written.
    #[error("`{what}` is taken: it holds {found}")]
    Taken {
        /// The address.
        what: String,
        /// What it holds.
        found: Digest,
    },
    /// It is larger than a pack may be.
    #[error("`{what}` has more than the {limit} bytes that it may have")]
    TooLarge {
        /// The address.
        what: String,
        /// In bytes.
        limit: u64,
    },
    /// Credentials for a registry are kept, and cannot be had.
    #[error("the credentials for `{registry}` cannot be used: {problem}")]
    Credentials {
        /// The registry's host.
        registry: String,
        /// What is wrong, without anything secret.
        problem: String,
    },
}

impl FetchError {
    /// What it means for whoever started the command.
    pub fn kind(&self) -> StoreErrorKind {
        match self {
            Self::File(error) => error.kind(),
            Self::NotThere { .. } | Self::NoVersion { .. } => StoreErrorKind::NotFound,
            Self::Unavailable { .. }
            | Self::Unreachable { .. }
            | Self::Status { .. }
            | Self::Offline { .. } => StoreErrorKind::Unavailable,
            Self::Refused { .. } | Self::Digest { .. } => StoreErrorKind::Denied,
            Self::Taken { .. } => StoreErrorKind::Conflict,
            Self::Client { .. } | Self::Answer { .. } | Self::TooLarge { .. } | Self::Credentials { .. } => {
                StoreErrorKind::Failed
            }
        }
    }

    /// What the user can do, one line each.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::File(error) => return error.hints(),
            Self::Refused { registry, .. } => {
                format!("docker login {registry} keeps credentials that are used here too")
            }
            Self::Unreachable { remedy, .. } => (*remedy).to_owned(),
            Self::Client { .. } => {
                "where the system has no certificates, SSL_CERT_FILE names a PEM file of them".to_owned()
            }
            Self::Unavailable { .. } | Self::Status { .. } => "try again; nothing was changed".to_owned(),
            Self::Digest { .. } => {
                "it was changed since its digest was noted, or on its way: ask its publisher".to_owned()
            }
            Self::Taken { .. } => {
                "a version that is published stays as it is: give the pack another one".to_owned()
            }
            Self::TooLarge { .. } => "debug information can be stripped from a component".to_owned(),
            Self::Offline { .. } => "leave --offline out, and VANTAGE_OFFLINE unset, to ask it".to_owned(),
            Self::NotThere { .. }
            | Self::NoVersion { .. }
            | Self::Answer { .. }
            | Self::Credentials { .. } => {
                return Vec::new();
            }
        };
        vec![hint]
    }
}

fn listed(versions: &[semver::Version]) -> String {
    const SHOWN: usize = 5;
    if versions.is_empty() {
        return "none".to_owned();
    }
    let shown: Vec<String> = versions.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = if versions.len() > SHOWN { " and older ones" } else { "" };
    format!("{}{more}", shown.join(", "))
}
