//! Consoles, logs and errors of usage: what is needed before and around a command.
//!
//! Logs (`-vv`, `-vvv`) pass through the console like everything else, so that one sanitizer sees
//! every line; with `--log-file` they go to that file instead. No command is known here.

mod scrub;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};
use vantage_output::visible::Visible;
use vantage_output::{Console, Style};

use crate::cli::globals::{self, Globals};
use crate::cli::peek::Peek;
use crate::environment::{self, Environment};
use crate::error::{HostError, Kind, Said};
use crate::timings::Timings;

/// A console for `style` on the process's own streams.
pub fn console(style: Style) -> Console {
    Console::new(Box::new(io::stdout()), Box::new(io::stderr()), style)
}

/// The same, which looks anew how large the terminal is where it draws over what it has drawn.
pub fn console_for(globals: &Globals, environment: &Environment) -> Console {
    let style = globals.style(environment);
    // Whoever says how wide it is to be has said it for the whole run.
    let measures = style.redraws && environment.text("COLUMNS").is_none();
    let console = console(style);
    if measures { console.measured_by(Box::new(environment::terminal_size)) } else { console }
}

/// The console for what goes wrong before the line is parsed.
pub fn first_console(peek: &Peek, environment: &Environment) -> Console {
    let style = Globals::default().style(environment);
    console(Style {
        format: peek.format.or(style.format),
        stdout_color: globals::color(peek.color, environment, environment.stdout_terminal),
        stderr_color: globals::color(peek.color, environment, environment.stderr_terminal),
        verbosity: peek.verbosity,
        ..style
    })
}

/// Installs timings for `-v`, diagnostics for `-vv`, everything for `-vvv`; a file for logs has at least
/// the diagnostics.
pub fn install(verbosity: u8, timings: Option<Timings>, log_file: Option<LogFile>, console: &Console) {
    let filter = match verbosity {
        0 | 1 if log_file.is_none() => None,
        0..=2 => Some(
            "warn,vantage=debug,vantage_session=debug,vantage_store=debug,vantage_runtime=debug,pack=debug",
        ),
        _ => Some("trace"),
    };
    if filter.is_none() && timings.is_none() {
        return;
    }
    let to = log_file.map_or_else(|| Lines::Console(console.clone()), Lines::File);
    let logs = filter.map(|filter| {
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(to);
        layer.with_filter(EnvFilter::new(filter))
    });
    let timings = timings.map(|timings| timings.with_filter(LevelFilter::DEBUG));
    // A second installation can only happen in a test that runs two lines in one process.
    let _ = tracing_subscriber::registry().with(timings).with(logs).try_init();
}

/// A file to whose end logs are written.
#[derive(Debug, Clone)]
pub struct LogFile(Arc<Mutex<File>>);

impl LogFile {
    /// Opens the file, or makes it for the user alone: packs and servers say what they like in logs.
    pub fn open(path: &Path) -> Result<Self, HostError> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Ok(file) => Ok(Self(Arc::new(Mutex::new(file)))),
            Err(error) => Err(HostError::said(
                Kind::Failed,
                format!("logs cannot be written to `{}`: {error}", path.display()),
                vec!["--log-file takes the name of a file, in a folder that is there".to_owned()],
            )),
        }
    }
}

/// Gives `tracing` a writer that ends in the console, or in a file.
#[derive(Clone)]
enum Lines {
    Console(Console),
    File(LogFile),
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        for (at, line) in text.lines().enumerate() {
            let line = scrub::scrub(line);
            // What is logged may be anybody's, and no line of it is to look like another's.
            let bar = if at == 0 { "" } else { "  | " };
            match self {
                Self::Console(console) => console.diagnostic(&format!("{bar}{line}")),
                // Files are read on terminals, too.
                Self::File(LogFile(file)) => {
                    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                    file.write_all(format!("{bar}{}\n", Visible::tabbed_line(&line)).as_bytes())?;
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What `clap` says, in the form of the host's errors.
pub fn usage_error(error: &clap::Error) -> HostError {
    let rendered = error.render().to_string();
    let mut message = String::new();
    let mut hints = Vec::new();
    for line in rendered.lines() {
        let line = line.trim();
        if let Some(tip) = line.strip_prefix("tip: ") {
            hints.push(tip.replace('\'', "`"));
        } else if line.starts_with("Usage:") || line.starts_with("For more information") {
            hints.extend(line.strip_prefix("Usage: ").map(|usage| format!("usage: {usage}")));
        } else if !line.is_empty() && hints.is_empty() {
            message.push_str(if message.is_empty() { "" } else { " " });
            message.push_str(line.strip_prefix("error: ").unwrap_or(line));
        }
    }
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand
    ) {
        message = "a command is missing".to_owned();
        hints = vec!["see the commands with --help".to_owned()];
    }
    if error.kind() == ErrorKind::InvalidSubcommand
        && let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand)
    {
        message = format!("there is no command `{word}`");
        hints.retain(|hint| !hint.starts_with("usage: "));
        hints.push("vantage --help lists the commands; vantage plugin add brings new ones".to_owned());
    }
    HostError::Said(Box::new(Said {
        kind: Kind::Usage,
        message: message.replace('\'', "`"),
        causes: Vec::new(),
        hints,
        request_id: None,
        details: None,
        backtrace: None,
    }))
}
