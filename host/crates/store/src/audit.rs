//! The audit log: what packs asked for, what was decided, and what became of it.
//!
//! ```text
//! STATE/audit.jsonl         the newest lines; at 10 MiB it becomes
//! STATE/audit.jsonl.1 … .5  the older ones, the highest number the oldest
//! STATE/audit.head          where the log ends and begins
//! STATE/audit.lock          held by whoever adds a line
//! ```
//!
//! Each line holds the hash of the one before it (`line.rs`), over all files, and the head knows the
//! last; so lines that were altered, taken out, swapped or cut off are found ([`AuditSnapshot`]), and
//! one that a killed process tore is told from them. It shows accidents and partial edits: whoever owns
//! the files can write all of them anew, and nothing here can show that. What is worth a line the
//! runtime decides, and the host names profile, command and pack.
//!
//! ```
//! use vantage_store::AuditLog;
//!
//! let state = tempfile::tempdir()?;
//! let log = AuditLog::open(state.path());
//! assert_eq!(log.snapshot()?.findings().count(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::path::{Path, PathBuf};
use std::time::Duration;

mod append;
mod chain;
mod head;
mod line;
mod problem;
mod raw;
mod read;
mod tail;

pub use line::{AuditDecision, AuditEntry};
pub use problem::{AuditFault, AuditProblem};
pub use read::{AuditFinding, AuditFindings, AuditLine, AuditSnapshot, AuditSummary};

/// How many older files are kept beside the newest.
const KEPT: u32 = 5;

/// The length at which a new file is begun, in bytes.
const LIMIT: u64 = 10 << 20;

/// How long a line waits for others to be written: a command goes on without one that had to wait
/// longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The audit log of one user. Cheap to make and to clone.
#[derive(Debug, Clone)]
pub struct AuditLog {
    folder: PathBuf,
    limit: u64,
    patience: Duration,
}

impl AuditLog {
    /// The log in the state folder `state`. Touches nothing.
    pub fn open(state: &Path) -> Self {
        Self { folder: state.to_owned(), limit: LIMIT, patience: PATIENCE }
    }

    /// The same log, which waits for other processes up to `patience` instead of 5 s.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The newest file; it need not exist.
    pub fn log_path(&self) -> PathBuf {
        self.path(0)
    }

    /// The file of a number: 0 is the newest.
    fn path(&self, number: u32) -> PathBuf {
        match number {
            0 => self.folder.join("audit.jsonl"),
            _ => self.folder.join(format!("audit.jsonl.{number}")),
        }
    }

    fn head_path(&self) -> PathBuf {
        self.folder.join("audit.head")
    }

    fn lock_path(&self) -> PathBuf {
        self.folder.join("audit.lock")
    }
}

#[cfg(test)]
mod tests;
