//! Defaults of arguments and settings: whether each is what the pack would receive.
//!
//! A default is typed as a run's value is: seconds for a duration, bytes for a size, RFC 3339 for a
//! time. So it can be filled in as it stands, and means the same to every host. Called by the checks
//! of arguments and settings.

use serde_json::Value;

use super::{Choice, Kind};

/// The greatest integer that every language's JSON keeps exactly.
const SAFE_INTEGER: i64 = (1 << 53) - 1;

/// Whether a single default fits its kind; otherwise what would have.
pub(super) fn check_default(kind: Kind, choices: Option<&[Choice]>, value: &Value) -> Result<(), String> {
    let text = value.as_str();
    let (fits, expected) = match kind {
        Kind::Flag => (value.is_boolean(), "true or false"),
        Kind::Text => (text.is_some(), "a string"),
        Kind::Choice => {
            let known =
                |text: &str| choices.is_none_or(|choices| choices.iter().any(|choice| choice.value == text));
            (text.is_some_and(known), "one of the choices")
        }
        Kind::Integer => (value.as_i64().is_some_and(is_safe), "a whole number within ±(2^53−1)"),
        Kind::Number => (value.is_number(), "a number"),
        Kind::Duration => (value.as_f64().is_some_and(|seconds| seconds >= 0.0), "a number of seconds"),
        Kind::Size => {
            (value.as_i64().is_some_and(|bytes| bytes >= 0 && is_safe(bytes)), "a whole number of bytes")
        }
        Kind::Time => (text.is_some_and(is_rfc3339), "a time such as `2026-01-31T12:00:00Z`"),
        Kind::Json => (true, "any JSON"),
        Kind::File => (false, "left out"),
    };
    if fits { Ok(()) } else { Err(format!("the default of kind `{kind}` must be {expected}")) }
}

fn is_safe(integer: i64) -> bool {
    (-SAFE_INTEGER..=SAFE_INTEGER).contains(&integer)
}

/// Whether the text has the form of RFC 3339, with each part in its range.
fn is_rfc3339(text: &str) -> bool {
    let Some((date_time, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|character: char| character.is_ascii_digit()),
        None => rest,
    };
    let fraction_fits = !rest.starts_with('.') || zone.len() + 1 < rest.len();
    let zone_fits = matches!(zone, "Z" | "z")
        || zone.strip_prefix(['+', '-']).is_some_and(|offset| parts(offset, "dd:dd", &[(0, 23), (0, 59)]));
    let ranges = [(0, 9999), (1, 12), (1, 31), (0, 23), (0, 59), (0, 60)];
    fraction_fits && zone_fits && parts(&date_time.to_ascii_uppercase(), "dddd-dd-ddTdd:dd:dd", &ranges)
}

/// Whether the text has the pattern's form (`d` stands for a digit) and its numbers their ranges.
fn parts(text: &str, pattern: &str, ranges: &[(u32, u32)]) -> bool {
    let form = text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, expected)| match expected {
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        });
    let numbers = text.split(|character: char| !character.is_ascii_digit()).map(str::parse::<u32>);
    form && numbers
        .zip(ranges)
        .all(|(number, (least, most))| number.is_ok_and(|number| (*least..=*most).contains(&number)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times() {
        for accepted in ["2026-11-23T10:00:00Z", "2026-11-23t10:00:00.123+01:00", "2016-12-31T23:59:60z"] {
            assert!(is_rfc3339(accepted), "{accepted}");
        }
        for refused in [
            "",
            "24h",
            "yesterday",
            "2026-13-23T10:00:00Z",
            "2026-11-23T10:00:00",
            "2026-11-23T10:00:00.Z",
            "2026-11-23 10:00:00Z",
            "2026-11-23T10:00:00+1:00",
            "2026-11-23T10:00:00+25:00",
            "２026-11-23T10:00:00Z",
        ] {
            assert!(!is_rfc3339(refused), "{refused}");
        }
    }

    #[test]
    fn defaults_are_what_the_pack_receives() {
        let choices = [Choice { value: "a".to_owned(), summary: None }];
        let fits = |kind, value| check_default(kind, Some(&choices), &value).is_ok();
        assert!(fits(Kind::Flag, json!(false)) && !fits(Kind::Flag, json!("false")));
        assert!(fits(Kind::Text, json!("")) && !fits(Kind::Text, json!(1)));
        assert!(fits(Kind::Choice, json!("a")) && !fits(Kind::Choice, json!("b")));
        assert!(fits(Kind::Integer, json!(-SAFE_INTEGER)) && !fits(Kind::Integer, json!(SAFE_INTEGER + 1)));
        assert!(!fits(Kind::Integer, json!(1.0)) && !fits(Kind::Integer, json!(u64::MAX)));
        assert!(fits(Kind::Number, json!(0.5)) && !fits(Kind::Number, json!("0.5")));
        assert!(fits(Kind::Duration, json!(9000)) && !fits(Kind::Duration, json!("2h30m")));
        assert!(
            !fits(Kind::Duration, json!(-1))
                && !fits(Kind::Size, json!(-1))
                && !fits(Kind::Size, json!("1GiB"))
        );
        assert!(
            fits(Kind::Size, json!(1024)) && fits(Kind::Json, json!([{}])) && !fits(Kind::File, json!("a"))
        );
    }
}
