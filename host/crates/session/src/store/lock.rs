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
    let folder = path.parent().unwrap_or(Path::new("."));
    files::private_folder(folder)?;
    let reach = device::of(folder).map_err(|error| files::fault("look at", folder, error))?.reach();
    lock_within(path, reach, PATIENCE).await
}

async fn lock_within(path: &Path, reach: Reach, patience: Duration) -> Result<Held, SessionError> {
    let file = files::open_lock(path)?;
    let until = Instant::now() + patience;
    let mut pause = FIRST_PAUSE;
    let mut held = Held { file, reach, lease: None };
    // First the lock and then the lease: within one machine nobody ever contends for the lease.
    let mut locked = false;
    loop {
        locked = locked || held.try_lock().map_err(|error| failed(path, error))?;
        if locked && (reach == Reach::Machine || held.try_lease(path)?) {
            return Ok(held);
        }
        if Instant::now() >= until {
            return Err(SessionError::LockBusy { path: path.to_owned() });
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
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
        let mut held = Held { file: files::open_lock(path)?, reach, lease: None };
        let locked = held.try_lock().map_err(|error| failed(path, error))?;
        let leased = locked && (reach == Reach::Machine || held.try_lease(path)?);
        Ok((locked && leased).then_some(held))
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

    /// Takes the lease if it is free or stale; says whether it did.
    fn try_lease(&mut self, lock: &Path) -> Result<bool, SessionError> {
        self.lease = Lease::take(&lease_path(lock))?;
        Ok(self.lease.is_some())
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
