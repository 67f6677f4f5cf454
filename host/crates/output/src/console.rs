//! Both streams of the process behind one lock: the one place where anything is written.
//!
//! Standard output carries the answer and nothing else; everything else goes to standard error, as
//! text or, where JSON was asked for, as JSON lines. Every text that comes in is made visible here
//! or in a renderer, the host's own included: its sentences quote names that others chose. Handles
//! are cheap to clone and may be used from any thread.

use std::borrow::Cow;
use std::fmt;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use crate::answer::{Answer, Flow};
use crate::error::OutputError;
use crate::paint::{Tone, in_black_on_white, paint, styled};
use crate::progress::INTERVAL;
use crate::render::json::escape_hidden;
use crate::report::ErrorReport;
use crate::streams::Streams;
use crate::style::{AnswerSpec, Style};
use crate::timings::{self, TimingRow, Totals};
use crate::used::Used;
use crate::visible::Visible;
use crate::width::{columns, folded};

/// Columns after which a pack's line is cut.
const PACK_LINE: usize = 200;

/// Columns and lines of the terminal, each where it is known.
pub type Size = Box<dyn Fn() -> (Option<usize>, Option<usize>) + Send + Sync>;

/// Standard output and standard error.
#[derive(Clone)]
pub struct Console {
    shared: Arc<Shared>,
}

struct Shared {
    style: Style,
    /// Says how large the terminal is now, which people change while something goes on.
    size: Option<Size>,
    streams: Mutex<Streams>,
    /// Wakes the thread that redraws progress; nobody calls it, its time-out is what counts.
    tick: Condvar,
}

impl Console {
    /// A console on two streams, which it alone writes to from now on.
    pub fn new(stdout: Box<dyn Write + Send>, stderr: Box<dyn Write + Send>, style: Style) -> Self {
        let shares_terminal = style.stdout_terminal && style.stderr_terminal;
        let streams = Mutex::new(Streams::new(stdout, stderr, shares_terminal));
        Self { shared: Arc::new(Shared { style, size: None, streams, tick: Condvar::new() }) }
    }

