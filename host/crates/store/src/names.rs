//! Which words packs bring to the command line, and what becomes of them when two want the same.
//!
//! Built-in names win; an installed pack keeps what it has; a newcomer is refused, and `--as NAME`
//! offers it another name. With it, a pack whose commands all begin with one word has that word
//! replaced (`gpu list` becomes `NAME list`); one with several first words has them all put below
//! the name (`NAME gpu list`, `NAME queue list`). The pack itself is told its own words, by
//! [`own_path`]. Names that resemble each other are the business of
//! `resemblance.rs`.

use std::collections::BTreeSet;
use std::fmt;

use vantage_policy::description::{Command, Description, Group};
use vantage_policy::text::is_word;

use crate::catalog::Catalog;
use crate::error::StoreError;

/// The longest first word of a command, in bytes.
const WORD: usize = 32;

/// Who has a word already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The host: one of its own commands, or a bundled pack's.
    Host,
    /// An installed pack, by its id.
    Pack(String),
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => formatter.write_str("vantage itself"),
            Self::Pack(id) => write!(formatter, "pack `{id}`"),
        }
    }
}

/// Whether an id is one of those that only packs inside the binary have.
pub fn is_bundled(id: &str) -> bool {
    id.starts_with("vantage/")
}

/// The words with which the pack's commands begin, also those that are aliases of a command which is
/// one word.
pub fn first_words(description: &Description) -> BTreeSet<&str> {
    let aliases = description.commands.iter().filter(|command| command.path.len() == 1);
    own_words(description)
        .into_iter()
        .chain(aliases.flat_map(|command| command.aliases.iter().map(String::as_str)))
        .collect()
}

/// Checks that no word of a description, under its alias if it has one, is taken.
///
/// `builtins` are all words of the host: its own commands, their aliases, and those of bundled packs.
/// An installed pack does not clash with itself.
///
/// # Errors
///
/// [`StoreError::NameClash`], with a name that is free where one is found.
pub fn check_names(
    description: &Description,
    builtins: &[&str],
    installed: &Catalog,
) -> Result<(), StoreError> {
    let owner = |word: &str| match builtins.contains(&word) {
        true => Some(Owner::Host),
        false => {
            installed.owner(word).filter(|id| *id != description.id).map(|id| Owner::Pack(id.to_owned()))
        }
    };
    check_words(&description.id, first_words(description), owner)
}

/// Checks that nobody but the pack `id` owns any of `words`.
pub(crate) fn check_words<'a>(
    id: &str,
    words: impl IntoIterator<Item = &'a str>,
    owner: impl Fn(&str) -> Option<Owner>,
) -> Result<(), StoreError> {
    let clash = words.into_iter().find_map(|word| Some((word, owner(word)?)));
    let Some((word, taken_by)) = clash else {
        return Ok(());
    };
    let (publisher, name) = id.split_once('/').unwrap_or(("", id));
    let suggestion = [name.to_owned(), format!("{publisher}-{name}")]
        .into_iter()
        .find(|name| check_alias(name).is_ok() && owner(name).is_none());
    Err(StoreError::NameClash { id: id.to_owned(), word: word.to_owned(), owner: taken_by, suggestion })
}

/// Checks that a name given with `--as` can begin a command.
pub fn check_alias(alias: &str) -> Result<(), StoreError> {
    let refuse = |reason| Err(StoreError::InvalidAlias { alias: alias.escape_debug().to_string(), reason });
    match alias {
        "" => refuse("it is empty"),
        _ if alias.len() > WORD => refuse("it has more than 32 characters"),
        _ if !is_word(alias, WORD) => refuse("it is not a word of a-z, 0-9 and -, beginning with a letter"),
        _ => Ok(()),
    }
}

/// The description as the user sees it when the pack was added `--as` `alias`.
///
/// Commands keep their order. Other names of a command that was one word are left out: the user chose
/// the one that is wanted.
///
/// # Errors
///
/// [`StoreError::InvalidAlias`] for what cannot begin a command.
pub fn rename(mut description: Description, alias: &str) -> Result<Description, StoreError> {
    check_alias(alias)?;
    let own = own_word(&description).map(str::to_owned);
    for command in &mut description.commands {
        rename_command(command, own.as_deref(), alias);
    }
    for group in &mut description.groups {
        rename_path(&mut group.path, own.as_deref(), alias);
    }
    if own.is_none() {
        description.groups.push(Group { path: vec![alias.to_owned()], summary: description.summary.clone() });
    }
    Ok(description)
}

