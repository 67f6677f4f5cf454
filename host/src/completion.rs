//! Completion: what may stand at one place of a line that is being typed in the user's shell.
//!
//! The script that `vantage completion SHELL` prints calls this program with [`COMPLETE`] as its first word and
//! the line as far as it was typed, and puts what it prints into the line. Nothing is run and nobody is asked
//! anything: commands, options and choices come from the tree that is built for the line (`cli.rs`), names of
//! profiles and packs from the user's files. Only where a pack says of an argument that it knows values for it
//! is the pack started, for [`LIMIT`] in all (`completion/values.rs`). Whatever fails, there are no candidates,
//! the exit status is 0 and standard error stays empty: an error would land in the line.

mod candidate;
mod line;
mod places;
mod shell;
mod tree;
mod values;

use std::ffi::OsString;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use vantage_output::{Console, Style};

use crate::cli::globals::Globals;
use crate::environment::Environment;
use candidate::Candidate;
use line::Line;
pub use shell::Shell;

/// The word by which a shell asks. No command can be called so, and no person has a use for it.
const COMPLETE: &str = "__complete";

/// How long completing a value by a pack may take, from the start of the program.
const LIMIT: Duration = Duration::from_millis(300);

/// A shell's question.
#[derive(Debug)]
pub struct Question {
    shell: Shell,
    line: Line,
}

/// What may stand there.
#[derive(Debug, PartialEq, Eq)]
enum Offer {
    /// One of these.
    Values(Vec<Candidate>),
    /// A file: the shell itself knows how to complete one.
    Files,
    /// A folder.
    Folders,
}

/// The question that this process was started to answer, if it was.
pub fn asked(arguments: &[OsString]) -> Option<Option<Question>> {
    match arguments {
        [_, word, rest @ ..] if word == COMPLETE => Some(read(rest)),
        _ => None,
    }
}

/// Takes a question apart; none where no script of ours has asked it.
fn read(rest: &[OsString]) -> Option<Question> {
    let (shell, rest) = rest.split_first()?;
    let shell = Shell::called(shell.to_str()?)?;
    let line = match (shell, rest) {
        (Shell::Bash, [line, breaks]) => Line::of_bash(&line.to_string_lossy(), &breaks.to_string_lossy()),
        (Shell::Bash, _) => return None,
        (_, [place, words @ ..]) => Line::of_words(words, place.to_str()?.parse().ok()?)?,
        (_, []) => return None,
    };
    Some(Question { shell, line })
}

/// Answers on standard output.
pub fn answer(question: Option<Question>, environment: Environment, began: Instant) -> ExitCode {
    // Even a fault of our own is not said in the middle of somebody's line.
    std::panic::set_hook(Box::new(|_| {}));
    if let Some(Question { shell, line }) = question {
        let offer = std::panic::catch_unwind(AssertUnwindSafe(|| offer(&line, &environment, began)));
        let text = shell.answer(offer.ok().flatten().as_ref(), &line);
        let style = Globals::default().style(&environment);
        let console = Console::new(Box::new(std::io::stdout()), Box::new(std::io::sink()), style);
        // A shell that has gone away needs no answer.
        let _ = console.document(&text);
    }
    ExitCode::SUCCESS
}

/// What may stand at the end of the line; none where that is not known.
fn offer(line: &Line, environment: &Environment, began: Instant) -> Option<Offer> {
    let found = tree::find(line, environment)?;
    let (mut candidates, asked) = found.look(line);
    match asked {
        None => {}
        Some(tree::Asked { place: places::Place::Files, .. }) => return Some(Offer::Files),
        Some(tree::Asked { place: places::Place::Folders, .. }) => return Some(Offer::Folders),
        Some(tree::Asked { place: places::Place::Pack { argument, typed }, prefix }) => {
            let values = values::of_pack(found, argument, typed, environment.clone(), began + LIMIT);
            let values = values.unwrap_or_default();
            candidates.splice(..0, values.into_iter().filter_map(|value| value.behind(&prefix)));
        }
    }
    Some(Offer::Values(candidates))
}

/// A console that nobody sees.
fn silent() -> Console {
    Console::new(Box::new(std::io::sink()), Box::new(std::io::sink()), Style::default())
}
