//! Answers and their renderings, errors, notes, progress: everything that the user sees.
//!
//! A command gives records, text or nothing; this crate decides how they look. It is pure but for
//! the two streams it is given: it opens no file, reads no environment and asks no clock but a
//! monotonic one for progress. It knows nothing of packs beyond their name, nothing of tokens and
//! nothing of exit codes beyond the number in an [`ErrorReport`]. The host alone calls it.
//!
//! A tour, in the order in which an answer passes through:
//!
//! - [`style`](Style): what the user asked for, and what [the answer](AnswerSpec) looks like;
//! - [`Console`]: both streams behind one lock; notes, warnings, errors, timings, [usage](Used), progress;
//! - [`Answer`]: takes records one by one, checks shape and `--limit`, holds them for `--sort`;
//! - `select`: which columns; `order`: `--sort`; `record`: cells of a record, numbers unharmed;
//! - `render`: one file a format; `humanize` and `paint`: what only people want;
//! - [`markdown`]: descriptions and texts in rows of a terminal;
//! - [`visible`]: the one sanitizer. No text that is not the host's own passes it by.
//!
//! ```
//! use vantage_output::{AnswerSpec, Column, ColumnFormat, Console, Format, Shape, Style};
//!
//! let style = Style { format: Some(Format::Jsonl), ..Style::default() };
//! let console = Console::new(Box::new(std::io::sink()), Box::new(std::io::sink()), style);
//! let name = Column {
//!     title: "Name".to_owned(),
//!     pointer: "/name".to_owned(),
//!     format: ColumnFormat::Text,
//!     wide: false,
//! };
//! let spec = AnswerSpec { shape: Shape::Many, key: None, columns: vec![name], noun: "clusters".to_owned() };
//! let mut answer = console.answer(spec)?;
//! answer.record(r#"{"name": "gpu-7"}"#)?;
//! answer.finish()?;
//! # Ok::<(), vantage_output::OutputError>(())
//! ```

mod answer;
mod console;
mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod humanize;
mod jq;
pub mod markdown;
mod order;
mod paint;
mod progress;
mod record;
mod render;
mod report;
mod select;
mod streams;
mod style;
mod timings;
mod used;
pub mod visible;
mod width;

#[cfg(test)]
mod tests;

pub use answer::{Answer, Flow};
pub use console::{Console, Question, Size};
pub use error::OutputError;
pub use report::ErrorReport;
pub use style::{AnswerSpec, Column, ColumnFormat, Format, Shape, Style};
pub use timings::{TimingRow, Totals};
pub use used::Used;
