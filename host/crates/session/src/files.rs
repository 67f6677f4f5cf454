//! Files that are the user's alone, and writes that either happen whole or not at all.
//!
//! Room is made before it is needed: [`reserve`] proves permission and disk by writing and syncing a
//! file beside the real one, and [`Reserved::commit`] turns it into the real one. Used for the
//! stored sign-in, the configuration and the cache of discovery; knows nothing of their contents.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::SessionError;

/// Turns an I/O error into one that names the file.
pub(crate) fn fault(action: &'static str, path: &Path, source: io::Error) -> SessionError {
    SessionError::File { action, path: path.to_owned(), source }
}

/// Makes `path` with mode 0700 where it is missing, and refuses one that others can use.
pub(crate) fn private_folder(path: &Path) -> Result<(), SessionError> {
    create_folder(path)?;
    check_folder(path)
}

/// Makes `path` and its parents where they are missing, with mode 0700.
pub(crate) fn create_folder(path: &Path) -> Result<(), SessionError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| fault("create the folder", path, error))
}

/// Refuses a folder that is a link, or somebody else's, or open to others.
pub(crate) fn check_folder(path: &Path) -> Result<(), SessionError> {
    let metadata = std::fs::symlink_metadata(path).map_err(|error| fault("look at", path, error))?;
    if !metadata.is_dir() {
        return Err(not_plain(path, "is not a folder"));
    }
    check_owner(path, &metadata, 0o700)
}

/// Refuses a folder that is a link, or somebody else's, or that others can write in.
pub(crate) fn check_writers(path: &Path) -> Result<(), SessionError> {
    let metadata = std::fs::symlink_metadata(path).map_err(|error| fault("look at", path, error))?;
    if !metadata.is_dir() {
        return Err(not_plain(path, "is not a folder"));
    }
    check_owner(path, &metadata, 0o755)
}

/// Reads a file of the user's own; `None` if there is none.
///
/// # Errors
/// A link, a file of somebody else's, one that others can read, and one longer than `limit`.
pub(crate) fn read_private(
    path: &Path,
    limit: u64,
) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, SessionError> {
    let file = match open_plain(OpenOptions::new().read(true), path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refused_link(path, error, "read")),
    };
    let metadata = file.metadata().map_err(|error| fault("look at", path, error))?;
    if !metadata.is_file() {
        return Err(not_plain(path, "is not a regular file"));
    }
    check_owner(path, &metadata, 0o600)?;
    if metadata.len() > limit {
        return Err(not_plain(path, "is far too large"));
    }
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(usize::try_from(limit).unwrap_or(0) + 1));
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| fault("read", path, error))?;
    Ok(Some(bytes))
}

/// Reads a file that the user named, at most `limit` bytes of it; links are followed.
pub(crate) fn read_bounded(path: &Path, limit: u64) -> Result<zeroize::Zeroizing<Vec<u8>>, SessionError> {
    let file = File::open(path).map_err(|error| fault("read", path, error))?;
    let capacity = usize::try_from(limit).unwrap_or(0) + 1;
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(capacity));
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| fault("read", path, error))?;
    if bytes.len() as u64 > limit { Err(not_plain(path, "is far too large")) } else { Ok(bytes) }
}

/// Opens the file that is locked instead of the one it guards, since that one is replaced.
pub(crate) fn open_lock(path: &Path) -> Result<File, SessionError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    open_plain(&mut options, path).map_err(|error| refused_link(path, error, "open the lock file"))
}

/// Deletes a file; says whether there was one.
pub(crate) fn remove(path: &Path) -> Result<bool, SessionError> {
    match std::fs::remove_file(path) {
        Ok(()) => {
            sync_folder(path)?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(fault("delete", path, error)),
    }
}

/// A file that stands ready beside the one it will replace. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct Reserved {
    file: NamedTempFile,
    path: PathBuf,
}

/// Makes room for `size` bytes that will become `path`: written and synced, mode 0600.
pub(crate) fn reserve(path: &Path, size: usize) -> Result<Reserved, SessionError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(&unfinished_prefix(path))
        .tempfile_in(folder)
        .map_err(|error| fault("write in", folder, error))?;
    file.write_all(&vec![0; size])
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| fault("make room for", path, error))?;
    Ok(Reserved { file, path: path.to_owned() })
}

impl Reserved {
    /// Replaces the real file with `bytes`, durably: whoever reads sees the old or the new.
    pub(crate) fn commit(mut self, bytes: &[u8]) -> Result<(), SessionError> {
        let file = self.file.as_file_mut();
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.write_all(bytes))
            .and_then(|()| file.set_len(bytes.len() as u64))
            .and_then(|()| file.sync_all())
            .map_err(|error| fault("write", &self.path, error))?;
        self.file.persist(&self.path).map_err(|error| fault("replace", &self.path, error.error))?;
        sync_folder(&self.path)
    }

    /// Gives the new file the mode of the one it replaces, which its owner may have chosen.
    pub(crate) fn keep_mode(&self) -> Result<(), SessionError> {
        match std::fs::metadata(&self.path) {
            Ok(metadata) => self
                .file
                .as_file()
                .set_permissions(metadata.permissions())
                .map_err(|error| fault("set the mode of", &self.path, error)),
            Err(_) => Ok(()),
        }
    }
}

/// Removes what a killed process left of its write to `path`, and what another writes there now:
/// for who holds the lock, or where that one can do without.
pub(crate) fn remove_unfinished(path: &Path) {
    let (Some(folder), prefix) = (path.parent(), unfinished_prefix(path)) else {
        return;
    };
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            // It is rubbish either way; what cannot be removed does no harm.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn unfinished_prefix(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!(".{name}.")
}

fn sync_folder(path: &Path) -> Result<(), SessionError> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        // Some file systems cannot sync a folder, and then there is nothing to do better.
        match synced {
            Err(error)
                if !matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
            {
                return Err(fault("sync", folder, error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Opens without following a link at the end of the path, and without waiting for a pipe's other end.
fn open_plain(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
    }
    options.open(path)
}

fn refused_link(path: &Path, error: io::Error, action: &'static str) -> SessionError {
    let link = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    if link { not_plain(path, "is a symbolic link") } else { fault(action, path, error) }
}

fn not_plain(path: &Path, problem: &str) -> SessionError {
    SessionError::Unsafe {
        path: path.to_owned(),
        problem: problem.to_owned(),
        remedy: format!("look at `{}` and move it out of the way", path.display()),
    }
}

#[cfg(unix)]
fn check_owner(path: &Path, metadata: &std::fs::Metadata, wanted: u32) -> Result<(), SessionError> {
    use std::os::unix::fs::MetadataExt;
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user {
        return Err(SessionError::Unsafe {
            path: path.to_owned(),
            problem: format!("belongs to user {} and not to user {user}", metadata.uid()),
            remedy: format!("chown {user} '{}'", path.display()),
        });
    }
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 & !wanted != 0 {
        return Err(SessionError::Unsafe {
            path: path.to_owned(),
            problem: format!("has mode {mode:04o}, which lets others use it"),
            remedy: format!("chmod {wanted:o} '{}'", path.display()),
        });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_owner(_: &Path, _: &std::fs::Metadata, _: u32) -> Result<(), SessionError> {
    // The user's own folders are the user's alone by their access control list.
    Ok(())
}
