//! The part of the command tree that packs bring, made from their descriptions.
//!
//! Packs and built-ins share one grammar: the same help, the same near misses, the same errors. No
//! pack is started to make it. A pack's words are shown visibly: what would move a cursor or hide a
//! character is written out.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser, ValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use serde_json::{Map, Value};
use vantage_output::visible::Visible;
use vantage_policy::description::{self, Argument, Description, Kind};

use crate::cli::help::explanation::{self, Example};
use crate::cli::values;

/// The command `word`, with all that `description` puts below it.
pub fn tree(word: &str, description: &Description, now: jiff::Timestamp) -> Command {
    let about = group_summary(description, std::slice::from_ref(&word.to_owned()));
    let mut root = Command::new(word.to_owned())
        .about(about.unwrap_or_else(|| line(&description.summary)))
        // A pack may have a command of that name, and `vantage help` explains every command.
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true);
    for command in &description.commands {
        root = insert(root, description, command, 1, now);
    }
    root
}

/// The described command that `matches` of [`tree`] names, with the matches of its own arguments.
pub fn chosen<'a>(
    description: &'a Description,
    word: &str,
    matches: &'a ArgMatches,
) -> Option<(&'a description::Command, &'a ArgMatches)> {
    let mut path = vec![word.to_owned()];
    let mut matches = matches;
    while let Some((name, below)) = matches.subcommand() {
        path.push(name.to_owned());
        matches = below;
    }
    let command = description.commands.iter().find(|command| command.path == path)?;
    Some((command, matches))
}

/// The arguments as the pack gets them: by name, typed as described, defaults filled in.
pub fn arguments(command: &description::Command, matches: &ArgMatches) -> Map<String, Value> {
    let mut values = Map::new();
    for argument in &command.arguments {
        let given = match &argument.kind {
            // There even where the line is not whole yet.
            Kind::Flag => Some(Value::Bool(matches.get_one(&argument.name).copied().unwrap_or_default())),
            _ if argument.repeated => matches
                .get_many::<Value>(&argument.name)
                .map(|values| Value::Array(values.cloned().collect())),
            _ => matches.get_one::<Value>(&argument.name).cloned(),
        };
        if let Some(value) = given.or_else(|| argument.default.clone()) {
            values.insert(argument.name.clone(), value);
        }
    }
    values
}

/// The names that the user typed for each `file` argument.
pub fn files(command: &description::Command, arguments: &Map<String, Value>) -> Vec<(String, Vec<String>)> {
    let names = |value: &Value| match value {
        Value::String(name) => vec![name.clone()],
        Value::Array(names) => names.iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect(),
        _ => Vec::new(),
    };
    let file = |argument: &&Argument| matches!(argument.kind, Kind::File);
    let named = |argument: &Argument| Some((argument.name.clone(), names(arguments.get(&argument.name)?)));
    command.arguments.iter().filter(file).filter_map(named).collect()
}

fn insert(
    parent: Command,
    description: &Description,
    command: &description::Command,
    depth: usize,
    now: jiff::Timestamp,
) -> Command {
    let Some(word) = command.path.get(depth) else {
        return leaf(parent, command, now);
    };
    if parent.find_subcommand(word).is_none() {
        let mut group = Command::new(word.clone());
        if command.path.len() > depth + 1 {
            let about = group_summary(description, &command.path[..=depth]).unwrap_or_default();
            group = group
                .about(about)
                .disable_help_subcommand(true)
                .subcommand_required(true)
                .arg_required_else_help(true);
        }
        return parent.subcommand(insert(group, description, command, depth + 1, now));
    }
    parent.mut_subcommand(word, |group| insert(group, description, command, depth + 1, now))
}

fn leaf(node: Command, command: &description::Command, now: jiff::Timestamp) -> Command {
    let mut node = node
        .about(line(&command.summary))
        .subcommand_required(false)
        .arg_required_else_help(false)
        .hide(command.hidden)
        .visible_aliases(command.aliases.clone());
    if let Some(long) = &command.description {
        node = node.long_about(format!("{}\n\n{}", line(&command.summary), Visible::text(long)));
    }
    let behind = behind(command);
    if !behind.is_empty() {
        node = node.after_help(behind);
    }
    for argument in &command.arguments {
        node = node.arg(arg(argument, now));
    }
    node
}

/// What stands behind the options.
fn behind(command: &description::Command) -> String {
    let example = |example: &description::Example| Example {
        line: line(&example.line),
        explanation: line(&example.explanation),
    };
    let examples: Vec<Example> = command.examples.iter().map(example).collect();
    explanation::joined(&columns(&command.answer.columns), &examples)
}

/// What `--columns` and `--sort` take, in Markdown.
fn columns(columns: &[description::Column]) -> String {
    let names = |wide: bool| {
        let titles = columns.iter().filter(move |column| column.wide == wide);
        titles.map(|column| line(&column.title)).collect::<Vec<_>>().join(", ")
    };
    match (names(false), names(true)) {
        (shown, wide) if shown.is_empty() && wide.is_empty() => String::new(),
        (shown, wide) if wide.is_empty() => format!("Columns: {shown}"),
        (shown, wide) => format!("Columns: {shown}; with --wide also {wide}"),
    }
}

fn arg(argument: &Argument, now: jiff::Timestamp) -> Arg {
    let mut arg = Arg::new(argument.name.clone())
        .help(line(&argument.summary))
        .required(argument.required)
        .conflicts_with_all(argument.conflicts.clone());
    if !argument.positional {
        arg = arg.long(argument.name.clone());
        if let Some(short) = argument.short {
            arg = arg.short(short);
        }
    }
    if matches!(argument.kind, Kind::Flag) {
        return arg.action(ArgAction::SetTrue);
    }
    if let Some(default) = &argument.default {
        arg = arg.help(format!("{} [default: {}]", line(&argument.summary), line(&shown(default))));
    }
    if matches!(argument.kind, Kind::File) {
        arg = arg.value_hint(ValueHint::FilePath);
    }
    let name = argument.value_name.clone().unwrap_or_else(|| argument.name.to_uppercase());
    arg.value_name(line(&name))
        .action(if argument.repeated { ArgAction::Append } else { ArgAction::Set })
        .allow_negative_numbers(matches!(argument.kind, Kind::Integer | Kind::Number))
        .value_parser(value_parser(argument, now))
}

fn value_parser(argument: &Argument, now: jiff::Timestamp) -> ValueParser {
    if matches!(argument.kind, Kind::Choice) {
        let choices = argument.choices.iter().map(|choice| {
            let value = PossibleValue::new(choice.value.clone());
            match &choice.summary {
                Some(summary) => value.help(line(summary)),
                None => value,
            }
        });
        return PossibleValuesParser::new(choices).map(Value::String).into();
    }
    let kind = argument.kind;
    ValueParser::new(move |text: &str| values::parse(kind, text, now))
}

/// A pack's text on one line, made visible.
fn line(text: &str) -> String {
    Visible::line(text).to_string()
}

/// A default as a user would type it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn group_summary(description: &Description, path: &[String]) -> Option<String> {
    description.groups.iter().find(|group| group.path == path).map(|group| line(&group.summary))
}
