//! A program that is spoken to in lines, and that ends when its time is up.
//!
//! Reads and writes are on threads, since a program may stop reading, stop writing, or do neither
//! for ever; the caller waits for lines against one deadline. The program gets a process group of
//! its own: a Ctrl-C meant for us does not cut it off between our request and its answer, and what
//! it started is ended with it. The threads end when the pipes do.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

/// The longest line in either direction.
pub(super) const LONGEST_LINE: usize = 256 * 1024;
/// For everything, from the start to the answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// For ending by itself once it has answered, or closed its output.
const GRACE: Duration = Duration::from_secs(1);
/// How much of its standard error is remembered: the end of it.
const REMEMBERED: usize = 4 * 1024;
/// How tokens and passwords reach us is not the program's business.
pub(super) const SECRET_VARIABLES: [&str; 5] = [
    "VANTAGE_TOKEN",
    "VANTAGE_TOKEN_FILE",
    "VANTAGE_CLIENT_SECRET_FILE",
    "VANTAGE_ASSERTION_FILE",
    "VANTAGE_SIGNING_PASSWORD",
];

type Line = Zeroizing<Vec<u8>>;

/// A program that is running. Dropping it ends it.
pub(super) struct Process {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<io::Result<Line>>,
    complaints: Arc<Mutex<Vec<u8>>>,
    /// Ends when the program's standard error does.
    complained: Receiver<()>,
    patience: Duration,
    until: Instant,
}

impl Process {
    /// Starts the program; the error says why it cannot be.
    pub(super) fn start(line: &[String], patience: Duration) -> Result<Self, String> {
        let [program, arguments @ ..] = line else {
            return Err("no program is named".into());
        };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for variable in SECRET_VARIABLES {
            command.env_remove(variable);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| format!("it cannot be started: {error}"))?;
        // One line is read ahead and no more, however many the program writes.
        let (to_lines, lines) = mpsc::sync_channel(1);
        let (alive, complained) = mpsc::channel();
        let complaints = Arc::<Mutex<Vec<u8>>>::default();
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || read_lines(output, &to_lines));
        }
        if let Some(errors) = child.stderr.take() {
            let complaints = Arc::clone(&complaints);
            std::thread::spawn(move || remember_end(errors, &complaints, alive));
        }
        let input = child.stdin.take();
        let until = Instant::now() + patience;
        Ok(Self { child, input, lines, complaints, complained, patience, until })
    }

    /// The next line; `None` if it closed its output instead.
    pub(super) fn line(&mut self) -> Result<Option<Line>, String> {
        match self.lines.recv_timeout(self.until.saturating_duration_since(Instant::now())) {
            Ok(Ok(line)) => Ok(Some(line)),
            Ok(Err(error)) => Err(error.to_string()),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => {
                Err(format!("it did not answer within {} seconds", self.patience.as_secs()))
            }
        }
    }

    /// Writes `line`, and closes the program's input. What fails here shows in its answer.
    pub(super) fn send(&mut self, line: Line) {
        if let Some(mut input) = self.input.take() {
            std::thread::spawn(move || {
                // A program that does not read may answer all the same.
                let _ = input.write_all(&line);
            });
        }
    }

    /// Waits for its end a moment, then brings it about. How it ended, if not well, and the last
    /// line of its standard error.
    pub(super) fn finish(mut self) -> (Option<String>, Option<String>) {
        self.input = None;
        let limit = self.until.min(Instant::now() + GRACE);
        let ended = match self.wait_until(limit) {
            Some(status) if status.success() => None,
            Some(status) => Some(match status.code() {
                Some(code) => format!("it ended with exit status {code}"),
                None => "a signal ended it".to_owned(),
            }),
            None => Some("it was ended".to_owned()),
        };
        self.end();
        (ended, self.last_words())
    }

    /// The system tells of a child's end by a signal alone, and signals are the whole process's
    /// business: so it is looked at now and then.
    fn wait_until(&mut self, limit: Instant) -> Option<ExitStatus> {
        let mut pause = Duration::from_millis(1);
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            let left = limit.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            std::thread::park_timeout(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// Ends it, and what it started and left in its group.
    fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        #[cfg(unix)]
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            // It may be gone already, which is as well.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// What it started may keep standard error open, so that its end is waited for a moment only.
    fn last_words(&self) -> Option<String> {
        let _ = self.complained.recv_timeout(GRACE);
        let said = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&said);
        text.lines().map(str::trim).rfind(|line| !line.is_empty()).map(str::to_owned)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

fn read_lines(output: impl Read, lines: &SyncSender<io::Result<Line>>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Zeroizing::new(Vec::with_capacity(LONGEST_LINE + 1));
        let limit = LONGEST_LINE as u64 + 1;
        let read = (&mut output).take(limit).read_until(b'\n', &mut line);
        let line = match read {
            Ok(0) => return,
            Ok(_) if line.len() > LONGEST_LINE => {
                Err(io::Error::other(format!("it wrote a line longer than {LONGEST_LINE} bytes")))
            }
            Ok(_) => Ok(line),
            Err(error) => Err(error),
        };
        let over = line.is_err();
        if lines.send(line).is_err() || over {
            return;
        }
    }
}

/// Reads to the end, so that the program is never held up by complaining. `_alive` goes with it.
fn remember_end(mut errors: impl Read, complaints: &Mutex<Vec<u8>>, _alive: Sender<()>) {
    let mut buffer = [0; REMEMBERED];
    while let Ok(read @ 1..) = errors.read(&mut buffer) {
        let mut said = complaints.lock().unwrap_or_else(PoisonError::into_inner);
        said.extend_from_slice(&buffer[..read]);
        let surplus = said.len().saturating_sub(REMEMBERED);
        said.drain(..surplus);
    }
}
