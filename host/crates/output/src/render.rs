//! Answers as text: one file a format.
//!
//! A renderer takes records one by one and appends to a text that is written at once, so that all
//! but the first hundred rows of a table flow through in bounded memory. It writes no stream, knows
//! no limit and no order. `answer.rs` calls it.

pub(crate) mod delimited;
pub(crate) mod fields;
pub(crate) mod json;
pub(crate) mod live;
pub(crate) mod table;
pub(crate) mod yaml;

use serde_json::value::RawValue;

use crate::error::OutputError;
use crate::humanize;
use crate::record::{self, Cell, Record};
use crate::select::Chosen;
use crate::style::{AnswerSpec, ColumnFormat, Format, Shape, Style};
use crate::visible::Visible;

/// Elements of an array that are shown in one cell, before an ellipsis stands for the rest.
const SHOWN_ELEMENTS: usize = 20;

/// What a renderer may look at.
pub(crate) struct View<'a> {
    pub(crate) columns: &'a [Chosen],
    pub(crate) style: &'a Style,
}

/// Writes the records of one answer in one format.
///
/// Formats that carry whole records write [`Render::whole`], the others [`Render::row`].
pub(crate) trait Render: Send {
    /// Appends a record as it is.
    fn whole(&mut self, _record: &RawValue, _out: &mut String) -> Result<(), OutputError> {
        Ok(())
    }

    /// Appends a record's columns.
    fn row(&mut self, _record: &Record<'_>, _view: &View<'_>, _out: &mut String) -> Result<(), OutputError> {
        Ok(())
    }

    /// Appends what was held back. A `complete` answer without records says so where its format
    /// can; one whose command failed does not.
    fn end(&mut self, view: &View<'_>, complete: bool, out: &mut String);

    /// What is to stand on the terminal in place of what this gave last; none for renderers that only
    /// append, and while nothing has changed.
    fn frame(&mut self, _view: &View<'_>) -> Option<String> {
        None
    }

    /// What was given last by [`Render::frame`] is to be given anew.
    fn resized(&mut self) {}

    /// Titles of the columns for which there was no room.
    fn left_out(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The renderer of `format` for an answer of this kind.
pub(crate) fn renderer(format: Format, spec: &AnswerSpec, style: &Style) -> Box<dyn Render> {
    let one = spec.shape == Shape::One;
    match format {
        Format::Table if spec.shape == Shape::Live => match &spec.key {
            Some(key) if style.redraws => Box::new(live::Live::new(key)),
            _ => Box::new(table::Table::of_events()),
        },
        Format::Table => Box::new(table::Table::default()),
        Format::Text => Box::new(fields::Fields::default()),
        Format::Json => Box::new(json::Json::new(!one, style.stdout_terminal)),
        Format::Jsonl => Box::new(json::Lines),
        Format::Yaml => Box::new(yaml::Yaml::new(!one)),
        Format::Csv => Box::new(delimited::Csv::default()),
        Format::Tsv if one => Box::new(delimited::Pairs),
        Format::Tsv => Box::new(delimited::Tsv::default()),
    }
}

/// A cell as people read it, sanitized, on one line of at most `room` columns.
fn shown(cell: &Cell<'_>, format: ColumnFormat, style: &Style, room: usize) -> String {
    if let Some(human) = humanize::human(cell, format, style.now) {
        return human;
    }
    let text = words(cell);
    Visible::line(&text).cut(room).to_string()
}

/// A cell in words, exact but not yet sanitized.
fn words(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Missing => "-".to_owned(),
        Cell::Flag(true) => "yes".to_owned(),
        Cell::Flag(false) => "no".to_owned(),
        Cell::Nested(text) => list(text).unwrap_or_else(|| json::compacted(text)),
        Cell::Number(_) | Cell::Text(_) => cell.exact().into_owned(),
    }
}

/// An array of plain values, joined by commas; none for any other value.
fn list(text: &str) -> Option<String> {
    if !text.starts_with('[') {
        return None;
    }
    let elements = record::elements(text).ok()?;
    if elements.is_empty() {
        return Some("-".to_owned());
    }
    let cells: Vec<Cell<'_>> = elements.iter().map(|element| Cell::of(element)).collect();
    if !cells.iter().all(Cell::is_scalar) {
        return None;
    }
    let mut parts: Vec<String> = cells.iter().take(SHOWN_ELEMENTS).map(words).collect();
    if cells.len() > SHOWN_ELEMENTS {
        parts.push(format!("… ({} in all)", cells.len()));
    }
    Some(parts.join(", "))
}
