//! How files of the store are opened, written and made away with.
//!
//! Everything is written beside its place, flushed, and renamed, so that a reader, a crash or a full
//! disk meets the old content or the new. Nothing of the store's own is opened through a symbolic
//! link, and nothing that others can write is believed. All that depends on the operating system is
//! in this file. Only the other files of this crate call it.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use tempfile::NamedTempFile;

use crate::error::StoreError;

/// How unfinished files begin; a later writer sweeps those that a killed one left behind.
const UNFINISHED: &str = ".unfinished-";

/// For what every user may read: components, which hold no secrets and are checked by content.
pub(crate) const PUBLIC: u32 = 0o644;
/// For what only the user may read.
pub(crate) const PRIVATE: u32 = 0o600;

/// Opens one of the store's own files for reading, or `None` where there is none.
pub(crate) fn open_own(path: &Path) -> Result<Option<(File, Metadata)>, StoreError> {
    // Without `NONBLOCK`, opening a pipe that someone put here would wait for a writer forever.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(not_opened("read", path, error)),
    };
    let metadata = file.metadata().map_err(|error| StoreError::io("read", path, error))?;
    check_own(path, &metadata)?;
    Ok(Some((file, metadata)))
}

/// Opens one of the store's own files that only the user may read, or `None` where there is none.
pub(crate) fn open_private(path: &Path) -> Result<Option<(File, Metadata)>, StoreError> {
    let Some((file, metadata)) = open_own(path)? else {
        return Ok(None);
    };
    check_private(path, &metadata)?;
    Ok(Some((file, metadata)))
}

/// Opens such a file to read and write it, and makes it where there is none. What is written goes to
/// its end if `append`, else to where the writer says.
pub(crate) fn create_private(path: &Path, append: bool) -> Result<(File, Metadata), StoreError> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut options = OpenOptions::new();
    options.read(true).write(true).append(append).create(true).truncate(false).mode(PRIVATE);
    let opened = options.custom_flags(flags.bits().cast_signed()).open(path);
    let file = opened.map_err(|error| not_opened("open", path, error))?;
    let metadata = file.metadata().map_err(|error| StoreError::io("read", path, error))?;
    check_own(path, &metadata)?;
    check_private(path, &metadata)?;
    Ok((file, metadata))
}

/// What the store's own file is, without opening it, or `None` where there is none.
pub(crate) fn stat_own(path: &Path) -> Result<Option<Metadata>, StoreError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => {
            check_own(path, &metadata)?;
            Ok(Some(metadata))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("read", path, error)),
    }
}

/// Reads one of the store's own files, at most `limit` bytes of it, or `None` where there is none.
pub(crate) fn read_own(path: &Path, limit: u64) -> Result<Option<(Vec<u8>, Metadata)>, StoreError> {
    let Some((file, metadata)) = open_own(path)? else {
        return Ok(None);
    };
    let bytes = read_bounded(file, limit, path)?
        .ok_or_else(|| foreign(path, format!("it has more than {limit} bytes")))?;
    Ok(Some((bytes, metadata)))
}

/// Reads all of `file`, or `None` where it has more than `limit` bytes.
pub(crate) fn read_bounded(file: File, limit: u64, path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    let mut bytes = Vec::new();
    // One byte more than the limit tells too large from just right, whatever the metadata said.
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| StoreError::io("read", path, error))?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// Refuses a folder in which others could put files of theirs. A missing one is fine.
pub(crate) fn check_folder(path: &Path) -> Result<(), StoreError> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_dir() => Err(foreign(path, "it is not a folder".into())),
        Ok(metadata) => check_owner(path, &metadata),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StoreError::io("read", path, error)),
    }
}

/// Makes a folder, and those above it, that only the user can enter.
pub(crate) fn make_folder(path: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| StoreError::io("create the folder", path, error))?;
    check_folder(path)
}

/// A file that is being written beside its place.
pub(crate) struct Unfinished(NamedTempFile);

impl Unfinished {
    /// Writes `bytes` to a new file in `folder`, which is on the same file system as `path`, its place.
    pub(crate) fn write(folder: &Path, path: &Path, bytes: &[u8], mode: u32) -> Result<Self, StoreError> {
        let write = || -> io::Result<NamedTempFile> {
            let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
            file.write_all(bytes)?;
            file.as_file().set_permissions(Permissions::from_mode(mode))?;
            Ok(file)
        };
        write().map(Self).map_err(|error| StoreError::io("write", path, error))
    }

    /// The file itself, before it is renamed.
    pub(crate) fn file(&self) -> &File {
        self.0.as_file()
    }

    /// Flushes the file to the disk and puts it in its place, over what was there.
    pub(crate) fn finish(self, path: &Path) -> Result<(), StoreError> {
        let failed = |error| StoreError::io("write", path, error);
        self.0.as_file().sync_all().map_err(failed)?;
        self.0.persist(path).map_err(|error| failed(error.error))?;
        match path.parent() {
            Some(folder) => sync_folder(folder),
            None => Ok(()),
        }
    }
}

