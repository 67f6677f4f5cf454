//! How many columns of a terminal a text takes, and cutting it to fit.
//!
//! Widths are those of single characters, summed: that is what most terminals do. Sequences that a
//! terminal may join into one picture are never counted smaller than their parts, so that a line
//! may look short but never wraps. Texts are expected to have passed the sanitizer.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Asks for the wide picture of the character before it.
const EMOJI_PRESENTATION: char = '\u{fe0f}';

/// What stands for the part that was cut off; one column wide.
pub(crate) const ELLIPSIS: char = '…';

/// Columns that `character` adds when it follows `previous`.
pub(crate) fn step(previous: Option<char>, character: char) -> usize {
    if character != EMOJI_PRESENTATION {
        return character.width().unwrap_or(0);
    }
    let Some(previous) = previous else { return 0 };
    let pair = String::from_iter([previous, character]);
    UnicodeWidthStr::width(pair.as_str()).saturating_sub(previous.width().unwrap_or(0))
}

/// Columns that `text` takes.
pub(crate) fn columns(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let mut previous = None;
    let mut sum = 0;
    for character in text.chars() {
        sum += step(previous, character);
        previous = Some(character);
    }
    sum
}

/// `text`, cut to at most `room` columns with an ellipsis at the end where it was cut.
pub(crate) fn cut(text: &str, room: usize) -> String {
    if columns(text) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    if room == 0 {
        return kept;
    }
    let mut previous = None;
    let mut sum = 0;
    for character in text.chars() {
        sum += step(previous, character);
        if sum > room - 1 {
            break;
        }
        kept.push(character);
        previous = Some(character);
    }
    kept.push(ELLIPSIS);
    kept
}

/// Whether `text` has characters that are written from right to left.
pub(crate) fn is_right_to_left(text: &str) -> bool {
    !text.is_ascii()
        && text.chars().any(|character| {
            matches!(character,
                '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
                | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_narrow_and_combining_characters_count_as_terminals_draw_them() {
        assert_eq!(columns("gpu-7"), 5);
        assert_eq!(columns("集群"), 4);
        assert_eq!(columns("e\u{301}"), 1);
        assert_eq!(columns("🚀"), 2);
        assert_eq!(columns("❤\u{fe0f}"), 2);
        assert_eq!(columns("🇩🇪"), 2);
    }

    #[test]
    fn cutting_never_splits_a_wide_character() {
        assert_eq!(cut("集群名", 6), "集群名");
        assert_eq!(cut("集群名", 5), "集群…");
        assert_eq!(cut("集群名", 4), "集…");
        assert_eq!(cut("集群名", 1), "…");
        assert_eq!(cut("集群名", 0), "");
    }

    #[test]
    fn an_accent_stays_with_its_letter() {
        assert_eq!(cut("cafe\u{301} au lait", 5), "cafe\u{301}…");
    }
}
