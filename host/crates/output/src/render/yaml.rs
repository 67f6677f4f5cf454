//! YAML 1.2: a sequence that is written as its records come, or the one record.
//!
//! Written by hand rather than through a serializer, because numbers have to stay as they were
//! written and records have to stream. Strings are plain only where no reader of YAML 1.1 or 1.2
//! could take them for something else, and quoted otherwise.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::value::RawValue;

use super::{Render, View, json};
use crate::error::OutputError;
use crate::record::{self, Member};
use crate::visible::Eye;

/// Levels in block style; what is nested deeper is written as JSON, which is YAML too.
const BLOCK_LEVELS: usize = 16;

/// Words that some reader takes for `null` or a truth value.
const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// A sequence of records, or one of them.
pub(crate) struct Yaml {
    sequence: bool,
    begun: bool,
}

impl Yaml {
    pub(crate) fn new(sequence: bool) -> Self {
        Self { sequence, begun: false }
    }
}

impl Render for Yaml {
    fn whole(&mut self, record: &RawValue, out: &mut String) -> Result<(), OutputError> {
        self.begun = true;
        let written = if self.sequence {
            out.push_str("- ");
            block(record.get(), 2, 1, out)
        } else {
            block(record.get(), 0, 0, out)
        };
        written.map_err(|source| OutputError::Record { source })
    }

    fn end(&mut self, _: &View<'_>, complete: bool, out: &mut String) {
        if self.sequence && !self.begun && complete {
            out.push_str("[]\n");
        }
    }
}

/// Writes a value of which the first line's indentation stands already, and ends the line.
fn block(text: &str, indent: usize, level: usize, out: &mut String) -> Result<(), serde_json::Error> {
    if !is_block(text, level) {
        flow(text, out);
        out.push('\n');
        return Ok(());
    }
    if text.starts_with('{') {
        for (index, (name, value)) in last_of_each(record::members(text)?).into_iter().enumerate() {
            begin(index, indent, out);
            string(&name, out);
            out.push(':');
            let nested = is_block(value.get(), level + 1);
            if nested {
                begin_line(indent + 2, out);
            } else {
                out.push(' ');
            }
            block(value.get(), indent + 2, level + 1, out)?;
        }
    } else {
        for (index, value) in record::elements(text)?.into_iter().enumerate() {
            begin(index, indent, out);
            out.push_str("- ");
            block(value.get(), indent + 2, level + 1, out)?;
        }
    }
    Ok(())
}

fn begin(index: usize, indent: usize, out: &mut String) {
    if index > 0 {
        out.extend(std::iter::repeat_n(' ', indent));
    }
}

fn begin_line(indent: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Whether `text` is a collection with something in it, and not too deep.
fn is_block(text: &str, level: usize) -> bool {
    level < BLOCK_LEVELS
        && text.starts_with(['{', '['])
        && !text[1..].trim_start_matches([' ', '\t', '\n', '\r']).starts_with(['}', ']'])
}

/// YAML refuses a name that comes twice; as in JSON, the last one counts.
fn last_of_each(members: Vec<Member<'_>>) -> Vec<Member<'_>> {
    let mut last = HashMap::new();
    for (index, (name, _)) in members.iter().enumerate() {
        last.insert(name.to_string(), index);
    }
    if last.len() == members.len() {
        return members;
    }
    let mut members: Vec<(usize, Member<'_>)> = members.into_iter().enumerate().collect();
    members.retain(|(index, (name, _))| last.get(name.as_ref()) == Some(index));
    members.into_iter().map(|(_, member)| member).collect()
}

/// A value on one line: a scalar, an empty collection, or what is nested too deep for blocks.
fn flow(text: &str, out: &mut String) {
    match text.as_bytes().first() {
        Some(b'"') => string(&record::decoded(text), out),
        _ => out.push_str(&json::compacted(text)),
    }
}

/// A string, plain or quoted.
pub(crate) fn string(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
        return;
    }
    out.push('"');
    let mut eye = Eye::default();
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            _ if eye.sees(character).is_some() => out.push(character),
            // Writing to a `String` cannot fail.
            _ if u32::from(character) > 0xffff => drop(write!(out, "\\U{:08x}", u32::from(character))),
            _ => drop(write!(out, "\\u{:04x}", u32::from(character))),
        }
    }
    out.push('"');
}

fn is_plain(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_' || first == '/')
        && !text.ends_with(' ')
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "_ ./@+-".contains(character))
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yaml(json: &str) -> String {
        let raw: &RawValue = serde_json::from_str(json).unwrap();
        let mut out = String::new();
        Yaml::new(false).whole(raw, &mut out).unwrap();
        out
    }

    #[test]
    fn blocks_for_people_and_quotes_where_a_reader_could_err() {
        let json = r#"{"name":"gpu 7","no":"No","n":1e400,"date":"2026-01-01","text":"a: b\n\"c\"","list":[1,[2,3],{"x":null,"y":{}}],"e":[]}"#;
        insta::assert_snapshot!(yaml(json), @r#"
        name: gpu 7
        "no": "No"
        "n": 1e400
        date: "2026-01-01"
        text: "a: b\n\"c\""
        list:
          - 1
          - - 2
            - 3
          - x: null
            "y": {}
        e: []
        "#);
    }

    #[test]
    fn the_last_of_two_members_counts_and_depth_is_bounded() {
        assert_eq!(yaml(r#"{"a":1,"b":2,"a":3}"#), "b: 2\na: 3\n");
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(yaml(&deep).ends_with("]]\n"));
    }

    #[test]
    fn hidden_characters_are_escapes_of_the_same_text() {
        let shown = yaml("\"\u{1b}[1m \u{e0041}\u{202e} 集群\"".replace('\u{1b}', "\\u001b").as_str());
        assert_eq!(shown, "\"\\u001b[1m \\U000e0041\\u202e 集群\"\n");
        let read: String = serde_yaml_ng::from_str(&shown).unwrap();
        assert_eq!(read, "\u{1b}[1m \u{e0041}\u{202e} 集群");
    }
}
