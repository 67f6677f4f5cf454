//! Words that are not the host's, where a person decides by them.
//!
//! A terminal wraps long lines by itself, and padding can then put a pack's words at the start of a
//! line, as if the host had said them. So the host wraps first: runs of spaces become one, and every
//! further line begins with a bar. What the characters are is the sanitizer's business.

use textwrap::Options;
use vantage_output::visible::Visible;

/// Columns where nothing says how wide the terminal is.
const COLUMNS: usize = 80;

/// Narrower than this nothing can be framed, and the terminal may wrap.
const NARROWEST: usize = 40;

/// `text` behind `first`, wrapped for a terminal of `columns`, further lines behind `next`.
///
/// One line or several, without a newline at the end.
pub fn framed(first: &str, next: &str, text: &str, columns: Option<usize>) -> String {
    let visible = Visible::line(text).to_string();
    let text = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    // A line that fills the terminal to its edge moves some cursors on.
    let width = columns.unwrap_or(COLUMNS).max(NARROWEST) - 1;
    let options = Options::new(width).initial_indent(first).subsequent_indent(next);
    if text.is_empty() { first.trim_end().to_owned() } else { textwrap::fill(&text, options) }
}

#[cfg(test)]
mod tests {
    use super::framed;

    #[test]
    fn padding_cannot_begin_a_line() {
        let forged = format!("counts{}publisher verified: acme", " ".repeat(200));
        assert_eq!(framed("  \"", "  | ", &forged, Some(80)), "  \"counts publisher verified: acme");
    }

    #[test]
    fn every_further_line_has_its_bar() {
        for text in ["word ".repeat(100), "x".repeat(500), "字".repeat(200), "\u{2800}".repeat(300)] {
            let lines = framed("  ", "  | ", &text, Some(60));
            assert!(lines.lines().count() > 2, "{lines}");
            assert!(lines.lines().skip(1).all(|line| line.starts_with("  | ")), "{lines}");
            assert!(lines.lines().all(|line| textwrap::core::display_width(line) < 60), "{lines}");
        }
    }

    #[test]
    fn what_moves_a_cursor_is_written_out() {
        assert_eq!(framed("", "", "a\r\u{1b}[2Kb", None), "a\\u{d}\\u{1b}[2Kb");
    }
}
