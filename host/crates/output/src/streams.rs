//! Standard output and standard error, as the console holds them behind its lock.
//!
//! Standard output is gathered into large writes, and a reader that went away is remembered rather
//! than reported. What is written to either stream makes the progress line go first. Nothing here
//! knows what the text means.

use std::io::{self, ErrorKind, Write};
use std::time::{Duration, Instant};

use crate::answer::Flow;
use crate::error::OutputError;
use crate::paint::columns_painted;
use crate::progress::Board;

/// Bytes that are gathered before they are written.
const GATHERED: usize = 32 * 1024;

/// A slow command's records are not held back longer than this: after a pause, the next record is
/// written at once.
const PATIENCE: Duration = Duration::from_millis(50);

/// Lines that are kept while a question stands. What waits then is the host's own logs at most, since
/// the pack that asks is not running.
const WAITING: usize = 10_000;

/// A stream of the process's, or a buffer in tests.
pub(crate) type Sink = Box<dyn Write + Send>;

/// Both streams and the progress line that is drawn on one of them.
pub(crate) struct Streams {
    stdout: Gathered,
    stderr: Sink,
    /// Work that goes on.
    pub(crate) board: Board,
    /// Columns of the progress line that stands on the terminal.
    drawn: usize,
    /// Whether a thread redraws the progress line.
    pub(crate) ticking: bool,
    /// Whether what is written to standard output lands on the terminal that shows progress.
    shares_terminal: bool,
    /// Whether the cursor of that terminal stands behind an unfinished line of the answer.
    mid_line: bool,
    /// What stands at the end of standard output and is drawn over: whole lines, on a terminal.
    frame: String,
    /// Columns of the terminal when the frame was drawn.
    width: Option<usize>,
    /// Questions that stand on the terminal: nothing is drawn below one.
    questions: usize,
    /// Lines that came meanwhile.
    waiting: Vec<String>,
}

/// Goes up so many lines, and clears all from there on.
fn up_and_clear(lines: usize) -> String {
    format!("\r\x1b[{lines}A\x1b[J")
}

/// Rows that `frame` takes on a terminal of `width` columns. No line was wider than the terminal when it was
/// drawn; where that has become narrower, terminals wrap what stands there.
fn rows(frame: &str, width: Option<usize>) -> usize {
    let width = width.unwrap_or(usize::MAX).max(1);
    frame.lines().map(|line| columns_painted(line).div_ceil(width).max(1)).sum()
}

impl Streams {
    pub(crate) fn new(stdout: Sink, stderr: Sink, shares_terminal: bool) -> Self {
        let stdout =
            Gathered { sink: stdout, buffer: Vec::new(), written: None, reader_left: false, failure: None };
        Self {
            stdout,
            stderr,
            board: Board::default(),
            drawn: 0,
            ticking: false,
            shares_terminal,
            mid_line: false,
            frame: String::new(),
            width: None,
            questions: 0,
            waiting: Vec::new(),
        }
    }

    /// Makes room for a question at the begin of a line; until its end nothing else is drawn.
    pub(crate) fn begin_question(&mut self) {
        // The answer's own failure comes up when the answer is written on or finished.
        let _ = self.flush();
        self.erase();
        self.settle();
        if std::mem::take(&mut self.mid_line) {
            let _ = self.stderr.write_all(b"\n").and_then(|()| self.stderr.flush());
        }
        self.questions += 1;
    }

    /// Ends a question, and writes what waited for that; whoever answered has ended the line.
    pub(crate) fn end_question(&mut self, answered: bool) {
        if self.questions > 0 {
            self.questions -= 1;
            self.mid_line = !answered;
            self.catch_up();
        }
    }

    /// Ends every question: what comes now is the last of the run.
    pub(crate) fn end_questions(&mut self) {
        if std::mem::take(&mut self.questions) > 0 {
            self.mid_line = true;
            self.catch_up();
        }
    }

    fn catch_up(&mut self) {
        if self.questions == 0 {
            std::mem::take(&mut self.waiting).iter().for_each(|line| self.say(line));
            let _ = self.flush();
        }
    }

    /// Draws `frame`, which consists of whole lines, over the one that stands there, on a terminal that
    /// has `width` columns by now.
    pub(crate) fn redraw(&mut self, frame: String, width: Option<usize>) -> Result<Flow, OutputError> {
        let before = std::mem::replace(&mut self.frame, frame);
        self.width = width;
        let (before, frame) = (rows(&before, width), self.frame.clone());
        let text = if before > 0 { up_and_clear(before) + &frame } else { frame };
        self.answer(&text)?;
        let flow = self.flush();
        // A frame is whole lines; what takes it away ends in an escape sequence, at a line's begin.
        self.mid_line = false;
        flow
    }

