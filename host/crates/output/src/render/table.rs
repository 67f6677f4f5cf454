//! A table for people that fits the terminal.
//!
//! The first hundred rows set the widths, or fewer where they are huge; then rows stream. The first column, by which things are
//! named, is cut only where it alone is wider than the terminal; other text is cut with an
//! ellipsis; numbers, states and times are never cut to something else than they are: where there
//! is no room for a column it is left out, and the answer says so. Without a known width nothing is
//! cut. Not for programs: they have the other formats.

mod layout;

use std::mem;

use layout::{Layout, Want};

use super::fields::isolated;
use super::{Render, View, shown};
use crate::error::OutputError;
use crate::paint::{Tone, paint};
use crate::record::{Cell, Record};
use crate::style::ColumnFormat;
use crate::visible::Visible;
use crate::width;

/// Rows that are held back to find the widths.
const MEASURED_ROWS: usize = 100;

/// Bytes of rows that are held back at most: more would be longer than anybody reads.
const MEASURED_BYTES: usize = 1024 * 1024;

/// Text is not cut to less than this, unless it is the only column.
const NARROWEST_TEXT: usize = 8;

/// Numbers, states and times are as wide as they are, up to this: a state of a hundred characters
/// is no state.
const WIDEST_FIXED: usize = 24;

/// Space between columns.
const GAP: usize = 2;

/// Rows, held back until their widths are known.
pub(crate) struct Table {
    /// How many rows are held back.
    measured: usize,
    held: Vec<Vec<Drawn>>,
    /// What those take.
    bytes: usize,
    layout: Option<Layout>,
    left_out: Vec<String>,
}

impl Default for Table {
    fn default() -> Self {
        Self { measured: MEASURED_ROWS, held: Vec::new(), bytes: 0, layout: None, left_out: Vec::new() }
    }
}

/// A cell, ready but for its width.
pub(super) struct Drawn {
    text: String,
    columns: usize,
    tone: Tone,
    /// Whether it stands to the right, whatever its column says.
    number: bool,
}

impl Render for Table {
    fn row(&mut self, record: &Record<'_>, view: &View<'_>, out: &mut String) -> Result<(), OutputError> {
        let row = draw_row(record, view);
        if let Some(layout) = &self.layout {
            line(&row, layout, view, out);
            return Ok(());
        }
        self.bytes += bytes(&row);
        self.held.push(row);
        if self.held.len() == self.measured || self.bytes > MEASURED_BYTES {
            self.release(view, out);
        }
        Ok(())
    }

    fn end(&mut self, view: &View<'_>, _: bool, out: &mut String) {
        if self.layout.is_none() && !self.held.is_empty() {
            self.release(view, out);
        }
    }

    fn left_out(&self) -> Vec<String> {
        self.left_out.clone()
    }
}

impl Table {
    /// A table of what happens over time: no row is held back to measure it beside later ones.
    pub(super) fn of_events() -> Self {
        Self { measured: 1, ..Self::default() }
    }

    fn release(&mut self, view: &View<'_>, out: &mut String) {
        let held = mem::take(&mut self.held);
        let layout = whole(&held.iter().collect::<Vec<_>>(), view, out);
        self.left_out = left_out(&layout, view);
        self.layout = Some(layout);
    }
}

/// Appends titles and rows, and gives the layout that was made for them.
pub(super) fn whole(rows: &[&Vec<Drawn>], view: &View<'_>, out: &mut String) -> Layout {
    let titles: Vec<Drawn> = view.columns.iter().map(|column| draw_title(&column.title)).collect();
    let with_titles = view.style.header.unwrap_or(true);
    let wants = (0..view.columns.len())
        .map(|index| want(index, rows, with_titles.then(|| &titles[index]), view.columns[index].format))
        .collect();
    let layout = Layout::fit(wants, view.style.width, GAP);
    if with_titles {
        line(&titles, &layout, view, out);
    }
    for row in rows {
        line(row, &layout, view, out);
    }
    layout
}

/// Titles of the columns for which a layout has no room.
pub(super) fn left_out(layout: &Layout, view: &View<'_>) -> Vec<String> {
    view.columns[layout.widths.len()..].iter().map(|column| column.title.clone()).collect()
}

