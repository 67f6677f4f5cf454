//! A command's texts, taken apart: what help, the reference and the manual pages are made of.
//!
//! Built-ins have them from their argument structs, packs from their descriptions; both leave them in
//! the command tree in one form, and this is where it is read. Nothing is laid out here.

use clap::Command;

/// What stands before examples in the text behind a command's options.
pub const EXAMPLES: &str = "Examples:";

/// A command's texts, of which none but the summary has to be there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explanation {
    /// One line.
    pub summary: String,
    /// Markdown: what there is to know before the options.
    pub description: String,
    /// Markdown: what there is to know behind them.
    pub remarks: String,
    /// Lines to learn from.
    pub examples: Vec<Example>,
}

/// A command line to learn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What is typed.
    pub line: String,
    /// What it does.
    pub explanation: String,
}

impl Explanation {
    /// The texts of `command`.
    pub fn of(command: &Command) -> Self {
        let summary = command.get_about().map(ToString::to_string).unwrap_or_default();
        let long = command.get_long_about().map(ToString::to_string).unwrap_or_default();
        let description = long.strip_prefix(&summary).unwrap_or(&long).trim().to_owned();
        let behind = command.get_after_long_help().or(command.get_after_help());
        let (remarks, examples) = split(&behind.map(ToString::to_string).unwrap_or_default());
        Self { summary, description, remarks, examples }
    }
}

/// The text behind the options, as [`Explanation::of`] reads it.
pub fn joined(remarks: &str, examples: &[Example]) -> String {
    let mut text = remarks.to_owned();
    if !examples.is_empty() {
        text.push_str(if text.is_empty() { "" } else { "\n\n" });
        text.push_str(EXAMPLES);
        for Example { line, explanation } in examples {
            text.push_str(&format!("\n  {line}\n      {explanation}"));
        }
    }
    text
}

fn split(text: &str) -> (String, Vec<Example>) {
    let mut lines = text.lines();
    let before: Vec<&str> = lines.by_ref().take_while(|line| *line != EXAMPLES).collect();
    let mut examples: Vec<Example> = Vec::new();
    for line in lines {
        match (line.strip_prefix("      "), examples.last_mut()) {
            (Some(more), Some(example)) => {
                let space = if example.explanation.is_empty() { "" } else { " " };
                example.explanation.push_str(space);
                example.explanation.push_str(more.trim());
            }
            _ => {
                examples.push(Example { line: line.trim().to_owned(), explanation: String::new() });
            }
        }
    }
    (before.join("\n").trim().to_owned(), examples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_is_taken_apart_again() {
        let example = |line: &str| Example { line: line.to_owned(), explanation: "Does it".to_owned() };
        for (remarks, examples) in [
            ("", vec![example("vantage a"), example("vantage b --c 'd  e'")]),
            ("One thing.\n\nAnother.", vec![example("vantage a")]),
            ("One thing.", vec![]),
            ("", vec![]),
        ] {
            let command = Command::new("a")
                .about("Do it")
                .long_about("Do it\n\nWell.")
                .after_help(joined(remarks, &examples));
            let explanation = Explanation::of(&command);
            assert_eq!((explanation.remarks.as_str(), explanation.examples), (remarks, examples));
            assert_eq!((explanation.summary.as_str(), explanation.description.as_str()), ("Do it", "Well."));
        }
    }
}
