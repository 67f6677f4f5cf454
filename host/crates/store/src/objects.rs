//! Stored content: components and descriptions, each in a file named by its digest.
//!
//! An object never changes; a name says what must be inside, and that is checked at each read. So an
//! object can be written before anything names it, and one that nothing names is removed by the next
//! change. Which objects are needed is known by the index alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::error::StoreError;
use crate::files;

/// A bound on what is read; what may be added is bounded by whoever reads the source.
const LARGEST: u64 = 1 << 30;

/// What sort of content an object is, which is also how its file's name ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    /// A WebAssembly component.
    Component,
    /// What it says of itself, as JSON.
    Description,
}

impl Sort {
    fn ending(self) -> &'static str {
        match self {
            Self::Component => "wasm",
            Self::Description => "json",
        }
    }
}

/// The folder of all objects below a store's folder.
#[derive(Debug, Clone)]
pub(crate) struct Objects<'a> {
    /// `DATA/packs`, which also takes unfinished files.
    packs: &'a Path,
}

impl<'a> Objects<'a> {
    pub(crate) fn new(packs: &'a Path) -> Self {
        Self { packs }
    }

    pub(crate) fn path(&self, sort: Sort, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        let (first, rest) = hex.split_at(2);
        self.folder().join(first).join(format!("{rest}.{}", sort.ending()))
    }

    /// Reads an object and checks that it is what its name says.
    pub(crate) fn read(&self, sort: Sort, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        let path = self.path(sort, digest);
        let Some((bytes, _)) = files::read_own(&path, LARGEST)? else {
            return Err(StoreError::ObjectMissing { path });
        };
        match Digest::of(&bytes) {
            actual if actual == *digest => Ok(bytes),
            actual => Err(StoreError::ObjectDamaged { path, actual: actual.to_string() }),
        }
    }

    /// Checks that an object is there with its size, without reading it.
    pub(crate) fn check(&self, sort: Sort, digest: &Digest, size: u64) -> Result<(), StoreError> {
        let path = self.path(sort, digest);
        match files::stat_own(&path)? {
            None => Err(StoreError::ObjectMissing { path }),
            Some(metadata) if metadata.len() == size => Ok(()),
            Some(metadata) => Err(StoreError::ObjectDamaged {
                path,
                actual: format!("{} bytes instead of {size}", metadata.len()),
            }),
        }
    }

    /// Writes an object, unless it is there and whole.
    pub(crate) fn write(&self, sort: Sort, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest::of(bytes);
        if self.read(sort, &digest).is_ok() {
            return Ok(digest);
        }
        let path = self.path(sort, &digest);
        if let Some(folder) = path.parent() {
            files::make_folder(folder)?;
        }
        files::write_atomic(self.packs, &path, bytes, files::PUBLIC)?;
        Ok(digest)
    }

    /// Removes every object that is not needed; gives what was removed, with sizes in bytes.
    pub(crate) fn keep_only(&self, needed: &BTreeSet<(Sort, Digest)>) -> Vec<(Sort, Digest, u64)> {
        let mut removed = Vec::new();
        for (first, folder) in files::entries(&self.folder()) {
            for (rest, path) in files::entries(&folder) {
                let Some((sort, digest)) = name(&first, &rest) else {
                    continue;
                };
                if !needed.contains(&(sort, digest)) {
                    removed.extend(files::remove(&path).map(|size| (sort, digest, size)));
                }
            }
        }
        removed
    }

    fn folder(&self) -> PathBuf {
        self.packs.join("objects").join("sha256")
    }
}

/// What the file `rest` in the folder `first` is named for; none for files that are no objects.
fn name(first: &str, rest: &str) -> Option<(Sort, Digest)> {
    let (rest, ending) = rest.split_once('.')?;
    let sort = [Sort::Component, Sort::Description].into_iter().find(|sort| sort.ending() == ending)?;
    Some((sort, format!("sha256:{first}{rest}").parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn what_is_written_can_be_read_and_is_checked() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::new(folder.path());
        let digest = objects.write(Sort::Component, b"code").unwrap();
        let path = objects.path(Sort::Component, &digest);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(objects.read(Sort::Component, &digest).unwrap(), b"code");
        objects.check(Sort::Component, &digest, 4).unwrap();

        crate::tests::overwrite(&path, b"evil");
        let error = objects.read(Sort::Component, &digest).unwrap_err();
        assert!(matches!(error, StoreError::ObjectDamaged { .. }), "{error}");
        objects.check(Sort::Component, &digest, 5).unwrap_err();
        // Adding the same content again mends it.
        objects.write(Sort::Component, b"code").unwrap();
        assert_eq!(objects.read(Sort::Component, &digest).unwrap(), b"code");
    }

    #[test]
    fn a_link_a_pipe_and_a_file_that_others_write_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::new(folder.path());
        let digest = objects.write(Sort::Component, b"code").unwrap();
        let path = objects.path(Sort::Component, &digest);

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        let error = objects.read(Sort::Component, &digest).unwrap_err();
        assert!(error.to_string().ends_with("is not used: others can write it (mode 0666)"), "{error}");

        std::fs::remove_file(&path).unwrap();
        let elsewhere = folder.path().join("elsewhere");
        crate::tests::overwrite(&elsewhere, b"code");
        symlink(&elsewhere, &path).unwrap();
        let error = objects.read(Sort::Component, &digest).unwrap_err();
        assert!(error.to_string().ends_with("is not used: it is a symbolic link"), "{error}");

        std::fs::remove_file(&path).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &path,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
        let error = objects.read(Sort::Component, &digest).unwrap_err();
        assert!(error.to_string().ends_with("is not used: it is a pipe"), "{error}");
    }

    #[test]
    fn only_what_is_not_needed_goes_and_only_objects() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::new(folder.path());
        let kept = objects.write(Sort::Component, b"kept").unwrap();
        let gone = objects.write(Sort::Description, b"gone").unwrap();
        let stranger = objects.folder().join("00").join("notes.txt");
        std::fs::create_dir_all(stranger.parent().unwrap()).unwrap();
        crate::tests::overwrite(&stranger, b"mine");
        let removed = objects.keep_only(&[(Sort::Component, kept)].into());
        assert_eq!(removed, [(Sort::Description, gone, 4)]);
        assert!(stranger.exists());
        objects.read(Sort::Component, &kept).unwrap();
    }
}
