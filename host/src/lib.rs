//! The host: the native half of `vantage`.
//!
//! It signs the user in, holds the configuration, talks to the platform and draws everything that
//! the user sees. What a command does is a pack's business, also for the commands that ship with
//! it. A tour, in the order in which a line is run:
//!
//! - [`environment`]: what the process was started with;
//! - [`cli`]: the command tree, from built-ins and the catalog of packs;
//! - [`follow`]: packs whose file has a new build;
//! - [`context`]: builds sessions, stores and engines when a command asks for them;
//! - [`commands`]: one file a command;
//! - [`completion`]: what may stand in a line that is being typed;
//! - [`adapters`]: joins what a pack may ask for to session, store and output;
//! - [`sign_in`]: what a person sees and decides of a sign-in;
//! - [`password`]: what is typed and not shown;
//! - [`team_policy`]: the files by which a team caps what packs may do;
//! - [`signals`]: what ends a command from outside;
//! - [`hardening`]: what the process gives up at its start;
//! - [`reply`]: answers of built-ins; [`error`]: every error's kind, hints and exit status;
//! - [`panics`]: what is printed when vantage itself is at fault;
//! - [`timings`]: where the time went, for `-v`; [`working`]: what is seen while the host works.

pub mod adapters;
pub mod catalog;
pub mod cli;
pub mod commands;
pub mod completion;
pub mod context;
pub mod diagnostics;
pub mod environment;
pub mod error;
pub mod follow;
pub mod framed;
pub mod hardening;
pub mod pack_settings;
pub mod panics;
pub mod password;
pub mod platform_words;
pub mod reply;
pub mod sign_in;
pub mod signals;
pub mod team_policy;
pub mod terminal;
pub mod timings;
pub mod working;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::error::ErrorKind;
use clap::{ArgMatches, FromArgMatches};
use vantage_output::Console;

use crate::catalog::Commands;
use crate::cli::BuiltIn;
use crate::cli::globals::Globals;
use crate::cli::help::Look;
use crate::cli::peek::Peek;
use crate::context::Context;
use crate::diagnostics::LogFile;
pub use crate::environment::Environment;
use crate::error::{HostError, Kind};
use crate::signals::Signals;
use crate::timings::Timings;
use crate::timings::trace::TraceFile;

/// How long an interrupted command has to end by itself, before the process ends without it.
const PATIENCE: Duration = Duration::from_millis(100);

/// How long a process that was interrupted tries to say so.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Runs one command line to its end and gives the exit status.
pub fn run(arguments: Vec<OsString>, environment: Environment) -> ExitCode {
    if let Some(compiled) = vantage_runtime::compile_if_asked(&arguments) {
        return compiled;
    }
    hardening::harden();
    if let Some(link) = sign_in::browser::asked_for(&arguments) {
        return sign_in::browser::open(link);
    }
    let began = Instant::now();
    if let Some(question) = completion::asked(&arguments) {
        return completion::answer(question, environment, began);
    }
    panics::install();
    let peek = Peek::at(&arguments);
    let console = diagnostics::first_console(&peek, &environment);
    let status = match prepare(arguments, &environment, &peek, &console) {
        Ok(Some(prepared)) => prepared.run(environment, began),
        Ok(None) => 0,
        Err(error) => fail(&console, &error),
    };
    ExitCode::from(status)
}

/// A parsed command line.
struct Prepared {
    globals: Globals,
    matches: ArgMatches,
    commands: Commands,
}

