//! What a command gives back, described so that the host can draw, filter and explain it.

use serde::Serialize;
use serde_json::Value;

use crate::argument::is_false;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Shape {
    Nothing,
    One,
    Many,
    Live,
    Text,
}

/// The shape of a command's answer, its columns and its JSON Schema.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use]
pub struct Answer {
    shape: Shape,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    columns: Vec<Column>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<Value>,
}

impl Answer {
    fn new(shape: Shape) -> Self {
        Answer { shape, key: None, columns: Vec::new(), schema: None }
    }

    /// No answer: notes at most.
    pub fn nothing() -> Self {
        Answer::new(Shape::Nothing)
    }

    /// One record, shown as its fields.
    pub fn one() -> Self {
        Answer::new(Shape::One)
    }

    /// Any number of records, shown as a table.
    pub fn many() -> Self {
        Answer::new(Shape::Many)
    }

    /// Records of which a later one replaces an earlier one with the same value at `key`, a JSON
    /// Pointer.
    pub fn live(key: impl Into<String>) -> Self {
        Answer { key: Some(key.into()), ..Answer::new(Shape::Live) }
    }

    /// Markdown, given with [`Output::text`](crate::Output::text).
    pub fn text() -> Self {
        Answer::new(Shape::Text)
    }

    /// Adds a column.
    pub fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// Adds several columns.
    pub fn columns(mut self, columns: impl IntoIterator<Item = Column>) -> Self {
        self.columns.extend(columns);
        self
    }

    /// Sets the JSON Schema of one record, for `--schema`.
    pub fn schema(mut self, schema: Value) -> Self {
        self.schema = Some(schema);
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Text,
    Number,
    Size,
    Duration,
    Time,
    Status,
    Ratio,
}

/// One column of a table: a title and a JSON Pointer (RFC 6901) into each record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use]
pub struct Column {
    title: String,
    pointer: String,
    #[serde(skip_serializing_if = "is_text")]
    format: Format,
    #[serde(skip_serializing_if = "is_false")]
    wide: bool,
}

fn is_text(format: &Format) -> bool {
    *format == Format::Text
}

impl Column {
    fn new(title: impl Into<String>, pointer: impl Into<String>, format: Format) -> Self {
        Column { title: title.into(), pointer: pointer.into(), format, wide: false }
    }

    /// Text as it is.
    pub fn text(title: impl Into<String>, pointer: impl Into<String>) -> Self {
        Column::new(title, pointer, Format::Text)
    }

    /// A number, aligned to the right.
    pub fn number(title: impl Into<String>, pointer: impl Into<String>) -> Self {
        Column::new(title, pointer, Format::Number)
    }

    /// A number of bytes.
    pub fn size(title: impl Into<String>, pointer: impl Into<String>) -> Self {
        Column::new(title, pointer, Format::Size)
    }

    /// A number of seconds.
    pub fn duration(title: impl Into<String>, pointer: impl Into<String>) -> Self {
        Column::new(title, pointer, Format::Duration)
    }

    /// A moment as RFC 3339 writes it.
    pub fn time(title: impl Into<String>, pointer: impl Into<String>) -> Self {
        Column::new(title, pointer, Format::Time)
    }

    /// A state word, coloured by what it means.
    pub fn status(title: impl Into<String>, pointer: impl Into<String>) -> Self {
        Column::new(title, pointer, Format::Status)
    }

    /// A number from 0 to 1, drawn as a bar.
    pub fn ratio(title: impl Into<String>, pointer: impl Into<String>) -> Self {
        Column::new(title, pointer, Format::Ratio)
    }

    /// Shows the column only with `--wide` or when `--columns` names it.
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }
}
