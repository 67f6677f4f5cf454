//! Durations as people write them on the command line and in `/admin/faults`.

use std::time::Duration;

/// Reads `50ms`, `2s`, `5m`, `1h`; a bare number is seconds.
///
/// # Errors
/// A sentence that names the text and shows the forms that are read.
pub fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let wrong = || format!("`{text}` is not a duration such as 50ms, 2s, 5m or 1h");
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let milliseconds = match unit {
        "ms" => Some(1),
        "" | "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let total = milliseconds.and_then(|unit| number.checked_mul(unit)).ok_or_else(wrong)?;
    Ok(Duration::from_millis(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_and_nonsense_is_not() {
        let milliseconds = |text| parse(text).map(|duration| duration.as_millis());
        assert_eq!(milliseconds("50ms"), Ok(50));
        assert_eq!((milliseconds("2"), milliseconds("2s")), (Ok(2_000), Ok(2_000)));
        assert_eq!((milliseconds("5m"), milliseconds("1h")), (Ok(300_000), Ok(3_600_000)));
        for wrong in ["", "ms", "-1s", "1d", "1.5s", "99999999999999999999s", "9999999999999999999h"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
