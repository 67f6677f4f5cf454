//! What a pack writes to its standard output and error: cut into lines, bounded, told to the host.
//!
//! It is not the answer; the contract has `output` for that. Lines do not depend on how the bytes are
//! split over writes, so that nothing can be hidden in where a write ends. What characters do to a
//! terminal is decided in `output`. The last lines of standard error are kept, since Python puts its
//! traceback there and Rust its panic's message.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::meter::Meter;
use crate::ports::Answers;

/// Bytes of both streams together; beyond it they are dropped, with a note. It is not the answer: a
/// traceback has some kilobytes.
const BYTES: usize = 1024 * 1024;
/// Bytes of one line; what is beyond is left out. People are shown far less of a line.
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
    output: Open,
    error: Open,
    last: VecDeque<String>,
}

/// A line that has no end yet.
#[derive(Default)]
struct Open {
    bytes: Vec<u8>,
    /// Whether something of it was left out.
    cut: bool,
}

impl Open {
    fn add(&mut self, bytes: &[u8]) {
        let room = LINE - self.bytes.len();
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.cut |= bytes.len() > room;
    }

    /// As text, in which bytes that belong to no character are written out.
    fn text(&self) -> String {
        let bytes = match self.cut {
            true => &self.bytes,
            false => self.bytes.strip_suffix(b"\r").unwrap_or(&self.bytes),
        };
        let mut text = String::with_capacity(bytes.len());
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text.push_str(chunk.valid());
            let rest = chunk.invalid();
            if self.cut && chunks.peek().is_none() && is_unfinished(rest) {
                break;
            }
            for byte in rest {
                // Writing to a `String` cannot fail.
                let _ = write!(text, "\\x{{{byte:02x}}}");
            }
        }
        if self.cut {
            text.push('…');
        }
        text
    }
}

/// Whether more bytes could still make a character of `bytes`.
fn is_unfinished(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

impl Lines {
    pub(crate) fn new(sink: Sink, meter: Meter) -> Self {
        let (output, error, last) = (Open::default(), Open::default(), VecDeque::new());
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
            match piece.strip_suffix(b"\n") {
                Some(end) => {
                    self.open(stream).add(end);
                    self.line(stream);
                }
                None => self.open(stream).add(piece),
            }
        }
        if !dropped.is_empty() && !std::mem::replace(&mut self.full, true) {
            self.end_line(stream);
            self.tell("the pack wrote more than 1 MiB here: the rest is dropped");
        }
    }

    fn open(&mut self, stream: Stream) -> &mut Open {
        match stream {
            Stream::Output => &mut self.output,
            Stream::Error => &mut self.error,
        }
    }

    fn end_line(&mut self, stream: Stream) {
        if !self.open(stream).bytes.is_empty() {
            self.line(stream);
        }
    }

    /// Tells the line that is open, and begins another.
    fn line(&mut self, stream: Stream) {
        let line = std::mem::take(self.open(stream)).text();
        self.tell(&line);
        if stream == Stream::Error {
            if self.last.len() == KEPT {
                self.last.pop_front();
            }
            self.last.push_back(line);
        }
    }

    fn tell(&self, line: &str) {
        if let Some(sink) = &self.sink {
            sink.line(line);
        }
    }
}
