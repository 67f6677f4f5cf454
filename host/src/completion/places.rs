//! What is known of the values of arguments, beside what the command tree itself says of them.
//!
//! Names of profiles, packs and settings are read from the user's files when their place is completed and at no
//! other time. Files are left to the shell. A pack is asked only where its own description says that it
//! completes the argument; here is only noted that it is to be asked.

use std::ffi::OsStr;
use std::sync::{Arc, Mutex, PoisonError};

use clap::{Arg, Command, ValueHint};
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};
use vantage_output::Format;
use vantage_policy::description::{Description, Kind};
use vantage_session::{Configuration, StoreKind, setting_names};
use vantage_store::Store;

use crate::environment::{Environment, Folders};

/// A place for what the tree cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A file.
    Files,
    /// A folder.
    Folders,
    /// A value that the pack knows, of its argument `argument`.
    Pack {
        /// The argument's name.
        argument: String,
        /// As much of the value as is there.
        typed: String,
    },
}

/// The tag of the candidate that stands where such a place is.
pub(super) const ASKED: &str = "asked";

/// Where such a place is noted when the tree is looked at.
pub(super) type Noted = Arc<Mutex<Option<Place>>>;

/// Values that the user's files or this program know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Profiles,
    /// Settings of a profile.
    Settings,
    /// Those, and the ones that belong to no profile.
    AllSettings,
    /// Added packs.
    Packs,
    /// Added and bundled packs.
    AllPacks,
    Formats,
    Stores,
    /// Columns of the command's answer.
    Columns,
}

/// By a command's words and an argument's name in the tree; global options are of no command.
const SOURCES: &[(&str, &str, Source)] = &[
    ("", "profile", Source::Profiles),
    ("", "output", Source::Formats),
    ("", "columns", Source::Columns),
    ("", "sort", Source::Columns),
    ("profile show", "name", Source::Profiles),
    ("profile set", "name", Source::Profiles),
    ("profile set", "key", Source::Settings),
    ("profile unset", "name", Source::Profiles),
    ("profile unset", "key", Source::Settings),
    ("profile use", "name", Source::Profiles),
    ("profile rename", "name", Source::Profiles),
    ("profile delete", "name", Source::Profiles),
    ("profile create", "credential_store", Source::Stores),
    ("config get", "key", Source::AllSettings),
    ("config set", "key", Source::AllSettings),
    ("config unset", "key", Source::AllSettings),
    ("plugin show", "pack", Source::AllPacks),
    ("plugin exec", "pack", Source::AllPacks),
    ("plugin grant", "pack", Source::AllPacks),
    ("plugin revoke", "pack", Source::AllPacks),
    ("plugin audit", "pack", Source::AllPacks),
    ("plugin remove", "pack", Source::Packs),
    ("plugin outdated", "pack", Source::Packs),
    ("plugin upgrade", "pack", Source::Packs),
    ("plugin rollback", "pack", Source::Packs),
    ("plugin verify", "pack", Source::Packs),
    ("plugin enable", "pack", Source::Packs),
    ("plugin disable", "pack", Source::Packs),
];

/// Arguments whose text may be the name of a file.
const FILES: &[(&str, &str)] = &[("plugin add", "source"), ("api", "variables")];

/// Arguments that are folders.
const FOLDERS: &[(&str, &str)] = &[("plugin bundle", "folder"), ("plugin sync", "from")];

/// Marks every argument of `tree` with what is known of its values. `columns` are those of the answer of the
/// command on the line.
pub(super) fn mark(
    tree: Command,
    environment: &Environment,
    described: Option<&Description>,
    columns: Vec<String>,
    noted: &Noted,
) -> Command {
    let folders = environment.folders();
    let marked = |path: &str, arg: Arg| {
        let at = |place: &&(&str, &str)| place.0 == path && arg.get_id() == place.1;
        let source = SOURCES.iter().find(|(command, name, _)| *command == path && arg.get_id() == name);
        if let Some((_, _, source)) = source {
            let (source, folders, columns) = (*source, folders.clone(), columns.clone());
            return arg.add(ArgValueCandidates::new(move || values(source, folders.as_ref(), &columns)));
        }
        if FOLDERS.iter().any(|place| at(&place)) {
            return arg.add(ask(noted, |_| Place::Folders));
        }
        if FILES.iter().any(|place| at(&place)) {
            return arg.add(ask(noted, |_| Place::Files));
        }
        if let Some(argument) = described.and_then(|pack| completed_by(pack, path, arg.get_id().as_str())) {
            let place =
                move |typed: &str| Place::Pack { argument: argument.clone(), typed: typed.to_owned() };
            return arg.add(ask(noted, place));
        }
        match arg.get_value_hint() {
            ValueHint::AnyPath | ValueHint::FilePath | ValueHint::ExecutablePath => {
                arg.add(ask(noted, |_| Place::Files))
            }
            ValueHint::DirPath => arg.add(ask(noted, |_| Place::Folders)),
            _ => arg,
        }
    };
    below(tree, "", &marked)
}

