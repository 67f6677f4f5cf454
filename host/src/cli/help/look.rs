//! How help looks on one terminal: its width, its colours, and rows that fit.
//!
//! The only escapes in help are the colours of this file and of the output crate's Markdown. A pack's
//! texts have been made visible when they came into the command tree.

use clap::builder::styling::{AnsiColor, Style, Styles};
use textwrap::Options;
use vantage_output::markdown;

use crate::cli::help::explanation::Example;

/// Wider rows than this are hard to read.
const WIDEST: usize = 100;

/// Narrower than this nothing is laid out.
const NARROWEST: usize = 30;

/// A summary needs as much room beside its name, or stands below it.
const ROOM: usize = 24;

/// A title above rows.
const TITLE: Style = Style::new().bold();

/// What is typed as it stands.
const TYPED: Style = AnsiColor::Cyan.on_default();

/// The width and the colours of help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Columns of a row.
    pub width: usize,
    /// Whether there are colours.
    pub color: bool,
}

impl Look {
    /// For a terminal of `width` columns, or for something that has no width.
    pub fn new(width: Option<usize>, color: bool) -> Self {
        Self { width: width.unwrap_or(WIDEST).clamp(NARROWEST, WIDEST), color }
    }

    /// The colours of what `clap` lays out.
    pub fn styles(self) -> Styles {
        if !self.color {
            return Styles::plain();
        }
        Styles::plain().header(TITLE).usage(TITLE).literal(TYPED)
    }

    /// A title.
    pub fn title(self, title: &str) -> String {
        self.painted(title, TITLE)
    }

    /// What is typed as it stands.
    pub fn typed(self, text: &str) -> String {
        self.painted(text, TYPED)
    }

    /// Markdown in rows.
    pub fn markdown(self, markdown: &str) -> String {
        markdown::rows(markdown, self.width, self.color).join("\n")
    }

    /// Names with what they stand for, the names in a column of `column` or on rows of their own.
    pub fn rows(self, rows: &[(String, String)], column: usize) -> String {
        let margin = column + 4;
        let beside = self.width >= margin + ROOM;
        let indent = " ".repeat(if beside { margin } else { 6 });
        let mut text = String::new();
        for (name, summary) in rows {
            let gap = " ".repeat(column.saturating_sub(textwrap::core::display_width(name)));
            let begin = if beside { format!("{gap}  ") } else { format!("\n{indent}") };
            let wrapped = wrapped(summary, self.width, &indent);
            let summary = wrapped.strip_prefix(&indent).unwrap_or(&wrapped);
            text.push_str(&format!("  {}{begin}{summary}\n", self.typed(name)));
        }
        text
    }

    /// Examples, each line to be copied as it stands.
    pub fn examples(self, examples: &[Example]) -> String {
        let mut text = self.title("Examples:");
        for Example { line, explanation } in examples {
            for row in self.broken(line) {
                text.push_str(&format!("\n  {}", self.typed(&row)));
            }
            text.push_str(&format!("\n{}", wrapped(explanation, self.width, "      ")));
        }
        text
    }

    /// A command line that is too wide, broken where a shell takes the rows for one line.
    fn broken(self, line: &str) -> Vec<String> {
        const MORE: &str = " \\";
        let room = self.width - 2 - MORE.len();
        // A break within quotes would be another line.
        if textwrap::core::display_width(line) <= room + MORE.len() || line.contains(['"', '\'', '\\']) {
            return vec![line.to_owned()];
        }
        let options = Options::new(room).subsequent_indent("    ").break_words(false);
        let mut rows: Vec<String> =
            textwrap::wrap(line, options).into_iter().map(std::borrow::Cow::into_owned).collect();
        // A word that has no room on a row of its own is left to the terminal.
        if rows.iter().any(|row| textwrap::core::display_width(row) > room) {
            return vec![line.to_owned()];
        }
        let last = rows.len().saturating_sub(1);
        for row in rows.iter_mut().take(last) {
            row.push_str(MORE);
        }
        rows
    }

    fn painted(self, text: &str, style: Style) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

fn wrapped(text: &str, width: usize, indent: &str) -> String {
    textwrap::fill(text, Options::new(width).initial_indent(indent).subsequent_indent(indent))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look { width: 40, color: false };

    #[test]
    fn a_wide_line_is_broken_as_shells_join_it_but_not_within_quotes() {
        let example = |line: &str| {
            let line = line.to_owned();
            PLAIN.examples(&[Example { line, explanation: "Does it".to_owned() }])
        };
        assert_eq!(
            example("vantage profile create lab --issuer https://auth.example --use"),
            "Examples:\n  vantage profile create lab --issuer \\\n      https://auth.example --use\n      Does it"
        );
        let quoted = "vantage api 'query { clusters { edges { node { name } } } }'";
        assert_eq!(example(quoted), format!("Examples:\n  {quoted}\n      Does it"));
    }

    #[test]
    fn summaries_stand_below_names_where_there_is_no_room_beside() {
        let rows = [("cluster".to_owned(), "Work with clusters of any size".to_owned())];
        assert_eq!(PLAIN.rows(&rows, 10), "  cluster     Work with clusters of any\n              size\n");
        let narrow = Look { width: 30, color: false };
        assert_eq!(narrow.rows(&rows, 10), "  cluster\n      Work with clusters of\n      any size\n");
    }

    #[test]
    fn colours_are_there_where_they_may_be_and_the_width_has_bounds() {
        assert_eq!(Look::new(Some(80), true).typed("-o"), "\u{1b}[36m-o\u{1b}[0m");
        assert_eq!(Look::new(Some(80), false).typed("-o"), "-o");
        assert_eq!(Look::new(Some(3), false).width, 30);
        assert_eq!(Look::new(Some(300), false).width, 100);
    }
}
