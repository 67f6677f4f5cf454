//! The sanitizer against what terminals obey.

use proptest::prelude::*;

use super::{Visible, VisibleText, is_hidden};
use crate::width::columns;

/// Texts that do something to a terminal or to a reader, and ordinary ones that must survive.
const CORPUS: &[&str] = &[
    "plain\n",
    "\x1b[31mred\x1b[0m\n",
    "\x1b]8;;http://evil.example\x07link\x1b]8;;\x07\n",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\\n",
    "\x1b]52;c;ZXZpbA==\x1b\\\n",
    "\x1b]0;title\x07 \x1bPq#0;2;0;0;0\x1b\\ \x1b_application\x1b\\ \x1b^private\x1b\\\n",
    "\x1b[?1049h\x1b[2J\x1b[6n\x1bc\n",
    "over\rwritten\n",
    "windows\r\nlines\r\n",
    "twice\r\r\n\r",
    "bell\x07 back\x08space nul\x00 del\x7f form\x0c up\x0b shift\x0e\x0f\n",
    "c1 \u{9b}31m csi \u{90}dcs\u{9c} \u{9d}0;title\u{9c} \u{85}next\n",
    "bidi \u{202e}gpj.exe\u{202c} isolate \u{2066}x\u{2069} marks \u{61c}\u{200e}\u{200f}\n",
    "zero\u{200b}width\u{feff}joiner\u{200d}\u{2060}\n",
    "tag \u{e0041}\u{e007f} separators \u{2028}\u{2029}\n",
    "selectors ❤\u{fe0f} x\u{fe01}\u{fe02}\u{e0100}\n",
    "marks a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}b\n",
    "集群 مرحبا עולם 🚀 e\u{301}\n",
    "no newline 集",
    "\r",
    "\n\n\t\n",
];

fn pieces(pieces: &[&str]) -> String {
    let mut stream = VisibleText::new();
    let mut text: String = pieces.iter().map(|piece| stream.push(piece)).collect();
    text.push_str(&stream.finish());
    text
}

fn is_harmless(text: &str) -> bool {
    let (mut selectors, mut marks, mut previous) = (0, 0, None);
    text.chars().all(|character| {
        selectors = if super::is_variation_selector(character) { selectors + 1 } else { 0 };
        let has_width = crate::width::step(previous, character) > 0 && selectors == 0;
        marks = if has_width || character == '\t' { 0 } else { marks + 1 };
        previous = Some(character);
        selectors < 2 && marks <= super::MOST_MARKS && (!is_hidden(character) || character == '\t')
    })
}

#[test]
fn what_a_terminal_obeys_is_shown() {
    let shown = |text| Visible::line(text).to_string();
    assert_eq!(shown("\u{1b}[31mred"), "\\u{1b}[31mred");
    assert_eq!(shown("\u{1b}]8;;x\u{7}"), "\\u{1b}]8;;x\\u{7}");
    assert_eq!(shown("a\u{9b}2Jb"), "a\\u{9b}2Jb");
    assert_eq!(shown("a\rb\nc\td\u{7f}"), "a\\u{d}b\\u{a}c\\u{9}d\\u{7f}");
    assert_eq!(shown("\u{202e}exe\u{2069}\u{61c}"), "\\u{202e}exe\\u{2069}\\u{61c}");
    assert_eq!(shown("a\u{200b}b\u{feff}c\u{200d}"), "a\\u{200b}b\\u{feff}c\\u{200d}");
    assert_eq!(shown("\u{e0041}\u{2028}\u{2029}\u{e000}"), "\\u{e0041}\\u{2028}\\u{2029}\\u{e000}");
}

/// Every single one: a list of examples could leave out the one that matters.
#[test]
fn no_control_and_nothing_invisible_is_written_as_it_is() {
    let ranges = [
        '\0'..='\u{1f}',
        '\u{7f}'..='\u{9f}',
        '\u{61c}'..='\u{61c}',
        '\u{200b}'..='\u{200f}',
        '\u{2028}'..='\u{202e}',
        '\u{2060}'..='\u{206f}',
        '\u{feff}'..='\u{feff}',
        '\u{fff0}'..='\u{fffb}',
        '\u{fffe}'..='\u{ffff}',
        '\u{e0000}'..='\u{e007f}',
        '\u{e0080}'..='\u{e00ff}',
        '\u{e01f0}'..='\u{e0fff}',
    ];
    for character in ranges.into_iter().flatten() {
        let text = format!("a{character}b");
        let written = format!("a\\u{{{:x}}}b", u32::from(character));
        assert_eq!(Visible::line(&text).to_string(), written);
        if character != '\t' {
            assert_eq!(Visible::tabbed_line(&text).to_string(), written);
        }
        if !matches!(character, '\t' | '\n') {
            assert_eq!(Visible::text(&text).to_string(), written);
        }
    }
}

