//! The sanitizer for bytes that come in pieces: what a pack writes to its standard streams.
//!
//! Pieces may end within a character, within a line, between a carriage return and its newline.
//! The lines that come out do not depend on where the pieces were cut. Memory is bounded by the
//! width of a line, however long the line. Whose lines they are is for the caller to write.

use super::{Allowed, Shown};

/// Turns pieces of bytes into visible lines of a bounded width.
#[derive(Debug, Clone)]
pub struct VisibleLines {
    /// The beginning of a character whose rest has not come: at most three bytes.
    unfinished: Vec<u8>,
    pub(super) shown: Shown,
    /// A carriage return that may belong to a newline.
    carriage_return: bool,
    /// Whether the line has begun, be it with something that is not shown.
    begun: bool,
}

impl VisibleLines {
    /// Lines of at most `limit` columns, tabs allowed.
    pub fn new(limit: usize) -> Self {
        Self {
            unfinished: Vec::new(),
            shown: Shown::new(Allowed::Tabs, limit),
            carriage_return: false,
            begun: false,
        }
    }

    /// Takes more bytes and hands every line that they complete to `line`.
    pub fn push(&mut self, bytes: &[u8], line: &mut dyn FnMut(&str)) {
        if self.unfinished.is_empty() {
            self.decode(bytes, line);
        } else {
            let mut joined = std::mem::take(&mut self.unfinished);
            joined.extend_from_slice(bytes);
            self.decode(&joined, line);
        }
    }

    /// Hands over what has no newline at its end. Bytes that come later begin a new line.
    pub fn finish(&mut self, line: &mut dyn FnMut(&str)) {
        for byte in std::mem::take(&mut self.unfinished) {
            self.byte(byte);
        }
        self.settle_carriage_return();
        if self.begun {
            self.end(line);
        }
    }

    fn decode(&mut self, bytes: &[u8], line: &mut dyn FnMut(&str)) {
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            for character in chunk.valid().chars() {
                self.character(character, line);
            }
            let invalid = chunk.invalid();
            if chunks.peek().is_none() && is_unfinished(invalid) {
                self.unfinished = invalid.to_vec();
            } else {
                invalid.iter().for_each(|byte| self.byte(*byte));
            }
        }
    }

    fn character(&mut self, character: char, line: &mut dyn FnMut(&str)) {
        if character == '\n' {
            self.carriage_return = false;
            self.end(line);
            return;
        }
        self.settle_carriage_return();
        self.begun = true;
        if character == '\r' {
            self.carriage_return = true;
        } else {
            self.shown.character(character);
        }
    }

    fn byte(&mut self, byte: u8) {
        self.settle_carriage_return();
        self.begun = true;
        self.shown.byte(byte);
    }

    fn settle_carriage_return(&mut self) {
        if std::mem::take(&mut self.carriage_return) {
            self.shown.character('\r');
        }
    }

    fn end(&mut self, line: &mut dyn FnMut(&str)) {
        self.begun = false;
        line(&self.shown.take());
    }
}

/// Whether more bytes could still make a character of `bytes`.
fn is_unfinished(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}
