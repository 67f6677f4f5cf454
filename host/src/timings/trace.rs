//! The file of `--timings`: every span of a run in the Chrome trace format.
//!
//! Browsers show it (`chrome://tracing`), as does Perfetto. It is made beside the name that was given before
//! the command runs, so that a folder that is not there is noticed then, and takes that name at the end,
//! also where the command failed. Nothing is measured here.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::error::{HostError, Kind};
use crate::timings::Timings;

/// Spans that a file holds; nobody looks at more.
pub const EVENTS: usize = 100_000;

/// A span that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What it was.
    pub name: String,
    /// When it began, from the start of the run.
    pub start: Duration,
    /// How long it took.
    pub length: Duration,
    /// Bytes that it brought.
    pub bytes: u64,
}

/// A file that is to be written when the run ends.
pub struct TraceFile {
    path: PathBuf,
    beside: NamedTempFile,
}

impl TraceFile {
    /// Makes sure that there can be such a file.
    pub fn new(path: &Path) -> Result<Self, HostError> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if path.is_dir() {
            return Err(unwritten(path, &io::Error::from(io::ErrorKind::IsADirectory)));
        }
        match tempfile::Builder::new().prefix(".timings-").tempfile_in(folder) {
            Ok(beside) => Ok(Self { path: path.to_owned(), beside }),
            Err(error) => Err(unwritten(path, &error)),
        }
    }

    /// Writes what was measured.
    pub fn write(mut self, timings: &Timings) -> Result<(), HostError> {
        let text = document(timings.events(), timings).to_string();
        let written = self.beside.write_all(text.as_bytes()).and_then(|()| self.beside.flush());
        let done = written.and_then(|()| self.beside.persist(&self.path).map_err(|error| error.error));
        done.map(|_| ()).map_err(|error| unwritten(&self.path, &error))
    }
}

fn unwritten(path: &Path, error: &io::Error) -> HostError {
    HostError::said(
        Kind::Failed,
        format!("timings cannot be written to `{}`: {error}", path.display()),
        vec!["--timings takes the name of a file, in a folder that is there".to_owned()],
    )
}

/// The whole file. Times are in microseconds.
fn document(mut events: Vec<Event>, timings: &Timings) -> Value {
    events.sort_by_key(|event| (event.start, std::cmp::Reverse(event.length)));
    let mut lanes = Vec::new();
    let events = events.iter().map(|event| {
        let mut arguments = serde_json::Map::new();
        if event.bytes > 0 {
            arguments.insert("bytes".to_owned(), json!(event.bytes));
        }
        json!({
            "name": event.name,
            "cat": "vantage",
            "ph": "X",
            "ts": microseconds(event.start),
            "dur": microseconds(event.length),
            "pid": 1,
            "tid": lane(&mut lanes, event) + 1,
            "args": arguments,
        })
    });
    let totals = timings.totals();
    json!({
        "traceEvents": events.collect::<Vec<_>>(),
        "displayTimeUnit": "ms",
        "otherData": {
            "version": env!("CARGO_PKG_VERSION"),
            "peak_memory": totals.peak_memory,
            "requests": totals.requests,
            "bytes": totals.bytes,
        },
    })
}

/// A row of the picture for `event`: one on which nothing overlaps with it but what it is within.
fn lane(lanes: &mut Vec<Vec<Duration>>, event: &Event) -> usize {
    let end = event.start + event.length;
    for (number, ends) in lanes.iter_mut().enumerate() {
        ends.retain(|end| *end > event.start);
        if ends.last().is_none_or(|outer| *outer >= end) {
            ends.push(end);
            return number;
        }
    }
    lanes.push(vec![end]);
    lanes.len() - 1
}

fn microseconds(length: Duration) -> f64 {
    length.as_nanos() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(start: u64, length: u64) -> Event {
        let (start, length) = (Duration::from_millis(start), Duration::from_millis(length));
        Event { name: String::new(), start, length, bytes: 0 }
    }

    #[test]
    fn what_overlaps_has_rows_of_its_own_and_what_is_within_has_not() {
        let mut lanes = Vec::new();
        let events =
            [event(0, 100), event(10, 50), event(20, 60), event(30, 10), event(70, 30), event(200, 1)];
        let rows: Vec<usize> = events.iter().map(|event| lane(&mut lanes, event)).collect();
        assert_eq!(rows, [0, 0, 1, 0, 0, 0]);
    }
}
