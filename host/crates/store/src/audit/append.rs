//! Writes the audit log: under its lock, one write a line, and the head after it.
//!
//! Nothing is flushed to the disk: what a process has written outlives it however it ends, and a
//! power cut may cost the last seconds, which then are missing by number. The state that is gone on
//! from is the head's, unless the log itself has a line beyond it; so what was cut off, or taken out,
//! stays a gap in the chain for whoever verifies it.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use super::head::{Found, Head, HeadFile};
use super::line::{self, AuditEntry, Link, NOTHING, Remark};
use super::raw::{LogFile, RawLines};
use super::tail::{Rest, Tail};
use super::{AuditLog, KEPT};
use crate::error::StoreError;
use crate::files;
use crate::lock::Lock;

/// The log, locked and open at its end.
struct Writer<'a> {
    log: &'a AuditLog,
    path: PathBuf,
    file: File,
    length: u64,
    head: HeadFile<'a>,
    state: Head,
}

impl AuditLog {
    /// Adds a line.
    ///
    /// # Errors
    ///
    /// Where the log, its head or its lock is not the user's alone, is of a later version, or cannot
    /// be written. The log then is as it was.
    pub fn append(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        files::make_folder(&self.folder)?;
        let _lock = Lock::take(&self.lock_path(), self.patience)?;
        let head_path = self.head_path();
        let mut writer = Writer::open(self, HeadFile::open(&head_path)?, &entry.time)?;
        let (mut line, mut link) = line::entry_after(writer.state.last, entry);
        if writer.length > 0 && writer.length + line.len() as u64 > self.limit {
            writer.rotate()?;
            (line, link) = line::entry_after(writer.state.last, entry);
        }
        writer.write(&line, link)
    }
}

impl<'a> Writer<'a> {
    /// Opens the log and mends its end; `now` is for remarks.
    fn open(log: &'a AuditLog, head: HeadFile<'a>, now: &str) -> Result<Self, StoreError> {
        let path = log.path(0);
        let (file, metadata) = files::create_private(&path, true)?;
        let length = metadata.len();
        let failed = |error| StoreError::io("read", &path, error);
        let mut tail = Tail::read(&file, length).map_err(failed)?;
        let (state, found_anew) = match head.found() {
            Found::Good(state) => (state, false),
            _ => log.state_without_head()?,
        };
        if state == Head::START && length == 0 {
            // Before the first line, so that no line is ever there without a head.
            head.write(state)?;
        }
        let mut writer = Self { log, path, file, length, head, state };
        writer.adopt(tail.line.as_deref());
        if let Some(rest) = tail.rest.take() {
            writer.mend(rest, now)?;
        }
        if found_anew {
            writer.remark(&Remark::Head { time: now.to_owned() }, b"")?;
        }
        Ok(writer)
    }

    /// Goes on from the log's last line where the head does not know it yet: a process was killed
    /// between the two. Whether the head's own line is still what it was is for verification to say.
    fn adopt(&mut self, line: Option<&[u8]>) {
        let known = self.state.last.hash.to_string();
        // One comparison, where all is well.
        let unknown = line.filter(|line| line::stated_hash(line) != Some(known.as_bytes()));
        if let Some(Ok(read)) = unknown.map(line::read)
            && read.link.sequence > self.state.last.sequence
        {
            self.state.last = read.link;
        }
    }

    /// Ends what a killed process or a full disk left without its end, and notes what it was. Where
    /// only the newline is missing, nothing else is wrong.
    fn mend(&mut self, rest: Rest, now: &str) -> Result<(), StoreError> {
        let whole = rest.text.as_deref().is_some_and(|text| line::read(text).is_ok());
        if whole {
            self.adopt(rest.text.as_deref());
            return self.write(b"\n", self.state.last);
        }
        let Rest { length, content, .. } = rest;
        self.remark(&Remark::Torn { time: now.to_owned(), bytes: length, content }, b"\n")
    }

    fn remark(&mut self, remark: &Remark, before: &[u8]) -> Result<(), StoreError> {
        let (line, link) = line::remark_after(self.state.last, remark);
        self.write(&[before, &line].concat(), link)
    }

    /// Writes text at the end, of which `link` is the last line, and then the head.
    fn write(&mut self, text: &[u8], link: Link) -> Result<(), StoreError> {
        if let Err(error) = self.file.write_all(text) {
            // A part of a line is worth nothing; where it cannot be taken back, the next one ends it.
            if let Err(error) = self.file.set_len(self.length) {
                tracing::debug!(%error, "an unfinished line of the audit log stays");
            }
            return Err(StoreError::io("write", &self.path, error));
        }
        self.length += text.len() as u64;
        self.state.last = link;
        self.head.write(self.state)
    }

    /// Begins a new file. Those that are there move one further, up to the first gap, and the oldest
    /// goes; the head says before that it may.
    fn rotate(&mut self) -> Result<(), StoreError> {
        let free = (1..=KEPT).find(|number| !self.log.path(*number).exists());
        if free.is_none()
            && let Some(first) = self.log.first_sequence(KEPT - 1)?
        {
            self.state.oldest = self.state.oldest.max(first);
            self.head.write(self.state)?;
        }
        for number in (0..free.unwrap_or(KEPT)).rev() {
            let (from, to) = (self.log.path(number), self.log.path(number + 1));
            fs::rename(&from, &to).map_err(|error| StoreError::io("rename", &from, error))?;
        }
        let (file, metadata) = files::create_private(&self.path, true)?;
        (self.file, self.length) = (file, metadata.len());
        Ok(())
    }
}

impl AuditLog {
    /// Where the log ends as far as its lines tell, and whether they had to.
    fn state_without_head(&self) -> Result<(Head, bool), StoreError> {
        let snapshot = self.snapshot_unlocked()?;
        if snapshot.is_empty() {
            return Ok((Head::START, false));
        }
        let mut findings = snapshot.findings();
        for finding in &mut findings {
            finding?;
        }
        let state = match findings.ends() {
            Some((first, last)) => Head { last, oldest: first.sequence },
            None => Head { last: Link { sequence: 0, hash: NOTHING }, oldest: 1 },
        };
        Ok((state, true))
    }

    /// The number of the first line of a file, where it can be read.
    fn first_sequence(&self, number: u32) -> Result<Option<u64>, StoreError> {
        let path = self.path(number);
        let Some((file, metadata)) = files::open_private(&path)? else {
            return Ok(None);
        };
        let log = LogFile { path: path.clone(), file, length: metadata.len() };
        let first = match RawLines::of(log.into()).next() {
            Ok(first) => first,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
            Err(error) => return Err(StoreError::io("read", &path, error)),
        };
        let read = first.and_then(|raw| raw.text).and_then(|text| line::read(&text).ok());
        Ok(read.map(|read| read.link.sequence))
    }
}
