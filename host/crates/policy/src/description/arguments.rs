//! Checks of a command's arguments, and the names that they may not take.
//!
//! The host builds its command line from arguments that passed here, so nothing may pass that clap
//! would panic on or that would change what the host's own options mean. Called by
//! [`super::validate`]; the lists are also the host's, which tests its global options against them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::validate::{line, refuse, word};
use super::values::check_default;
use super::{Argument, Command, DescriptionError, Kind, Setting};
use crate::text::{excerpt, refused_character};

/// Long names of the host's global options, without hyphens: no argument of a pack may have them.
pub const RESERVED_LONG: &[&str] = &[
    "all",
    "help",
    "version",
    "profile",
    "organization",
    "output",
    "json",
    "jq",
    "columns",
    "sort",
    "wide",
    "no-header",
    "limit",
    "schema",
    "quiet",
    "verbose",
    "timings",
    "log-file",
    "color",
    "no-input",
    "yes",
    "dry-run",
    "offline",
];

/// Letters of the host's global options: no argument of a pack may have them.
pub const RESERVED_SHORT: &[char] = &['h', 'V', 'p', 'o', 'j', 'q', 'v', 'y'];

/// Names that begin so are kept for options that later hosts may add.
pub const RESERVED_PREFIX: &str = "host-";

/// The most arguments of a command, and settings of a pack.
const ARGUMENTS: usize = 100;

/// The most values of a choice.
const CHOICES: usize = 1_000;

/// The longest value of a choice, and the longest `value_name`, in bytes.
const VALUE_LENGTH: usize = 128;

type Checked = Result<(), DescriptionError>;

/// Checks all arguments of one command; `place` is the command's pointer.
pub(super) fn check_arguments(place: &str, command: &Command) -> Checked {
    let arguments = &command.arguments;
    refuse(arguments.len() > ARGUMENTS, &format!("{place}/arguments"), || {
        format!("there are {}; at most {ARGUMENTS} are read", arguments.len())
    })?;
    let (mut names, mut letters) = (BTreeSet::new(), BTreeSet::new());
    for (index, argument) in arguments.iter().enumerate() {
        let place = format!("{place}/arguments/{index}");
        check_argument(&place, argument)?;
        refuse(!names.insert(&argument.name), &format!("{place}/name"), || {
            format!("another argument of the command has the name `{}` too", argument.name)
        })?;
        if let Some(short) = argument.short {
            refuse(!letters.insert(short), &format!("{place}/short"), || {
                format!("another argument of the command has the letter `{short}` too")
            })?;
        }
    }
    check_conflicts(place, arguments, &names)?;
    check_positions(place, arguments)
}

fn check_argument(place: &str, argument: &Argument) -> Checked {
    word(&format!("{place}/name"), &argument.name)?;
    let reserved =
        RESERVED_LONG.contains(&argument.name.as_str()) || argument.name.starts_with(RESERVED_PREFIX);
    refuse(reserved, &format!("{place}/name"), || {
        format!("`{}` is a global option of vantage", argument.name)
    })?;
    if let Some(short) = argument.short {
        check_letter(&format!("{place}/short"), short, argument)?;
    }
    line(&format!("{place}/summary"), &argument.summary)?;
    if let Some(name) = &argument.value_name {
        printable(&format!("{place}/value_name"), name)?;
    }
    check_choices(place, argument)?;
    check_flag(place, argument)?;
    let default = format!("{place}/default");
    refuse(argument.required && argument.default.is_some(), &default, || {
        "a required argument takes no default".to_owned()
    })?;
    check_argument_default(&default, argument)
}

fn check_letter(place: &str, short: char, argument: &Argument) -> Checked {
    refuse(!short.is_ascii_alphabetic(), place, || "it must be a letter from a to z or A to Z".to_owned())?;
    refuse(RESERVED_SHORT.contains(&short), place, || format!("`-{short}` is a global option of vantage"))?;
    refuse(argument.positional, place, || "a positional argument has no letter".to_owned())
}

