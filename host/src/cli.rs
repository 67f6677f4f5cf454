//! The command tree: built-ins from their argument structs, packs from the catalog.
//!
//! The tree is built for one command line. The pack that the line names is there in full; of every
//! other pack there is the word and its summary, which the catalog has in one file. Nothing here
//! runs a command, and no pack is started.

pub mod exec;
pub mod globals;
pub mod help;
pub mod packs;
pub mod peek;
pub mod values;

use clap::{Args as _, Command, Subcommand};
use vantage_policy::description::{Description, DescriptionError};

use crate::cli::globals::Globals;
use crate::cli::help::Look;
use crate::cli::peek::Peek;
use crate::commands;

/// The commands that are not packs.
#[derive(Debug, Clone, Subcommand)]
pub enum BuiltIn {
    /// Sign in to the platform
    Login(commands::login::Arguments),
    /// Sign out and forget the sign-in
    Logout(commands::logout::Arguments),
    /// Show who is signed in
    Whoami(commands::whoami::Arguments),
    /// Run a GraphQL document as the signed-in user
    Api(commands::api::Arguments),
    /// Manage profiles: named sets of endpoints, client and organization
    Profile(commands::profile::Arguments),
    /// Show and change settings
    Config(commands::config::Arguments),
    /// Add, inspect and remove command packs, and decide what they may do
    Plugin(commands::plugin::Arguments),
    /// Check configuration, folders, sign-in, network and packs
    Doctor(commands::doctor::Arguments),
    /// Print the script that completes lines in a shell
    Completion(commands::completion::Arguments),
    /// Show the versions of the host, the pack contract and the engine
    Version(commands::version::Arguments),
}

/// A pack's top-level word, as far as the tree needs it.
#[derive(Debug, Clone)]
pub struct PackWord {
    /// The word after `vantage`.
    pub word: String,
    /// A line of help.
    pub summary: String,
    /// Whether the pack is part of the binary.
    pub bundled: bool,
    /// Whether help leaves it out: another name of a command, or one that hides.
    pub hidden: bool,
}

/// The names of all built-ins, which no pack can take. Written down, since making the tree to ask it takes
/// time at every start; a test below holds them to it.
pub const BUILT_INS: [&str; 11] = [
    "login",
    "logout",
    "whoami",
    "api",
    "profile",
    "config",
    "plugin",
    "doctor",
    "completion",
    "version",
    "help",
];

/// The first words of all that is part of the binary: built-ins, and the commands of bundled packs.
pub fn own_names() -> impl Iterator<Item = &'static str> {
    let words = vantage_bundle::PACKS.iter().flat_map(|pack| pack.words);
    BUILT_INS.into_iter().chain(words.map(|(word, _)| *word))
}

/// Whether `word` is one of [`own_names`].
pub fn is_own(word: &str) -> bool {
    own_names().any(|name| name == word)
}

/// The tree for the line that `peek` has looked at.
///
/// `described` is the pack whose word the line names, with that word; `unlisted` is how many words help
/// leaves out. With a `look` the tree can be asked for help.
pub fn tree(
    peek: &Peek,
    words: &[PackWord],
    unlisted: usize,
    described: Option<(&str, &Description)>,
    now: jiff::Timestamp,
    look: Option<Look>,
) -> Command {
    let mut root = BuiltIn::augment_subcommands(root());
    // Other packs are only there for a line that names nothing known, which is told of near names: each
    // takes time, and there may be a thousand.
    let is_unknown = described.is_none() && peek.named().is_some_and(|named| !BUILT_INS.contains(&named));
    for word in words {
        match described {
            Some((name, description)) if name == word.word => {
                root = root.subcommand(packs::tree(name, description, now));
            }
            _ if is_unknown => {
                let other = Command::new(word.word.clone()).about(word.summary.clone());
                root = root.subcommand(other.hide(word.hidden));
            }
            _ => {}
        }
    }
    match look {
        _ if help::names_a_command(peek) => about_one_command(root, look),
        Some(look) => root.override_help(help::overview(words, unlisted, look)),
        None => root,
    }
}

/// The tree for a line that is being typed, on which `described` is named already; where nothing is, each of
/// `words` may be next. All options are shown, since which of them are is for whoever completes to say.
pub fn tree_to_complete(
    words: &[PackWord],
    described: Option<(&str, &Description)>,
    now: jiff::Timestamp,
) -> Command {
    let root = BuiltIn::augment_subcommands(root());
    if let Some((name, description)) = described {
        return root.subcommand(packs::tree(name, description, now));
    }
    let others = words.iter().map(|word| {
        Command::new(word.word.clone()).about(word.summary.clone()).hide(word.hidden).disable_help_flag(true)
    });
    root.subcommands(others)
}

/// The tree of one pack alone, for a line that is being typed.
pub fn tree_of_pack_to_complete(word: &str, description: &Description, now: jiff::Timestamp) -> Command {
    root().disable_help_subcommand(true).subcommand(packs::tree(word, description, now))
}

/// The tree of one pack alone, for `vantage plugin exec`: nobody else has its words there.
pub fn tree_of_pack(
    word: &str,
    description: &Description,
    now: jiff::Timestamp,
    look: Option<Look>,
) -> Command {
    let root = root().bin_name(format!("vantage plugin exec {} --", description.id));
    about_one_command(
        root.disable_help_subcommand(true).subcommand(packs::tree(word, description, now)),
        look,
    )
}

/// The tree of all that is part of the binary, from which the reference and the manual pages are made.
///
/// # Errors
/// A bundled pack that does not describe itself as a pack has to.
pub fn whole(now: jiff::Timestamp) -> Result<Command, DescriptionError> {
    let mut whole = root();
    for pack in vantage_bundle::PACKS {
        let description = Description::parse(pack.description)?;
        for (word, _) in pack.words {
            whole = whole.subcommand(packs::tree(word, &description, now));
        }
    }
    Ok(BuiltIn::augment_subcommands(whole))
}

fn root() -> Command {
    let root = Command::new("vantage")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The command line of the Vantage HPC platform")
        .subcommand_required(true)
        .arg_required_else_help(true)
        // Without it the libraries would look for a width by themselves.
        .term_width(100)
        .infer_long_args(false);
    Globals::augment_args(root)
}

/// Options that are the same everywhere would bury the command's own.
fn about_one_command(mut root: Command, look: Option<Look>) -> Command {
    for option in Globals::augment_args(Command::new("globals")).get_arguments() {
        root = root.mut_arg(option.get_id().as_str(), |option| option.hide(true));
    }
    match look {
        Some(look) => help::dressed(root, look),
        None => root,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_built_ins_are_written_down() {
        let command = BuiltIn::augment_subcommands(Command::new("vantage"));
        let names = command.get_subcommands().map(Command::get_name);
        assert_eq!(names.chain(["help"]).collect::<Vec<_>>(), BUILT_INS);
    }
}
