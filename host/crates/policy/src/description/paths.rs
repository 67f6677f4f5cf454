//! Checks of what a pack adds to the command tree: paths, aliases, groups and examples.
//!
//! A word of the tree is a command or a group of commands, never both, and every name leads to one
//! command. Clashes with built-in commands and other packs are the store's to find. Called by
//! [`super::validate`].

use std::collections::BTreeMap;

use super::validate::{at_most, line, refuse, word};
use super::{COMMANDS, Command, Description, DescriptionError};

/// The most words of a path.
const WORDS: usize = 4;

/// The most aliases, and the most examples, of a command.
const ENTRIES: usize = 20;

type Checked = Result<(), DescriptionError>;

/// Checks paths, aliases and groups.
pub(super) fn check_paths(description: &Description) -> Checked {
    let commands = &description.commands;
    refuse(commands.is_empty(), "/commands", || "a pack must have a command".to_owned())?;
    at_most("/commands", commands.len(), COMMANDS)?;
    let mut names: BTreeMap<Vec<&str>, String> = BTreeMap::new();
    for (index, command) in commands.iter().enumerate() {
        let place = format!("/commands/{index}");
        check_path(&format!("{place}/path"), &command.path)?;
        at_most(&format!("{place}/aliases"), command.aliases.len(), ENTRIES)?;
        for (name, place) in spoken(command, &place)? {
            refuse(names.contains_key(&name), &place, || {
                format!("`{}` is a command already", name.join(" "))
            })?;
            names.insert(name, place);
        }
    }
    check_prefixes(&names)?;
    check_groups(description, &names)
}

/// All paths by which a command can be called, each with the place where it stands.
fn spoken<'a>(command: &'a Command, place: &str) -> Result<Vec<(Vec<&'a str>, String)>, DescriptionError> {
    let path: Vec<&str> = command.path.iter().map(String::as_str).collect();
    let mut all = vec![(path.clone(), format!("{place}/path"))];
    for (index, alias) in command.aliases.iter().enumerate() {
        let place = format!("{place}/aliases/{index}");
        word(&place, alias)?;
        let mut name = path.clone();
        name.pop();
        name.push(alias);
        all.push((name, place));
    }
    Ok(all)
}

fn check_path(place: &str, path: &[String]) -> Checked {
    refuse(path.is_empty() || path.len() > WORDS, place, || format!("it must have 1 to {WORDS} words"))?;
    path.iter().enumerate().try_for_each(|(index, text)| word(&format!("{place}/{index}"), text))
}

/// In sorted order, what a path begins stands right behind it.
fn check_prefixes(names: &BTreeMap<Vec<&str>, String>) -> Checked {
    for ((name, place), longer) in names.iter().zip(names.keys().skip(1)) {
        refuse(longer.starts_with(name), place, || {
            format!("`{}` cannot be a command and the group of `{}`", name.join(" "), longer.join(" "))
        })?;
    }
    Ok(())
}

fn check_groups(description: &Description, names: &BTreeMap<Vec<&str>, String>) -> Checked {
    at_most("/groups", description.groups.len(), COMMANDS)?;
    let mut seen = std::collections::BTreeSet::new();
    for (index, group) in description.groups.iter().enumerate() {
        let place = format!("/groups/{index}");
        let path = format!("{place}/path");
        check_path(&path, &group.path)?;
        line(&format!("{place}/summary"), &group.summary)?;
        let begins = |name: &Vec<&str>| {
            name.len() > group.path.len() && name.iter().zip(&group.path).all(|(word, of)| word == of)
        };
        refuse(!names.keys().any(begins), &path, || format!("no command is in `{}`", group.path.join(" ")))?;
        refuse(!seen.insert(&group.path), &path, || {
            format!("`{}` stands there twice", group.path.join(" "))
        })?;
    }
    Ok(())
}

/// Checks that every example is a line of this pack: nobody learns `vantage plugin grant …` from it.
pub(super) fn check_examples(description: &Description) -> Checked {
    for (index, command) in description.commands.iter().enumerate() {
        let place = format!("/commands/{index}/examples");
        at_most(&place, command.examples.len(), ENTRIES)?;
        for (at, example) in command.examples.iter().enumerate() {
            let place = format!("{place}/{at}");
            line(&format!("{place}/line"), &example.line)?;
            line(&format!("{place}/explanation"), &example.explanation)?;
            let own = description.commands.iter().any(|command| calls(&example.line, command));
            refuse(!own, &format!("{place}/line"), || {
                format!(
                    "it must begin with a command of the pack, such as `vantage {}`",
                    command.path.join(" ")
                )
            })?;
        }
    }
    Ok(())
}

fn calls(line: &str, command: &Command) -> bool {
    let Ok(names) = spoken(command, "") else {
        return false;
    };
    names.iter().any(|(name, _)| {
        let start = format!("vantage {}", name.join(" "));
        line.strip_prefix(&start).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}
