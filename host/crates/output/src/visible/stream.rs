//! The sanitizer for a text that comes in pieces: what a pack answers as text, call by call.
//!
//! Pieces may end between a carriage return and its newline, between a character and its marks, or
//! within an escape sequence. What comes out does not depend on where they were cut. Bytes are made
//! into lines of text in the runtime, which cuts them to a bounded length; here is only text.

use super::{Allowed, Shown};

/// Turns pieces of text into visible text of several lines.
#[derive(Debug, Clone)]
pub(crate) struct VisibleText {
    shown: Shown,
    /// A carriage return that may belong to a newline.
    carriage_return: bool,
}

impl VisibleText {
    /// Text without an end, newlines and tabs allowed.
    pub(crate) fn new() -> Self {
        Self::within(Allowed::TabsAndNewlines, usize::MAX)
    }

    pub(super) fn within(allowed: Allowed, limit: usize) -> Self {
        Self { shown: Shown::new(allowed, limit), carriage_return: false }
    }

    /// Takes more text and gives what can be shown of it by now.
    pub(crate) fn push(&mut self, piece: &str) -> String {
        self.add(piece);
        self.shown.drain()
    }

    /// What was held back; begins anew.
    pub(crate) fn finish(&mut self) -> String {
        if std::mem::take(&mut self.carriage_return) {
            self.shown.character('\r');
        }
        self.shown.take()
    }

    pub(super) fn add(&mut self, piece: &str) {
        for character in piece.chars() {
            if std::mem::take(&mut self.carriage_return) && character != '\n' {
                self.shown.character('\r');
            }
            if self.shown.is_over() {
                break;
            }
            match character {
                '\r' if self.shown.allowed == Allowed::TabsAndNewlines => self.carriage_return = true,
                _ => self.shown.character(character),
            }
        }
    }
}
