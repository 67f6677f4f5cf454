//! The audit log as it was at one moment, line by line, each judged as it is read.
//!
//! The files are opened and measured under the lock, so that no line is met half written, and then
//! read without it: writers do not wait for readers, and a rotation takes nothing from one.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::chain::Chain;
use super::head::{self, Found};
use super::line::{AuditEntry, Link};
use super::problem::{AuditFault, AuditProblem};
use super::raw::{LogFile, RawLines};
use super::{AuditLog, KEPT};
use crate::error::StoreError;
use crate::files;
use crate::lock::Lock;

/// The audit log at one moment.
#[derive(Debug, Clone)]
pub struct AuditSnapshot {
    /// The oldest first.
    files: Vec<Arc<LogFile>>,
    head: Found,
    head_path: PathBuf,
    log_path: PathBuf,
}

/// What is met when the log is read.
#[derive(Debug, Clone, PartialEq)]
pub enum AuditFinding {
    /// A line about a pack.
    Entry(Box<AuditLine>),
    /// Something is not as it was written. What stands in a line that cannot be read is not shown.
    Problem(AuditProblem),
}

/// A line whose hash is right.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditLine {
    /// The whole line: JSON.
    pub text: String,
    /// What it says.
    pub entry: AuditEntry,
}

/// How much of the log was found, once it was read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditSummary {
    /// Files.
    pub files: usize,
    /// Lines whose hash is right.
    pub lines: u64,
    /// The first of their numbers.
    pub first: Option<u64>,
    /// The last.
    pub last: Option<u64>,
    /// Lines that were cut off while they were written.
    pub torn: u64,
}

impl AuditLog {
    /// The log as it is now. Reading makes nothing.
    ///
    /// # Errors
    ///
    /// A file that is not the user's alone, and [`StoreError::Locked`].
    pub fn snapshot(&self) -> Result<AuditSnapshot, StoreError> {
        files::check_folder(&self.folder)?;
        let _lock = self.lock_for_reading()?;
        self.snapshot_unlocked()
    }

    /// Where the folder cannot be written nobody else of this user's writes: no lock is needed.
    fn lock_for_reading(&self) -> Result<Option<Lock>, StoreError> {
        if files::stat_own(&self.lock_path())?.is_none() {
            return Ok(None);
        }
        match Lock::take(&self.lock_path(), self.patience) {
            Ok(lock) => Ok(Some(lock)),
            Err(StoreError::Io { source, .. }) if is_read_only(&source) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn snapshot_unlocked(&self) -> Result<AuditSnapshot, StoreError> {
        let mut opened = Vec::new();
        for number in (0..=KEPT).rev() {
            let path = self.path(number);
            if let Some((file, metadata)) = files::open_private(&path)? {
                opened.push(Arc::new(LogFile { path, file, length: metadata.len() }));
            }
        }
        let head_path = self.head_path();
        Ok(AuditSnapshot { files: opened, head: head::read(&head_path)?, head_path, log_path: self.path(0) })
    }
}

fn is_read_only(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied)
}

impl AuditSnapshot {
    /// Whether there are no lines at all, nor a part of one.
    pub fn is_empty(&self) -> bool {
        self.files.iter().all(|log| log.length == 0)
    }

    /// Reads the log from its oldest line to its newest.
    pub fn findings(&self) -> AuditFindings {
        AuditFindings {
            snapshot: self.clone(),
            chain: Chain::new(self.head),
            next: 0,
            lines: None,
            read: 0,
            found: VecDeque::new(),
            ended: false,
        }
    }
}

/// What is met when a log is read from its oldest line to its newest.
#[derive(Debug)]
pub struct AuditFindings {
    snapshot: AuditSnapshot,
    chain: Chain,
    /// The file after that which is being read.
    next: usize,
    lines: Option<(Arc<LogFile>, RawLines)>,
    /// Lines of the file that is being read.
    read: u64,
    found: VecDeque<AuditFinding>,
    ended: bool,
}

/// Problems, as findings.
struct Problems<'a>(&'a mut VecDeque<AuditFinding>);

impl Extend<AuditProblem> for Problems<'_> {
    fn extend<T: IntoIterator<Item = AuditProblem>>(&mut self, problems: T) {
        self.0.extend(problems.into_iter().map(AuditFinding::Problem));
    }
}

impl AuditFindings {
    /// What was read so far: all of it, once there are no more findings.
    pub fn summary(&self) -> AuditSummary {
        let ends = self.chain.ends();
        AuditSummary {
            files: self.snapshot.files.len(),
            lines: self.chain.good,
            first: ends.map(|(first, _)| first.sequence),
            last: ends.map(|(_, last)| last.sequence),
            torn: self.chain.torn,
        }
    }

    /// The first and the last line that could be read so far.
    pub(super) fn ends(&self) -> Option<(Link, Link)> {
        self.chain.ends()
    }

    /// Reads one more line; false at the end.
    fn step(&mut self) -> Result<bool, StoreError> {
        let Some((log, lines)) = &mut self.lines else {
            return Ok(self.open_next());
        };
        let Some(raw) = lines.next().map_err(|error| StoreError::io("read", &log.path, error))? else {
            self.lines = None;
            return Ok(true);
        };
        self.read = raw.number;
        let read = self.chain.take(&log.path, &raw, &mut Problems(&mut self.found));
        let Some(text) = read.filter(|read| read.remark.is_none()).and(raw.text) else {
            return Ok(true);
        };
        let parsed = String::from_utf8(text).map_err(|error| error.to_string()).and_then(|text| {
            let entry = serde_json::from_str(&text).map_err(|error| error.to_string())?;
            Ok(AuditLine { text, entry })
        });
        let finding = parsed.map_or_else(
            |reason| {
                let fault = AuditFault::Foreign { reason };
                AuditFinding::Problem(AuditProblem { path: log.path.clone(), line: Some(raw.number), fault })
            },
            |line| AuditFinding::Entry(Box::new(line)),
        );
        self.found.push_back(finding);
        Ok(true)
    }

    /// Begins the next file, or ends the chain after the last.
    fn open_next(&mut self) -> bool {
        match self.snapshot.files.get(self.next) {
            Some(log) => {
                self.lines = Some((Arc::clone(log), RawLines::of(Arc::clone(log))));
                self.read = 0;
                self.next += 1;
            }
            None if !self.ended => self.end(),
            None => return false,
        }
        true
    }

    fn end(&mut self) {
        self.ended = true;
        let AuditSnapshot { files, head, head_path, log_path } = &self.snapshot;
        let newest: &Path = files.last().map_or(log_path, |log| &log.path);
        let mut problems = Problems(&mut self.found);
        self.chain.end(newest, self.read, &mut problems);
        let fault = match head {
            Found::Good(_) => self.chain.head_behind(),
            Found::Missing if files.is_empty() => None,
            Found::Missing => Some(AuditFault::HeadMissing),
            Found::Damaged => Some(AuditFault::HeadDamaged),
            Found::Newer(version) => Some(AuditFault::HeadNewer { version: *version }),
        };
        problems.extend(fault.map(|fault| AuditProblem { path: head_path.clone(), line: None, fault }));
    }
}

impl Iterator for AuditFindings {
    type Item = Result<AuditFinding, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(finding) = self.found.pop_front() {
                return Some(Ok(finding));
            }
            match self.step() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    // What could not be read now will not be read by asking again.
                    (self.lines, self.ended) = (None, true);
                    self.next = self.snapshot.files.len();
                    return Some(Err(error));
                }
            }
        }
    }
}
