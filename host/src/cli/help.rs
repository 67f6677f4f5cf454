//! What `--help` shows at the top, and how global options are folded below it.
//!
//! The text of each command comes from `clap`; this file only writes the overview, which groups
//! commands by what they are: the platform's, those of installed packs, and the host's own.

use clap::{Command, Subcommand as _};

use crate::cli::globals::Globals;
use crate::cli::peek::Peek;
use crate::cli::{BuiltIn, PackWord};

/// Whether the line is about one command, and not about the whole.
pub fn names_a_command(peek: &Peek) -> bool {
    match peek.words.first().map(String::as_str) {
        Some("help") => peek.words.len() > 1,
        first => first.is_some(),
    }
}

/// Points to the global options from each command's help.
pub fn fold_global_options(root: Command) -> Command {
    let folded = "Global options, such as -o FORMAT and -p PROFILE: vantage --help";
    root.mut_subcommands(|command| below(command, folded))
}

fn below(command: Command, folded: &str) -> Command {
    let text = match command.get_after_help() {
        Some(text) => format!("{text}\n\n{folded}"),
        None => folded.to_owned(),
    };
    command.after_help(text).mut_subcommands(|command| below(command, folded))
}

/// The text of `vantage --help`; `unlisted` is how many commands of packs are not among `words`.
pub fn overview(words: &[PackWord], unlisted: usize) -> String {
    let mut text =
        String::from("The command line of the Vantage HPC platform\n\nUsage: vantage [OPTIONS] <COMMAND>\n");
    let width = words.iter().map(|word| word.word.len()).max().unwrap_or(0).max(10);
    let packs = |bundled: bool| {
        words
            .iter()
            .filter(move |word| word.bundled == bundled && !word.hidden)
            .map(|word| (word.word.clone(), word.summary.clone()))
            .collect::<Vec<_>>()
    };
    section(&mut text, "Platform", width, &packs(true));
    section(&mut text, "From installed packs", width, &packs(false));
    if unlisted > 0 {
        text.push_str(&format!("  … and {unlisted} more: vantage plugin list\n"));
    }
    section(&mut text, "Commands", width, &built_ins());
    text.push_str("\nGlobal options:\n");
    text.push_str(&options());
    text.push_str("\nvantage <COMMAND> --help explains a command; vantage login is where to start.\n");
    text
}

fn section(text: &mut String, title: &str, width: usize, rows: &[(String, String)]) {
    if rows.is_empty() {
        return;
    }
    text.push_str(&format!("\n{title}:\n"));
    for (name, summary) in rows {
        text.push_str(&format!("  {name:width$}  {summary}\n"));
    }
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

fn options() -> String {
    use clap::Args as _;
    let command = Globals::augment_args(Command::new("vantage"));
    let mut text = String::new();
    for option in command.get_arguments() {
        let short = option.get_short().map_or("    ".to_owned(), |short| format!("-{short}, "));
        let value = match option.get_value_names() {
            Some([name, ..]) if option.get_action().takes_values() => format!(" {name}"),
            _ => String::new(),
        };
        let name = format!("--{}{value}", option.get_long().unwrap_or_default());
        let help = option.get_help().map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!("  {short}{name:22}  {help}\n"));
    }
    text.push_str(
        "  -h, --help                  Show help\n  -V, --version               Show the version\n",
    );
    text
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
        assert!(!overview(&words, 0).contains('…'));
        let text = overview(&words, 950);
        assert!(text.contains("  gpu         Does it\n  … and 950 more: vantage plugin list\n"), "{text}");
    }
}
