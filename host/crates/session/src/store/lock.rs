//! One process at a time: a lock on a file of its own.
//!
//! The lock is on a separate file because the record itself is replaced, and the file is never
//! deleted because somebody may be waiting on it. The system releases the lock of a process that
//! dies. There is no way to go on without it.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::error::SessionError;
use crate::files;

const PATIENCE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Waits for the lock, at most 30 seconds. It is held until the file is dropped.
///
/// # Errors
/// [`SessionError::LockBusy`] when somebody keeps it; the system's error where files cannot be locked.
pub(crate) async fn lock(path: &Path) -> Result<File, SessionError> {
    if let Some(folder) = path.parent() {
        files::private_folder(folder)?;
    }
    let file = files::open_lock(path)?;
    let until = Instant::now() + PATIENCE;
    let mut pause = FIRST_PAUSE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                return Err(SessionError::LockBusy { path: path.to_owned() });
            }
            Err(TryLockError::WouldBlock) => sleep(pause).await,
            Err(TryLockError::Error(error)) => return Err(files::fault("lock", path, error)),
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
