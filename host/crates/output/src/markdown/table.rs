//! A table in Markdown: columns side by side where they fit, else a cell a row.

use crate::markdown::piece::{self, Look, Piece};

/// Between two columns.
const GAP: usize = 2;

/// The cells of a table, its heads first.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Vec<Vec<Piece>>>,
    row: Vec<Vec<Piece>>,
}

impl Table {
    pub(super) fn cell(&mut self, mut pieces: Vec<Piece>) {
        if self.rows.is_empty() {
            for piece in &mut pieces {
                if let Piece::Text { look, .. } = piece
                    && *look == Look::Plain
                {
                    *look = Look::Strong;
                }
            }
        }
        self.row.push(pieces);
    }

    pub(super) fn end_row(&mut self) {
        self.rows.push(std::mem::take(&mut self.row));
    }

    /// The table in rows of at most `width` columns.
    pub(super) fn rows(&self, width: usize, color: bool) -> Vec<String> {
        let widest = |at: usize| {
            self.rows.iter().filter_map(|row| Some(piece::columns(row.get(at)?))).max().unwrap_or(0)
        };
        let count = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..count).map(widest).collect();
        if widths.iter().sum::<usize>() + GAP * count.saturating_sub(1) > width {
            return self.one_cell_a_row(width, color);
        }
        let line = |row: &Vec<Vec<Piece>>| {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&in_one_row(cell, color));
                line.push_str(&" ".repeat(width - piece::columns(cell) + GAP));
            }
            line.trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }

    /// Each row as its cells one below the other, behind their heads.
    fn one_cell_a_row(&self, width: usize, color: bool) -> Vec<String> {
        let Some((heads, rows)) = self.rows.split_first() else { return Vec::new() };
        let mut out = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            if at > 0 {
                out.push(String::new());
            }
            for (head, cell) in heads.iter().zip(row) {
                let colon = Piece::Text { text: ": ".to_owned(), look: Look::Plain };
                let pieces: Vec<Piece> =
                    head.iter().chain(std::iter::once(&colon)).chain(cell).cloned().collect();
                out.extend(piece::wrapped(&pieces, width, color));
            }
        }
        out
    }
}

fn in_one_row(cell: &[Piece], color: bool) -> String {
    piece::wrapped(cell, usize::MAX, color).join(" ")
}