    /// Lets the frame stand where it is: what follows comes below it.
    pub(crate) fn settle(&mut self) {
        self.frame.clear();
    }

    /// Writes part of the answer, sooner or later.
    pub(crate) fn answer(&mut self, text: &str) -> Result<Flow, OutputError> {
        if self.stdout.reader_left {
            return Ok(Flow::Closed);
        }
        self.stdout.buffer.extend_from_slice(text.as_bytes());
        if self.stdout.is_due() { self.flush() } else { Ok(Flow::Continue) }
    }

    /// Writes what was gathered.
    pub(crate) fn flush(&mut self) -> Result<Flow, OutputError> {
        if self.shares_terminal && self.questions > 0 {
            return Ok(Flow::Continue);
        }
        if self.shares_terminal
            && let Some(last) = self.stdout.buffer.last().copied()
        {
            self.erase();
            self.mid_line = last != b'\n';
        }
        self.stdout.flush()
    }

    /// Writes one line to standard error, below what was answered until now. Where that fails there
    /// is nobody left to tell.
    pub(crate) fn say(&mut self, line: &str) {
        if self.questions > 0 {
            if self.waiting.len() < WAITING {
                self.waiting.push(line.to_owned());
            }
            return;
        }
        // The answer's own failure comes up when the answer is written on or finished.
        let _ = self.flush();
        self.erase();
        let frame = if self.shares_terminal { self.frame.clone() } else { String::new() };
        // Frames come after what is said, so that they can be drawn over further on.
        let _ = self.redraw_if(&frame, String::new());
        let mut bytes = Vec::with_capacity(line.len() + 2);
        if std::mem::take(&mut self.mid_line) {
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
        let _ = self.stderr.write_all(&bytes).and_then(|()| self.stderr.flush());
        let _ = self.redraw_if(&frame, frame.clone());
    }

    /// Draws `next` where there is a frame at all.
    fn redraw_if(&mut self, frame: &str, next: String) -> Result<Flow, OutputError> {
        if frame.is_empty() { Ok(Flow::Continue) } else { self.redraw(next, self.width) }
    }

    /// Draws the progress line that is due at `now`, if any is.
    pub(crate) fn draw(&mut self, now: Instant, width: Option<usize>) {
        if self.mid_line || self.questions > 0 {
            return;
        }
        let Some(line) = self.board.line(now, width) else {
            return;
        };
        let columns = crate::width::columns(&line);
        // Spaces instead of an escape that erases: this also works on the dumbest terminal.
        let rest = self.drawn.saturating_sub(columns);
        // The cursor waits at the line's begin: what a person types over it, a Ctrl-C say, goes with it.
        let text = format!("\r{line}{}\r", " ".repeat(rest));
        self.drawn = columns;
        let _ = self.stderr.write_all(text.as_bytes()).and_then(|()| self.stderr.flush());
    }

    /// Takes the progress line off the terminal.
    pub(crate) fn erase(&mut self) {
        if self.drawn > 0 {
            let text = format!("\r{}\r", " ".repeat(self.drawn));
            self.drawn = 0;
            let _ = self.stderr.write_all(text.as_bytes()).and_then(|()| self.stderr.flush());
        }
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        self.erase();
        let _ = self.stdout.flush();
    }
}

/// A stream of which writes are gathered.
struct Gathered {
    sink: Sink,
    buffer: Vec<u8>,
    written: Option<Instant>,
    reader_left: bool,
    /// A failure that lasts: once something is lost, nothing that follows makes sense.
    failure: Option<ErrorKind>,
}

impl Gathered {
    fn is_due(&self) -> bool {
        self.buffer.len() >= GATHERED || self.written.is_none_or(|written| written.elapsed() >= PATIENCE)
    }

    fn flush(&mut self) -> Result<Flow, OutputError> {
        if let Some(kind) = self.failure {
            return Err(OutputError::Write { source: io::Error::from(kind) });
        }
        if self.buffer.is_empty() || self.reader_left {
            return Ok(if self.reader_left { Flow::Closed } else { Flow::Continue });
        }
        let written = self.sink.write_all(&self.buffer).and_then(|()| self.sink.flush());
        self.buffer.clear();
        self.written = Some(Instant::now());
        match written {
            Ok(()) => Ok(Flow::Continue),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.reader_left = true;
                Ok(Flow::Closed)
            }
            Err(source) => {
                self.failure = Some(source.kind());
                Err(OutputError::Write { source })
            }
        }
    }
}
