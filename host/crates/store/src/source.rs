//! Where a pack came from, as the index remembers it.
//!
//! A source is told to people, compared when a pack of the same id is added again, and asked for
//! newer versions. This module does not fetch; files are read by [`crate::Store::read_source`]. The
//! text form in the index is tagged by `kind`, so that addresses and registries can join: a kind
//! that this program does not know comes only with an index of a newer version.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Where a pack came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Source {
    /// A file on this computer, whose content was copied.
    File {
        /// Absolute, so that it means the same in every folder; not the authority on any content.
        path: String,
    },
}

impl Source {
    /// The source of a pack that was read from `path`, which should be absolute.
    ///
    /// Bytes that are not UTF-8 are replaced, here and not when the index is written, so that the
    /// same file is the same source again.
    pub fn file(path: &Path) -> Self {
        Self::File { path: path.to_string_lossy().into_owned() }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path } => formatter.write_str(path),
        }
    }
}
