//! Where a pack came from, as the index remembers it.
//!
//! A source is told to people, compared when a pack of the same id is added again, and asked for
//! newer versions. What the user
//! types is an [`crate::Address`]; fetching is the business of `fetch.rs`. The
//! text form in the index is tagged by `kind`: one that this program does not know comes only with an
//! index of a newer version.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::address::{Address, AddressError, RegistryAddress, Wanted};
use crate::digest::Digest;
use crate::error::StoreError;

/// Where a pack came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Source {
    /// A file on this computer, whose content was copied.
    File {
        /// Absolute, so that it means the same in every folder; not the authority on any content.
        path: String,
        /// Whether the pack follows the file: what is built there is what runs.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        link: bool,
    },
    /// A file of a web server.
    Web {
        /// Without a fragment.
        url: String,
        /// Whether the user named the digest that it must have.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pinned: bool,
    },
    /// A repository of a registry.
    Oci {
        /// As in `oci://ghcr.io/acme/gpu-report`.
        repository: String,
        /// The tag that led to it; none where the manifest was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
        /// The range of versions that the user asked for, within which newer ones are looked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        range: Option<String>,
        /// Of the manifest.
        manifest: Digest,
    },
}

impl Source {
    /// The source of a pack that was read from `path`, which should be absolute.
    ///
    /// Bytes that are not UTF-8 are replaced, here and not when the index is written, so that the
    /// same file is the same source again.
    pub fn file(path: &Path) -> Self {
        Self::File { path: path.to_string_lossy().into_owned(), link: false }
    }

    /// The file that the pack follows, if it does.
    pub fn followed(&self) -> Option<&Path> {
        match self {
            Self::File { path, link: true } => Some(Path::new(path)),
            _ => None,
        }
    }

    /// Whether both are one place, however it was asked: a file, a page, or a repository, whose tags and
    /// manifests are its own.
    pub(crate) fn is_same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Web { url, .. }, Self::Web { url: other, .. }) => url == other,
            (Self::Oci { repository, .. }, Self::Oci { repository: other, .. }) => repository == other,
            _ => self == other,
        }
    }

    /// The source of a pack that an address pins: a file, a file of a web server, or a manifest.
    ///
    /// # Errors
    ///
    /// For an address that could lead to several packs, and for a file that is in no folder.
    pub fn pinned(address: &Address) -> Result<Self, StoreError> {
        match address {
            Address::File(path) => Self::found_at(path),
            Address::Web(web) => Ok(Self::Web { url: web.url.to_string(), pinned: web.digest.is_some() }),
            Address::Registry(RegistryAddress { host, repository, wanted: Wanted::Manifest(manifest) }) => {
                let repository = format!("oci://{host}/{repository}");
                Ok(Self::Oci { repository, tag: None, range: None, manifest: *manifest })
            }
            Address::Registry(other) => Err(StoreError::NotPinned { address: other.to_string() }),
        }
    }

    /// Where newer versions are asked for: for a range the range, for a tag what the tag points to now.
    ///
    /// # Errors
    ///
    /// For an address that is none any more, as in an index that was edited.
    pub fn address(&self) -> Result<Address, AddressError> {
        let text = match self {
            Self::File { path, .. } => return Ok(Address::File(path.into())),
            Self::Web { url, .. } => url.clone(),
            Self::Oci { repository, range: Some(range), .. } if range == "*" => repository.clone(),
            Self::Oci { repository, range: Some(range), .. } => format!("{repository}@{range}"),
            Self::Oci { repository, tag: Some(tag), .. } => format!("{repository}:{tag}"),
            Self::Oci { repository, manifest, .. } => format!("{repository}@{manifest}"),
        };
        Address::parse(&text, &std::collections::BTreeMap::new())
    }

    /// The source of a pack in the file at `path`, wherever that is.
    ///
    /// # Errors
    ///
    /// Where no folder is above the file.
    pub fn found_at(path: &Path) -> Result<Self, StoreError> {
        place(path).map(|place| Self::file(&place)).map_err(|error| StoreError::io("read", path, error))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, .. } => formatter.write_str(path),
            Self::Web { url, .. } => formatter.write_str(url),
            Self::Oci { repository, tag: Some(tag), .. } => write!(formatter, "{repository}:{tag}"),
            Self::Oci { repository, tag: None, manifest, .. } => write!(formatter, "{repository}@{manifest}"),
        }
    }
}

/// Where a file is, without a way round: `..` and links of folders are gone, and the file keeps its
/// own name, which may be a link to a build that changes.
fn place(path: &Path) -> std::io::Result<std::path::PathBuf> {
    let path = std::path::absolute(path)?;
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => Ok(folder.canonicalize()?.join(name)),
        _ => Ok(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_no_way_round() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("real/deep")).unwrap();
        std::fs::File::create(root.join("real/x.wasm")).unwrap();
        std::os::unix::fs::symlink(root.join("real"), root.join("link")).unwrap();
        std::os::unix::fs::symlink(root.join("real/x.wasm"), root.join("latest.wasm")).unwrap();
        assert_eq!(place(&root.join("real/deep/../x.wasm")).unwrap(), root.join("real/x.wasm"));
        assert_eq!(place(&root.join("link/x.wasm")).unwrap(), root.join("real/x.wasm"));
        assert_eq!(place(&root.join("latest.wasm")).unwrap(), root.join("latest.wasm"));
        assert!(place(&root.join("nosuch/x.wasm")).is_err());
    }
}
