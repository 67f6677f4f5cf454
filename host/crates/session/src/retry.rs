//! When to try again, and how long to wait before.
//!
//! Only for requests that may be made twice. Full jitter: a random part of a span that doubles, so
//! that a hundred processes that failed together do not come back together.

use std::time::Duration;

use crate::error::SessionError;
use crate::http::random;

/// How often a request is made at most.
pub(crate) const TRIES: u32 = 3;

const FIRST: Duration = Duration::from_millis(250);
/// A server that asks for a longer pause gets none: the user would rather know.
const LONGEST: Duration = Duration::from_secs(30);

/// Whether a server's status says that the same request may succeed a little later.
pub(crate) fn is_temporary(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

/// How long to wait after the `tried`-th try (from one); `None` to give up.
pub(crate) fn pause(tried: u32, asked: Option<Duration>) -> Result<Option<Duration>, SessionError> {
    if tried >= TRIES || asked.is_some_and(|asked| asked > LONGEST) {
        return Ok(None);
    }
    match asked {
        Some(asked) => Ok(Some(asked)),
        None => jitter(FIRST * (1 << tried.min(8))).map(Some),
    }
}

/// How long to wait before a connection is made again that was lost, after `tried` tries in vain. Who
/// waits for events would rather wait on than know.
pub(crate) fn pause_before_reconnect(tried: u32, asked: Option<Duration>) -> Result<Duration, SessionError> {
    match asked {
        Some(asked) => Ok(asked.min(LONGEST)),
        None => jitter(FIRST * (1 << tried.min(4))),
    }
}

/// A random part of `most`.
fn jitter(most: Duration) -> Result<Duration, SessionError> {
    let random = u64::from_le_bytes(*random::<8>()?);
    let share = u128::from(random) * most.as_millis() / u128::from(u64::MAX);
    Ok(Duration::from_millis(u64::try_from(share).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_tries_and_no_long_wait() {
        let seconds = Duration::from_secs;
        assert!(pause(1, None).expect("random").expect("a pause") <= Duration::from_millis(500));
        assert!(pause(2, None).expect("random").expect("a pause") <= seconds(1));
        assert_eq!(pause(3, None).expect("random"), None);
        assert_eq!(pause(1, Some(seconds(30))).expect("random"), Some(seconds(30)));
        assert_eq!(pause(1, Some(seconds(31))).expect("random"), None);
        assert_eq!(pause(3, Some(seconds(1))).expect("random"), None);
    }

    #[test]
    fn connections_are_made_again_after_at_most_half_a_minute() {
        let pause = |tried, asked| pause_before_reconnect(tried, asked).expect("random");
        assert!(pause(0, None) <= FIRST);
        assert!((0..100).map(|tried| pause(tried, None)).all(|pause| pause <= Duration::from_secs(4)));
        assert_eq!(pause(0, Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(pause(9, Some(Duration::from_secs(3600))), LONGEST);
    }
}
