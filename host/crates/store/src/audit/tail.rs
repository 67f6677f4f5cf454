//! The end of an audit file: its last whole line, and what may have been cut off behind it.
//!
//! Looked at before each line that is written, so it reads a few kilobytes where all is well.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use sha2::{Digest as _, Sha256};

use super::line::LONGEST;
use crate::digest::Digest;

/// Bytes that are read at once: most last lines are within.
const PIECE: u64 = 4 << 10;

/// How a file ends.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tail {
    /// The last line that a newline ends, without it; none where there is none, or it is too long.
    pub(super) line: Option<Vec<u8>>,
    /// What stands behind the last newline.
    pub(super) rest: Option<Rest>,
}

/// What no newline ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rest {
    /// Its text, where it is no longer than lines are.
    pub(super) text: Option<Vec<u8>>,
    /// Its length in bytes.
    pub(super) length: u64,
    /// The digest of its text.
    pub(super) content: Digest,
}

impl Tail {
    /// The end of a file that has `length` bytes.
    pub(super) fn read(file: &File, length: u64) -> io::Result<Self> {
        let after = after_newline(file, length, 0)?;
        let rest = match after < length {
            true => Some(Rest::read(file, after, length)?),
            false => None,
        };
        let Some(newline) = after.checked_sub(1) else {
            return Ok(Self { line: None, rest });
        };
        let begin = after_newline(file, newline, newline.saturating_sub(LONGEST as u64 + 1))?;
        let line = match newline - begin {
            length if length <= LONGEST as u64 => Some(part(file, begin, newline)?),
            _ => None,
        };
        Ok(Self { line, rest })
    }
}

impl Rest {
    fn read(file: &File, from: u64, to: u64) -> io::Result<Self> {
        let length = to - from;
        if length <= LONGEST as u64 {
            let text = part(file, from, to)?;
            return Ok(Self { content: Digest::of(&text), text: Some(text), length });
        }
        let mut hash = Sha256::new();
        let mut at = from;
        while at < to {
            let piece = part(file, at, to.min(at + LONGEST as u64))?;
            at += piece.len() as u64;
            hash.update(&piece);
        }
        Ok(Self { text: None, length, content: Digest(hash.finalize().into()) })
    }
}

/// The place behind the last newline before `end`, or `begin` where there is none from there on.
fn after_newline(file: &File, end: u64, begin: u64) -> io::Result<u64> {
    let mut until = end;
    while until > begin {
        let from = until.saturating_sub(PIECE).max(begin);
        let piece = part(file, from, until)?;
        if let Some(at) = piece.iter().rposition(|byte| *byte == b'\n') {
            return Ok(from + at as u64 + 1);
        }
        until = from;
    }
    Ok(begin)
}

fn part(file: &File, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(to - from).unwrap_or(usize::MAX)];
    file.read_exact_at(&mut bytes, from)?;
    Ok(bytes)
}
