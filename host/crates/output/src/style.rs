//! What the user asked for, and what an answer looks like before it is rendered.
//!
//! Plain data, filled in by the host from options, environment and the command's description. How
//! formats are chosen where nobody named one stands here; how they are drawn stands in `render`.

use std::str::FromStr;

use crate::error::OutputError;

/// A way to write an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Columns for people, fitted to the terminal.
    Table,
    /// A record's fields, one a line; an answer in Markdown as it is.
    Text,
    /// A streamed array, or the one record. Indented by two spaces on a terminal; elsewhere one
    /// record a line, so that both `jq` and line tools can read it.
    Json,
    /// One record a line.
    Jsonl,
    /// A streamed sequence, or the one record.
    Yaml,
    /// Comma-separated with a line of titles, quoted as RFC 4180 says; lines end in a line feed.
    Csv,
    /// Tab-separated without titles; tabs, newlines and backslashes in data are escaped. One record
    /// is a line `key<TAB>value` for each column.
    Tsv,
}

impl Format {
    /// Every format's name, in the order in which help lists them.
    pub const NAMES: [&'static str; 7] = ["table", "text", "json", "jsonl", "yaml", "csv", "tsv"];

    /// The name by which the user asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Text => "text",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Yaml => "yaml",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
        }
    }

    /// Whether records are written whole, so that there are no columns to choose.
    pub(crate) fn carries_whole_records(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl | Self::Yaml)
    }
}

impl FromStr for Format {
    type Err = OutputError;

    fn from_str(name: &str) -> Result<Self, OutputError> {
        match name {
            "table" => Ok(Self::Table),
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            "jsonl" => Ok(Self::Jsonl),
            "yaml" => Ok(Self::Yaml),
            "csv" => Ok(Self::Csv),
            "tsv" => Ok(Self::Tsv),
            _ => Err(OutputError::UnknownFormat { name: name.to_owned() }),
        }
    }
}

/// What a command answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Nothing on standard output.
    Nothing,
    /// One record.
    One,
    /// Any number of records.
    Many,
    /// Records over time, each replacing the earlier one with the same key.
    Live,
    /// Markdown.
    Text,
}

impl Shape {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::One => "one",
            Self::Many => "many",
            Self::Live => "live",
            Self::Text => "text",
        }
    }
}

/// What a column's values mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ColumnFormat {
    /// Text as it is.
    #[default]
    Text,
    /// A number, aligned to the right.
    Number,
    /// Bytes; `1.5 GiB` in tables.
    Size,
    /// Seconds; `2h 30m` in tables.
    Duration,
    /// A time in RFC 3339; `3 days ago` in tables.
    Time,
    /// A state word, coloured by what it means.
    Status,
    /// A number from 0 to 1; a bar and percent in tables.
    Ratio,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub title: String,
    /// Where its value is in each record: a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// What its values mean.
    pub format: ColumnFormat,
    /// Whether it is shown only with `--wide` or when chosen by `--columns`.
    pub wide: bool,
}

/// What an answer looks like, whatever the format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerSpec {
    /// What the command answers with.
    pub shape: Shape,
    /// For [`Shape::Live`]: the JSON Pointer of the key by which records replace each other.
    pub key: Option<String>,
    /// The columns; where there are none, they are the fields of the first record.
    pub columns: Vec<Column>,
    /// The records' plural, for `No clusters.`
    pub noun: String,
}

/// How output is drawn: the user's options and what the streams are.
///
/// The default is what a program gets that redirects both streams: no colour, no progress, formats
/// for pipes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Style {
    /// The format asked for; none chooses by stream and shape.
    pub format: Option<Format>,
    /// Whether standard output is a terminal.
    pub stdout_terminal: bool,
    /// Whether standard error is a terminal.
    pub stderr_terminal: bool,
    /// Whether standard output may be coloured.
    pub stdout_color: bool,
    /// Whether standard error may be coloured.
    pub stderr_color: bool,
    /// Columns that a line may have; none for as many as it takes.
    pub width: Option<usize>,
    /// Lines that the terminal has; none for as many as it takes.
    pub height: Option<usize>,
    /// Whether standard output is a terminal on which what was drawn can be drawn over.
    pub redraws: bool,
    /// `--wide`: show the columns that are marked so.
    pub wide: bool,
    /// Whether titles are shown; none chooses by format: tables and CSV have them.
    pub header: Option<bool>,
    /// `--columns`: titles, keys or JSON Pointers of the columns to show, in order.
    pub columns: Option<Vec<String>>,
    /// `--sort`: a column, as in `columns`; a leading `-` sorts descending.
    pub sort: Option<String>,
    /// `--jq`: a filter that the answer, as JSON, passes through.
    pub jq: Option<String>,
    /// `--limit`: at most this many records.
    pub limit: Option<usize>,
    /// `--quiet`: no notes and no progress.
    pub quiet: bool,
    /// How often `-v` was given.
    pub verbosity: u8,
    /// What "now" is in relative times.
    pub now: jiff::Timestamp,
}

impl Style {
    /// The format that an answer of `shape` is written in.
    ///
    /// A terminal gets a table, or the fields of one record; a pipe gets tab-separated values. What
    /// changes over time is JSON lines in a pipe, and also where JSON was asked for: an array that
    /// never closes is of no use to a program.
    pub(crate) fn format_of(&self, shape: Shape) -> Format {
        let format = self.format.or(self.jq.as_ref().map(|_| Format::Json));
        match (format, shape) {
            (Some(Format::Json), Shape::Live) => Format::Jsonl,
            (Some(format), _) => format,
            (None, Shape::One) if self.stdout_terminal => Format::Text,
            (None, Shape::Live) if !self.stdout_terminal => Format::Jsonl,
            (None, _) if self.stdout_terminal => Format::Table,
            (None, _) => Format::Tsv,
        }
    }

    /// Columns of the terminal that standard error is, where it is one.
    pub(crate) fn row(&self) -> Option<usize> {
        self.stderr_terminal.then(|| self.width.unwrap_or(crate::width::DEFAULT))
    }

    /// Whether standard error is JSON lines.
    pub(crate) fn speaks_json(&self) -> bool {
        matches!(self.format, Some(Format::Json | Format::Jsonl))
    }
}
