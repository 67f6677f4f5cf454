//! Collects the spans of a run for `-v`.
//!
//! The crates below open spans with fixed names (`plugin.load`, `graphql`, `auth.refresh`, …) and
//! know nothing of this file; it is the only one that measures. Without `-v` it is not installed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tracing::span::{Attributes, Id};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;
use vantage_output::TimingRow;

/// Spans that are worth a row.
const NAMES: &[&str] = &[
    "start",
    "configuration",
    "auth.discovery",
    "auth.device",
    "auth.refresh",
    "plugin.compile",
    "plugin.load",
    "plugin.instantiate",
    "plugin.call",
    "graphql",
];

/// Rows as they are finished, in order of their start.
#[derive(Clone)]
pub struct Timings {
    began: Instant,
    rows: Arc<Mutex<Vec<TimingRow>>>,
}

struct Began {
    row: usize,
    at: Instant,
}

impl Timings {
    /// Starts the clock.
    pub fn new(began: Instant) -> Self {
        Self { began, rows: Arc::default() }
    }

    /// What was measured until now.
    pub fn rows(&self) -> Vec<TimingRow> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Timings {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let name = attributes.metadata().name();
        let Some(span) = context.span(id).filter(|_| NAMES.contains(&name)) else {
            return;
        };
        let depth = span.scope().skip(1).filter(|parent| NAMES.contains(&parent.name())).count();
        let mut label = Label::default();
        attributes.record(&mut label);
        let at = Instant::now();
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        span.extensions_mut().insert(Began { row: rows.len(), at });
        rows.push(TimingRow {
            name: if label.0.is_empty() { name.to_owned() } else { format!("{name} {}", label.0) },
            start: at.duration_since(self.began),
            length: std::time::Duration::ZERO,
            depth: u8::try_from(depth).unwrap_or(u8::MAX),
        });
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let extensions = span.extensions();
        let Some(began) = extensions.get::<Began>() else {
            return;
        };
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = rows.get_mut(began.row) {
            row.length = began.at.elapsed();
        }
    }
}

/// The operation or pack that a span is about.
#[derive(Default)]
struct Label(String);

impl tracing::field::Visit for Label {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        if matches!(field.name(), "operation" | "pack") {
            self.0 = value.to_owned();
        }
    }

    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        if matches!(field.name(), "operation" | "pack") {
            self.0 = format!("{value:?}").trim_matches('"').to_owned();
        }
    }
}