/// Parses the line; `None` where help or the version was asked for and shown.
fn prepare(
    arguments: Vec<OsString>,
    environment: &Environment,
    peek: &Peek,
    console: &Console,
) -> Result<Option<Prepared>, HostError> {
    let now = jiff::Timestamp::now();
    let exec = cli::exec::find(&arguments, peek);
    let (arguments, commands) = match &exec {
        Some(cli::exec::OfPack { pack, arguments }) => {
            let peek = Peek::at(arguments);
            let find = || Commands::of_pack(environment, pack, &peek);
            (arguments, up_to_date(find, environment, console)?)
        }
        None => {
            let find = || Commands::find(environment, peek, console);
            (&arguments, up_to_date(find, environment, console)?)
        }
    };
    let tree = |look| match (&exec, commands.described()) {
        (Some(_), Some((word, description))) => cli::tree_of_pack(word, description, now, look),
        _ => cli::tree(peek, commands.words(), commands.unlisted(), commands.described(), now, look),
    };
    let matches = match tree(None).try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            let look = Look::new(console.style().width, console.style().stdout_color);
            let error = tree(Some(look)).try_get_matches_from(arguments).err().unwrap_or(error);
            console.styled_document(&error.render().ansi().to_string())?;
            return Ok(None);
        }
        Err(error) if !error.use_stderr() => {
            console.document(&error.render().to_string())?;
            return Ok(None);
        }
        Err(error) => {
            let asked_about = cli::help::asked_about(arguments, peek);
            // `help` itself knows no near names; the line that it is about does.
            let near = asked_about.and_then(|line| tree(None).try_get_matches_from(line).err());
            return Err(diagnostics::usage_error(near.as_ref().unwrap_or(&error)));
        }
    };
    let globals = Globals::from_arg_matches(&matches).map_err(|error| diagnostics::usage_error(&error))?;
    globals.check(environment)?;
    if let Some(name) = environment.unreadable() {
        return Err(HostError::usage(format!("{name} is not text in UTF-8"), Vec::new()));
    }
    Ok(Some(Prepared { globals, matches, commands }))
}

/// The commands, once more where the pack that is named follows a file with something new in it.
fn up_to_date(
    find: impl Fn() -> Result<Commands, HostError>,
    environment: &Environment,
    console: &Console,
) -> Result<Commands, HostError> {
    let commands = find()?;
    match commands.outrun() {
        None => Ok(commands),
        Some((id, file)) => {
            follow::follow(id, file, environment, console)?;
            find()
        }
    }
}

impl Prepared {
    fn run(self, environment: Environment, began: Instant) -> u8 {
        let console = diagnostics::console_for(&self.globals, &environment);
        let files = self.files();
        let (trace, log) = match files {
            Ok(files) => files,
            Err(error) => return fail(&console, &error),
        };
        let verbose = self.globals.verbose;
        let timings = (verbose > 0 || trace.is_some()).then(|| Timings::new(began));
        diagnostics::install(verbose, timings.clone(), log, &console);
        let context = Arc::new(Context::new(environment, self.globals.clone(), console.clone()));
        let mut outcome = self.dispatch(&context);
        if let (Some(trace), Some(timings)) = (trace, &timings) {
            let written = trace.write(timings);
            // The command's own failure is the one to tell.
            outcome = outcome.and(written);
        }
        let timings = timings.filter(|_| verbose > 0);
        // Timings first: with `-o json` the error is the last line.
        let show = move |console: &Console| {
            if let Some(timings) = timings {
                console.timings(&timings.rows(), &timings.totals());
            }
        };
        match outcome {
            Ok(()) => {
                show(&console);
                0
            }
            Err(error) if error.kind().is_signal() => {
                let status = error.kind().exit();
                unless_stuck(&console, move |console| {
                    show(console);
                    fail(console, &error);
                });
                status
            }
            Err(error) => {
                show(&console);
                fail(&console, &error)
            }
        }
    }

    /// The files that are written beside the answer, where they were asked for.
    fn files(&self) -> Result<(Option<TraceFile>, Option<LogFile>), HostError> {
        let trace = self.globals.timings.as_deref().map(TraceFile::new).transpose()?;
        let log = self.globals.log_file.as_deref().map(LogFile::open).transpose()?;
        Ok((trace, log))
    }

