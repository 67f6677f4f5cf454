//! Readers that leave, disks that are full, and a terminal that shows answer, notes and progress.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use super::*;
use crate::OutputError;
use crate::streams::Streams;

/// A stream that fails once it has taken `room` bytes.
struct Failing {
    room: usize,
    kind: ErrorKind,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.room);
        self.room -= taken;
        if taken == 0 && !bytes.is_empty() { Err(self.kind.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failing(room: usize, kind: ErrorKind, style: Style) -> (Console, Capture) {
    let stderr = Capture::default();
    (Console::new(Box::new(Failing { room, kind }), Box::new(stderr.clone()), style), stderr)
}

#[test]
fn a_reader_that_leaves_ends_the_answer_quietly() {
    for format in ["table", "text", "json", "jsonl", "yaml", "csv", "tsv"] {
        let style = piped(format.parse().ok());
        let (console, stderr) = failing(5000, ErrorKind::BrokenPipe, style);
        let mut answer = console.answer(clusters(Shape::Many)).unwrap();
        let mut sent = 0;
        while answer.record(GPU).unwrap() == Flow::Continue {
            sent += 1;
            assert!(sent < 2000, "{format} never noticed");
        }
        assert_eq!(answer.record(GPU).unwrap(), Flow::Closed);
        answer.finish().unwrap();
        console.document("help").unwrap();
        assert_eq!(stderr.text(), "");
    }
}

#[test]
fn a_reader_that_was_never_there_is_noticed_at_the_first_batch() {
    let (console, stderr) = failing(0, ErrorKind::BrokenPipe, piped(None));
    let mut answer = console.answer(clusters(Shape::Many)).unwrap();
    assert_eq!(answer.records(&[GPU, SMALL]).unwrap(), Flow::Closed);
    answer.finish().unwrap();
    assert_eq!(stderr.text(), "");
}

#[test]
fn a_full_disk_is_an_error_that_lasts() {
    let (console, _) = failing(10, ErrorKind::StorageFull, piped(None));
    let mut answer = console.answer(clusters(Shape::Many)).unwrap();
    let error = answer.record(GPU).unwrap_err();
    assert_eq!(error.to_string(), "could not write to standard output");
    assert_eq!(error.hints(), ["make room on the disk that the output goes to"]);
    assert!(!error.is_usage());
    assert!(matches!(answer.finish(), Err(OutputError::Write { .. })));
}

#[test]
fn notes_to_nobody_are_no_error() {
    let stdout = Capture::default();
    let stderr = Failing { room: 0, kind: ErrorKind::BrokenPipe };
    let console = Console::new(Box::new(stdout.clone()), Box::new(stderr), piped(None));
    console.warn("nobody hears");
    console.document("answer\n").unwrap();
    assert_eq!(stdout.text(), "answer\n");
}

#[test]
fn what_was_answered_stands_above_what_is_said() {
    let both = Capture::default();
    let console = Console::new(Box::new(both.clone()), Box::new(both.clone()), piped(None));
    let mut answer = console.answer(clusters(Shape::Many)).unwrap();
    answer.record(SMALL).unwrap();
    answer.record(SMALL).unwrap();
    console.warn("half way");
    answer.record(SMALL).unwrap();
    answer.finish().unwrap();
    let lines: Vec<String> = both.text().lines().map(|line| line.chars().take(7).collect()).collect();
    assert_eq!(lines, ["small\tf", "small\tf", "warning", "small\tf"]);
}

/// A terminal line by line: what is left on it after returns and backspaces.
fn screen(bytes: &str) -> String {
    let mut lines: Vec<Vec<char>> = vec![Vec::new()];
    let mut at = 0;
    for character in bytes.chars() {
        let line = lines.last_mut().unwrap();
        match character {
            '\r' => at = 0,
            '\u{8}' => at -= 1,
            '\n' => {
                lines.push(Vec::new());
                at = 0;
            }
            _ => {
                line.resize(line.len().max(at + 1), ' ');
                line[at] = character;
                at += 1;
            }
        }
    }
    let lines = lines.into_iter().map(|line| line.into_iter().collect::<String>().trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn progress_makes_room_for_everything_else() {
    let both = Capture::default();
    let begin = Instant::now();
    let at = |milliseconds| begin + Duration::from_millis(milliseconds);
    let mut streams = Streams::new(Box::new(both.clone()), Box::new(both.clone()), true);
    let id = streams.board.start("", "fetching", Some(40), begin);
    streams.draw(at(200), Some(80));
    assert_eq!(both.text(), "", "short work is not shown");
    streams.draw(at(400), Some(80));
    assert_eq!(screen(&both.text()), "fetching ░░░░░░░░░░░░░░░░░░░░ 0/40");
    streams.say("a note");
    assert_eq!(screen(&both.text()), "a note\n");
    streams.board.advance(id, 40);
    streams.draw(at(600), Some(80));
    streams.answer("row\n").unwrap();
    streams.flush().unwrap();
    assert_eq!(screen(&both.text()), "a note\nrow\n");
    streams.board.describe(id, "a long message");
    streams.draw(at(800), Some(80));
    streams.board.describe(id, "");
    streams.draw(at(1000), Some(80));
    assert_eq!(screen(&both.text()), "a note\nrow\nfetching ████████████████████ 40/40");
    drop(streams);
    assert_eq!(screen(&both.text()), "a note\nrow\n");
}

#[test]
fn an_unfinished_line_of_the_answer_is_neither_overwritten_nor_joined() {
    let both = Capture::default();
    let begin = Instant::now();
    let mut streams = Streams::new(Box::new(both.clone()), Box::new(both.clone()), true);
    streams.board.start("", "fetching", None, begin);
    streams.answer("half a li").unwrap();
    streams.flush().unwrap();
    streams.draw(begin + Duration::from_secs(1), Some(80));
    streams.say("a note");
    assert_eq!(both.text(), "half a li\na note\n");
}

/// A stream that tells another thread what was written to it.
struct Reported(std::sync::mpsc::Sender<String>);

impl Write for Reported {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        self.0.send(text).map_err(|_| ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_person_at_a_terminal_sees_work_go_on_without_anyone_drawing() {
    let (sender, written) = std::sync::mpsc::channel();
    let console = Console::new(Box::new(io::sink()), Box::new(Reported(sender)), terminal(None, 80));
    let id = console.start_progress("acme/x", "fetching", None);
    let patience = Duration::from_secs(60);
    let line = written.recv_timeout(patience).unwrap();
    assert!(line.ends_with("acme/x: fetching\r"), "{line:?}");
    console.end_progress(id);
    console.note("done");
    let rest: String = std::iter::from_fn(|| {
        let text = written.recv_timeout(patience).unwrap();
        (text != "done\n").then_some(text)
    })
    .collect();
    assert_eq!(screen(&format!("{line}{rest}")), "", "the line is taken off before anything else is said");
}

#[test]
fn what_is_typed_over_progress_goes_with_it() {
    let both = Capture::default();
    let begin = Instant::now();
    let mut streams = Streams::new(Box::new(both.clone()), Box::new(both.clone()), true);
    streams.board.start("", "waiting", None, begin);
    streams.draw(begin + Duration::from_secs(1), Some(80));
    both.clone().write_all(b"^C").unwrap();
    streams.say("error: interrupted");
    assert_eq!(screen(&both.text()), "error: interrupted\n");
}

#[test]
fn a_picture_is_drawn_in_black_on_white_where_it_can_be_seen_whole() {
    let rows = ["  ▀█".to_owned(), "█▄\u{1b}".to_owned()];
    let plain = Style { stderr_color: false, ..terminal(None, 80) };
    let bench = Bench::new(plain.clone());
    assert!(bench.console.picture(&rows));
    insta::assert_snapshot!(bench.stderr.text().escape_debug().to_string().replace("\\n", "\n"), @r"
    \u{1b}[38;5;16;48;5;231m  ▀█\u{1b}[0m
    \u{1b}[38;5;16;48;5;231m█▄\\u{1b}\u{1b}[0m
    ");
    let json = Style { format: Some(Format::Json), ..plain.clone() };
    for style in [piped(None), json, Style { width: Some(3), ..plain }] {
        let bench = Bench::new(style);
        assert!(!bench.console.picture(&rows));
        assert_eq!(bench.stderr.text(), "");
    }
}

#[test]
fn nobody_sees_progress_but_a_person_at_a_terminal() {
    let styles = [piped(None), Style { quiet: true, ..terminal(None, 80) }, terminal(Some(Format::Json), 80)];
    for style in styles {
        let bench = Bench::new(style);
        let id = bench.console.start_progress("", "fetching", None);
        bench.console.advance_progress(id, 1);
        bench.console.describe_progress(id, "page 1");
        drop(bench.console.question());
        bench.console.end_progress(id);
        assert_eq!(bench.stderr.text(), "");
    }
}

#[test]
fn nothing_is_drawn_between_a_question_and_its_answer() {
    let bench = Bench::new(terminal(None, 80));
    let console = bench.console.clone();
    let mut answer = console
        .answer(AnswerSpec { shape: Shape::Text, key: None, columns: Vec::new(), noun: String::new() })
        .unwrap();
    // What has not ended of a text is held until it has.
    answer.text("a block\n\nanother\nerror: this line has no end").unwrap();
    let question = console.question();
    let (drawn, told) = (bench.stdout.text(), bench.stderr.text());
    assert_eq!((drawn.as_str(), told.as_str()), ("a block\n", ""));

    console.pack_note("acme/x", "Go on? [y/N] y");
    console.pack_line("acme/x", "Go on? [y/N] y");
    console.diagnostic("a log");
    answer.text(" and this is its end\n").unwrap();
    answer.flush().unwrap();
    let id = console.start_progress("acme/x", "working", None);
    console.advance_progress(id, 1);
    assert_eq!((bench.stdout.text(), bench.stderr.text()), (drawn, told));

    question.answered();
    answer.finish().unwrap();
    let whole = "a block\n\nanother error: this line has no end and this is its end\n";
    assert_eq!(bench.stdout.text(), whole);
    assert_eq!(bench.stderr.text(), "acme/x: Go on? [y/N] y\nacme/x: Go on? [y/N] y\na log\n");
}

#[test]
fn what_ends_the_run_comes_below_a_question_that_nobody_answered() {
    let bench = Bench::new(terminal(None, 80));
    let question = bench.console.question();
    bench.console.note("meanwhile");
    bench.console.error(&crate::ErrorReport { message: "interrupted".to_owned(), ..Default::default() });
    assert_eq!(bench.stderr.text(), "\nmeanwhile\nerror: interrupted\n");
    drop(question);
    assert_eq!(bench.stderr.text(), "\nmeanwhile\nerror: interrupted\n");
}
