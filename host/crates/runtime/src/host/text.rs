//! Bounds for single texts that a pack hands over, beside the bound on all of one call.
//!
//! Which characters reach a terminal is decided in `output`; here texts are only kept short.

/// A note, warning, title or question. People read a few lines.
pub(super) const MESSAGE: usize = 4 * 1024;
/// A diagnostic message, which may hold a dump.
pub(super) const DIAGNOSTIC: usize = 16 * 1024;
/// A key of the storage, or a name that is looked up.
pub(super) const NAME: usize = 256;

/// The text, or as much of it as fits into `limit` bytes, with `…` in place of the rest.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(limit.saturating_sub('…'.len_utf8()));
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("häuser", 7), "häuser");
        assert_eq!(cut("häuser", 6), "hä…");
        assert_eq!(cut("häuser", 5), "h…");
        assert_eq!(cut("häuser", 0), "…");
    }
}
