//! One record as lines `Title: value`, for people.
//!
//! Values are exact, with what they mean to people in brackets, and never cut: the terminal wraps
//! them. Text of several lines is indented under its title. Many records are blocks with an empty
//! line between them.

use super::{Render, View, words};
use crate::error::OutputError;
use crate::humanize;
use crate::paint::{Tone, paint};
use crate::record::{Cell, Record};
use crate::select::Chosen;
use crate::style::ColumnFormat;
use crate::visible::Visible;
use crate::width;

/// Records as blocks of fields.
#[derive(Default)]
pub(crate) struct Fields {
    begun: bool,
}

impl Render for Fields {
    fn row(&mut self, record: &Record<'_>, view: &View<'_>, out: &mut String) -> Result<(), OutputError> {
        if std::mem::replace(&mut self.begun, true) {
            out.push('\n');
        }
        let titles: Vec<String> = view.columns.iter().map(title).collect();
        let widest = titles.iter().map(|title| width::columns(title)).max().unwrap_or(0);
        for (column, title) in view.columns.iter().zip(&titles) {
            let gap = widest - width::columns(title) + 2;
            out.push_str(&paint(title, Tone::Strong, view.style.stdout_color));
            out.extend(std::iter::repeat_n(' ', gap));
            out.push_str(&value(&record.cell(&column.pointer), column.format, view, widest + 2));
            out.push('\n');
        }
        Ok(())
    }

    fn end(&mut self, _: &View<'_>, _: bool, _: &mut String) {}
}

fn title(column: &Chosen) -> String {
    format!("{}:", Visible::line(&column.title))
}

fn value(cell: &Cell<'_>, format: ColumnFormat, view: &View<'_>, indent: usize) -> String {
    let words = words(cell);
    let text = Visible::text(words.trim_end_matches('\n')).to_string();
    let text = text.replace('\n', &format!("\n{}", " ".repeat(indent)));
    let text = isolated(text, view.style.stdout_terminal);
    let tone = match (cell, format) {
        (Cell::Missing, _) => Tone::Faint,
        (_, ColumnFormat::Status) => Tone::of_status(&text),
        _ => Tone::Plain,
    };
    let color = view.style.stdout_color;
    match humanize::human(cell, format, view.style.now) {
        Some(human) => format!("{text} {}", paint(&format!("({human})"), Tone::Faint, color)),
        None => paint(&text, tone, color),
    }
}

/// On a terminal, text from right to left is kept from reordering what stands beside it.
pub(crate) fn isolated(text: String, terminal: bool) -> String {
    if terminal && width::is_right_to_left(&text) { format!("\u{2068}{text}\u{2069}") } else { text }
}
