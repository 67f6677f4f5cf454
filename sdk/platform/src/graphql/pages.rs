//! Pages of lists: how many at once, and cursors. A cursor is opaque to clients; inside it is the
//! key of the last row, so that rows that come and go meanwhile shift nothing.

use async_graphql::{Error, SimpleObject};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::caller::error;

/// The longest page.
pub(crate) const LONGEST: i32 = 100;

/// What stands in a cursor before the key: its version.
const MARK: &str = "v1:";

/// Where a page stands in its list.
#[derive(Clone, Debug, Default, SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether more follows after `endCursor`.
    pub(crate) has_next_page: bool,
    /// Whether anything came before: true for every page that was asked for with `after`.
    pub(crate) has_previous_page: bool,
    /// The cursor of the first edge.
    pub(crate) start_cursor: Option<String>,
    /// The cursor of the last edge: what `after` takes to go on.
    pub(crate) end_cursor: Option<String>,
}

/// The number of rows asked for.
pub(crate) fn size(first: i32) -> Result<usize, Error> {
    usize::try_from(first).ok().filter(|_| first <= LONGEST).ok_or_else(|| {
        error(
            "BAD_USER_INPUT",
            format!("`first` must be from 0 to {LONGEST}, and is {first}; go on with `after`"),
        )
    })
}

/// Writes the cursor of a row.
pub(crate) fn cursor(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{MARK}{key}"))
}

/// Reads the key out of a cursor.
pub(crate) fn key(cursor: &str) -> Result<String, Error> {
    let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let key = text.as_deref().and_then(|text| text.strip_prefix(MARK));
    key.map(str::to_owned).ok_or_else(|| error("BAD_USER_INPUT", "`after` is not a cursor of this list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_and_nonsense_does_not() {
        assert_eq!(key(&cursor("a-name")).unwrap(), "a-name");
        assert!(key("a-name").is_err() && key("").is_err() && key("////").is_err());
    }

    #[test]
    fn pages_have_up_to_a_hundred() {
        assert_eq!((size(0).unwrap(), size(100).unwrap()), (0, 100));
        assert!(size(101).is_err() && size(-1).is_err());
    }
}
