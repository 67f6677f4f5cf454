//! The command tree of all that is part of the binary, for the pages that are made from it.

use vantage::cli;
use vantage_policy::description::{self, Description};

/// A command of the tree, with its own description where it is a pack's.
pub(super) struct Node {
    /// The words after `vantage`.
    pub(super) path: Vec<String>,
    pub(super) command: clap::Command,
    pub(super) described: Option<description::Command>,
}

impl Node {
    /// As it is typed.
    pub(super) fn line(&self) -> String {
        format!("vantage {}", self.path.join(" ")).trim_end().to_owned()
    }

    /// The commands below it that are shown.
    pub(super) fn below(&self) -> impl Iterator<Item = &clap::Command> {
        self.command.get_subcommands().filter(|command| is_shown(command))
    }
}

/// The whole tree as it is, its global options at the root alone.
pub(super) fn root() -> clap::Command {
    // The time is for values of options, of which none is parsed.
    cli::whole(jiff::Timestamp::UNIX_EPOCH).unwrap().disable_help_subcommand(true)
}

/// The whole tree, built, so that the usage of each command is known; global options are hidden in it, as in
/// the help of one command.
pub(super) fn built() -> clap::Command {
    let mut root = root();
    let globals: Vec<clap::Id> = root.get_arguments().map(|option| option.get_id().clone()).collect();
    for global in globals {
        root = root.mut_arg(global, |option| option.hide(true));
    }
    root.build();
    root
}

/// `root` and everything below it, a command before those below it.
pub(super) fn nodes(root: &clap::Command) -> Vec<Node> {
    let described: Vec<description::Command> = vantage_bundle::PACKS
        .iter()
        .flat_map(|pack| Description::parse(pack.description).unwrap().commands)
        .collect();
    let mut nodes = Vec::new();
    let mut waiting = vec![(Vec::new(), root.clone())];
    while let Some((path, command)) = waiting.pop() {
        let below: Vec<_> = command.get_subcommands().filter(|command| is_shown(command)).cloned().collect();
        for command in below.into_iter().rev() {
            let mut path: Vec<String> = path.clone();
            path.push(command.get_name().to_owned());
            waiting.push((path, command));
        }
        let described = described.iter().find(|one| one.path == path).cloned();
        nodes.push(Node { path, command, described });
    }
    nodes
}

fn is_shown(command: &clap::Command) -> bool {
    !command.is_hide_set() && command.get_name() != "help"
}
