//! The sanitizer against what terminals obey.

use proptest::prelude::*;

use super::{Visible, VisibleLines, is_hidden};
use crate::width::columns;

/// Texts that do something to a terminal or to a reader, and ordinary ones that must survive.
const CORPUS: &[&[u8]] = &[
    b"plain\n",
    b"\x1b[31mred\x1b[0m\n",
    b"\x1b]8;;http://evil.example\x07link\x1b]8;;\x07\n",
    b"\x1b]52;c;ZXZpbA==\x1b\\\n",
    b"over\rwritten\n",
    b"windows\r\nlines\r\n",
    b"bell\x07 back\x08space nul\x00 del\x7f\n",
    "c1 \u{9b}31m csi\n".as_bytes(),
    "bidi \u{202e}gpj.exe\u{202c} isolate \u{2066}x\u{2069}\n".as_bytes(),
    "zero\u{200b}width\u{feff}joiner\u{200d}\n".as_bytes(),
    "tag \u{e0041}\u{e007f} separators \u{2028}\u{2029}\n".as_bytes(),
    "selectors ❤\u{fe0f} x\u{fe01}\u{fe02}\u{e0100}\n".as_bytes(),
    "集群 مرحبا עולם 🚀 e\u{301}\n".as_bytes(),
    b"invalid \xff\xfe \xc3( \xe2\x82 \xf0\x9f\x98\n",
    b"overlong \xc0\xaf surrogate \xed\xa0\x80 high \xf5\x80\x80\x80\n",
    b"no newline \xe2\x82",
    b"\r",
    b"\n\n\t\n",
];

fn lines(pieces: &[&[u8]], limit: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut stream = VisibleLines::new(limit);
    for piece in pieces {
        stream.push(piece, &mut |line| found.push(line.to_owned()));
    }
    stream.finish(&mut |line| found.push(line.to_owned()));
    found
}

fn is_harmless(text: &str) -> bool {
    let mut selectors = 0;
    text.chars().all(|character| {
        selectors = if super::is_variation_selector(character) { selectors + 1 } else { 0 };
        selectors < 2 && (!is_hidden(character) || character == '\t')
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
fn text_keeps_its_lines() {
    assert_eq!(Visible::text("a\r\nb\tc\rd\n").to_string(), "a\nb\tc\\u{d}d\n");
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
fn invalid_bytes_are_shown_as_bytes() {
    assert_eq!(lines(&[b"a\xff\xc3(b\n"], 200), ["a\\x{ff}\\x{c3}(b"]);
    assert_eq!(lines(&[b"end \xe2\x82"], 200), ["end \\x{e2}\\x{82}"]);
}

#[test]
fn lines_end_at_newlines_with_or_without_carriage_returns() {
    assert_eq!(lines(&[b"a\r\nb\n\nc"], 200), ["a", "b", "", "c"]);
    assert_eq!(lines(&[b"10%\r20%\n"], 200), ["10%\\u{d}20%"]);
    assert_eq!(lines(&[b"\r"], 200), ["\\u{d}"]);
}

#[test]
fn where_pieces_are_cut_changes_nothing() {
    for limit in [10, 200] {
        for text in CORPUS {
            let whole = lines(&[text], limit);
            assert!(whole.iter().all(|line| is_harmless(line)), "{whole:?}");
            for first in 0..=text.len() {
                let (head, tail) = text.split_at(first);
                assert_eq!(lines(&[head, tail], limit), whole, "cut at {first} of {text:?}");
            }
            let bytes: Vec<&[u8]> = text.chunks(1).collect();
            assert_eq!(lines(&bytes, limit), whole);
        }
    }
}

#[test]
fn an_endless_line_takes_no_memory() {
    let mut stream = VisibleLines::new(200);
    for _ in 0..1000 {
        stream.push("\u{301}x".repeat(1000).as_bytes(), &mut |_| panic!("there is no newline"));
    }
    assert!(stream.shown.text.len() < 10_000);
    let mut found = Vec::new();
    stream.finish(&mut |line| found.push(columns(line)));
    assert_eq!(found, [200]);
}

proptest! {
    #[test]
    fn nothing_hidden_gets_through(text in any::<String>(), limit in 0usize..60) {
        prop_assert!(is_harmless(&Visible::line(&text).to_string()));
        prop_assert!(!Visible::line(&text).to_string().contains('\t'));
        let cut = Visible::line(&text).cut(limit).to_string();
        prop_assert!(columns(&cut) <= limit);
        let lined = Visible::text(&text).to_string();
        prop_assert!(lined.split('\n').all(is_harmless));
    }

    #[test]
    fn showing_twice_is_showing_once(text in any::<String>()) {
        let once = Visible::line(&text).to_string();
        prop_assert_eq!(Visible::line(&once).to_string(), once);
    }

    #[test]
    fn bytes_in_any_pieces_give_the_same_lines(
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
        cuts in proptest::collection::vec(0usize..80, 0..4),
    ) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut start = 0;
        for cut in cuts {
            pieces.push(&bytes[start..cut]);
            start = cut;
        }
        pieces.push(&bytes[start..]);
        prop_assert_eq!(lines(&pieces, 40), lines(&[&bytes], 40));
    }
}
