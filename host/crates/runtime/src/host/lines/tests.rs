//! Lines against what packs write, in whatever pieces, and against what people see of it.

use proptest::prelude::*;
use vantage_output::visible::{Visible, is_hidden};

use super::*;
use crate::ports::{Flow, PortError};

/// What bytes alone can be, beside what a terminal obeys; texts are tried in `output` as well.
const CORPUS: &[&[u8]] = &[
    b"plain\n",
    b"\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\\n",
    b"\x1b]52;c;ZXZpbA==\x07 \x1b]0;title\x07 \x1bP1$tx\x1b\\\n",
    b"over\rwritten\r\nby\r\r\n\r",
    b"nul\x00 back\x08 del\x7f c1 \x9b2J \xc2\x9b2J\n",
    "bidi \u{202e}exe\u{61c}\u{200e}\u{2066}x\u{2069} tag \u{e0041}\u{e007f}\n".as_bytes(),
    "zero\u{200b}width\u{feff} run ❤\u{fe0f}\u{fe0f}\u{e0100} 集群\n".as_bytes(),
    b"invalid \xff\xfe \xc3( \xe2\x82 \xf0\x9f\x98\n",
    b"overlong \xc0\x9b \xe0\x80\x9b \xf0\x80\x80\x9b surrogate \xed\xa0\x80 high \xf5\x80\x80\x80\n",
    b"no newline \xe2\x82",
    b"\n\n\t\n",
];

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Answers for Heard {
    fn emit(&self, _: &[String]) -> Result<Flow, PortError> {
        unreachable!("nothing is emitted")
    }
    fn text(&self, _: &str) -> Result<Flow, PortError> {
        unreachable!("no text is given")
    }
    fn note(&self, _: &str) {}
    fn warn(&self, _: &str) {}
    fn line(&self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }
    fn log(&self, _: &'static str, _: &str) {}
    fn start_progress(&self, _: &str, _: Option<u32>) -> u64 {
        0
    }
    fn advance_progress(&self, _: u64, _: u32) {}
    fn describe_progress(&self, _: u64, _: &str) {}
    fn end_progress(&self, _: u64) {}
}

fn lines() -> (Lines, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    (Lines::new(Some(Arc::clone(&heard) as Arc<dyn Answers>), Meter::new()), heard)
}

#[test]
fn lines_are_whole_however_they_are_written() {
    let (lines, heard) = lines();
    let text = "one\r\nzwölf\n\nlast";
    for byte in text.as_bytes() {
        lines.write(Stream::Error, &[*byte]);
    }
    assert_eq!(lines.finish(), ["one", "zwölf", "", "last"]);
    assert_eq!(*heard.0.lock().unwrap(), ["one", "zwölf", "", "last"]);
}

#[test]
fn the_streams_do_not_mix() {
    let (lines, heard) = lines();
    lines.write(Stream::Output, b"out");
    lines.write(Stream::Error, b"error\n");
    lines.write(Stream::Output, b"put\n");
    assert_eq!(lines.finish(), ["error"]);
    assert_eq!(*heard.0.lock().unwrap(), ["error", "output"]);
}

#[test]
fn only_the_last_lines_are_kept() {
    let (lines, _) = lines();
    for number in 0..100 {
        lines.write(Stream::Error, format!("{number}\n").as_bytes());
    }
    let last = lines.finish();
    assert_eq!((last.len(), last[0].as_str(), last[19].as_str()), (20, "80", "99"));
}

#[test]
fn a_flood_is_cut_and_said_so_once() {
    let (lines, heard) = lines();
    for _ in 0..300 {
        lines.write(Stream::Output, &[b'x'; 8192]);
    }
    lines.finish();
    let heard = heard.0.lock().unwrap();
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[0], format!("{}…", "x".repeat(LINE)));
    assert_eq!(heard[1], "the pack wrote more than 1 MiB here: the rest is dropped");
}

/// What people see of a pack that writes in these pieces.
fn seen(pieces: &[&[u8]]) -> Vec<String> {
    let (lines, heard) = lines();
    pieces.iter().for_each(|piece| lines.write(Stream::Error, piece));
    lines.finish();
    let heard = heard.0.lock().unwrap();
    heard.iter().map(|line| Visible::tabbed_line(line).cut(200).to_string()).collect()
}

fn is_harmless(line: &str) -> bool {
    line.chars().all(|character| character == '\t' || !is_hidden(character))
}

#[test]
fn what_is_seen_does_not_depend_on_where_writes_end() {
    let long = [&[b'x'; LINE - 2][..], "集群 and more\nnext".as_bytes()].concat();
    for text in CORPUS.iter().copied().chain([&long[..]]) {
        let whole = seen(&[text]);
        assert!(whole.iter().all(|line| is_harmless(line)), "{whole:?}");
        for first in text.len().saturating_sub(400)..=text.len() {
            let (head, tail) = text.split_at(first);
            assert_eq!(seen(&[head, tail]), whole, "cut at {first} of {}", text.escape_ascii());
        }
        assert_eq!(seen(&text.chunks(1).collect::<Vec<_>>()), whole);
    }
}

#[test]
fn bytes_that_are_no_text_are_written_out() {
    assert_eq!(seen(&[b"a\xff\xc3(b\n"]), ["a\\x{ff}\\x{c3}(b"]);
    assert_eq!(seen(&[b"overlong \xc0\x9b\n"]), ["overlong \\x{c0}\\x{9b}"]);
    assert_eq!(seen(&[b"end \xe2\x82"]), ["end \\x{e2}\\x{82}"]);
}

#[test]
fn a_line_that_is_too_long_is_cut_between_characters() {
    let (lines, _) = lines();
    lines.write(Stream::Error, "集".repeat(LINE).as_bytes());
    lines.write(Stream::Error, b"\nnext\n");
    assert_eq!(lines.finish(), [format!("{}…", "集".repeat(LINE / 3)), "next".to_owned()]);
}

proptest! {
    #[test]
    fn bytes_in_any_pieces_give_the_same_lines(
        bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), proptest::sample::select(b"\x1b\r\n\xe2\x80\x8b\xc2\x9b".to_vec())],
            0..80,
        ),
        cuts in proptest::collection::vec(0usize..80, 0..4),
    ) {
        let mut ends: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        ends.extend([0, bytes.len()]);
        ends.sort_unstable();
        let pieces: Vec<&[u8]> = ends.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let whole = seen(&[&bytes]);
        prop_assert!(whole.iter().all(|line| is_harmless(line)), "{:?}", whole);
        prop_assert_eq!(seen(&pieces), whole);
    }
}
