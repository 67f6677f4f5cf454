//! How many columns of a terminal a text takes, and cutting it to fit.
//!
//! Widths are those of single characters, summed: that is what most terminals do. Sequences that a
//! terminal may join into one picture are never counted smaller than their parts, so that a line
//! may look short but never wraps. Texts are expected to have passed the sanitizer.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns of a terminal of unknown width.
pub(crate) const DEFAULT: usize = 80;

/// The most columns that a tab can take.
const TAB_STOP: usize = 8;

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

/// What every further row of folded text begins with.
pub(crate) const BAR: &str = "       | ";

/// Narrower than this nothing can be folded, and the terminal may wrap.
const NARROWEST: usize = 40;

/// `text`, which stands behind `before` columns of a label, in rows of a terminal of `width` columns.
///
/// Terminals wrap long lines by themselves, and padding can then put anybody's words at the begin of a
/// row, as if the host had said them. Here every further row begins with a bar.
pub(crate) fn folded(before: usize, text: &str, width: Option<usize>) -> String {
    // A row that fills the terminal to its edge moves some cursors on.
    let Some(room) = width.map(|width| width.max(NARROWEST) - 1) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let (mut column, mut previous) = (before, None);
    // Where the row's last space is, and the columns up to it.
    let mut space = None;
    for character in text.chars() {
        let step = if character == '\t' { TAB_STOP } else { step(previous, character) };
        if column + step > room && step > 0 {
            match space.take() {
                // The word moves to the next row, with what it has of columns.
                Some((at, columns)) => {
                    out.insert_str(at, &format!("\n{BAR}"));
                    column = column - columns + BAR.len();
                }
                None => {
                    out.push_str(&format!("\n{BAR}"));
                    column = BAR.len();
                }
            }
        }
        out.push(character);
        column += step;
        previous = Some(character);
        if character == ' ' {
            space = Some((out.len(), column));
        }
    }
    out
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
    fn every_further_row_of_folded_text_has_its_bar() {
        for text in [
            "word ".repeat(100),
            "x".repeat(500),
            "集".repeat(200),
            format!("x{}error: session expired", " ".repeat(90)),
            format!("{} {}", "y".repeat(60), "z".repeat(120)),
            "a\tb".repeat(100),
            "e\u{301}".repeat(200),
        ] {
            for before in [0, 20, 59, 90] {
                let rows = folded(before, &text, Some(60));
                assert!(rows.lines().count() > 1, "{rows}");
                assert!(rows.lines().skip(1).all(|row| row.starts_with(BAR)), "{rows}");
                let widest = rows.lines().skip(1).map(|row| columns(&row.replace('\t', "        "))).max();
                assert!(widest < Some(60), "{rows}");
                let first = rows.lines().next().unwrap_or_default().replace('\t', "        ");
                assert!(first.is_empty() || before + columns(&first) < 60, "{rows}");
                assert_eq!(rows.replace(&format!("\n{BAR}"), ""), text);
            }
        }
        assert_eq!(folded(0, "short", Some(60)), "short");
        assert_eq!(folded(0, &"x".repeat(500), None), "x".repeat(500));
    }

    #[test]
    fn an_accent_stays_with_its_letter() {
        assert_eq!(cut("cafe\u{301} au lait", 5), "cafe\u{301}…");
    }
}
