//! Packs in a folder, for machines without a network: an OCI image layout with their signatures.
//!
//! Any tool for such layouts can read it, and copy it into a registry. It is written whole or not at all;
//! what is read from it is believed as little as what a registry gives. The lock that lies beside is the
//! business of `lockfile.rs` and its callers.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::manifest::{self, Descriptor, Index, Manifest};
use super::registry::publish;
use super::{FetchError, Fetched, FoundSignature, Publication, SIGNATURE_LIMIT};
use crate::digest::Digest;
use crate::error::StoreError;
use crate::files;
use crate::source::Source;

/// The longest index and the longest manifest, in bytes.
const TEXT_LIMIT: u64 = 4 << 20;
const INDEX: &str = "index.json";
const LAYOUT: &str = "oci-layout";

/// A folder with packs.
#[derive(Debug, Clone)]
pub struct Layout {
    folder: PathBuf,
}

impl Layout {
    /// Writes packs, and `others` by name beside them, into a new folder.
    ///
    /// # Errors
    /// A folder that is there already, or cannot be written; nothing is left then.
    pub fn write(
        folder: &Path,
        packs: &[Publication<'_>],
        others: &[(&str, &str)],
    ) -> Result<Self, FetchError> {
        let failed = |error| FetchError::File(StoreError::io("write", folder, error));
        let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if folder.symlink_metadata().is_ok() {
            return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
        }
        let unfinished = tempfile::Builder::new().prefix(".unfinished-").tempdir_in(above).map_err(failed)?;
        let layout = Self { folder: unfinished.path().to_owned() };
        layout.fill(packs, others).map_err(failed)?;
        fs::rename(unfinished.path(), folder).map_err(failed)?;
        // It is in its place: nothing is to be deleted any more.
        let _ = unfinished.keep();
        Ok(Self { folder: folder.to_owned() })
    }

    /// The layout in a folder.
    pub fn open(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// A file that lies beside the packs.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The pack with this component, of at most `limit` bytes, as if it came from `source`.
    ///
    /// # Errors
    /// A pack that is not there; content that is not what its digest says.
    pub fn fetch(&self, digest: &Digest, source: Source, limit: u64) -> Result<Fetched, FetchError> {
        let index: Index = self.json(&self.file(INDEX))?;
        let mut found = None;
        for descriptor in index.manifests.iter().filter(|one| one.artifact_type.is_none()) {
            let text = self.blob(&descriptor.digest, TEXT_LIMIT)?;
            if Manifest::component(&text).is_ok_and(|layer| layer.digest == *digest) {
                found = Some(descriptor.digest);
                break;
            }
        }
        let what = || format!("{digest} in {}", self.folder.display());
        let subject = found.ok_or_else(|| FetchError::NotThere { what: what() })?;
        let bytes = self.blob(digest, limit)?;
        let signature = self.signature(&index, &subject)?;
        Ok(Fetched { bytes, digest: *digest, source, version: None, signature, stamp: None })
    }

    fn signature(&self, index: &Index, subject: &Digest) -> Result<Option<FoundSignature>, FetchError> {
        let signatures =
            index.manifests.iter().filter(|one| one.artifact_type.as_deref() == Some(manifest::SIGNATURE));
        for descriptor in signatures {
            let text = self.blob(&descriptor.digest, TEXT_LIMIT)?;
            let found: Manifest = serde_json::from_slice(&text).map_err(|error| self.wrong(&error))?;
            if found.subject.as_ref().map(|one| one.digest) != Some(*subject) {
                continue;
            }
            let [layer] = found.layers.as_slice() else {
                return Err(self.wrong(&"a signature has not one layer"));
            };
            let bytes = self.blob(&layer.digest, SIGNATURE_LIMIT)?;
            let text = super::text(&self.folder.display().to_string(), bytes)?;
            return Ok(Some(found.signature(text)));
        }
        Ok(None)
    }

    fn fill(&self, packs: &[Publication<'_>], others: &[(&str, &str)]) -> std::io::Result<()> {
        fs::create_dir_all(self.folder.join("blobs/sha256"))?;
        let mut index = Index::default();
        for pack in packs {
            let text = publish::component(pack)?;
            self.put(pack.bytes)?;
            self.put(&text.config)?;
            self.put(&text.manifest)?;
            let subject = Descriptor::of(manifest::MANIFEST, &text.manifest);
            if let Some(signature) = &pack.signature {
                let (signed, descriptor) = publish::signature(signature, &subject)?;
                self.put(b"{}")?;
                self.put(signature.text.as_bytes())?;
                self.put(&signed)?;
                index.manifests.push(descriptor);
            }
            index.manifests.push(Descriptor { annotations: publish::annotations(pack), ..subject });
        }
        let text = serde_json::to_vec(&index)?;
        let version = json!({ "imageLayoutVersion": "1.0.0" }).to_string();
        let own = [(INDEX, text.as_slice()), (LAYOUT, version.as_bytes())];
        let others = others.iter().map(|(name, text)| (*name, text.as_bytes()));
        own.into_iter().chain(others).try_for_each(|(name, bytes)| put(&self.folder.join(name), bytes))
    }

    fn put(&self, bytes: &[u8]) -> std::io::Result<()> {
        put(&self.path(&Digest::of(bytes)), bytes)
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.join("blobs/sha256").join(digest.hex())
    }

    fn blob(&self, digest: &Digest, limit: u64) -> Result<Vec<u8>, FetchError> {
        let path = self.path(digest);
        let (bytes, _) = files::read_source(&path, limit)?;
        match Digest::of(&bytes) {
            found if found == *digest => Ok(bytes),
            found => Err(FetchError::Digest { what: path.display().to_string(), expected: *digest, found }),
        }
    }

    fn json<T: serde::de::DeserializeOwned>(&self, path: &Path) -> Result<T, FetchError> {
        let (bytes, _) = files::read_source(path, TEXT_LIMIT)?;
        serde_json::from_slice(&bytes).map_err(|error| self.wrong(&error))
    }

    fn wrong(&self, problem: &dyn std::fmt::Display) -> FetchError {
        FetchError::Answer { url: self.folder.display().to_string(), problem: problem.to_string() }
    }
}

/// Writes a file of a folder that nobody else knows of yet.
fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;

    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
