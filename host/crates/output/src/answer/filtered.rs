//! An answer on its way through a `--jq` filter.
//!
//! The records of a list are gathered to one array first, as `-o json` gives it; with `-o jsonl`, and
//! where records go on, each passes by itself. The filter is jq's own matter, in `jq.rs`.

use crate::answer::Flow;
use crate::console::Console;
use crate::error::OutputError;
use crate::jq::{Filter, Output};
use crate::render::json;
use crate::style::{Format, Shape, Style};
use crate::visible::Visible;

/// Bytes of an array that is gathered: as much as a pack may have for itself.
const GATHERED: usize = 256 * 1024 * 1024;

/// A filter, and the array that waits for it.
pub(super) struct Filtered {
    filter: Filter,
    /// The array until now, where there is one.
    array: Option<String>,
}

impl Filtered {
    /// The filter that `style` asks for, for an answer of `shape` in `format`.
    pub(super) fn new(style: &Style, shape: Shape, format: Format) -> Result<Option<Self>, OutputError> {
        let Some(expression) = &style.jq else { return Ok(None) };
        if !matches!(format, Format::Json | Format::Jsonl) {
            return Err(OutputError::FilterNeedsJson { format });
        }
        let filter = Filter::new(expression, style.now)?;
        let gathers = shape == Shape::Many && format == Format::Json;
        Ok(Some(Self { filter, array: gathers.then(|| "[".to_owned()) }))
    }

    /// Takes one record, and writes what the filter makes of it, or will make of all.
    pub(super) fn record(&mut self, json: &str, console: &Console) -> Result<Flow, OutputError> {
        let Some(array) = &mut self.array else { return self.pass(json, console) };
        if array.len() + json.len() > GATHERED {
            return Err(OutputError::TooMuchToFilter { allowed: GATHERED });
        }
        if array.len() > 1 {
            array.push(',');
        }
        array.push_str(json);
        Ok(Flow::Continue)
    }

    /// Ends the array, and writes what the filter makes of it.
    pub(super) fn end(&mut self, console: &Console) -> Result<Flow, OutputError> {
        match self.array.take() {
            Some(array) => self.pass(&(array + "]"), console),
            None => Ok(Flow::Continue),
        }
    }

    /// Writes the outputs for one JSON text, each as it comes: a filter may have no last one.
    pub(super) fn pass(&self, json: &str, console: &Console) -> Result<Flow, OutputError> {
        for output in self.filter.outputs(json)? {
            if console.write(&line(output?, console.style()))? == Flow::Closed {
                return Ok(Flow::Closed);
            }
        }
        Ok(Flow::Continue)
    }
}

/// An output as it is written: JSON as `-o json` writes one record; a string exactly in a pipe, and
/// visibly on a terminal.
fn line(output: Output, style: &Style) -> String {
    let mut line = match output {
        Output::Text(text) if style.stdout_terminal => Visible::text(&text).to_string(),
        Output::Text(text) => text,
        Output::Json(text) if style.stdout_terminal => json::indented(&text),
        Output::Json(text) => json::compacted(&text),
    };
    line.push('\n');
    line
}
