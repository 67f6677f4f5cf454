//! One process at a time: a lock on a file of its own, and on shared disks a lease beside it.
//!
//! The lock is on a separate file because the record itself is replaced, and the file is never
//! deleted because somebody may be waiting on it. The system releases the lock of a process that
//! dies. Home folders of clusters are shared by machines, and there a lock may hold on one machine
//! alone: on a file system that is not known to be local, both a lock of the kind that network file
//! systems pass on (`lock/device.rs`) and a lease (`lock/lease.rs`) are taken. There is no way to go
//! on without them.

mod device;
mod lease;

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::error::SessionError;
use crate::files;
use device::Reach;
use lease::Lease;

const PATIENCE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// The right to change what the file guards, until it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    file: File,
    reach: Reach,
    lease: Option<Lease>,
}

/// Waits for the lock, at most 30 seconds.
///
/// # Errors
/// [`SessionError::LockBusy`] when somebody keeps it; [`SessionError::LockUnsupported`] where files
/// cannot be locked.
pub(crate) async fn lock(path: &Path) -> Result<Held, SessionError> {
    lock_within(path, reach_of(path)?, PATIENCE).await
}

/// Takes the lock if nobody has it, this process included; waits for nothing.
///
/// # Errors
/// As [`lock`], but for a lock that is kept: that is `None`.
pub(crate) fn try_lock(path: &Path) -> Result<Option<Held>, SessionError> {
    let mut attempt = Attempt::new(path, reach_of(path)?)?;
    Ok(attempt.succeeds()?.then_some(attempt.held))
}

async fn lock_within(path: &Path, reach: Reach, patience: Duration) -> Result<Held, SessionError> {
    let mut attempt = Attempt::new(path, reach)?;
    let until = Instant::now() + patience;
    let mut pause = FIRST_PAUSE;
    while !attempt.succeeds()? {
        if Instant::now() >= until {
            return Err(SessionError::LockBusy { path: path.to_owned() });
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Ok(attempt.held)
}

fn reach_of(path: &Path) -> Result<Reach, SessionError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    files::private_folder(folder)?;
    Ok(device::of(folder).map_err(|error| files::fault("look at", folder, error))?.reach())
}

/// How `folder` is locked, and that it works: a second lock is refused while the first is held.
///
/// # Errors
/// A folder where nothing can be written or locked, or where locks do not exclude each other.
pub(crate) fn describe(folder: &Path) -> Result<String, SessionError> {
    let device = device::of(folder).map_err(|error| files::fault("look at", folder, error))?;
    let file = tempfile::Builder::new()
        .prefix(".lock-test.")
        .suffix(".lock")
        .tempfile_in(folder)
        .map_err(|error| files::fault("write in", folder, error))?;
    let (path, reach) = (file.path(), device.reach());
    let take = || {
        let mut attempt = Attempt::new(path, reach)?;
        Ok(attempt.succeeds()?.then_some(attempt.held))
    };
    let excludes = take()?.is_some_and(|first| {
        let unleased = reach == Reach::Machine || matches!(Lease::take(&lease_path(path)), Ok(None));
        let refused = matches!(take(), Ok(None)) && unleased;
        drop(first);
        refused
    });
    if !excludes || take()?.is_none() {
        let source = io::Error::new(io::ErrorKind::Unsupported, "two locks were held at once");
        return Err(SessionError::LockUnsupported { path: folder.to_owned(), source });
    }
    Ok(match reach {
        Reach::Machine => format!("{device}, a local file system: locks exclude each other"),
        Reach::Network => {
            format!("{device}, maybe shared with other machines: lock and lease, which work here")
        }
    })
}

/// A lock that is being waited for.
struct Attempt<'a> {
    path: &'a Path,
    held: Held,
    locked: bool,
}

impl<'a> Attempt<'a> {
    fn new(path: &'a Path, reach: Reach) -> Result<Self, SessionError> {
        let held = Held { file: files::open_lock(path)?, reach, lease: None };
        Ok(Self { path, held, locked: false })
    }

    /// Tries once more. First the lock and then the lease: within one machine nobody ever contends
    /// for the lease, and what was locked stays so while the lease is waited for.
    fn succeeds(&mut self) -> Result<bool, SessionError> {
        self.locked = self.locked || self.held.try_lock().map_err(|error| failed(self.path, error))?;
        if self.locked && self.held.reach == Reach::Network {
            self.held.lease = Lease::take(&lease_path(self.path))?;
            return Ok(self.held.lease.is_some());
        }
        Ok(self.locked)
    }
}

impl Held {
    /// Takes the lock if it is free; says whether it did.
    fn try_lock(&self) -> io::Result<bool> {
        if self.reach == Reach::Network
            && let Some(locked) = device::try_lock_open_file(&self.file)
        {
            return locked;
        }
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // While the lock is still held: who gets it next must find the lease gone.
        drop(self.lease.take());
        // Closing would do, were there not a moment in which a process that is being started has a
        // copy of every open file. What fails here is made good by closing.
        let _ = match self.reach {
            Reach::Network => device::unlock_open_file(&self.file).unwrap_or_else(|| self.file.unlock()),
            Reach::Machine => self.file.unlock(),
        };
    }
}

fn lease_path(lock: &Path) -> PathBuf {
    lock.with_extension("lease")
}

fn failed(path: &Path, source: io::Error) -> SessionError {
    if device::is_unsupported(&source) {
        return SessionError::LockUnsupported { path: path.to_owned(), source };
    }
    files::fault("lock", path, source)
}

#[cfg(test)]
mod tests;
