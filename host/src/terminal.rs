//! Questions to the person at the terminal.
//!
//! A question is asked on the terminal itself, never on standard input: a pipe cannot answer one.
//! What was typed before the question stood there is thrown away, so that nothing can be answered
//! ahead, and no question is asked where that cannot be done. Nothing else is drawn until the answer is
//! there. What is asked is made visible here; where lines begin is the business of `framed.rs`.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};

use vantage_output::Console;
use vantage_output::visible::Visible;
use zeroize::Zeroizing;

use crate::error::{HostError, Kind};
use crate::password::Password;

/// The longest answer that is read, in bytes.
const ANSWER_LIMIT: usize = 4096;

/// The terminal, opened for one question.
pub struct Terminal {
    device: File,
}

impl Terminal {
    /// Opens the controlling terminal; `None` where there is none.
    pub fn open() -> Option<Self> {
        let device = OpenOptions::new().read(true).write(true).open(DEVICE).ok()?;
        Some(Self { device })
    }

    /// Asks yes or no. Anything but `y` and `yes` is No.
    pub fn confirm(&mut self, question: &str) -> Result<bool, HostError> {
        let answer = self.line(&format!("{question} [y/N] "))?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Asks for one of `choices`, which say their numbers, by number; asks again until one is named.
    pub fn choose(&mut self, question: &str, choices: &[String]) -> Result<usize, HostError> {
        let mut text = format!("{question}\n");
        choices.iter().for_each(|choice| text.push_str(&format!("{choice}\n")));
        self.write(&text)?;
        loop {
            let answer = self.line(&format!("1 to {}: ", choices.len()))?;
            if let Ok(number) = answer.trim().parse::<usize>()
                && (1..=choices.len()).contains(&number)
            {
                return Ok(number - 1);
            }
        }
    }

    /// Asks for a line of text; an empty answer takes the suggestion, which the question shows.
    pub fn ask(&mut self, question: &str, suggestion: Option<&str>) -> Result<String, HostError> {
        let answer = self.line(&format!("{question}: "))?;
        let answer = answer.trim();
        Ok(if answer.is_empty() { suggestion.unwrap_or_default().to_owned() } else { answer.to_owned() })
    }

    /// Reads one line that is not shown; [`hidden`] has seen to that. Nothing of it is left in a buffer.
    fn unseen(&mut self, question: &str) -> Result<Password, HostError> {
        self.forget_typed_ahead()?;
        self.write(&format!("{question}: "))?;
        // A terminal gives a line at once, and no longer one than this.
        let mut buffer = Zeroizing::new([0; ANSWER_LIMIT]);
        let read = loop {
            match io::Read::read(&mut self.device, &mut buffer[..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read.map_err(unusable)?,
            }
        };
        let line = match buffer[..read].strip_suffix(b"\n") {
            Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
            None => return Err(closed()),
        };
        let text = std::str::from_utf8(line);
        let text = text.map_err(|_| HostError::usage("what was typed is not text in UTF-8", Vec::new()))?;
        Ok(Password::new(text.to_owned()))
    }

    /// Writes text of several lines. Whoever's it is, nothing in it is obeyed.
    pub fn write(&mut self, text: &str) -> Result<(), HostError> {
        let visible = Visible::text(text).to_string();
        self.device.write_all(visible.as_bytes()).and_then(|()| self.device.flush()).map_err(unusable)
    }

    /// Reads one whole line: what is cut off by the end of the input, or is too long, is no answer.
    fn line(&mut self, prompt: &str) -> Result<String, HostError> {
        self.forget_typed_ahead()?;
        self.write(prompt)?;
        let mut line = Vec::new();
        let mut reader = BufReader::new(&self.device);
        io::Read::take(&mut reader, ANSWER_LIMIT as u64).read_until(b'\n', &mut line).map_err(unusable)?;
        match line.strip_suffix(b"\n") {
            Some(line) => Ok(String::from_utf8_lossy(line).into_owned()),
            None => Err(closed()),
        }
    }

    #[cfg(unix)]
    fn forget_typed_ahead(&self) -> Result<(), HostError> {
        use rustix::termios::{QueueSelector, tcflush};
        rustix::io::retry_on_intr(|| tcflush(&self.device, QueueSelector::IFlush))
            .map_err(|error| unusable(error.into()))
    }

    #[cfg(not(unix))]
    fn forget_typed_ahead(&self) -> Result<(), HostError> {
        Ok(())
    }
}

#[cfg(unix)]
const DEVICE: &str = "/dev/tty";
#[cfg(not(unix))]
const DEVICE: &str = "CON";

fn unusable(error: io::Error) -> HostError {
    HostError::said(Kind::Failed, format!("cannot ask on the terminal: {error}"), Vec::new())
}

fn closed() -> HostError {
    HostError::said(Kind::Interrupted, "the terminal was closed", Vec::new())
}

fn no_terminal() -> HostError {
    HostError::usage("there is no terminal to ask on", Vec::new())
}

/// Asks yes or no without holding up the thread that listens for Ctrl-C.
pub async fn confirm(console: &Console, question: String) -> Result<bool, HostError> {
    blocking(console, move |terminal| terminal.confirm(&question)).await
}

/// Asks for a line that is not shown while it is typed.
pub async fn hidden(console: &Console, question: String) -> Result<Password, HostError> {
    // Held here and not where the line is read: an interrupted command lets go of this future, while
    // the read goes on, and what is typed afterwards has to be seen again.
    let _unseen = Unseen::begin()?;
    blocking(console, move |terminal| terminal.unseen(&question)).await
}

/// A terminal that shows nothing of what is typed but the end of the line, until it is dropped.
#[cfg(unix)]
struct Unseen {
    device: File,
    before: rustix::termios::Termios,
}

#[cfg(unix)]
impl Unseen {
    fn begin() -> Result<Self, HostError> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let device = Terminal::open().ok_or_else(no_terminal)?.device;
        let begin = || {
            let before = tcgetattr(&device)?;
            let mut modes = before.clone();
            modes.local_modes.remove(LocalModes::ECHO);
            modes.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON);
            tcsetattr(&device, OptionalActions::Now, &modes)?;
            Ok(before)
        };
        let before = begin().map_err(|error: rustix::io::Errno| unusable(error.into()))?;
        Ok(Self { device, before })
    }
}

#[cfg(unix)]
impl Drop for Unseen {
    fn drop(&mut self) {
        // There is nobody to tell where the terminal is gone.
        let _ = rustix::termios::tcsetattr(&self.device, rustix::termios::OptionalActions::Now, &self.before);
    }
}

/// Where nothing can be hidden, nothing that is to be hidden is asked.
#[cfg(not(unix))]
struct Unseen;

#[cfg(not(unix))]
impl Unseen {
    fn begin() -> Result<Self, HostError> {
        Err(HostError::usage("what is typed here cannot be hidden", Vec::new()))
    }
}

/// Runs `ask` with the terminal, on a thread of its own. The console draws nothing meanwhile.
pub async fn blocking<T: Send + 'static>(
    console: &Console,
    ask: impl FnOnce(&mut Terminal) -> Result<T, HostError> + Send + 'static,
) -> Result<T, HostError> {
    // Held here and not on the thread, which may wait for an answer when the command has ended.
    let question = console.question();
    let asked = tokio::task::spawn_blocking(move || match Terminal::open() {
        Some(mut terminal) => ask(&mut terminal),
        None => Err(no_terminal()),
    });
    let answer =
        asked.await.map_err(|error| HostError::said(Kind::Failed, error.to_string(), Vec::new()))??;
    question.answered();
    Ok(answer)
}