    /// Runs the command on a thread of its own, while this one listens for Ctrl-C: a command may be
    /// blocked in a read that nothing but the end of the process ends.
    fn dispatch(self, context: &Arc<Context>) -> Result<(), HostError> {
        // One worker beside them: the next page arrives while the pack works on this one.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(cannot_start)?;
        // Signals have a runtime of their own, on this thread: the worker may be blocked by a keyring,
        // or by a program that keeps the sign-in.
        let listening = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let listening = listening.map_err(cannot_start)?;
        let mut signals = {
            let _inside = listening.enter();
            Signals::listen().map_err(cannot_start)?
        };
        let (interrupt, mut interrupted) = tokio::sync::oneshot::channel::<()>();
        let (done, mut outcome) = tokio::sync::oneshot::channel();
        let (handle, shared) = (runtime.handle().clone(), Arc::clone(context));
        let command = move || {
            let result = handle.block_on(async {
                tokio::select! {
                    biased;
                    Ok(()) = &mut interrupted => Err(HostError::interrupted()),
                    result = self.command(&shared) => result,
                }
            });
            // Nobody waits any more where the process is about to end.
            let _ = done.send(result);
        };
        // As much stack as a main thread has.
        std::thread::Builder::new().stack_size(8 << 20).spawn(command).map_err(cannot_start)?;
        let result = listening.block_on(async {
            let signal = tokio::select! {
                biased;
                signal = signals.next() => signal,
                result = &mut outcome => return result.unwrap_or_else(|_| Err(ended_early())),
            };
            // The command ends by itself where it can, so that nothing of it is drawn later.
            let _ = interrupt.send(());
            let _ = tokio::time::timeout(PATIENCE, outcome).await;
            Err(HostError::ended_by(signal))
        });
        // A refresh that is under way is let finish: the token it spends would be lost. Nothing else
        // keeps the process, a question that nobody answers any more least of all.
        if context.is_working() {
            unless_stuck(context.console(), |console| {
                console.note("waiting until the sign-in that is being refreshed is stored");
            });
        }
        listening.block_on(context.settle());
        runtime.shutdown_background();
        result
    }

    async fn command(&self, context: &Context) -> Result<(), HostError> {
        let Some((word, matches)) = self.matches.subcommand() else {
            return Ok(());
        };
        if let Some(pack) = self.commands.pack(word) {
            return commands::pack::run(pack, word, matches, context).await;
        }
        let built_in =
            BuiltIn::from_arg_matches(&self.matches).map_err(|error| diagnostics::usage_error(&error))?;
        if context.globals().schema {
            return Ok(context.console().document(&format!("{:#}\n", commands::schema(&built_in)?))?);
        }
        if context.globals().dry_run && !matches!(built_in, BuiltIn::Api(_)) {
            return Err(HostError::usage(
                format!("`{word}` has no dry run"),
                vec!["--dry-run is for commands that change the platform".to_owned()],
            ));
        }
        // Columns that are not there are refused before anything is changed.
        let answer = context.console().answer(commands::answer(&built_in))?;
        commands::run(&built_in, context).await?.write(answer).await
    }
}

fn cannot_start(error: std::io::Error) -> HostError {
    HostError::said(Kind::Failed, format!("cannot start: {error}"), Vec::new())
}

/// The command's thread is gone without a result: it panicked, and has said so.
fn ended_early() -> HostError {
    HostError::said(Kind::Failed, "the command ended by a fault of vantage itself", Vec::new())
}

/// Says something after a signal, where it can be said: the command may be stuck in a write to a reader
/// that has stopped reading, and whoever interrupts it wants its end, not its words.
fn unless_stuck(console: &Console, say: impl FnOnce(&Console) + Send + 'static) {
    let (said, heard) = std::sync::mpsc::channel();
    let console = console.clone();
    let speaking = std::thread::Builder::new().spawn(move || {
        say(&console);
        // Nobody waits any more where it took too long.
        let _ = said.send(());
    });
    if speaking.is_ok() {
        let _ = heard.recv_timeout(LAST_WORDS);
    }
}

fn fail(console: &Console, error: &HostError) -> u8 {
    let report = error.report();
    console.error(&report);
    report.exit
}
