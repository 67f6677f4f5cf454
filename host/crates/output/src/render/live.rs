//! A table that is drawn over as its records change: what a watch shows on a terminal.
//!
//! A record replaces the one with the same key. Rows are kept up to a bound, and as many are drawn as
//! the terminal has lines for: those that changed last. At the end the whole table is written, to stay.
//! Where the cursor goes is the streams' business; here are only lines, none wider than the terminal,
//! since one that wraps would be drawn over in part.

use super::table::{Drawn, bytes, draw_row, left_out, whole};
use super::{Render, View};
use crate::error::OutputError;
use crate::record::{Pointer, Record};

/// Lines besides the rows: the titles, the count of rows without room, and the one that the cursor
/// stands on.
const OTHER_LINES: usize = 3;
/// Nobody looks at more rows than these; those that changed least lately make room.
const ROWS: usize = 2_000;
/// Bytes of all rows, should they be huge; the one that came last stays in any case.
const BYTES: usize = 16 * 1024 * 1024;

/// Rows by key, in the order in which they came.
pub(crate) struct Live {
    key: Pointer,
    rows: Vec<Row>,
    /// What they take.
    bytes: usize,
    /// How many records came.
    came: u64,
    /// How many rows made room for others.
    gone: usize,
    /// Whether something has come since the last frame.
    changed: bool,
    left_out: Vec<String>,
}

struct Row {
    key: String,
    cells: Vec<Drawn>,
    /// The number of the record that it shows.
    came: u64,
}

impl Row {
    fn bytes(&self) -> usize {
        self.key.len() + bytes(&self.cells)
    }
}

impl Live {
    /// `key` is the JSON Pointer of what records are known by.
    pub(crate) fn new(key: &str) -> Self {
        Self {
            key: Pointer::parse(key),
            rows: Vec::new(),
            bytes: 0,
            came: 0,
            gone: 0,
            changed: false,
            left_out: Vec::new(),
        }
    }

    /// The rows that changed last, in the order in which they came, and how many there are besides.
    fn shown(&self, view: &View<'_>) -> (Vec<&Vec<Drawn>>, usize) {
        let room = view.style.height.map_or(usize::MAX, |height| height.saturating_sub(OTHER_LINES).max(1));
        let besides = self.rows.len().saturating_sub(room);
        let mut came: Vec<u64> = self.rows.iter().map(|row| row.came).collect();
        came.sort_unstable();
        let first = came.get(besides).copied().unwrap_or_default();
        let rows = self.rows.iter().filter(|row| row.came >= first);
        (rows.map(|row| &row.cells).collect(), besides + self.gone)
    }

    /// Lets go of what changed least lately while there is too much.
    fn make_room(&mut self) {
        while self.rows.len() > ROWS || (self.bytes > BYTES && self.rows.len() > 1) {
            let first = self.rows.iter().enumerate().min_by_key(|(_, row)| row.came);
            let Some((at, _)) = first else { return };
            let row = self.rows.remove(at);
            self.bytes -= row.bytes();
            self.gone += 1;
        }
    }
}

impl Render for Live {
    fn row(&mut self, record: &Record<'_>, view: &View<'_>, _: &mut String) -> Result<(), OutputError> {
        self.came += 1;
        self.changed = true;
        let (came, cells) = (self.came, draw_row(record, view));
        let key = record.cell(&self.key).exact().into_owned();
        let row = Row { key, cells, came };
        self.bytes += row.bytes();
        match self.rows.iter_mut().find(|known| known.key == row.key) {
            Some(known) => self.bytes -= std::mem::replace(known, row).bytes(),
            None => self.rows.push(row),
        }
        self.make_room();
        Ok(())
    }

    fn frame(&mut self, view: &View<'_>) -> Option<String> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let mut out = String::new();
        let (rows, besides) = self.shown(view);
        whole(&rows, view, &mut out);
        if besides > 0 {
            out.push_str(&format!("and {besides} more\n"));
        }
        Some(out)
    }

    fn resized(&mut self) {
        self.changed = !self.rows.is_empty();
    }

    fn end(&mut self, view: &View<'_>, _: bool, out: &mut String) {
        if !self.rows.is_empty() {
            let rows: Vec<_> = self.rows.iter().map(|row| &row.cells).collect();
            let layout = whole(&rows, view, out);
            if self.gone > 0 {
                out.push_str(&format!("and {} more\n", self.gone));
            }
            self.left_out = left_out(&layout, view);
        }
        self.changed = false;
    }

    fn left_out(&self) -> Vec<String> {
        self.left_out.clone()
    }
}
