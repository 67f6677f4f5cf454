//! The command tree for a line that is being typed, and what it has at the line's end.
//!
//! `clap_complete` reads the line against the tree; what it finds is sorted and thinned out here, for people:
//! options only where a dash was typed, the command's own before global ones, nothing that hides.

use std::ffi::OsString;
use std::sync::PoisonError;

use clap::{ArgMatches, Args as _, Command};
use clap_complete::engine::{CompletionCandidate, complete};
use vantage_policy::description::Description;

use super::candidate::Candidate;
use super::line::Line;
use super::places::{self, ASKED, Noted, Place};
use crate::catalog::{Chosen, Commands};
use crate::cli;
use crate::cli::exec::{self, OfPack};
use crate::cli::globals::Globals;
use crate::cli::peek::Peek;
use crate::environment::Environment;

/// The tree, and the line in its words.
pub(super) struct Found {
    commands: Commands,
    tree: Command,
    /// The line up to the word that is being typed.
    before: Vec<OsString>,
    noted: Noted,
}

/// What the tree leaves to others.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// What is asked for.
    pub(super) place: Place,
    /// What stands before it in the same word, as in `--file=`.
    pub(super) prefix: String,
}

/// Finds the packs that the line names or may name; none where it names what is not there.
pub(super) fn find(line: &Line, environment: &Environment) -> Option<Found> {
    let now = jiff::Timestamp::now();
    let (before, commands, tree) = match of_pack(line) {
        Some(OfPack { pack, arguments }) => {
            let commands = Commands::of_pack(environment, &pack, &Peek::at(&arguments)).ok()?;
            let (word, description) = commands.described()?;
            let tree = cli::tree_of_pack_to_complete(word, description, now);
            (arguments, commands, tree)
        }
        None => {
            let commands = Commands::to_complete(environment, &Peek::at(&line.before));
            let tree = cli::tree_to_complete(commands.words(), commands.described(), now);
            (line.before.clone(), commands, tree)
        }
    };
    let words = Peek::at(&before).words;
    let named = reach(&tree, &words)?;
    let noted = Noted::default();
    let described = commands.described().map(|(_, description)| description);
    let columns = described.map(|description| columns(description, &named)).unwrap_or_default();
    let tree = places::mark(tree, environment, described, columns, &noted);
    Some(Found { commands, tree, before, noted })
}

/// A line behind `plugin exec PACK`, where the word that is being typed belongs to it.
fn of_pack(line: &Line) -> Option<OfPack> {
    let whole: Vec<OsString> = line.before.iter().cloned().chain([OsString::from(&line.typed)]).collect();
    let mut found = exec::find(&whole, &Peek::at(&whole))?;
    // A dash right behind the pack is not of its line yet.
    let last = found.arguments.pop()?;
    (last.to_str() == Some(line.typed.as_str()) && !found.arguments.is_empty()).then_some(found)
}

/// The command that `words` name, by the names that it has first; none where one of them is no command.
fn reach(tree: &Command, words: &[String]) -> Option<Vec<String>> {
    let mut named = Vec::new();
    let mut command = tree;
    for word in words {
        match command.find_subcommand(word) {
            Some(next) => command = next,
            // `help` has the commands once more, when it is built.
            None if word == "help" && named.is_empty() => return Some(Vec::new()),
            None if command.has_subcommands() => return None,
            None => break,
        }
        named.push(command.get_name().to_owned());
    }
    Some(named)
}

/// The columns of a pack's command, as people type them.
fn columns(description: &Description, named: &[String]) -> Vec<String> {
    let command = description.commands.iter().find(|command| command.path == named);
    let titles = command.into_iter().flat_map(|command| &command.answer.columns);
    titles.map(|column| column.title.to_lowercase()).collect()
}

impl Found {
    /// What may stand at the end of the line, and what the tree leaves to others.
    pub(super) fn look(&self, line: &Line) -> (Vec<Candidate>, Option<Asked>) {
        // Behind one dash there would be letters, of which nobody knows what they stand for.
        let typed = if line.typed == "-" { "--" } else { &line.typed };
        let words: Vec<OsString> = self.before.iter().cloned().chain([OsString::from(typed)]).collect();
        let place = words.len() - 1;
        let found = complete(&mut self.tree.clone(), words, place, None).unwrap_or_default();
        // Of several the last was noted last: an option with its value, as in `--file=`, and not the positional
        // argument that the same word could be.
        let asked = found.iter().rfind(|one| is_asked(one));
        let prefix = asked.map(|one| one.get_value().to_string_lossy().into_owned());
        let prefix = prefix.filter(|prefix| !prefix.is_empty() || !typed.starts_with('-'));
        let noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner).take();
        let asked = noted.zip(prefix).map(|(place, prefix)| Asked { place, prefix });
        (sorted(found, typed), asked)
    }

    /// The pack that the line names.
    pub(super) fn pack(&self) -> Option<&Chosen> {
        self.commands.pack(self.commands.described()?.0)
    }

    /// What stands on the line already, as far as it makes sense: it is not whole.
    pub(super) fn matches(&self) -> Option<ArgMatches> {
        self.tree.clone().ignore_errors(true).try_get_matches_from(&self.before).ok()
    }
}

/// Whether a candidate stands for what others know.
fn is_asked(candidate: &CompletionCandidate) -> bool {
    candidate.get_tag().is_some_and(|tag| tag.to_string() == ASKED)
}

/// Thinned out and in order: what the word may be, the command's own options, and those that all have.
fn sorted(found: Vec<CompletionCandidate>, typed: &str) -> Vec<Candidate> {
    let globals = Globals::augment_args(Command::new("globals"));
    let is_global = |id: &str| {
        id == "help" || id == "version" || globals.get_arguments().any(|option| option.get_id() == id)
    };
    let mut ranked: Vec<(u8, Candidate)> = found
        .into_iter()
        .filter(|one| !one.is_hide_set() && !is_asked(one))
        .filter_map(|one| {
            let option = one.get_id().and_then(|id| id.strip_prefix("arg::"));
            let rank = match option {
                None => 0,
                // Nobody who has typed no dash looks for all the options that there are.
                Some(_) if !typed.starts_with('-') => return None,
                Some(id) if is_global(id) => 2,
                Some(_) => 1,
            };
            let summary = one.get_help().map(ToString::to_string);
            Some((rank, Candidate::new(one.get_value().to_str()?, summary.as_deref())?))
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, candidate)| candidate).collect()
}
