//! What a built-in command gives back: data and how it is shaped, not yet rendered.
//!
//! Packs do not pass through here: their records stream through `adapters/answers.rs`. Rendering
//! is the output crate's.

use serde_json::Value;
use vantage_output::{AnswerSpec, Column, ColumnFormat, Console, Flow, Shape};

use crate::error::HostError;

/// A command's answer.
#[derive(Debug)]
pub enum Reply {
    /// The command did what it said, and there is nothing to show on standard output.
    Nothing,
    /// One record, shown as fields.
    One(Vec<Column>, Value),
    /// Records, shown as a table; the word is their plural, for the case that there are none.
    Many(&'static str, Vec<Column>, Vec<Value>),
    /// Text for people, printed as it is.
    Text(String),
}

impl Reply {
    /// Writes the answer in the format that the user asked for.
    pub fn render(self, console: &Console) -> Result<(), HostError> {
        match self {
            Self::Nothing => Ok(()),
            Self::One(columns, record) => write(console, spec(Shape::One, "records", columns), &[record]),
            Self::Many(noun, columns, records) => write(console, spec(Shape::Many, noun, columns), &records),
            Self::Text(text) => Ok(console.document(&text)?),
        }
    }
}

/// A column of plain text.
pub fn column(title: &str, pointer: &str) -> Column {
    Column { title: title.to_owned(), pointer: pointer.to_owned(), format: ColumnFormat::Text, wide: false }
}

/// A column of plain text that is shown with `--wide` only.
pub fn wide_column(title: &str, pointer: &str) -> Column {
    Column { wide: true, ..column(title, pointer) }
}

/// A column of a state word, coloured by what it means.
pub fn status_column(title: &str, pointer: &str) -> Column {
    Column { format: ColumnFormat::Status, ..column(title, pointer) }
}

/// A column of a time in RFC 3339.
pub fn time_column(title: &str, pointer: &str) -> Column {
    Column { format: ColumnFormat::Time, ..column(title, pointer) }
}

fn spec(shape: Shape, noun: &str, columns: Vec<Column>) -> AnswerSpec {
    AnswerSpec { shape, key: None, columns, noun: noun.to_owned() }
}

fn write(console: &Console, spec: AnswerSpec, records: &[Value]) -> Result<(), HostError> {
    let mut answer = console.answer(spec)?;
    for record in records {
        if answer.record(&record.to_string())? != Flow::Continue {
            break;
        }
    }
    Ok(answer.finish()?)
}