fn below(command: Command, path: &str, marked: &dyn Fn(&str, Arg) -> Arg) -> Command {
    command.mut_args(|arg| marked(path, arg)).mut_subcommands(|command| {
        let path = format!("{path} {}", command.get_name());
        below(command, path.trim_start(), marked)
    })
}

/// The argument of a pack's command, where the pack says that it completes it and the host does not know better.
fn completed_by(pack: &Description, path: &str, name: &str) -> Option<String> {
    let command = pack.commands.iter().find(|command| command.path.join(" ") == path)?;
    let argument = command.arguments.iter().find(|argument| argument.name == name && argument.completes)?;
    let is_known = matches!(argument.kind, Kind::Flag | Kind::Choice | Kind::File);
    (!is_known).then(|| argument.name.clone())
}

/// Notes the place when its values are asked for.
fn ask(noted: &Noted, place: impl Fn(&str) -> Place + Send + Sync + 'static) -> ArgValueCompleter {
    let noted = Arc::clone(noted);
    ArgValueCompleter::new(move |typed: &OsStr| {
        let place = place(&typed.to_string_lossy());
        *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
        vec![CompletionCandidate::new("").tag(Some(ASKED.into()))]
    })
}

fn values(source: Source, folders: Option<&Folders>, columns: &[String]) -> Vec<CompletionCandidate> {
    let plain = |names: Vec<String>| names.into_iter().map(CompletionCandidate::new).collect();
    match source {
        Source::Profiles => plain(profiles(folders).unwrap_or_default()),
        Source::Settings => plain(setting_names().map(str::to_owned).collect()),
        Source::AllSettings => {
            plain(setting_names().chain(["active-profile", "policy"]).map(str::to_owned).collect())
        }
        Source::Formats => plain(Format::NAMES.map(str::to_owned).to_vec()),
        Source::Stores => plain(StoreKind::ALL.map(|kind| kind.as_str().to_owned()).to_vec()),
        Source::Columns => plain(columns.to_vec()),
        Source::Packs => added(folders),
        Source::AllPacks => {
            let bundled = vantage_bundle::PACKS.iter().map(|pack| {
                let summary = pack.words.first().map(|(_, summary)| (*summary).into());
                CompletionCandidate::new(pack.id).help(summary)
            });
            added(folders).into_iter().chain(bundled).collect()
        }
    }
}

fn profiles(folders: Option<&Folders>) -> Option<Vec<String>> {
    Some(Configuration::load(&folders?.config_file()).ok()?.profile_names())
}

fn added(folders: Option<&Folders>) -> Vec<CompletionCandidate> {
    let packs = folders.and_then(|folders| Store::open(&folders.data).list().ok()).unwrap_or_default();
    let candidate =
        |pack: vantage_store::Installed| CompletionCandidate::new(pack.id).help(Some(pack.summary.into()));
    packs.into_iter().map(candidate).collect()
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Subcommand as _};

    use super::*;
    use crate::cli::BuiltIn;
    use crate::cli::globals::Globals;

    #[test]
    fn every_place_that_is_written_down_is_in_the_tree() {
        let tree = Globals::augment_args(BuiltIn::augment_subcommands(Command::new("vantage")));
        let places = SOURCES.iter().map(|(path, name, _)| (*path, *name));
        for (path, name) in places.chain(FILES.iter().copied()).chain(FOLDERS.iter().copied()) {
            let mut command = &tree;
            for word in path.split_whitespace() {
                command = command.find_subcommand(word).unwrap_or_else(|| panic!("no `{path}`"));
            }
            assert!(command.get_arguments().any(|arg| arg.get_id() == name), "`{path}` has no `{name}`");
        }
    }
}
