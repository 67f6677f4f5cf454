//! Comma- and tab-separated values.
//!
//! Values are exact. Tab-separated text escapes what would break its lines, or be obeyed by a
//! terminal, with backslashes, always: what scripts read does not depend on where it goes.
//! Comma-separated text has no escapes, so it is left exact in a pipe and made visible on a
//! terminal.

use std::fmt::Write as _;

use super::{Render, View};
use crate::error::OutputError;
use crate::record::Record;
use crate::visible::{Eye, Visible};

/// Comma-separated values: quoted as RFC 4180 says, lines ending in a line feed.
#[derive(Default)]
pub(crate) struct Csv {
    begun: bool,
}

impl Csv {
    fn header(&mut self, view: &View<'_>, out: &mut String) {
        if !std::mem::replace(&mut self.begun, true)
            && view.style.header.unwrap_or(true)
            && !view.columns.is_empty()
        {
            comma_separated(view.columns.iter().map(|column| column.title.clone()), view, out);
        }
    }
}

impl Render for Csv {
    fn row(&mut self, record: &Record<'_>, view: &View<'_>, out: &mut String) -> Result<(), OutputError> {
        self.header(view, out);
        let cells = view.columns.iter().map(|column| record.cell(&column.pointer).exact().into_owned());
        comma_separated(cells, view, out);
        Ok(())
    }

    fn end(&mut self, view: &View<'_>, complete: bool, out: &mut String) {
        if complete {
            self.header(view, out);
        }
    }
}

fn comma_separated(cells: impl Iterator<Item = String>, view: &View<'_>, out: &mut String) {
    let mut count = 0;
    let start = out.len();
    for cell in cells {
        if count > 0 {
            out.push(',');
        }
        count += 1;
        let cell = if view.style.stdout_terminal { Visible::line(&cell).to_string() } else { cell };
        if cell.contains([',', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ') {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    if out.len() == start && count > 0 {
        // A line with nothing in it would be no record at all.
        out.push_str("\"\"");
    }
    out.push('\n');
}

/// Tab-separated values.
#[derive(Default)]
pub(crate) struct Tsv {
    begun: bool,
}

impl Tsv {
    fn header(&mut self, view: &View<'_>, out: &mut String) {
        if !std::mem::replace(&mut self.begun, true)
            && view.style.header.unwrap_or(false)
            && !view.columns.is_empty()
        {
            for (index, column) in view.columns.iter().enumerate() {
                tab_separated(index, &column.title, out);
            }
            out.push('\n');
        }
    }
}

impl Render for Tsv {
    fn row(&mut self, record: &Record<'_>, view: &View<'_>, out: &mut String) -> Result<(), OutputError> {
        self.header(view, out);
        for (index, column) in view.columns.iter().enumerate() {
            tab_separated(index, &record.cell(&column.pointer).exact(), out);
        }
        out.push('\n');
        Ok(())
    }

    fn end(&mut self, view: &View<'_>, complete: bool, out: &mut String) {
        if complete {
            self.header(view, out);
        }
    }
}

/// One record as lines `key<TAB>value`.
pub(crate) struct Pairs;

impl Render for Pairs {
    fn row(&mut self, record: &Record<'_>, view: &View<'_>, out: &mut String) -> Result<(), OutputError> {
        for column in view.columns {
            tab_separated(0, &column.key, out);
            tab_separated(1, &record.cell(&column.pointer).exact(), out);
            out.push('\n');
        }
        Ok(())
    }

    fn end(&mut self, _: &View<'_>, _: bool, _: &mut String) {}
}

fn tab_separated(index: usize, cell: &str, out: &mut String) {
    if index > 0 {
        out.push('\t');
    }
    let mut eye = Eye::default();
    for character in cell.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            _ if eye.sees(character).is_some() => out.push(character),
            // Writing to a `String` cannot fail.
            _ => drop(write!(out, "\\u{{{:x}}}", u32::from(character))),
        }
    }
}