fn check_choices(place: &str, argument: &Argument) -> Checked {
    let place = format!("{place}/choices");
    let choices = &argument.choices;
    if argument.kind != Kind::Choice {
        return refuse(!choices.is_empty(), &place, || format!("kind `{}` has no choices", argument.kind));
    }
    refuse(choices.is_empty(), &place, || "a choice needs at least one value".to_owned())?;
    refuse(choices.len() > CHOICES, &place, || {
        format!("there are {}; at most {CHOICES} are read", choices.len())
    })?;
    let mut values = BTreeSet::new();
    for (index, choice) in choices.iter().enumerate() {
        let value = format!("{place}/{index}/value");
        printable(&value, &choice.value)?;
        refuse(!values.insert(&choice.value), &value, || {
            format!("`{}` stands there twice", excerpt(&choice.value))
        })?;
        if let Some(summary) = &choice.summary {
            line(&format!("{place}/{index}/summary"), summary)?;
        }
    }
    Ok(())
}

/// What makes no sense for an option that is there or not.
fn check_flag(place: &str, argument: &Argument) -> Checked {
    if argument.kind != Kind::Flag {
        return Ok(());
    }
    let refused = [
        (argument.positional, "positional"),
        (argument.required, "required"),
        (argument.repeated, "repeated"),
        (argument.completes, "completes"),
    ];
    match refused.into_iter().find(|(set, _)| *set) {
        Some((_, what)) => {
            Err(DescriptionError::new(format!("{place}/{what}"), format!("a flag cannot have `{what}`")))
        }
        None => Ok(()),
    }
}

fn check_argument_default(place: &str, argument: &Argument) -> Checked {
    let Some(default) = &argument.default else {
        return Ok(());
    };
    let choices = Some(argument.choices.as_slice());
    let check = |place: &str, value: &Value| {
        check_default(argument.kind, choices, value).map_err(|problem| DescriptionError::new(place, problem))
    };
    match default {
        Value::Array(items) if argument.repeated => {
            items.iter().enumerate().try_for_each(|(index, item)| check(&format!("{place}/{index}"), item))
        }
        _ if argument.repeated => {
            Err(DescriptionError::new(place, "the default of a repeated argument must be a list"))
        }
        value => check(place, value),
    }
}

fn check_conflicts(place: &str, arguments: &[Argument], names: &BTreeSet<&String>) -> Checked {
    for (index, argument) in arguments.iter().enumerate() {
        for (at, conflict) in argument.conflicts.iter().enumerate() {
            let place = format!("{place}/arguments/{index}/conflicts/{at}");
            refuse(*conflict == argument.name, &place, || "an argument cannot exclude itself".to_owned())?;
            refuse(!names.contains(conflict), &place, || {
                format!("the command has no argument `{}`", excerpt(conflict))
            })?;
        }
    }
    Ok(())
}

/// A place is only clear while required arguments come first, and a repeated one last.
fn check_positions(place: &str, arguments: &[Argument]) -> Checked {
    let (mut optional, mut repeated) = (false, false);
    for (index, argument) in arguments.iter().enumerate().filter(|(_, argument)| argument.positional) {
        let place = format!("{place}/arguments/{index}");
        refuse(repeated, &place, || "no positional argument can follow a repeated one".to_owned())?;
        refuse(optional && argument.required, &place, || {
            "a required positional argument cannot follow an optional one".to_owned()
        })?;
        optional |= !argument.required;
        repeated |= argument.repeated;
    }
    Ok(())
}

/// Checks what users can set for the pack.
pub(super) fn check_settings(settings: &[Setting]) -> Checked {
    refuse(settings.len() > ARGUMENTS, "/settings", || {
        format!("there are {}; at most {ARGUMENTS} are read", settings.len())
    })?;
    let mut names = BTreeSet::new();
    for (index, setting) in settings.iter().enumerate() {
        let place = format!("/settings/{index}");
        word(&format!("{place}/name"), &setting.name)?;
        refuse(!names.insert(&setting.name), &format!("{place}/name"), || {
            format!("`{}` stands there twice", setting.name)
        })?;
        refuse(setting.kind == Kind::File, &format!("{place}/kind"), || {
            "`file` is no kind for settings".to_owned()
        })?;
        line(&format!("{place}/summary"), &setting.summary)?;
        if let Some(default) = &setting.default {
            check_default(setting.kind, None, default)
                .map_err(|problem| DescriptionError::new(format!("{place}/default"), problem))?;
        }
    }
    Ok(())
}

/// A text that stands on a command line or in its help as it is.
fn printable(place: &str, text: &str) -> Checked {
    refuse(text.is_empty() || text.len() > VALUE_LENGTH, place, || {
        format!("it must have 1 to {VALUE_LENGTH} characters")
    })?;
    refuse(refused_character(text).is_some() || text.starts_with('-'), place, || {
        format!("`{}` must be plain ASCII and not begin with a hyphen", excerpt(text))
    })
}
