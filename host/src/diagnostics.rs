//! Consoles, logs and errors of usage: what is needed before and around a command.
//!
//! Logs (`-vv`, `-vvv`) pass through the console like everything else, so that one sanitizer sees
//! every line. No command is known here.

use std::io::{self, Write};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};
use vantage_output::{Console, Style};

use crate::cli::globals::{self, Globals};
use crate::cli::peek::Peek;
use crate::environment::Environment;
use crate::error::{HostError, Kind, Said};
use crate::timings::Timings;

/// A console for `style` on the process's own streams.
pub fn console(style: Style) -> Console {
    Console::new(Box::new(io::stdout()), Box::new(io::stderr()), style)
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

/// Installs timings for `-v`, diagnostics for `-vv`, everything for `-vvv`.
pub fn install(verbosity: u8, timings: Option<Timings>, console: &Console) {
    if verbosity == 0 {
        return;
    }
    let filter = match verbosity {
        1 => None,
        2 => Some(
            "warn,vantage=debug,vantage_session=debug,vantage_store=debug,vantage_runtime=debug,pack=debug",
        ),
        _ => Some("trace"),
    };
    let logs = filter.map(|filter| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(Lines(console.clone()))
            .with_filter(EnvFilter::new(filter))
    });
    let timings = timings.map(|timings| timings.with_filter(LevelFilter::DEBUG));
    // A second installation can only happen in a test that runs two lines in one process.
    let _ = tracing_subscriber::registry().with(timings).with(logs).try_init();
}

/// Gives `tracing` a writer that ends in the console.
#[derive(Clone)]
struct Lines(Console);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        for (at, line) in text.lines().enumerate() {
            // What is logged may be anybody's, and no line of it is to look like another's.
            let bar = if at == 0 { "" } else { "  | " };
            self.0.diagnostic(&format!("{bar}{line}"));
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