/// Writes a file whole or not at all. `folder` takes the unfinished file.
pub(crate) fn write_atomic(folder: &Path, path: &Path, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
    Unfinished::write(folder, path, bytes, mode)?.finish(path)
}

/// Makes renames and removals in `folder` last through a power cut.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| StoreError::io("write", folder, error))
}

/// Removes what writers that were killed left in `folder`. Call it only while holding its lock.
pub(crate) fn sweep_unfinished(folder: &Path) {
    for (name, path) in entries(folder) {
        if name.starts_with(UNFINISHED) {
            remove(&path);
        }
    }
}

/// The names and paths in `folder`; none where it cannot be read, and none that are not UTF-8.
pub(crate) fn entries(folder: &Path) -> Vec<(String, std::path::PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .collect()
}

/// Removes a file that nothing names any more; gives its size. What resists is left for later.
pub(crate) fn remove(path: &Path) -> Option<u64> {
    let size = fs::symlink_metadata(path).ok()?.len();
    match fs::remove_file(path) {
        Ok(()) => Some(size),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "could not remove a file that is not needed");
            None
        }
    }
}

/// Reads a file that the user named, once, so that what is checked is what is stored.
pub(crate) fn read_source(path: &Path, limit: u64) -> Result<(Vec<u8>, Metadata), StoreError> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags((OFlags::NONBLOCK | OFlags::CLOEXEC).bits().cast_signed())
        .open(path)
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => StoreError::SourceNotFound { path: path.to_owned() },
            _ => StoreError::io("read", path, error),
        })?;
    let metadata = file.metadata().map_err(|error| StoreError::io("read", path, error))?;
    if !metadata.is_file() {
        return Err(StoreError::SourceNotFile { path: path.to_owned(), what: what_it_is(&metadata) });
    }
    let too_large = || StoreError::SourceTooLarge { path: path.to_owned(), limit };
    if metadata.len() > limit {
        return Err(too_large());
    }
    let bytes = read_bounded(file, limit, path)?.ok_or_else(too_large)?;
    Ok((bytes, metadata))
}

/// Says that a file could not be opened, and whether that is for a symbolic link in its place.
pub(crate) fn not_opened(action: &'static str, path: &Path, error: io::Error) -> StoreError {
    match rustix::io::Errno::from_io_error(&error) {
        Some(rustix::io::Errno::LOOP) => foreign(path, "it is a symbolic link".into()),
        _ => StoreError::io(action, path, error),
    }
}

/// Nobody but the owner may even read it.
fn check_private(path: &Path, metadata: &Metadata) -> Result<(), StoreError> {
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(foreign(path, format!("others can read it (mode {mode:04o})")));
    }
    Ok(())
}

pub(crate) fn check_own(path: &Path, metadata: &Metadata) -> Result<(), StoreError> {
    if !metadata.is_file() {
        return Err(foreign(path, format!("it is {}", what_it_is(metadata))));
    }
    check_owner(path, metadata)
}

/// The owner is the user or root, and nobody else may write.
///
/// Root itself may use what any user owns, as under `sudo`.
fn check_owner(path: &Path, metadata: &Metadata) -> Result<(), StoreError> {
    let user = rustix::process::geteuid();
    let owner = metadata.uid();
    if !user.is_root() && owner != user.as_raw() && owner != 0 {
        return Err(foreign(path, format!("it belongs to user {owner}, not to {}", user.as_raw())));
    }
    let mode = metadata.mode() & 0o7777;
    if mode & 0o022 != 0 {
        return Err(foreign(path, format!("others can write it (mode {mode:04o})")));
    }
    Ok(())
}

/// Refuses to follow a file that everybody could put something else in place of. A group may: many systems
/// give each user one of their own, and let it write by default.
pub(crate) fn check_followed(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    for one in [folder, path] {
        let metadata = fs::metadata(one).map_err(|error| StoreError::io("read", one, error))?;
        let (user, owner) = (rustix::process::geteuid(), metadata.uid());
        if !user.is_root() && owner != user.as_raw() && owner != 0 {
            return Err(foreign(one, format!("it belongs to user {owner}, not to {}", user.as_raw())));
        }
        let mode = metadata.mode() & 0o7777;
        // Where the sticky bit is, as on /tmp, only owners replace their files.
        let is_sticky = metadata.is_dir() && mode & 0o1000 != 0;
        if mode & 0o002 != 0 && !is_sticky {
            return Err(foreign(one, format!("everybody can write it (mode {mode:04o})")));
        }
    }
    Ok(())
}

fn what_it_is(metadata: &Metadata) -> &'static str {
    let kind = metadata.file_type();
    if kind.is_dir() {
        "a folder"
    } else if kind.is_symlink() {
        "a symbolic link"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

pub(crate) fn foreign(path: &Path, reason: String) -> StoreError {
    StoreError::Foreign { path: path.to_owned(), reason }
}