fn draw_title(title: &str) -> Drawn {
    let text = Visible::line(title).to_string().to_uppercase();
    Drawn { columns: width::columns(&text), text, tone: Tone::Strong, number: false }
}

pub(super) fn draw_row(record: &Record<'_>, view: &View<'_>) -> Vec<Drawn> {
    let room = view.style.width.unwrap_or(usize::MAX);
    let draw = |(cell, format): (Cell<'_>, ColumnFormat)| {
        let text = shown(&cell, format, view.style, room);
        let tone = match (&cell, format) {
            (Cell::Missing, _) => Tone::Faint,
            (_, ColumnFormat::Status) => Tone::of_status(&text),
            _ => Tone::Plain,
        };
        Drawn { columns: width::columns(&text), text, tone, number: matches!(cell, Cell::Number(_)) }
    };
    view.columns.iter().map(|column| draw((record.cell(&column.pointer), column.format))).collect()
}

/// What a row's texts take.
pub(super) fn bytes(row: &[Drawn]) -> usize {
    row.iter().map(|cell| cell.text.len()).sum()
}

/// How wide a column would be, how narrow it may be, and where its values stand.
fn want(index: usize, rows: &[&Vec<Drawn>], title: Option<&Drawn>, format: ColumnFormat) -> Want {
    let cells = || rows.iter().filter_map(|row| row.get(index));
    let natural = cells().chain(title).map(|cell| cell.columns).max().unwrap_or(0);
    let is_number = match format {
        ColumnFormat::Number | ColumnFormat::Size | ColumnFormat::Duration => true,
        ColumnFormat::Text => {
            cells().any(|cell| cell.number) && cells().all(|cell| cell.number || cell.tone == Tone::Faint)
        }
        ColumnFormat::Time | ColumnFormat::Status | ColumnFormat::Ratio => false,
    };
    let narrowest = if is_number || format != ColumnFormat::Text { WIDEST_FIXED } else { NARROWEST_TEXT };
    Want { natural, minimum: natural.min(narrowest), right: is_number }
}

/// Appends one line, never wider than the terminal.
fn line(row: &[Drawn], layout: &Layout, view: &View<'_>, out: &mut String) {
    let mut pen = Pen { left: view.style.width.unwrap_or(usize::MAX), space: 0, view, out };
    let last = layout.widths.len().saturating_sub(1);
    for (index, (cell, goal)) in row.iter().zip(&layout.widths).enumerate() {
        if index > 0 && !pen.skip_gap() {
            break;
        }
        // Names stay whole, and the last column may use the room that is left.
        let stretches = index == 0 || index == last;
        pen.write(cell, *goal, layout.right[index], stretches);
    }
    out.push('\n');
}

/// Writes the cells of one line.
struct Pen<'a> {
    /// Columns that are left on the line.
    left: usize,
    /// Space that is written only before what follows it, so that no line ends in it.
    space: usize,
    view: &'a View<'a>,
    out: &'a mut String,
}

impl Pen<'_> {
    /// Moves past the space between two columns; false where nothing more has room.
    fn skip_gap(&mut self) -> bool {
        if self.left <= GAP {
            return false;
        }
        self.space += GAP;
        self.left -= GAP;
        true
    }

    fn write(&mut self, cell: &Drawn, goal: usize, right: bool, stretches: bool) {
        let style = self.view.style;
        let room = match style.width {
            None => usize::MAX,
            Some(_) if stretches => self.left,
            // A number that is longer than those before it pushes the rest aside.
            Some(_) if right => self.left.min(cell.columns.min(WIDEST_FIXED).max(goal)),
            Some(_) => self.left.min(goal),
        };
        let text = if cell.columns <= room { cell.text.clone() } else { width::cut(&cell.text, room) };
        let taken = width::columns(&text);
        self.left = self.left.saturating_sub(taken);
        let padding = goal.saturating_sub(taken).min(self.left);
        self.left -= padding;
        if right {
            self.space += padding;
        }
        if !text.is_empty() {
            self.out.extend(std::iter::repeat_n(' ', mem::take(&mut self.space)));
            self.out.push_str(&paint(&isolated(text, style.stdout_terminal), cell.tone, style.stdout_color));
        }
        if !right {
            self.space += padding;
        }
    }
}
