//! Where the time of a run went, as bars.
//!
//! What was measured is the host's business; rows come in the order in which they are shown. All
//! bars share one scale, from the start of the run to the end of the last row.

use std::time::Duration;

use serde_json::{Value, json};

use crate::humanize::size;
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
    /// How long it took: the sum, where it happened more than once.
    pub length: Duration,
    /// When it ended for the last time.
    pub end: Duration,
    /// Of how many other rows it is a part.
    pub depth: u8,
    /// How often it happened.
    pub count: u32,
    /// Bytes that it brought.
    pub bytes: u64,
}

/// What a whole run took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes of memory that the process had at most, where the system tells.
    pub peak_memory: Option<u64>,
    /// Requests that were sent.
    pub requests: usize,
    /// Bytes of their answers, after decompression.
    pub bytes: u64,
}

/// One line a row: name, length, bar; and a line for the whole.
pub(crate) fn text(rows: &[TimingRow], totals: &Totals, width: Option<usize>) -> Vec<String> {
    let names: Vec<String> = rows.iter().map(name).collect();
    let widest = names.iter().map(|name| width::columns(name)).max().unwrap_or(0);
    let room = width.unwrap_or(width::DEFAULT).saturating_sub(widest + LENGTH + 1);
    let scale = room.min(SCALE);
    let total = rows.iter().map(|row| row.end).max().unwrap_or_default();
    let line = |(row, name): (&TimingRow, &String)| {
        let gap = " ".repeat(widest - width::columns(name));
        let line = format!("{name}{gap} {:>10}  {}", length(row.length), bar(row, total, scale));
        line.trim_end().to_owned()
    };
    rows.iter().zip(&names).map(line).chain([whole(totals)]).collect()
}

/// `peak memory 33 MiB; 3 requests, 12 KiB of answers`.
fn whole(totals: &Totals) -> String {
    let memory = totals.peak_memory.and_then(|bytes| size(bytes as f64));
    let memory = memory.map(|size| format!("peak memory {size}; ")).unwrap_or_default();
    match totals.requests {
        0 => format!("{memory}no requests"),
        1 => format!("{memory}1 request, {} of answers", size(totals.bytes as f64).unwrap_or_default()),
        many => {
            format!("{memory}{many} requests, {} of answers", size(totals.bytes as f64).unwrap_or_default())
        }
    }
}

/// The same for programs: times in milliseconds, memory and answers in bytes.
pub(crate) fn json(rows: &[TimingRow], totals: &Totals) -> Value {
    let row = |row: &TimingRow| {
        json!({
            "name": row.name,
            "start_ms": milliseconds(row.start),
            "length_ms": milliseconds(row.length),
            "depth": row.depth,
            "count": row.count,
            "bytes": row.bytes,
        })
    };
    json!({
        "timings": rows.iter().map(row).collect::<Vec<_>>(),
        "peak_memory": totals.peak_memory,
        "requests": totals.requests,
        "bytes": totals.bytes,
    })
}

fn name(row: &TimingRow) -> String {
    let mut name = Visible::line(&row.name).to_string();
    if row.count > 1 {
        name.push_str(&format!(" ×{}", row.count));
    }
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
    let end = column(row.end).clamp((start + 1).min(scale), scale);
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
            end: Duration::from_micros(start + length),
            depth,
            count: 1,
            bytes: 0,
        };
        vec![
            row("start", 0, 1200, 0),
            row("plugin.call", 1200, 18_800, 0),
            TimingRow { count: 3, ..row("graphql ListClusters", 2000, 15_000, 1) },
            row("odd\u{1b}", 20_000, 0, 0),
        ]
    }

    fn totals() -> Totals {
        Totals { peak_memory: Some(33 << 20), requests: 3, bytes: 12_345 }
    }

    #[test]
    fn bars_share_a_scale() {
        insta::assert_snapshot!(text(&rows(), &totals(), Some(80)).join("\n"), @r#"
        start                        1.20 ms  ██
        plugin.call                 18.80 ms    ██████████████████████████████████████
          graphql ListClusters ×3   15.00 ms      ██████████████████████████████
        odd\u{1b}                    0.00 ms                                         █
        peak memory 33 MiB; 3 requests, 12.1 KiB of answers
        "#);
    }

    #[test]
    fn narrow_terminals_get_short_bars_or_none() {
        for width in [1, 40, 60, 300] {
            for line in text(&rows(), &totals(), Some(width)) {
                assert!(width::columns(&line) <= width.max(53), "{line}");
            }
        }
    }

    #[test]
    fn programs_get_milliseconds() {
        assert_eq!(
            json(&rows()[..1], &totals()).to_string(),
            concat!(
                r#"{"timings":[{"name":"start","start_ms":0.0,"length_ms":1.2,"depth":0,"count":1,"bytes":0}],"#,
                r#""peak_memory":34603008,"requests":3,"bytes":12345}"#
            )
        );
    }
}
