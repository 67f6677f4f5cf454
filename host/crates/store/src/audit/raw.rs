//! Reads files of the audit log by lines, without keeping more than one of them.
//!
//! Lines longer than any that is written are passed over, not kept: their digest and length are all
//! that is known of them. What the lines say is `line.rs`'s business.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::line::LONGEST;
use crate::digest::Digest;

/// A file of the log, as long as it was when it was looked at.
#[derive(Debug)]
pub(super) struct LogFile {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) length: u64,
}

/// A line as it stands in its file.
#[derive(Debug)]
pub(super) struct RawLine {
    /// From 1.
    pub(super) number: u64,
    /// Its text without the newline; `None` where it is too long.
    pub(super) text: Option<Vec<u8>>,
    /// Its length without the newline.
    pub(super) length: u64,
    /// The digest of its text.
    digest: Option<Digest>,
    /// Whether a newline ends it.
    pub(super) ended: bool,
}

impl RawLine {
    pub(super) fn digest(&self) -> Digest {
        match (&self.text, self.digest) {
            (Some(text), _) => Digest::of(text),
            (None, Some(digest)) => digest,
            (None, None) => Digest::of(b""),
        }
    }
}

/// The lines of one file, from its beginning.
#[derive(Debug)]
pub(super) struct RawLines {
    reader: BufReader<Positioned>,
    number: u64,
}

impl RawLines {
    pub(super) fn of(log: Arc<LogFile>) -> Self {
        let end = log.length;
        Self { reader: BufReader::with_capacity(64 << 10, Positioned { log, at: 0, end }), number: 0 }
    }

    /// The next line, or `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<RawLine>> {
        let mut text = Vec::new();
        // A newline after the longest line is still read.
        let longest = LONGEST as u64 + 1;
        self.reader.by_ref().take(longest).read_until(b'\n', &mut text)?;
        if text.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let number = self.number;
        let ended = text.last() == Some(&b'\n');
        if ended {
            text.pop();
        }
        if !ended && text.len() as u64 == longest {
            return self.pass_over(text).map(Some);
        }
        let length = text.len() as u64;
        Ok(Some(RawLine { number, text: Some(text), length, digest: None, ended }))
    }

    /// Reads to the end of a line whose `beginning` is longer than lines are.
    fn pass_over(&mut self, beginning: Vec<u8>) -> io::Result<RawLine> {
        let mut hash = Sha256::new().chain_update(&beginning);
        let mut length = beginning.len() as u64;
        let ended = loop {
            let piece = self.reader.fill_buf()?;
            if piece.is_empty() {
                break false;
            }
            let newline = piece.iter().position(|byte| *byte == b'\n');
            let until = newline.unwrap_or(piece.len());
            hash.update(&piece[..until]);
            length += until as u64;
            self.reader.consume(until + usize::from(newline.is_some()));
            if newline.is_some() {
                break true;
            }
        };
        let digest = Some(Digest(hash.finalize().into()));
        Ok(RawLine { number: self.number, text: None, length, digest, ended })
    }
}

/// Reads a file at a place of its own, so that several can read it at once.
#[derive(Debug)]
struct Positioned {
    log: Arc<LogFile>,
    at: u64,
    end: u64,
}

impl Read for Positioned {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.log.file.read_at(&mut buffer[..left], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
