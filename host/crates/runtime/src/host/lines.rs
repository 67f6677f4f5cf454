//! What a pack writes to its standard output and error: cut into lines, bounded, told to the host.
//!
//! It is not the answer; the contract has `output` for that. The last lines of standard error are
//! kept, since Python puts its traceback there and Rust its panic's message.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::meter::Meter;
use crate::ports::Answers;

/// Bytes of both streams together; beyond it they are dropped, with a note. It is not the answer: a
/// traceback has some kilobytes.
const BYTES: usize = 1024 * 1024;
/// Bytes of one line; a longer one is cut in two.
const LINE: usize = 8 * 1024;
/// Lines of standard error that an error report shows.
const KEPT: usize = 20;

/// Where lines go: to the run's answers, or nowhere while a pack is described.
pub(crate) type Sink = Option<Arc<dyn Answers>>;

/// The two streams of one store. Clones share them.
#[derive(Clone)]
pub(crate) struct Lines {
    shared: Arc<Mutex<Shared>>,
    meter: Meter,
}

/// Which of the two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Output,
    Error,
}

struct Shared {
    sink: Sink,
    written: usize,
    /// Whether it was said that the rest is dropped.
    full: bool,
    output: Vec<u8>,
    error: Vec<u8>,
    last: VecDeque<String>,
}

impl Lines {
    pub(crate) fn new(sink: Sink, meter: Meter) -> Self {
        let (output, error, last) = (Vec::new(), Vec::new(), VecDeque::new());
        Self {
            shared: Arc::new(Mutex::new(Shared { sink, written: 0, full: false, output, error, last })),
            meter,
        }
    }

    /// Takes bytes; never fails, since a pack has nothing to do about it.
    pub(super) fn write(&self, stream: Stream, bytes: &[u8]) {
        let _pause = self.meter.pause();
        self.shared().write(stream, bytes);
    }

    /// Tells lines that have no end yet, and gives the last ones of standard error.
    pub(crate) fn finish(&self) -> Vec<String> {
        let mut shared = self.shared();
        shared.end_line(Stream::Output);
        shared.end_line(Stream::Error);
        shared.last.iter().cloned().collect()
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        let room = BYTES.saturating_sub(self.written);
        let (taken, dropped) = bytes.split_at(bytes.len().min(room));
        self.written += taken.len();
        for piece in taken.split_inclusive(|byte| *byte == b'\n') {
            self.add(stream, piece);
        }
        if !dropped.is_empty() && !std::mem::replace(&mut self.full, true) {
            self.end_line(stream);
            self.tell("the pack wrote more than 1 MiB here: the rest is dropped");
        }
    }

    /// Adds a piece that holds at most one line end, and that at its end.
    fn add(&mut self, stream: Stream, piece: &[u8]) {
        let (text, ends) = match piece.split_last() {
            Some((b'\n', text)) => (text, true),
            _ => (piece, false),
        };
        for part in text.chunks(LINE) {
            if self.open(stream).len() + part.len() > LINE {
                self.end_line(stream);
            }
            self.open(stream).extend_from_slice(part);
        }
        if ends {
            let line = std::mem::take(self.open(stream));
            self.line(stream, &line);
        }
    }

    fn open(&mut self, stream: Stream) -> &mut Vec<u8> {
        match stream {
            Stream::Output => &mut self.output,
            Stream::Error => &mut self.error,
        }
    }

    fn end_line(&mut self, stream: Stream) {
        let line = std::mem::take(self.open(stream));
        if !line.is_empty() {
            self.line(stream, &line);
        }
    }

    fn line(&mut self, stream: Stream, line: &[u8]) {
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
        if stream == Stream::Error {
            if self.last.len() == KEPT {
                self.last.pop_front();
            }
            self.last.push_back(line.clone().into_owned());
        }
        self.tell(&line);
    }

    fn tell(&self, line: &str) {
        if let Some(sink) = &self.sink {
            sink.line(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{Flow, PortError};

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
        assert_eq!(heard.len(), BYTES / LINE + 1);
        assert!(heard[..128].iter().all(|line| line.len() == LINE));
        assert_eq!(heard[128], "the pack wrote more than 1 MiB here: the rest is dropped");
    }
}
