//! A first look at the command line, before there is a command tree to parse it with.
//!
//! The tree is built from the catalog, and only the pack that is named is described in full; so the
//! words are found first. The look is also what an error of usage is drawn by: `-o json` holds for
//! errors too, even when the rest of the line cannot be parsed. It decides nothing else: `clap`
//! parses the line.

use std::ffi::OsString;

use vantage_output::Format;

use crate::cli::globals::Color;

/// Global options that take a value, which is no word of the command.
const WITH_VALUE: &[&str] = &[
    "--profile",
    "-p",
    "--organization",
    "--output",
    "-o",
    "--jq",
    "--columns",
    "--sort",
    "--limit",
    "--timings",
    "--log-file",
    "--color",
];

/// What a first look finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peek {
    /// The words of the command, up to the first option that is not global.
    pub words: Vec<String>,
    /// Where each word stands among the arguments.
    pub places: Vec<usize>,
    /// The format that `-o` or `-j` names.
    pub format: Option<Format>,
    /// What `--color` names.
    pub color: Color,
    /// How often `-v` stands there.
    pub verbosity: u8,
}

impl Peek {
    /// Looks at `arguments`, of which the first is the program's name.
    pub fn at(arguments: &[OsString]) -> Self {
        let (words, places) = (Vec::new(), Vec::new());
        let mut peek = Self { words, places, format: None, color: Color::Auto, verbosity: 0 };
        let mut words_end = false;
        let mut rest = arguments.iter().map(|argument| argument.to_string_lossy()).enumerate().skip(1);
        while let Some((place, argument)) = rest.next() {
            if argument == "--" {
                break;
            }
            if !argument.starts_with('-') || argument == "-" {
                if !words_end {
                    peek.words.push(argument.into_owned());
                    peek.places.push(place);
                }
                continue;
            }
            for (name, value) in options(&argument) {
                let value = match value {
                    Some(value) => Some(value.to_owned()),
                    None if WITH_VALUE.contains(&name.as_str()) => {
                        rest.next().map(|(_, value)| value.into_owned())
                    }
                    None => None,
                };
                peek.option(&name, value.as_deref());
                // Whether another option takes a value is known only to the tree.
                words_end |= !is_global(&name);
            }
        }
        peek
    }

    /// The word that says whose command it is, also where the line asks for help about it.
    pub fn named(&self) -> Option<&str> {
        let word = match self.words.first().map(String::as_str) {
            Some("help") => self.words.get(1),
            _ => self.words.first(),
        };
        word.map(String::as_str)
    }

    fn option(&mut self, name: &str, value: Option<&str>) {
        match name {
            "--output" | "-o" => self.format = value.and_then(|value| value.parse().ok()),
            "--json" | "-j" => self.format = Some(Format::Json),
            "--color" => {
                self.color = match value {
                    Some("always") => Color::Always,
                    Some("never") => Color::Never,
                    _ => Color::Auto,
                }
            }
            "--verbose" | "-v" => self.verbosity = self.verbosity.saturating_add(1),
            _ => {}
        }
    }
}

/// The options that one argument holds, each with the value that stands in it: `--name=value`, and
/// clusters of short ones such as `-vo=json`.
fn options(argument: &str) -> Vec<(String, Option<&str>)> {
    if argument.starts_with("--") {
        return match argument.split_once('=') {
            Some((name, value)) => vec![(name.to_owned(), Some(value))],
            None => vec![(argument.to_owned(), None)],
        };
    }
    let mut found = Vec::new();
    for (at, letter) in argument.char_indices().skip(1) {
        let name = format!("-{letter}");
        let rest = &argument[at + letter.len_utf8()..];
        if WITH_VALUE.contains(&name.as_str()) {
            let value = (!rest.is_empty()).then(|| rest.strip_prefix('=').unwrap_or(rest));
            found.push((name, value));
            break;
        }
        found.push((name, None));
    }
    found
}

fn is_global(name: &str) -> bool {
    WITH_VALUE.contains(&name)
        || matches!(
            name,
            "--json"
                | "-j"
                | "--wide"
                | "--no-header"
                | "--schema"
                | "--quiet"
                | "-q"
                | "--verbose"
                | "-v"
                | "--no-input"
                | "--yes"
                | "-y"
                | "--dry-run"
                | "--offline"
                | "--help"
                | "-h"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peek(line: &str) -> Peek {
        Peek::at(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn global_options_may_stand_before_and_between_the_words() {
        let peek = peek("vantage -p lab --color=never cluster -o json list --status ready");
        assert_eq!(peek.words, ["cluster", "list"]);
        assert_eq!(peek.format, Some(Format::Json));
        assert_eq!(peek.color, Color::Never);
    }

    #[test]
    fn joined_values_and_counts_are_understood() {
        let peek = peek("vantage -ojsonl -vv whoami");
        assert_eq!((peek.format, peek.verbosity), (Some(Format::Jsonl), 2));
        assert_eq!(peek.words, ["whoami"]);
    }

    #[test]
    fn a_value_behind_a_cluster_of_short_options_is_no_word() {
        let peek = peek("vantage -qvo json cluster list -jv");
        assert_eq!(peek.words, ["cluster", "list"]);
        assert_eq!((peek.format, peek.verbosity), (Some(Format::Json), 2));
    }

    #[test]
    fn the_format_is_found_even_behind_options_that_nobody_knows() {
        assert_eq!(peek("vantage nosuch --what -j").format, Some(Format::Json));
    }
}
