//! Files that authors are given: keys and signatures, each written whole or not at all.
//!
//! Beside its place first, then renamed. These are the user's own files, in folders of their choosing;
//! the store writes its own.

use std::fs::Permissions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::{HostError, Kind};

/// For secret keys.
pub const PRIVATE: u32 = 0o600;
/// For what everyone may read; the user's mask takes its part away.
pub const PUBLIC: u32 = 0o666;

/// A file that is being written beside its place.
pub struct Staged(NamedTempFile);

impl Staged {
    /// Writes `text` to a new file in the folder of `path`.
    pub fn write(path: &Path, text: &str, mode: u32) -> Result<Self, HostError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let write = || {
            let mut builder = tempfile::Builder::new();
            let mut file = builder
                .prefix(".unfinished-")
                .permissions(Permissions::from_mode(mode))
                .tempfile_in(folder)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            Ok(file)
        };
        write().map(Self).map_err(|error| not_written(path, error))
    }

    /// Puts the file in its place, over what was there only if `replace`.
    pub fn finish(self, path: &Path, replace: bool) -> Result<(), HostError> {
        let finished = if replace { self.0.persist(path) } else { self.0.persist_noclobber(path) };
        finished.map(drop).map_err(|failed| match failed.error.kind() {
            ErrorKind::AlreadyExists => exists(path),
            _ => not_written(path, failed.error),
        })
    }
}

/// A key is there, and is not to be lost by a slip.
pub fn exists(path: &Path) -> HostError {
    let hint = "--force replaces it; what was signed with the old key stays signed with that".to_owned();
    HostError::said(Kind::Conflict, format!("`{}` exists already", path.display()), vec![hint])
}

fn not_written(path: &Path, error: std::io::Error) -> HostError {
    HostError::said(Kind::Failed, format!("cannot write `{}`: {error}", path.display()), Vec::new())
}
