//! The one sanitizer: text that is not the host's own, made visible.
//!
//! What packs, servers, providers, file names and logs say may hold characters that a terminal
//! obeys instead of showing, or that show nothing and still differ: escapes, C1, carriage returns,
//! bidirectional controls, zero-width and tag characters. Each is written as `\u{1b}`, never
//! dropped: what was there can be seen. Everything else stays. This module decides nothing about
//! trust: what is granted is refused, not made visible, when it holds such characters.

mod stream;
#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};

pub(crate) use stream::VisibleText;

use crate::width::{self, ELLIPSIS};

/// Marks without a width that may follow each other; more is no writing system but a prank.
const MOST_MARKS: usize = 8;

/// Columns from one tab stop to the next.
const TAB_STOP: usize = 8;

/// Whether `character` is shown as an escape wherever it stands.
///
/// Variation selectors are not in this list: one of them after a character is ordinary writing,
/// a run of them is not, which [`Visible`] tells apart.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            // Invisible: soft hyphen, joiners, fillers, zero-width spaces, the byte order mark.
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            // Zero-width and bidirectional controls, line and paragraph separators, invisible operators.
            | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            // Annotations and what is reserved for more of them, shorthand and musical controls.
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            // Tags and what is reserved for more of them.
            | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}'
            // Private use means something else, or an escape, on every terminal.
            | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}'
            | '\u{fdd0}'..='\u{fdef}')
        // The last two of every plane are no characters.
        || u32::from(character) & 0xfffe == 0xfffe
}

fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Tells, character by character, what may be written as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Eye {
    /// The last character that was written as it is.
    previous: Option<char>,
    marks: usize,
}

impl Eye {
    /// The columns that `character` takes as it is; `None` where it has to be shown as an escape.
    pub(crate) fn sees(&mut self, character: char) -> Option<usize> {
        let varies = is_variation_selector(character);
        let carried =
            self.previous.is_some_and(|previous| !is_variation_selector(previous) && previous != ' ');
        let columns = width::step(self.previous, character);
        self.marks = if varies || columns == 0 { self.marks + 1 } else { 0 };
        if is_hidden(character) || (varies && !carried) || self.marks > MOST_MARKS {
            self.previous = None;
            return None;
        }
        self.previous = Some(character);
        Some(columns)
    }
}

/// Which controls may stand as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowed {
    None,
    Tabs,
    TabsAndNewlines,
}

/// Builds visible text of a bounded width.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    text: String,
    columns: usize,
    limit: usize,
    /// Where the text ends if an ellipsis has to follow.
    keep: usize,
    allowed: Allowed,
    eye: Eye,
}

impl Shown {
    fn new(allowed: Allowed, limit: usize) -> Self {
        Self { text: String::new(), columns: 0, limit, keep: 0, allowed, eye: Eye::default() }
    }

    fn is_over(&self) -> bool {
        self.columns > self.limit
    }

    fn character(&mut self, character: char) {
        if self.is_over() {
            return;
        }
        let start = self.text.len();
        match (character, self.allowed) {
            ('\n', Allowed::TabsAndNewlines) => {
                self.text.push(character);
                self.eye = Eye::default();
            }
            ('\t', Allowed::Tabs | Allowed::TabsAndNewlines) => {
                self.text.push(character);
                self.columns += TAB_STOP - self.columns % TAB_STOP;
                self.eye = Eye::default();
            }
            _ => match self.eye.sees(character) {
                Some(columns) => {
                    self.text.push(character);
                    self.columns += columns;
                }
                None => self.escape(format_args!("\\u{{{:x}}}", u32::from(character)), start),
            },
        }
        self.mark();
    }

    fn escape(&mut self, escape: fmt::Arguments<'_>, start: usize) {
        // Writing to a `String` cannot fail.
        let _ = self.text.write_fmt(escape);
        self.columns += self.text.len() - start;
    }

    fn mark(&mut self) {
        if self.columns < self.limit {
            self.keep = self.text.len();
        }
    }

    /// What was built so far of a text without a limit, which goes on.
    fn drain(&mut self) -> String {
        self.keep = 0;
        std::mem::take(&mut self.text)
    }

    /// What was built, cut where it is too wide; begins anew.
    fn take(&mut self) -> String {
        let mut text = std::mem::take(&mut self.text);
        if self.is_over() {
            text.truncate(self.keep);
            if self.limit > 0 {
                text.push(ELLIPSIS);
            }
        }
        *self = Self::new(self.allowed, self.limit);
        text
    }
}

/// Shows a text with everything in it that a terminal would obey or hide written as `\u{1b}`.
#[derive(Debug, Clone, Copy)]
pub struct Visible<'a> {
    text: &'a str,
    allowed: Allowed,
    limit: usize,
}

impl<'a> Visible<'a> {
    /// As one line: newlines and tabs are shown too.
    pub fn line(text: &'a str) -> Self {
        Self { text, allowed: Allowed::None, limit: usize::MAX }
    }

    /// As one line that may have tabs: a line of a log.
    pub fn tabbed_line(text: &'a str) -> Self {
        Self { text, allowed: Allowed::Tabs, limit: usize::MAX }
    }

    /// As text of several lines: newlines and tabs stay, and a carriage return before a newline,
    /// which says no more than the newline, is left out.
    pub fn text(text: &'a str) -> Self {
        Self { text, allowed: Allowed::TabsAndNewlines, limit: usize::MAX }
    }

    /// Cut to at most `limit` columns of a terminal, with an ellipsis where it was cut.
    pub fn cut(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    fn is_plain(&self) -> bool {
        self.text.len() <= self.limit
            && self.text.bytes().all(|byte| {
                matches!(byte, b' '..=b'~') || (byte == b'\n' && self.allowed == Allowed::TabsAndNewlines)
            })
    }
}

impl fmt::Display for Visible<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_plain() {
            return formatter.pad(self.text);
        }
        let mut shown = VisibleText::within(self.allowed, self.limit);
        shown.add(self.text);
        formatter.pad(&shown.finish())
    }
}
