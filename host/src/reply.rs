//! What a built-in command answers: how, which it says before it runs, and with which records.
//!
//! As with packs, the answer's columns are known before anything happens, so that `--columns` and
//! `--sort` are checked before anything is changed. Records of packs do not pass through here: they
//! stream through `adapters/answers.rs`. Rendering is the output crate's.

pub mod schema;

use std::fmt;
use std::pin::Pin;

use futures_util::StreamExt;
use serde_json::Value;
use vantage_output::{Answer, AnswerSpec, Column, ColumnFormat, Flow, Shape};

use crate::error::HostError;

/// The records of a command that has run.
#[derive(Debug, Default)]
pub struct Reply {
    /// Each a JSON text.
    records: Vec<String>,
    /// Records after those, which are made while they are written.
    stream: Option<Stream>,
    /// Batches of records that are waited for, each written at once.
    batches: Option<Batches>,
    /// Whether no record is an answer too.
    list: bool,
    /// Why the command failed, although it has something to show.
    failure: Option<HostError>,
}

/// Records, each a JSON text, which may be more than memory holds.
struct Stream(Box<dyn Iterator<Item = Result<String, HostError>>>);

impl fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Stream")
    }
}

/// Records as they come from elsewhere, some at a time.
struct Batches(Pin<Box<dyn futures_util::Stream<Item = Result<Vec<String>, HostError>>>>);

impl fmt::Debug for Batches {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Batches")
    }
}

impl Reply {
    /// The command did what it said, and there is nothing to show on standard output.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// One record.
    pub fn one(record: Value) -> Self {
        Self::text(record.to_string())
    }

    /// One record that is a JSON text already, kept as it is.
    pub fn text(record: String) -> Self {
        Self { records: vec![record], ..Self::default() }
    }

    /// Any number of records.
    pub fn many(records: impl IntoIterator<Item = Value>) -> Self {
        let records = records.into_iter().map(|record| record.to_string()).collect();
        Self { records, list: true, ..Self::default() }
    }

    /// Any number of records, each asked for when the one before it is written. The first error ends
    /// the answer where it is.
    pub fn streamed(records: impl Iterator<Item = Result<String, HostError>> + 'static) -> Self {
        Self { stream: Some(Stream(Box::new(records))), list: true, ..Self::default() }
    }

    /// Any number of records, batch by batch as they come; each batch is written at once. The first
    /// error ends the answer where it is.
    pub fn followed(
        batches: impl futures_util::Stream<Item = Result<Vec<String>, HostError>> + 'static,
    ) -> Self {
        Self { batches: Some(Batches(Box::pin(batches))), list: true, ..Self::default() }
    }

    /// The same records of a command that failed all the same.
    pub fn but(self, failure: Option<HostError>) -> Self {
        Self { failure, ..self }
    }

    /// Writes the records, and ends as the command did.
    pub async fn write(self, mut answer: Answer) -> Result<(), HostError> {
        answer.records(&self.records)?;
        let mut failure = self.failure;
        for record in self.stream.into_iter().flat_map(|stream| stream.0) {
            match record {
                Ok(record) if answer.record(&record)? == Flow::Continue => {}
                Ok(_) => break,
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        if let Some(Batches(mut batches)) = self.batches {
            while let Some(batch) = batches.next().await {
                match batch {
                    Ok(batch) if answer.records(&batch)? == Flow::Continue => {}
                    Ok(_) => break,
                    Err(error) => {
                        failure = Some(error);
                        break;
                    }
                }
            }
        }
        match failure {
            None if self.list || !self.records.is_empty() => Ok(answer.finish()?),
            None => Ok(answer.abandon()?),
            Some(failure) => answer.abandon().map_err(HostError::from).and(Err(failure)),
        }
    }
}

/// The answer of a command that shows nothing on standard output.
pub fn no_answer() -> AnswerSpec {
    spec(Shape::Nothing, "records", Vec::new())
}

/// The answer of a command that shows one record, as fields.
pub fn one_record(columns: Vec<Column>) -> AnswerSpec {
    spec(Shape::One, "records", columns)
}

/// The answer of a command that shows records, as a table; `noun` is their plural.
pub fn many_records(noun: &str, columns: Vec<Column>) -> AnswerSpec {
    spec(Shape::Many, noun, columns)
}

fn spec(shape: Shape, noun: &str, columns: Vec<Column>) -> AnswerSpec {
    AnswerSpec { shape, key: None, columns, noun: noun.to_owned() }
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
