//! The locks under which packs are changed and the audit log is written: one process at a time, for a
//! bounded while.
//!
//! The lock is the operating system's, on a file that holds nothing else, so it ends with its process
//! however that ends. The holder writes its process number into the file: not to lock, but so that
//! one who waits can say for whom. Readers take no lock; what they read is replaced whole.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use rustix::fs::OFlags;

use crate::error::StoreError;
use crate::files;

/// How long a change waits for another one: far more than one takes, short enough to be told.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The right to change what the lock file stands for, until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock at `path`, waiting up to `patience`.
    pub(crate) fn take(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => return Ok(Self::taken(file)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(StoreError::io("lock", path, error)),
        }
        let holder = holder(path);
        tracing::info!(
            path = %path.display(),
            holder = holder.as_deref().unwrap_or("another process"),
            "waiting for another vantage"
        );
        match wait(file, patience) {
            Some(Ok(file)) => Ok(Self::taken(file)),
            Some(Err(error)) => Err(StoreError::io("lock", path, error)),
            None => Err(StoreError::Locked { path: PathBuf::from(path), holder, waited: patience }),
        }
    }

    /// Takes the lock if nobody has it and the folder can be written; else goes without.
    pub(crate) fn try_take(path: &Path) -> Option<Self> {
        let file = open(path).ok()?;
        file.try_lock().ok()?;
        Some(Self::taken(file))
    }

    fn taken(file: File) -> Self {
        // Written over what is there, always as long as the longest: ext4 writes a file out to the disk
        // where it is closed after it was emptied, which takes milliseconds.
        let holder = format!("process {:<10}\n", std::process::id());
        // Only told to people: a lock whose holder cannot be named is as good.
        if let Err(error) = file.write_all_at(holder.as_bytes(), 0) {
            tracing::debug!(%error, "could not say who holds the lock");
        }
        Self { _file: file }
    }
}

/// Waits on a thread of its own, because the operating system's wait knows no time limit.
///
/// A thread that is waited for no longer drops the lock the moment it gets it.
fn wait(file: File, patience: Duration) -> Option<io::Result<File>> {
    let (sender, receiver) = mpsc::sync_channel(0);
    std::thread::spawn(move || {
        let locked = file.lock().map(|()| file);
        // Fails when nobody waits any more, and then drops the file and with it the lock.
        let _ = sender.send(locked);
    });
    receiver.recv_timeout(patience).ok()
}

fn open(path: &Path) -> Result<File, StoreError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(files::PRIVATE)
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits().cast_signed())
        .open(path)
        .map_err(|error| files::not_opened("open the lock", path, error))?;
    let metadata = file.metadata().map_err(|error| StoreError::io("read", path, error))?;
    // The holder's number is written into it: into nothing that is not the store's own.
    files::check_own(path, &metadata)?;
    Ok(file)
}

fn holder(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(64).read_to_string(&mut text).ok()?;
    let line = text.lines().next()?.trim();
    let number = line.strip_prefix("process ")?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_taker_is_told_who_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::take(&path, Duration::ZERO).unwrap();
        assert!(Lock::try_take(&path).is_none());
        let error = Lock::take(&path, Duration::from_millis(1)).unwrap_err();
        let StoreError::Locked { holder, .. } = &error else { panic!("{error}") };
        assert_eq!(holder.as_deref(), Some(format!("process {}", std::process::id()).as_str()));
        drop(first);
        Lock::take(&path, PATIENCE).unwrap();
    }

    #[test]
    fn one_who_waits_gets_it_when_it_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::take(&path, Duration::ZERO).unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| Lock::take(&path, PATIENCE));
            drop(first);
            second.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_lock_that_is_a_symbolic_link_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &path).unwrap();
        Lock::take(&path, Duration::ZERO).unwrap_err();
        assert!(!folder.path().join("elsewhere").exists());
    }
}
