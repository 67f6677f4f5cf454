//! Where the time of a run went, as bars.
//!
//! What was measured is the host's business; rows come in the order in which they are shown. All
//! bars share one scale, from the start of the run to the end of the last row.

use std::time::Duration;

use serde_json::{Value, json};

use crate::visible::Visible;
use crate::width;

/// Columns of the scale, where there is room for it.
const SCALE: usize = 40;

/// Columns of a length with its unit and the spaces around it.
const LENGTH: usize = 12;

/// Columns of the longest name; more is cut.
const NAME: usize = 40;

/// Something that took time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimingRow {
    /// What it was.
    pub name: String,
    /// When it began, from the start of the run.
    pub start: Duration,
    /// How long it took.
    pub length: Duration,
    /// Of how many other rows it is a part.
    pub depth: u8,
}

/// One line a row: name, length, bar.
pub(crate) fn text(rows: &[TimingRow], width: Option<usize>) -> Vec<String> {
    let names: Vec<String> = rows.iter().map(name).collect();
    let widest = names.iter().map(|name| width::columns(name)).max().unwrap_or(0);
    let room = width.unwrap_or(width::DEFAULT).saturating_sub(widest + LENGTH + 1);
    let scale = room.min(SCALE);
    let total = rows.iter().map(|row| row.start + row.length).max().unwrap_or_default();
    let line = |(row, name): (&TimingRow, &String)| {
        let gap = " ".repeat(widest - width::columns(name));
        let line = format!("{name}{gap} {:>10}  {}", length(row.length), bar(row, total, scale));
        line.trim_end().to_owned()
    };
    rows.iter().zip(&names).map(line).collect()
}

/// The rows for programs: times in milliseconds.
pub(crate) fn json(rows: &[TimingRow]) -> Value {
    let row = |row: &TimingRow| {
        json!({
            "name": row.name,
            "start_ms": milliseconds(row.start),
            "length_ms": milliseconds(row.length),
            "depth": row.depth,
        })
    };
    json!({ "timings": rows.iter().map(row).collect::<Vec<_>>() })
}

fn name(row: &TimingRow) -> String {
    let name = Visible::line(&row.name).to_string();
    width::cut(&format!("{}{name}", "  ".repeat(usize::from(row.depth.min(8)))), NAME)
}

fn length(length: Duration) -> String {
    format!("{:.2} ms", length.as_secs_f64() * 1000.0)
}

/// To the microsecond, which is as fine as it means anything.
fn milliseconds(length: Duration) -> f64 {
    length.as_micros() as f64 / 1000.0
}

/// A bar between the row's start and end. What took any time at all has at least one column.
fn bar(row: &TimingRow, total: Duration, scale: usize) -> String {
    let column = |at: Duration| match total.as_nanos() {
        0 => 0,
        total => (at.as_nanos() * scale as u128 / total) as usize,
    };
    let start = column(row.start).min(scale.saturating_sub(1));
    let end = column(row.start + row.length).clamp((start + 1).min(scale), scale);
    " ".repeat(start) + &"█".repeat(end.saturating_sub(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<TimingRow> {
        let row = |name: &str, start, length, depth| TimingRow {
            name: name.to_owned(),
            start: Duration::from_micros(start),
            length: Duration::from_micros(length),
            depth,
        };
        vec![
            row("start", 0, 1200, 0),
            row("plugin.call", 1200, 18_800, 0),
            row("graphql ListClusters", 2000, 15_000, 1),
            row("odd\u{1b}", 20_000, 0, 0),
        ]
    }

    #[test]
    fn bars_share_a_scale() {
        insta::assert_snapshot!(text(&rows(), Some(80)).join("\n"), @r"
        start                     1.20 ms  ██
        plugin.call              18.80 ms    ██████████████████████████████████████
          graphql ListClusters   15.00 ms      ██████████████████████████████
        odd\u{1b}                 0.00 ms                                         █
        ");
    }

    #[test]
    fn narrow_terminals_get_short_bars_or_none() {
        for width in [1, 40, 60, 300] {
            for line in text(&rows(), Some(width)) {
                assert!(width::columns(&line) <= width.max(34), "{line}");
            }
        }
    }

    #[test]
    fn programs_get_milliseconds() {
        assert_eq!(
            json(&rows()[..1]).to_string(),
            r#"{"timings":[{"name":"start","start_ms":0.0,"length_ms":1.2,"depth":0}]}"#
        );
    }
}
