//! From what a user typed to the JSON value that a pack gets, by the kind of the argument.
//!
//! One function a kind, pure; what is refused is said in words that name what would be accepted.
//! Files are not opened here: their value is the name as typed.

use std::ops::RangeInclusive;

use serde_json::{Value, json};
use vantage_policy::description::Kind;

/// Integers beyond this cannot be told apart by packs whose only number is a double.
const LARGEST_EXACT_INTEGER: i64 = (1 << 53) - 1;
const EXACT_INTEGERS: RangeInclusive<i64> = -LARGEST_EXACT_INTEGER..=LARGEST_EXACT_INTEGER;

/// Reads `text` as a value of `kind`.
pub fn parse(kind: Kind, text: &str, now: jiff::Timestamp) -> Result<Value, String> {
    match kind {
        Kind::Flag => Ok(Value::Bool(true)),
        Kind::Text | Kind::Choice | Kind::File => Ok(json!(text)),
        Kind::Integer => integer(text),
        Kind::Number => number(text),
        Kind::Duration => duration(text),
        Kind::Size => size(text),
        Kind::Time => time(text, now),
        Kind::Json => serde_json::from_str(text).map_err(|error| format!("not JSON: {error}")),
    }
}

fn integer(text: &str) -> Result<Value, String> {
    match text.parse::<i64>() {
        Ok(value) if EXACT_INTEGERS.contains(&value) => Ok(json!(value)),
        Ok(_) => Err(format!("an integer between -{LARGEST_EXACT_INTEGER} and {LARGEST_EXACT_INTEGER}")),
        Err(_) => Err("an integer, as in `12`".to_owned()),
    }
}

fn number(text: &str) -> Result<Value, String> {
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
    value.map(|value| json!(value)).ok_or_else(|| "a number, as in `0.5`".to_owned())
}

fn duration(text: &str) -> Result<Value, String> {
    let expected = "a span of time, as in `2h30m` or `90s`";
    if let Ok(seconds) = text.parse::<u32>() {
        return Ok(json!(seconds));
    }
    let span = text.parse::<jiff::SignedDuration>().map_err(|_| expected.to_owned())?;
    if span.is_negative() {
        return Err(expected.to_owned());
    }
    Ok(if span.subsec_nanos() == 0 { json!(span.as_secs()) } else { json!(span.as_secs_f64()) })
}

fn size(text: &str) -> Result<Value, String> {
    let expected = "a size, as in `16GiB`, `500MB` or `4096`";
    let end =
        text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let factor: u64 = match unit.trim() {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return Err(expected.to_owned()),
    };
    let bytes = digits.parse::<f64>().map_err(|_| expected.to_owned())? * factor as f64;
    if bytes > LARGEST_EXACT_INTEGER as f64 || bytes.fract() != 0.0 {
        return Err(format!("{expected}, in whole bytes"));
    }
    Ok(json!(bytes as i64))
}

fn time(text: &str, now: jiff::Timestamp) -> Result<Value, String> {
    moment(text, now).map(|time| json!(time.to_string()))
}

/// RFC 3339, a date, or a span ago such as `3d` or `2h`.
pub fn moment(text: &str, now: jiff::Timestamp) -> Result<jiff::Timestamp, String> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(time);
    }
    if let Ok(date) = text.parse::<jiff::civil::Date>()
        && let Ok(midnight) = date.to_zoned_datetime(jiff::tz::TimeZone::UTC)
    {
        return Ok(midnight.timestamp());
    }
    let ago = text
        .parse::<jiff::Span>()
        .ok()
        .and_then(|span| now.to_zoned_datetime(jiff::tz::TimeZone::UTC).checked_sub(span.abs()).ok());
    ago.map(|time| time.timestamp())
        .ok_or_else(|| "a time, as in `2026-01-31T12:00:00Z`, `2026-01-31` or `3d` (ago)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, text: &str) -> Result<Value, String> {
        parse(kind, text, "2026-05-01T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn values_arrive_in_the_units_of_the_contract() {
        assert_eq!(read(Kind::Duration, "2h30m"), Ok(json!(9000)));
        assert_eq!(read(Kind::Duration, "90"), Ok(json!(90)));
        assert_eq!(read(Kind::Size, "16GiB"), Ok(json!(17_179_869_184_i64)));
        assert_eq!(read(Kind::Size, "1.5KiB"), Ok(json!(1536)));
        assert_eq!(read(Kind::Time, "2d"), Ok(json!("2026-04-29T00:00:00Z")));
        assert_eq!(read(Kind::Time, "2026-01-31"), Ok(json!("2026-01-31T00:00:00Z")));
        assert_eq!(read(Kind::Json, "[1,{}]"), Ok(json!([1, {}])));
    }

    #[test]
    fn what_is_refused_says_what_would_do() {
        for (kind, text) in [
            (Kind::Integer, "9007199254740992"),
            (Kind::Integer, "-9223372036854775808"),
            (Kind::Integer, "1.0"),
            (Kind::Number, "NaN"),
            (Kind::Duration, "-2h"),
            (Kind::Duration, "soon"),
            (Kind::Size, "16XB"),
            (Kind::Size, "1e30"),
            (Kind::Size, ""),
            (Kind::Time, "yesterday"),
            (Kind::Json, "{"),
        ] {
            let refused = read(kind, text);
            assert!(refused.is_err(), "{text}: {refused:?}");
        }
    }
}
