//! Markdown as rows of a terminal: descriptions of commands, and answers that are text.
//!
//! Pure: text, width and colour in, rows out. The text is anybody's, so every piece of it is made
//! visible after it was parsed (an entity may stand for an escape) and before anything is styled. The
//! only escapes in a row are colours of this file's own; a link is its text with the address beside it,
//! never something that a terminal follows by itself. What Markdown says by its signs is said in plain
//! rows too: code keeps its backticks, lists their marks.

mod piece;
mod stream;
mod table;
#[cfg(test)]
mod tests;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

pub(crate) use crate::markdown::stream::Setting;

use crate::markdown::piece::{Look, Piece};
use crate::markdown::table::Table;
use crate::visible::Visible;

/// Narrower than this no paragraph is set, however deep it lies.
const NARROWEST: usize = 20;

/// Lists and quotes that lie deeper than this are set as if they lay here.
const DEEPEST: usize = 8;

/// How far code is set in.
const CODE: &str = "    ";

/// `markdown` in rows of at most `width` columns, without an empty one at either end.
///
/// Words that are wider than a row are broken.
pub fn rows(markdown: &str, width: usize, color: bool) -> Vec<String> {
    let mut setter = Setter::new(width, color);
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        setter.event(event);
    }
    setter.finish()
}

/// What stands before the rows of a block: for its first row, and for the others.
#[derive(Debug, Clone)]
struct Margin {
    first: Option<String>,
    rest: String,
}

/// Sets blocks one after the other.
struct Setter {
    width: usize,
    color: bool,
    rows: Vec<String>,
    margins: Vec<Margin>,
    /// The number of the next item, for each list that is open; none for lists without numbers.
    lists: Vec<Option<u64>>,
    /// The inline text of the block that is open.
    pieces: Vec<Piece>,
    looks: Vec<Look>,
    /// The addresses of links and pictures that are open, with where their text begins.
    links: Vec<(String, usize)>,
    table: Option<Table>,
    /// Whether the text is that of a code block.
    in_code: bool,
    /// Whether an empty row has to come before the next block.
    is_apart: bool,
}

impl Setter {
    fn new(width: usize, color: bool) -> Self {
        Self {
            width,
            color,
            rows: Vec::new(),
            margins: Vec::new(),
            lists: Vec::new(),
            pieces: Vec::new(),
            looks: Vec::new(),
            links: Vec::new(),
            table: None,
            in_code: false,
            is_apart: false,
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_code => self.code(&text),
            Event::Text(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Html(text) => {
                self.text(&text);
                self.pieces.push(Piece::Break);
            }
            Event::Code(code) => self.push(format!("`{}`", Visible::line(&code)), Look::Code),
            Event::SoftBreak => self.push(" ".to_owned(), Look::Plain),
            Event::HardBreak => self.pieces.push(Piece::Break),
            Event::Rule => {
                self.begin_block();
                self.row("----".to_owned());
                self.is_apart = true;
            }
            // What is not asked of the parser does not come.
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => self.looks.push(Look::Strong),
            Tag::Strong => self.looks.push(Look::Strong),
            Tag::Emphasis => self.looks.push(Look::Slanted),
            Tag::BlockQuote(_) => {
                self.flush();
                self.begin_block();
                self.margins.push(Margin { first: None, rest: "| ".to_owned() });
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.begin_block();
                self.in_code = true;
            }
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => self.item(),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.pieces.len()));
            }
            Tag::Table(_) => self.table = Some(Table::default()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) => {
                if tag != TagEnd::Paragraph {
                    self.looks.pop();
                }
                self.flush();
                self.is_apart = true;
            }
            TagEnd::HtmlBlock => {
                self.flush();
                self.is_apart = true;
            }
            TagEnd::Strong | TagEnd::Emphasis => {
                self.looks.pop();
            }
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.is_apart = true;
            }
            TagEnd::BlockQuote(_) | TagEnd::Item => {
                self.flush();
                self.margins.pop();
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.is_apart |= self.lists.is_empty();
            }
            TagEnd::Link | TagEnd::Image => self.address(),
            TagEnd::TableCell => {
                let pieces = std::mem::take(&mut self.pieces);
                if let Some(table) = &mut self.table {
                    table.cell(pieces);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                if let Some(table) = &mut self.table {
                    table.end_row();
                }
            }
            TagEnd::Table => self.end_table(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let look = self.looks.last().copied().unwrap_or_default();
        self.push(Visible::line(text.trim_end_matches('\n')).to_string(), look);
    }

    fn push(&mut self, text: String, look: Look) {
        self.pieces.push(Piece::Text { text, look });
    }

    /// A link's address, where its text is another.
    fn address(&mut self) {
        let Some((address, from)) = self.links.pop() else { return };
        let address = Visible::line(&address).to_string();
        let text: String = self.pieces.iter().skip(from).map(Piece::text).collect();
        if !address.is_empty() && text != address {
            self.push(format!(" ({address})"), Look::Faint);
        }
    }

    fn item(&mut self) {
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "- ".to_owned(),
        };
        let rest = " ".repeat(mark.len());
        self.flush();
        self.margins.push(Margin { first: Some(mark), rest });
    }

    fn code(&mut self, text: &str) {
        for line in text.trim_end_matches('\n').split('\n') {
            let line = line.trim_end_matches('\r').replace('\t', CODE);
            let piece = Piece::Text { text: Visible::line(&line).to_string(), look: Look::Plain };
            for row in
                piece::broken(&piece, self.room().saturating_sub(CODE.len()).max(NARROWEST), self.color)
            {
                self.row(format!("{CODE}{row}"));
            }
        }
    }

    fn end_table(&mut self) {
        if let Some(table) = self.table.take() {
            self.begin_block();
            for row in table.rows(self.room(), self.color) {
                self.row(row);
            }
            self.is_apart = true;
        }
    }

    /// Ends the inline text that is open, which is a block of its own.
    fn flush(&mut self) {
        let pieces = std::mem::take(&mut self.pieces);
        if pieces.is_empty() {
            return;
        }
        self.begin_block();
        for row in piece::wrapped(&pieces, self.room(), self.color) {
            self.row(row);
        }
    }

    fn begin_block(&mut self) {
        if std::mem::take(&mut self.is_apart) && !self.rows.is_empty() {
            let is_new_item = |margin: &Margin| margin.first.is_some();
            let kept = self.margins.iter().take(DEEPEST).take_while(|margin| !is_new_item(margin));
            let empty: String = kept.map(|margin| margin.rest.as_str()).collect();
            self.rows.push(empty.trim_end().to_owned());
        }
    }

    fn row(&mut self, text: String) {
        let mut row = String::new();
        for margin in self.margins.iter_mut().take(DEEPEST) {
            match margin.first.take() {
                Some(first) => row.push_str(&first),
                None => row.push_str(&margin.rest),
            }
        }
        row.push_str(&text);
        self.rows.push(row.trim_end().to_owned());
    }

    fn room(&self) -> usize {
        let taken: usize = self.margins.iter().take(DEEPEST).map(|margin| margin.rest.len()).sum();
        self.width.saturating_sub(taken).max(NARROWEST)
    }

    fn finish(mut self) -> Vec<String> {
        self.flush();
        self.rows
    }
}
