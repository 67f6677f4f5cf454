//! Sizes, spans, times and ratios as people read them.
//!
//! Only tables, and in brackets the fields of one record, show these; every other format has the
//! exact value. What cannot be read as what its column promises is shown as it is.

use jiff::Timestamp;

use crate::record::Cell;
use crate::style::ColumnFormat;

/// Columns of a bar that is full.
const BAR: usize = 10;

const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The value as people read it; none where it has no such form.
pub(crate) fn human(cell: &Cell<'_>, format: ColumnFormat, now: Timestamp) -> Option<String> {
    match format {
        ColumnFormat::Size => size(cell.number()?),
        ColumnFormat::Duration => duration(cell.number()?),
        ColumnFormat::Ratio => ratio(cell.number()?),
        ColumnFormat::Time => match cell {
            Cell::Text(text) => Some(ago(text.parse().ok()?, now)),
            _ => None,
        },
        ColumnFormat::Text | ColumnFormat::Number | ColumnFormat::Status => None,
    }
}

/// Bytes with a binary unit and at most one decimal: `512 B`, `1.5 GiB`.
pub(crate) fn size(bytes: f64) -> Option<String> {
    if bytes < 0.0 {
        return None;
    }
    if bytes < 1024.0 {
        return Some(format!("{bytes} B"));
    }
    let mut value = bytes / 1024.0;
    let mut unit = 0;
    // 1023.95 would be shown as 1024.0: it is one of the next unit.
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let text = format!("{value:.1}");
    Some(format!("{} {}", text.strip_suffix(".0").unwrap_or(&text), UNITS[unit]))
}

/// Seconds in their two largest units: `2h 30m`.
pub(crate) fn duration(seconds: f64) -> Option<String> {
    if !(0.0..1e15).contains(&seconds) {
        return None;
    }
    if seconds < 1.0 && seconds > 0.0 {
        return Some(format!("{:.0}ms", (seconds * 1000.0).max(1.0)));
    }
    let whole = seconds.round() as i64;
    let (days, hours, minutes) = (whole / DAY, whole % DAY / HOUR, whole % HOUR / MINUTE);
    let two = |larger: i64, large_unit, smaller: i64, small_unit| match smaller {
        0 => format!("{larger}{large_unit}"),
        _ => format!("{larger}{large_unit} {smaller}{small_unit}"),
    };
    Some(if days > 0 {
        two(days, "d", hours, "h")
    } else if hours > 0 {
        two(hours, "h", minutes, "m")
    } else if minutes > 0 {
        two(minutes, "m", whole % MINUTE, "s")
    } else {
        format!("{whole}s")
    })
}

/// A ratio as a bar and percent.
fn ratio(ratio: f64) -> Option<String> {
    if !(0.0..=1.0).contains(&ratio) {
        return None;
    }
    Some(format!("{} {:3.0}%", bar(ratio, BAR), ratio * 100.0))
}

/// A bar of `width` columns, of which `ratio`, from 0 to 1, is full.
pub(crate) fn bar(ratio: f64, width: usize) -> String {
    let full = ((ratio * width as f64).round() as usize).min(width);
    "█".repeat(full) + &"░".repeat(width - full)
}

/// How long ago, or in how long, in the largest unit: `3 days ago`, `in 2 hours`.
fn ago(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second() - time.as_second();
    let (count, unit) = match seconds.abs() {
        0..5 => return "just now".to_owned(),
        length @ 5..MINUTE => (length, "second"),
        length @ MINUTE..HOUR => (length / MINUTE, "minute"),
        length @ HOUR..DAY => (length / HOUR, "hour"),
        length => match length / DAY {
            days @ ..30 => (days, "day"),
            days @ 30..365 => (days / 30, "month"),
            days => (days / 365, "year"),
        },
    };
    let plural = if count == 1 { "" } else { "s" };
    match seconds {
        0.. => format!("{count} {unit}{plural} ago"),
        _ => format!("in {count} {unit}{plural}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &'static str, format: ColumnFormat) -> String {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let cell = if text.contains('T') { Cell::Text(text.into()) } else { Cell::Number(text) };
        human(&cell, format, now).unwrap_or_else(|| "-".to_owned())
    }

    #[test]
    fn sizes() {
        let shown = |text| shown(text, ColumnFormat::Size);
        assert_eq!(
            ["0", "1023", "1024", "1536", "17179869184"].map(shown),
            ["0 B", "1023 B", "1 KiB", "1.5 KiB", "16 GiB"]
        );
        assert_eq!(shown("1073741823"), "1 GiB");
        assert_eq!(shown("1e30"), "867361737988.4 EiB");
        assert_eq!(["-1", "1e400"].map(shown), ["-", "-"]);
    }

    #[test]
    fn durations() {
        let shown = |text| shown(text, ColumnFormat::Duration);
        assert_eq!(["0", "0.25", "59.9", "90", "9000"].map(shown), ["0s", "250ms", "1m", "1m 30s", "2h 30m"]);
        assert_eq!(["86400", "273600", "-5"].map(shown), ["1d", "3d 4h", "-"]);
    }

    #[test]
    fn times() {
        let shown = |text| shown(text, ColumnFormat::Time);
        assert_eq!(shown("2026-11-23T11:59:57Z"), "just now");
        assert_eq!(shown("2026-11-23T11:59:00Z"), "1 minute ago");
        assert_eq!(shown("2026-11-20T12:00:00Z"), "3 days ago");
        assert_eq!(shown("2026-11-23T16:00:00+02:00"), "in 2 hours");
        assert_eq!(shown("2024-11-01T00:00:00Z"), "2 years ago");
        assert_eq!(shown("not a Time"), "-");
    }

    #[test]
    fn ratios() {
        let shown = |text| shown(text, ColumnFormat::Ratio);
        assert_eq!(shown("0.62"), "██████░░░░  62%");
        assert_eq!(shown("1"), "██████████ 100%");
        assert_eq!(["1.5", "-0.1"].map(shown), ["-", "-"]);
    }
}
