//! Help: what `--help` and `vantage help` show, for a terminal of any width.
//!
//! `clap` lays out usage and options of a command; this module gives it the rest, which is the same for
//! built-ins and packs: Markdown in rows, examples to copy, colours. The overview, which groups commands by
//! what they are, is written here. Only a line that asks for help pays for it: the tree is then built once
//! more, with a [`Look`].

pub mod explanation;
mod groups;
pub mod look;

use std::ffi::OsString;

use clap::{Command, Subcommand as _};

use crate::cli::globals::Globals;
use crate::cli::peek::Peek;
use crate::cli::{BuiltIn, PackWord};

use self::explanation::Explanation;
pub use self::look::Look;

/// Where each command's help points for the options that are the same everywhere.
const FOLDED: &str = "Global options, such as -o FORMAT and -p PROFILE: vantage --help";

/// Whether the line is about one command, and not about the whole.
pub fn names_a_command(peek: &Peek) -> bool {
    match peek.words.first().map(String::as_str) {
        Some("help") => peek.words.len() > 1,
        first => first.is_some(),
    }
}

/// The line that `vantage help` is asked about, where the line is one: the program's name and the words.
pub fn asked_about(arguments: &[OsString], peek: &Peek) -> Option<Vec<OsString>> {
    let (program, words) = (arguments.first()?, peek.words.split_first()?);
    let line = std::iter::once(program.clone()).chain(words.1.iter().map(OsString::from));
    (words.0 == "help" && !words.1.is_empty()).then(|| line.collect())
}

/// `root` with the texts of its commands laid out for `look`.
pub fn dressed(root: Command, look: Look) -> Command {
    root.styles(look.styles())
        .term_width(look.width)
        .mut_subcommands(|command| dressed_command(command, look))
}

fn dressed_command(command: Command, look: Look) -> Command {
    let Explanation { summary, description, remarks, examples } = Explanation::of(&command);
    let mut behind = Vec::new();
    if !remarks.is_empty() {
        behind.push(look.markdown(&remarks));
    }
    if !examples.is_empty() {
        behind.push(look.examples(&examples));
    }
    behind.push(look.markdown(FOLDED));
    let behind = behind.join("\n\n");
    let mut command = command.after_help(behind);
    if !description.is_empty() {
        command = command.long_about(format!("{summary}\n\n{}", look.markdown(&description)));
    }
    groups::grouped(command, look).mut_subcommands(|command| dressed_command(command, look))
}

/// The text of `vantage --help`; `unlisted` is how many commands of packs are not among `words`.
pub fn overview(words: &[PackWord], unlisted: usize, look: Look) -> String {
    let mut text = format!(
        "The command line of the Vantage HPC platform\n\n{} {} [OPTIONS] <COMMAND>\n",
        look.title("Usage:"),
        look.typed("vantage")
    );
    let column = words.iter().map(|word| word.word.len()).max().unwrap_or(0).max(10);
    let packs = |bundled: bool| {
        words
            .iter()
            .filter(move |word| word.bundled == bundled && !word.hidden)
            .map(|word| (word.word.clone(), word.summary.clone()))
            .collect::<Vec<_>>()
    };
    let mut section = |title: &str, rows: &[(String, String)], column: usize, more: &str| {
        if !rows.is_empty() {
            text.push_str(&format!("\n{}\n{}{more}", look.title(title), look.rows(rows, column)));
        }
    };
    section("Platform:", &packs(true), column, "");
    let more = match unlisted {
        0 => String::new(),
        _ => format!("  … and {unlisted} more: vantage plugin list\n"),
    };
    section("From installed packs:", &packs(false), column, &more);
    section("Commands:", &built_ins(), column, "");
    section("Global options:", &options(), 26, "");
    let last = "`vantage <COMMAND> --help` explains a command; `vantage login` is where to start.";
    text.push_str(&format!("\n{}\n", look.markdown(last)));
    text
}

fn built_ins() -> Vec<(String, String)> {
    let command = BuiltIn::augment_subcommands(Command::new("vantage"));
    let row = |command: &Command| {
        (command.get_name().to_owned(), command.get_about().map(ToString::to_string).unwrap_or_default())
    };
    let mut rows: Vec<_> = command.get_subcommands().map(row).collect();
    rows.push(("help".to_owned(), "Explain a command".to_owned()));
    rows
}

fn options() -> Vec<(String, String)> {
    use clap::Args as _;
    let command = Globals::augment_args(Command::new("vantage"));
    let mut rows = Vec::new();
    for option in command.get_arguments() {
        let short = option.get_short().map_or("    ".to_owned(), |short| format!("-{short}, "));
        let value = match option.get_value_names() {
            Some([name, ..]) if option.get_action().takes_values() => format!(" {name}"),
            _ => String::new(),
        };
        let name = format!("{short}--{}{value}", option.get_long().unwrap_or_default());
        rows.push((name, option.get_help().map(ToString::to_string).unwrap_or_default()));
    }
    rows.push(("-h, --help".to_owned(), "Show help".to_owned()));
    rows.push(("-V, --version".to_owned(), "Show the version".to_owned()));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_counted() {
        let word = |word: &str, bundled| PackWord {
            word: word.to_owned(),
            summary: "Does it".to_owned(),
            bundled,
            hidden: false,
        };
        let words = [word("cluster", true), word("gpu", false)];
        let look = Look::new(None, false);
        assert!(!overview(&words, 0, look).contains('…'));
        let text = overview(&words, 950, look);
        assert!(text.contains("  gpu         Does it\n  … and 950 more: vantage plugin list\n"), "{text}");
    }
}