#[test]
fn ordinary_writing_is_left_alone() {
    for text in ["gpu-7", "集群", "مرحبا", "שלום", "🚀", "❤\u{fe0f}", "e\u{301}", "\u{845b}\u{e0100}", "한국"]
    {
        assert_eq!(Visible::line(text).to_string(), text);
    }
}

#[test]
fn runs_of_selectors_and_marks_are_shown() {
    assert_eq!(Visible::line("x\u{fe0f}\u{fe0e}\u{fe0f}").to_string(), "x\u{fe0f}\\u{fe0e}\\u{fe0f}");
    assert_eq!(Visible::line("\u{fe0f}").to_string(), "\\u{fe0f}");
    let prank = format!("a{}", "\u{301}".repeat(40));
    assert!(columns(&Visible::line(&prank).to_string()) > 40);
}

#[test]
fn a_run_of_marks_is_one_run_however_many_calls_write_it() {
    let marks = "\u{301}".repeat(super::MOST_MARKS);
    let text = pieces(&["a", &marks, &marks, "b"]);
    assert_eq!(text, format!("a{marks}{}b", "\\u{301}".repeat(super::MOST_MARKS)));
}

#[test]
fn text_keeps_its_lines() {
    assert_eq!(Visible::text("a\r\nb\tc\rd\n").to_string(), "a\nb\tc\\u{d}d\n");
    assert_eq!(pieces(&["a\r", "\nb\r", "c\r"]), "a\nb\\u{d}c\\u{d}");
}

#[test]
fn a_cut_leaves_no_half_escape() {
    assert_eq!(Visible::line("abcdef").cut(6).to_string(), "abcdef");
    assert_eq!(Visible::line("abcdef").cut(5).to_string(), "abcd…");
    assert_eq!(Visible::line("ab\u{1b}cdef").cut(6).to_string(), "ab…");
    assert_eq!(Visible::line("ab\u{1b}").cut(8).to_string(), "ab\\u{1b}");
    assert_eq!(Visible::line("集群集群").cut(6).to_string(), "集群…");
    assert_eq!(Visible::line("abc").cut(0).to_string(), "");
}

#[test]
fn padding_applies_to_what_is_shown() {
    assert_eq!(format!("[{:6}]", Visible::line("ab")), "[ab    ]");
}

#[test]
fn where_pieces_are_cut_changes_nothing() {
    for text in CORPUS {
        let whole = Visible::text(text).to_string();
        assert!(whole.split('\n').all(is_harmless), "{whole:?}");
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for first in &ends {
            for second in ends.iter().filter(|second| *second >= first) {
                let cut = [&text[..*first], &text[*first..*second], &text[*second..]];
                assert_eq!(pieces(&cut), whole, "cut at {first} and {second} of {text:?}");
            }
        }
        let characters: Vec<&str> = text.split("").collect();
        assert_eq!(pieces(&characters), whole);
    }
}

/// Characters of which most do something, so that they meet each other.
fn awkward() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        any::<char>(),
        proptest::sample::select(vec![
            '\u{1b}',
            '\r',
            '\n',
            '\t',
            '\u{9b}',
            '\u{301}',
            '\u{fe0f}',
            '\u{e0100}',
            '\u{200d}',
            'a',
            ' '
        ]),
    ];
    proptest::collection::vec(one, 0..60).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn nothing_hidden_gets_through(text in awkward(), limit in 0usize..60) {
        prop_assert!(is_harmless(&Visible::line(&text).to_string()));
        prop_assert!(!Visible::line(&text).to_string().contains('\t'));
        let cut = Visible::line(&text).cut(limit).to_string();
        prop_assert!(columns(&cut) <= limit);
        let lined = Visible::text(&text).to_string();
        prop_assert!(lined.split('\n').all(is_harmless));
    }

    #[test]
    fn showing_twice_is_showing_once(text in awkward()) {
        let once = Visible::line(&text).to_string();
        prop_assert_eq!(Visible::line(&once).to_string(), once);
        let once = Visible::text(&text).to_string();
        prop_assert_eq!(Visible::text(&once).to_string(), once);
    }

    #[test]
    fn text_in_any_pieces_is_the_same_text(text in awkward(), cuts in proptest::collection::vec(0usize..80, 0..6)) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| text.floor_char_boundary(cut)).collect();
        cuts.sort_unstable();
        let ends: Vec<usize> = [0].into_iter().chain(cuts).chain([text.len()]).collect();
        let cut: Vec<&str> = ends.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
        prop_assert_eq!(pieces(&cut), Visible::text(&text).to_string());
    }
}