    /// The same with `size` to say how large the terminal is by now; otherwise it stays as it was. Only
    /// for a console of which there is no other handle yet.
    pub fn measured_by(mut self, size: Size) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.size = Some(size);
        }
        self
    }

    /// How output is drawn.
    pub fn style(&self) -> &Style {
        &self.shared.style
    }

    /// How output is drawn on a terminal of the size that it has now.
    pub(crate) fn style_now(&self) -> Cow<'_, Style> {
        let style = self.style();
        match self.shared.size.as_ref().map(|size| size()) {
            Some((width, height)) if (width, height) != (style.width, style.height) => {
                Cow::Owned(Style { width, height, ..style.clone() })
            }
            _ => Cow::Borrowed(style),
        }
    }

    /// Begins an answer. Options that do not fit it are refused here, before anything is sent.
    pub fn answer(&self, spec: AnswerSpec) -> Result<Answer, OutputError> {
        Answer::new(self.clone(), spec)
    }

    /// Writes text for people to standard output: help, a schema.
    pub fn document(&self, text: &str) -> Result<(), OutputError> {
        let mut streams = self.streams();
        streams.answer(&Visible::text(text).to_string())?;
        streams.flush().map(|_| ())
    }

    /// Writes text for people that has colours: those stay where the style has colours, and go where it has
    /// none. Every other escape is shown.
    pub fn styled_document(&self, text: &str) -> Result<(), OutputError> {
        let mut streams = self.streams();
        streams.answer(&styled(text, self.style().stdout_color))?;
        streams.flush().map(|_| ())
    }

    /// Tells people something beside the answer; `--quiet` silences it.
    pub fn note(&self, text: &str) {
        if !self.style().quiet {
            self.announce(text);
        }
    }

    /// Tells people what they need in order to go on, such as a code to enter: `--quiet` does not
    /// silence it.
    pub fn announce(&self, text: &str) {
        self.say(json!({ "note": text }), || Visible::line(text).to_string());
    }

    /// Draws a picture made of characters, such as a QR code, black on white whatever the terminal's
    /// own colours are. A picture is for eyes: false, and nothing is drawn, where there is no terminal
    /// to see it on, where it is too narrow, and where standard error is JSON.
    pub fn picture(&self, rows: &[String]) -> bool {
        let style = self.style();
        let columns = rows.iter().map(|row| columns(row)).max().unwrap_or(0);
        let fits = style.width.is_none_or(|width| columns <= width);
        if !style.stderr_terminal || style.speaks_json() || !fits {
            return false;
        }
        let mut streams = self.streams();
        for row in rows {
            streams.say(&in_black_on_white(&Visible::line(row).to_string()));
        }
        true
    }

    /// Warns people; never silenced.
    pub fn warn(&self, text: &str) {
        self.pack_warn("", text);
    }

    /// A note in a pack's words. An empty `pack` stands for the host: bundled packs speak as it.
    pub fn pack_note(&self, pack: &str, text: &str) {
        if !self.style().quiet {
            self.say(by(pack, "note", text), || self.said(pack, "", text));
        }
    }

    /// A warning in a pack's words; never silenced. An empty `pack` stands for the host.
    pub fn pack_warn(&self, pack: &str, text: &str) {
        self.say(by(pack, "warning", text), || self.said(pack, "warning: ", text));
    }

    /// One line that a pack wrote to its standard output or error; `--quiet` silences it.
    pub fn pack_line(&self, pack: &str, line: &str) {
        if !self.style().quiet {
            self.say(by(pack, "note", line), || {
                let text = Visible::tabbed_line(line).cut(PACK_LINE).to_string();
                self.folded(&speaker(pack), &speaker(pack), &text)
            });
        }
    }

    /// One line of a log, as `-vv` shows it.
    pub fn diagnostic(&self, line: &str) {
        self.say(json!({ "log": line }), || self.folded("", "", &Visible::tabbed_line(line).to_string()));
    }

    /// The error that ends the run.
    pub fn error(&self, report: &ErrorReport) {
        let style = self.style();
        // Whatever work had not ended has ended now, and must not be drawn below the error; what was
        // drawn over and over stays as it is.
        let mut streams = self.streams();
        streams.board.clear();
        streams.settle();
        streams.end_questions();
        drop(streams);
        self.say(report.json(style.verbosity), || {
            report.text(style.verbosity, style.stderr_color, style.row())
        });
    }

    /// What a run of a pack used of its limits.
    pub fn used(&self, pack: &str, used: &Used) {
        self.say(json!({ "used": used.json(), "pack": pack }), || {
            format!("{} used: {}", Visible::line(pack), used.text())
        });
    }

    /// Where the time went, and what the run took in all.
    pub fn timings(&self, rows: &[TimingRow], totals: &Totals) {
        if !rows.is_empty() {
            self.say(timings::json(rows, totals), || {
                timings::text(rows, totals, self.style().width).join("\n")
            });
        }
    }

    /// Shows that work goes on, on a terminal and only if it goes on for long; `pack` is empty for
    /// the host's own work. The number stands for it in the calls that follow.
    pub fn start_progress(&self, pack: &str, title: &str, total: Option<u32>) -> u64 {
        let mut streams = self.streams();
        let id = streams.board.start(pack, title, total, Instant::now());
        if self.shows_progress() && !streams.ticking {
            let shared = Arc::downgrade(&self.shared);
            // Without a thread there is no progress to see, which is no reason to end a run.
            streams.ticking = thread::Builder::new().spawn(move || redraw(&shared)).is_ok();
        }
        id
    }

    /// Moves a progress display on by `by` steps.
    pub fn advance_progress(&self, progress: u64, by: u32) {
        self.streams().board.advance(progress, by);
    }

    /// Says what a progress display is at.
    pub fn describe_progress(&self, progress: u64, message: &str) {
        self.streams().board.describe(progress, message);
    }

    /// Ends a progress display and takes it off the terminal.
    pub fn end_progress(&self, progress: u64) {
        let mut streams = self.streams();
        streams.board.end(progress);
        streams.erase();
    }

    /// Makes room for a question on the terminal. Until [`Question`] is dropped nothing else is drawn:
    /// no line of a pack's, of a log's or of the answer's comes between a question and its answer.
    pub fn question(&self) -> Question {
        self.streams().begin_question();
        Question { console: self.clone(), answered: false }
    }

    /// Writes part of an answer.
    pub(crate) fn write(&self, text: &str) -> Result<Flow, OutputError> {
        self.streams().answer(text)
    }

    /// Draws whole lines over those that were drawn so last; only for a terminal.
    pub(crate) fn redraw(&self, frame: String) -> Result<Flow, OutputError> {
        let width = self.style_now().width;
        self.streams().redraw(frame, width)
    }

    /// Writes what was gathered of an answer.
    pub(crate) fn flush(&self) -> Result<Flow, OutputError> {
        self.streams().flush()
    }

    /// One line in a pack's words, or the host's where `pack` is empty; only a pack's is cut and folded.
    fn said(&self, pack: &str, label: &str, text: &str) -> String {
        let color = self.style().stderr_color;
        let painted = label.strip_suffix(' ').map(|word| format!("{} ", paint(word, Tone::Waiting, color)));
        let painted = painted.unwrap_or_default();
        match pack {
            "" => format!("{painted}{}", Visible::line(text)),
            _ => {
                let text = Visible::line(text).cut(PACK_LINE).to_string();
                self.folded(
                    &format!("{}{label}", speaker(pack)),
                    &format!("{}{painted}", speaker(pack)),
                    &text,
                )
            }
        }
    }

    /// Visible text behind a label, which is painted otherwise than it counts.
    fn folded(&self, label: &str, painted: &str, text: &str) -> String {
        format!("{painted}{}", folded(columns(label), text, self.style().row()))
    }

    fn shows_progress(&self) -> bool {
        let style = self.style();
        style.stderr_terminal && !style.quiet && !style.speaks_json()
    }

    fn say(&self, json: Value, text: impl FnOnce() -> String) {
        let line = if self.style().speaks_json() {
            let mut line = String::new();
            escape_hidden(&json.to_string(), &mut line);
            line
        } else {
            text()
        };
        self.streams().say(&line);
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.shared.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question that stands on the terminal.
#[derive(Debug)]
#[must_use = "the question ends when this is dropped"]
pub struct Question {
    console: Console,
    answered: bool,
}

impl Question {
    /// Ends the question, which a person has answered with a whole line.
    pub fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        self.console.streams().end_question(self.answered);
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Console").field("style", &self.shared.style).finish_non_exhaustive()
    }
}

/// What stands before a pack's line.
fn speaker(pack: &str) -> String {
    if pack.is_empty() { String::new() } else { format!("{}: ", Visible::line(pack)) }
}

fn by(pack: &str, kind: &str, text: &str) -> Value {
    match pack {
        "" => json!({ kind: text }),
        _ => json!({ kind: text, "pack": pack }),
    }
}

/// Redraws progress until there is none, or nobody holds the console any more.
fn redraw(shared: &Weak<Shared>) {
    while let Some(shared) = shared.upgrade() {
        let streams = shared.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut streams, _) =
            shared.tick.wait_timeout(streams, INTERVAL).unwrap_or_else(PoisonError::into_inner);
        if streams.board.is_empty() {
            streams.ticking = false;
            return;
        }
        streams.draw(Instant::now(), shared.style.width);
    }
}