/// The path that the pack itself has for what the user typed: the opposite of [`rename`].
///
/// `own` is the pack's one first word, if it has one.
pub fn own_path(path: &[String], own: Option<&str>) -> Vec<String> {
    own.map(str::to_owned).into_iter().chain(path.iter().skip(1).cloned()).collect()
}

/// The word that all commands begin with, if they do.
pub(crate) fn own_word(description: &Description) -> Option<&str> {
    let words = own_words(description);
    words.first().copied().filter(|_| words.len() == 1)
}

fn own_words(description: &Description) -> BTreeSet<&str> {
    description.commands.iter().filter_map(|command| command.path.first()).map(String::as_str).collect()
}

fn rename_command(command: &mut Command, own: Option<&str>, alias: &str) {
    let before = format!("vantage {}", command.path.join(" "));
    if own.is_some() && command.path.len() == 1 {
        command.aliases.clear();
    }
    rename_path(&mut command.path, own, alias);
    let after = format!("vantage {}", command.path.join(" "));
    for example in &mut command.examples {
        if let Some(rest) = example.line.strip_prefix(&before) {
            example.line = format!("{after}{rest}");
        }
    }
}

fn rename_path(path: &mut Vec<String>, own: Option<&str>, alias: &str) {
    match path.first_mut() {
        Some(first) if own == Some(first) => alias.clone_into(first),
        _ if own.is_none() => path.insert(0, alias.to_owned()),
        // A group that no command is in stays what it is: nothing.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::description;

    fn paths(description: &Description) -> Vec<String> {
        description.commands.iter().map(|command| command.path.join(" ")).collect()
    }

    fn clash(error: &StoreError) -> String {
        format!("{error}\n{}", error.hints().join("\n"))
    }

    #[test]
    fn one_first_word_is_replaced() {
        let renamed = rename(description("acme/gpu", "1.0.0", &["gpu list", "gpu show"]), "cards").unwrap();
        assert_eq!(paths(&renamed), ["cards list", "cards show"]);
        assert_eq!(renamed.commands[0].examples[0].line, "vantage cards list --every");
        let own =
            |path: &[&str]| own_path(&path.iter().map(ToString::to_string).collect::<Vec<_>>(), Some("gpu"));
        assert_eq!(own(&["cards", "list"]), ["gpu", "list"]);
    }

    #[test]
    fn several_first_words_go_below_the_name() {
        let renamed = rename(description("acme/gpu", "1.0.0", &["gpu list", "queue"]), "cards").unwrap();
        assert_eq!(paths(&renamed), ["cards gpu list", "cards queue"]);
        assert_eq!(first_words(&renamed), ["cards"].into());
        let path = ["cards".to_owned(), "queue".to_owned()];
        assert_eq!(own_path(&path, None), ["queue"]);
    }

    #[test]
    fn an_alias_is_a_word() {
        assert!(check_alias("cards-2").is_ok());
        for alias in
            ["", "..", "a/b", "a.", "a\0", "\u{441}ards", "CON", "con.txt", "a b", "-a", &"a".repeat(300)]
        {
            assert!(check_alias(alias).is_err(), "{alias:?}");
        }
    }

    #[test]
    fn other_names_of_a_single_word_are_first_words_too() {
        let mut single = description("acme/gpu", "1.0.0", &["gpu"]);
        single.commands[0].aliases = vec!["g".into()];
        assert_eq!(first_words(&single), ["g", "gpu"].into());
        let error = check_names(&single, &["g"], &Catalog::empty()).unwrap_err();
        insta::assert_snapshot!(clash(&error), @"
        the command `g` of pack `acme/gpu` is taken by vantage itself
        --as gpu adds the pack under another name
        ");
        assert_eq!(first_words(&rename(single, "cards").unwrap()), ["cards"].into());
    }

    #[test]
    fn a_builtin_name_is_taken_and_a_free_one_is_offered() {
        let new = description("acme/plugin", "1.0.0", &["plugin list"]);
        let error = check_names(&new, &["login", "plugin"], &Catalog::empty()).unwrap_err();
        insta::assert_snapshot!(clash(&error), @"
        the command `plugin` of pack `acme/plugin` is taken by vantage itself
        --as acme-plugin adds the pack under another name
        ");
        check_names(&rename(new, "acme-plugin").unwrap(), &["login", "plugin"], &Catalog::empty()).unwrap();
    }

    #[test]
    fn names_that_cannot_begin_a_command() {
        for alias in ["", "-a", "Gpu", "a/b", "..", "a b", "gpü", "a\0b", &"a".repeat(33)] {
            let error = check_alias(alias).unwrap_err();
            assert!(matches!(error, StoreError::InvalidAlias { .. }), "{alias:?}");
        }
        check_alias(&"a".repeat(32)).unwrap();
    }
}
