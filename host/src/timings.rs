//! Collects the spans of a run, for `-v` and `--timings`.
//!
//! The crates below open spans with fixed names (`plugin.load`, `graphql`, `auth.refresh`, …) and
//! know nothing of this file; it is the only one that measures. Without either option it is not
//! installed. What is alike within one thing is one row: a list of a hundred pages has one row for
//! all of them. The file of `--timings` is written by `timings/trace.rs`, and has each by itself.

pub mod trace;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;
use vantage_output::{TimingRow, Totals};

use crate::timings::trace::Event;

/// Spans that are worth a row.
const NAMES: &[&str] = &[
    "configuration",
    "auth.credentials",
    "auth.discovery",
    "auth.device",
    "auth.refresh",
    "auth.fetch",
    "plugin.compile",
    "plugin.load",
    "plugin.instantiate",
    "plugin.call",
    "graphql",
    "dns",
    "connect",
    REQUEST,
    "body",
    "render",
];

/// The span of which there is one a request: until the head of its answer is there.
const REQUEST: &str = "wait";

/// Rows that are told apart; what comes when there are so many is counted with the last of them.
const ROWS: usize = 1_000;

/// Rows as they are begun, in order of their start.
#[derive(Clone)]
pub struct Timings {
    began: Instant,
    collected: Arc<Mutex<Collected>>,
}

#[derive(Default)]
struct Collected {
    rows: Vec<TimingRow>,
    /// Rows by the row that they are a part of, and their name.
    known: HashMap<(Option<usize>, String), usize>,
    events: Vec<Event>,
    totals: Totals,
}

struct Began {
    row: usize,
    at: Instant,
    label: String,
    bytes: u64,
}

impl Timings {
    /// Starts the clock at `began`; what came until now was the start.
    pub fn new(began: Instant) -> Self {
        let timings = Self { began, collected: Arc::default() };
        let mut collected = timings.collected();
        let row = collected.row(None, "start", Duration::ZERO, 0);
        collected.end(row, "start", Duration::ZERO, began.elapsed(), 0);
        drop(collected);
        timings
    }

    /// What was measured until now.
    pub fn rows(&self) -> Vec<TimingRow> {
        self.collected().rows.clone()
    }

    /// What all of it took together.
    pub fn totals(&self) -> Totals {
        Totals { peak_memory: peak_memory(), ..self.collected().totals }
    }

    /// Every span by itself, up to a bound.
    pub fn events(&self) -> Vec<Event> {
        self.collected().events.clone()
    }

    fn collected(&self) -> MutexGuard<'_, Collected> {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Collected {
    /// The row for `name` within the row `parent`.
    fn row(&mut self, parent: Option<usize>, name: &str, start: Duration, depth: usize) -> usize {
        let key = (parent, name.to_owned());
        if let Some(row) = self.known.get(&key) {
            return *row;
        }
        if self.rows.len() >= ROWS {
            return ROWS - 1;
        }
        self.rows.push(TimingRow {
            name: name.to_owned(),
            start,
            length: Duration::ZERO,
            end: start,
            depth: u8::try_from(depth).unwrap_or(u8::MAX),
            count: 0,
            bytes: 0,
        });
        self.known.insert(key, self.rows.len() - 1);
        self.rows.len() - 1
    }

    fn end(&mut self, row: usize, label: &str, start: Duration, end: Duration, bytes: u64) {
        let length = end.saturating_sub(start);
        if let Some(row) = self.rows.get_mut(row) {
            row.length += length;
            row.end = row.end.max(end);
            row.count += 1;
            row.bytes += bytes;
        }
        self.totals.bytes += bytes;
        if self.events.len() < trace::EVENTS {
            self.events.push(Event { name: label.to_owned(), start, length, bytes });
        }
    }
}

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Timings {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let name = attributes.metadata().name();
        let Some(span) = context.span(id).filter(|_| NAMES.contains(&name)) else {
            return;
        };
        let parents = || span.scope().skip(1).filter(|parent| NAMES.contains(&parent.name()));
        let parent = parents().next();
        let parent = parent.and_then(|parent| parent.extensions().get::<Began>().map(|began| began.row));
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let label =
            if fields.label.is_empty() { name.to_owned() } else { format!("{name} {}", fields.label) };
        let at = Instant::now();
        let mut collected = self.collected();
        let row = collected.row(parent, &label, at.duration_since(self.began), parents().count());
        collected.totals.requests += usize::from(name == REQUEST);
        span.extensions_mut().insert(Began { row, at, label, bytes: 0 });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(began) = span.extensions_mut().get_mut::<Began>() {
            began.bytes += fields.bytes;
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let extensions = span.extensions();
        let Some(began) = extensions.get::<Began>() else {
            return;
        };
        let (start, end) = (began.at.duration_since(self.began), self.began.elapsed());
        self.collected().end(began.row, &began.label, start, end, began.bytes);
    }
}

/// What a span is about, and how many bytes it brought.
#[derive(Default)]
struct Fields {
    label: String,
    bytes: u64,
}

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "bytes" {
            self.bytes = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if matches!(field.name(), "operation" | "pack") {
            self.label = value.to_owned();
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if matches!(field.name(), "operation" | "pack") {
            self.label = format!("{value:?}").trim_matches('"').to_owned();
        }
    }
}

/// Bytes of memory that the process had at most, where the system counts them.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}
