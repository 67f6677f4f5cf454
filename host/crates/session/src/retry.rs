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
    if let Some(asked) = asked {
        return Ok(Some(asked));
    }
    let most = FIRST.as_millis() << tried.min(8);
    let random = u64::from_le_bytes(*random::<8>()?);
    let share = u128::from(random) * most / u128::from(u64::MAX);
    Ok(Some(Duration::from_millis(u64::try_from(share).unwrap_or(u64::MAX))))
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
}
