//! JSON and JSON lines.
//!
//! Records pass through as the API wrote them, numbers, order and duplicates included; only the
//! space between tokens is the host's. Characters that a terminal would obey or hide are written
//! with JSON's own escapes: it is the same JSON, also when it is read in a pager. Nothing is
//! parsed into values here, so nesting costs no stack.

use std::fmt::Write as _;

use serde_json::value::RawValue;

use super::{Render, View};
use crate::error::OutputError;
use crate::visible::Eye;

/// Levels that are indented; what is nested deeper is written compactly, since the indentation of
/// a record that is nothing but brackets would be far longer than the record.
const INDENTED_LEVELS: usize = 32;

/// An array that is written as its records come, or the one record.
pub(crate) struct Json {
    /// Whether records are elements of an array.
    pub(crate) array: bool,
    /// Whether to indent.
    pub(crate) pretty: bool,
    /// Whether the array has begun.
    begun: bool,
}

impl Json {
    pub(crate) fn new(array: bool, pretty: bool) -> Self {
        Self { array, pretty, begun: false }
    }
}

impl Render for Json {
    fn whole(&mut self, record: &RawValue, out: &mut String) -> Result<(), OutputError> {
        if self.array {
            out.push_str(if self.begun { ",\n" } else { "[\n" });
            self.begun = true;
        }
        match (self.pretty, self.array) {
            (true, true) => {
                out.push_str("  ");
                write(record.get(), Some(1), out);
            }
            (true, false) => write(record.get(), Some(0), out),
            (false, _) => write(record.get(), None, out),
        }
        if !self.array {
            out.push('\n');
        }
        Ok(())
    }

    fn end(&mut self, _: &View<'_>, complete: bool, out: &mut String) {
        match (self.array, self.begun) {
            (true, true) => out.push_str("\n]\n"),
            (true, false) if complete => out.push_str("[]\n"),
            _ => {}
        }
    }
}

/// One record a line.
pub(crate) struct Lines;

impl Render for Lines {
    fn whole(&mut self, record: &RawValue, out: &mut String) -> Result<(), OutputError> {
        write(record.get(), None, out);
        out.push('\n');
        Ok(())
    }

    fn end(&mut self, _: &View<'_>, _: bool, _: &mut String) {}
}

/// `json` without space between its tokens.
pub(crate) fn compacted(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    write(json, None, &mut out);
    out
}

/// `json` with two spaces for each level.
pub(crate) fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    write(json, Some(0), &mut out);
    out
}

/// Writes the JSON text `json`, which is known to be valid: indented from `level` on, or compactly.
fn write(json: &str, level: Option<usize>, out: &mut String) {
    let mut writer = Writer { out, level };
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'"' => writer.string(&json[at..]),
            b'{' | b'[' => writer.open(&json[at..]),
            b'}' | b']' => writer.close(char::from(*byte)),
            b',' => writer.comma(),
            b':' => writer.colon(),
            b' ' | b'\t' | b'\n' | b'\r' => 1,
            _ => writer.literal(&json[at..]),
        };
    }
}

/// Each function writes what stands at the beginning of its text and gives its length.
struct Writer<'a> {
    out: &'a mut String,
    level: Option<usize>,
}

impl Writer<'_> {
    fn string(&mut self, rest: &str) -> usize {
        let bytes = rest.as_bytes();
        let mut end = 1;
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        let end = (end + 1).min(rest.len());
        escape_hidden(&rest[..end], self.out);
        end
    }

    fn open(&mut self, rest: &str) -> usize {
        let inner = rest[1..].trim_start();
        self.out.push_str(&rest[..1]);
        if inner.starts_with(['}', ']']) {
            self.out.push_str(&inner[..1]);
            return rest.len() - inner.len() + 1;
        }
        self.level = self.level.map(|level| level + 1);
        self.line(self.level);
        1
    }

    fn close(&mut self, bracket: char) -> usize {
        let inside = self.level;
        self.level = self.level.map(|level| level.saturating_sub(1));
        if inside.is_some_and(|level| level <= INDENTED_LEVELS) {
            self.line(self.level);
        }
        self.out.push(bracket);
        1
    }

    fn comma(&mut self) -> usize {
        self.out.push(',');
        self.line(self.level);
        1
    }

    fn colon(&mut self) -> usize {
        self.out.push_str(if self.level.is_some() { ": " } else { ":" });
        1
    }

    fn literal(&mut self, rest: &str) -> usize {
        let end = rest.find([',', '}', ']', ' ', '\t', '\n', '\r']).unwrap_or(rest.len());
        self.out.push_str(&rest[..end]);
        end
    }

    fn line(&mut self, level: Option<usize>) {
        if let Some(level) = level.filter(|level| *level <= INDENTED_LEVELS) {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", level));
        }
    }
}

/// Copies JSON text, writing what a terminal would obey or hide as `\u` escapes. In valid JSON such
/// characters stand in strings only.
pub(crate) fn escape_hidden(json: &str, out: &mut String) {
    if json.bytes().all(|byte| byte < 0x7f) {
        out.push_str(json);
        return;
    }
    let mut eye = Eye::default();
    for character in json.chars() {
        // Space between tokens may be a newline or a tab, which no string holds.
        if matches!(character, '\n' | '\t' | '\r') || eye.sees(character).is_some() {
            out.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pretty(json: &str) -> String {
        let mut out = String::new();
        write(json, Some(0), &mut out);
        out
    }

    #[test]
    fn only_space_between_tokens_changes() {
        let json =
            "{ \"a\" : [ 1 , 1e400,12345678901234567890 ], \"b\\\" {\":\"x y\\\\\",\"c\":{ }, \"d\":[\n]}";
        assert_eq!(compacted(json), r#"{"a":[1,1e400,12345678901234567890],"b\" {":"x y\\","c":{},"d":[]}"#);
        insta::assert_snapshot!(pretty(json), @r#"
        {
          "a": [
            1,
            1e400,
            12345678901234567890
          ],
          "b\" {": "x y\\",
          "c": {},
          "d": []
        }
        "#);
    }

    #[test]
    fn scalars_are_records_too() {
        assert_eq!(compacted(" null "), "null");
        assert_eq!(pretty("-1.50"), "-1.50");
    }

    #[test]
    fn hidden_characters_become_escapes_of_the_same_text() {
        let json = "\"a\u{9b}b\u{202e}c\u{e0041}d\u{7f} 集群\"";
        let shown = compacted(json);
        assert_eq!(shown, "\"a\\u009bb\\u202ec\\udb40\\udc41d\\u007f 集群\"");
        let same: String = serde_json::from_str(&shown).unwrap();
        assert_eq!(same, serde_json::from_str::<String>(json).unwrap());
    }

    #[test]
    fn deep_nesting_is_not_indented_without_end() {
        let json = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(pretty(&json).len() < 210_000);
        assert_eq!(compacted(&json), json);
    }
}
