//! Inline text in rows: words are kept whole where they fit, and styled piece by piece.
//!
//! Pieces have been made visible before they come here.

use crate::width::step;

/// How a piece looks where colours are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Look {
    #[default]
    Plain,
    Strong,
    Slanted,
    Code,
    /// An address.
    Faint,
}

impl Look {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Slanted => Some("3"),
            Self::Code => Some("36"),
            Self::Faint => Some("2"),
        }
    }
}

/// A part of a block's text.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// Text without newlines.
    Text { text: String, look: Look },
    /// A new row begins here.
    Break,
}

impl Piece {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text { text, .. } => text,
            Self::Break => " ",
        }
    }
}

/// One character with its look and its columns.
#[derive(Debug, Clone, Copy)]
struct Sign {
    character: char,
    look: Look,
    columns: usize,
}

/// The pieces in rows of at most `width` columns, broken between words.
pub(super) fn wrapped(pieces: &[Piece], width: usize, color: bool) -> Vec<String> {
    let mut rows = Rows { rows: Vec::new(), row: Vec::new(), columns: 0, width, color };
    let mut word = Vec::new();
    for sign in signs(pieces) {
        match sign {
            Some(sign) if sign.character == ' ' => rows.word(&mut word),
            Some(sign) => word.push(sign),
            None => {
                rows.word(&mut word);
                rows.end_row();
            }
        }
    }
    rows.word(&mut word);
    if !rows.row.is_empty() {
        rows.end_row();
    }
    rows.rows
}

/// One piece in rows of at most `width` columns, its spaces kept; at least one row.
pub(super) fn broken(piece: &Piece, width: usize, color: bool) -> Vec<String> {
    let signs: Vec<Sign> = signs(std::slice::from_ref(piece)).flatten().collect();
    if signs.is_empty() {
        return vec![String::new()];
    }
    chunks(&signs, width).map(|chunk| styled(chunk, color)).collect()
}

/// Columns that the pieces take in one row.
pub(super) fn columns(pieces: &[Piece]) -> usize {
    signs(pieces).flatten().map(|sign| sign.columns).sum()
}

fn signs(pieces: &[Piece]) -> impl Iterator<Item = Option<Sign>> + '_ {
    pieces.iter().flat_map(|piece| -> Box<dyn Iterator<Item = Option<Sign>> + '_> {
        match piece {
            Piece::Break => Box::new(std::iter::once(None)),
            Piece::Text { text, look } => {
                let mut previous = None;
                Box::new(text.chars().map(move |character| {
                    let columns = step(previous, character);
                    previous = Some(character);
                    Some(Sign { character, look: *look, columns })
                }))
            }
        }
    })
}

/// Rows that grow word by word.
struct Rows {
    rows: Vec<String>,
    row: Vec<Sign>,
    columns: usize,
    width: usize,
    color: bool,
}

impl Rows {
    /// Adds the word, and empties it.
    fn word(&mut self, word: &mut Vec<Sign>) {
        let columns: usize = word.iter().map(|sign| sign.columns).sum();
        if word.is_empty() {
            return;
        }
        if !self.row.is_empty() && self.columns + 1 + columns > self.width {
            self.end_row();
        }
        if !self.row.is_empty() {
            // Between two parts of one look, the space has it too.
            let last = self.row.last().map_or(Look::Plain, |sign| sign.look);
            let look = if word[0].look == last { last } else { Look::Plain };
            self.row.push(Sign { character: ' ', look, columns: 1 });
            self.columns += 1;
        }
        for (at, chunk) in chunks(word, self.width).enumerate() {
            if at > 0 {
                self.end_row();
            }
            self.row.extend_from_slice(chunk);
            self.columns += chunk.iter().map(|sign| sign.columns).sum::<usize>();
        }
        word.clear();
    }

    fn end_row(&mut self) {
        self.rows.push(styled(&self.row, self.color));
        self.row.clear();
        self.columns = 0;
    }
}

/// Parts that are no wider than `width`; marks without a width stay with their letter.
fn chunks(mut signs: &[Sign], width: usize) -> impl Iterator<Item = &[Sign]> {
    std::iter::from_fn(move || {
        let mut columns = 0;
        let fits = |sign: &&Sign| {
            columns += sign.columns;
            columns <= width
        };
        let taken = signs.iter().take_while(fits).count().max(1);
        let (chunk, rest) = signs.split_at_checked(taken)?;
        signs = rest;
        Some(chunk)
    })
}

/// The signs as text, each run of one look in its colour.
fn styled(signs: &[Sign], color: bool) -> String {
    let mut text = String::new();
    for run in signs.chunk_by(|one, next| one.look == next.look) {
        let code = run[0].look.code().filter(|_| color);
        if let Some(code) = code {
            text.push_str(&format!("\u{1b}[{code}m"));
        }
        text.extend(run.iter().map(|sign| sign.character));
        if code.is_some() {
            text.push_str("\u{1b}[0m");
        }
    }
    text
}
