//! `docs/reference/commands`: a page for each command of the top level, one for the options that all have,
//! and an overview.

use std::collections::BTreeMap;

use clap::{Arg, ArgAction};
use vantage::cli::help::explanation::{Example, Explanation};
use vantage_policy::description::{self, Effect, Shape};

use super::MADE;
use super::markdown::{block, cell, inline};
use super::tree::{self, Node};

#[test]
fn the_reference_of_commands_is_what_the_program_says() {
    let root = tree::built();
    let nodes = tree::nodes(&root);
    let mut files = BTreeMap::new();
    let mut add = |name: &str, text: String| files.insert(format!("reference/commands/{name}.md"), text);
    for top in nodes.iter().filter(|node| node.path.len() == 1) {
        add(&top.path[0], page(top, &nodes));
    }
    add("README", overview(&nodes));
    add("global-options", global_options());
    assert!(files.len() > 8, "{:?}", files.keys());
    super::hold_folder("reference/commands", ".md", &files);
}

fn overview(nodes: &[Node]) -> String {
    let mut text = format!("{MADE}# Commands\n\n");
    text.push_str("Every command of this version, with the packs that are part of it. ");
    text.push_str("`vantage help COMMAND` shows the same, also for packs that you added. ");
    text.push_str("[Global options](global-options.md) may stand anywhere in a line.\n\n");
    text.push_str("| command | does |\n| --- | --- |\n");
    for node in nodes.iter().filter(|node| !node.path.is_empty() && node.below().next().is_none()) {
        let file = &node.path[0];
        let anchor = if node.path.len() == 1 { String::new() } else { format!("#{}", anchor(&node.line())) };
        let summary = cell(&Explanation::of(&node.command).summary);
        text.push_str(&format!("| [`{}`]({file}.md{anchor}) | {summary} |\n", node.line()));
    }
    text
}

fn global_options() -> String {
    let mut text = format!("{MADE}# Global options\n\n");
    text.push_str("Every command has them, before or behind its own words and options.\n\n");
    let mut root = tree::root();
    root.build();
    for option in root.get_arguments().filter(|option| !option.is_hide_set()) {
        text.push_str(&item(option, None));
    }
    text
}

/// The page of a command with all that are below it.
fn page(top: &Node, nodes: &[Node]) -> String {
    let mut text = MADE.to_owned();
    for node in nodes.iter().filter(|node| node.path.starts_with(&top.path)) {
        let level = if node.path.len() == 1 { "#" } else { "\n##" };
        text.push_str(&format!("{level} `{}`\n\n", node.line()));
        text.push_str(&section(node));
    }
    text
}

fn section(node: &Node) -> String {
    let Explanation { summary, description, remarks, examples } = Explanation::of(&node.command);
    let mut parts = vec![format!("{}\n", inline(&summary)), block("text", &usage(node))];
    let described = node.described.as_ref();
    if node.below().next().is_some() {
        parts.push(below(node));
    }
    let aliases: Vec<String> = node.command.get_visible_aliases().map(|alias| format!("`{alias}`")).collect();
    if !aliases.is_empty() {
        parts.push(format!("Also called {}.\n", aliases.join(", ")));
    }
    // What bundled packs say in Markdown is ours; built-ins say it in the same way.
    parts.extend([description].into_iter().filter(|text| !text.is_empty()).map(|text| text + "\n"));
    parts.extend(described.and_then(effect).map(str::to_owned));
    let of = |positional: bool| {
        let arguments = node.command.get_arguments();
        let shown = arguments.filter(|one| !one.is_hide_set() && !is_help(one));
        let items = shown.filter(|one| one.is_positional() == positional).map(|one| item(one, described));
        items.collect::<String>()
    };
    for (title, items) in [("Arguments", of(true)), ("Options", of(false))] {
        if !items.is_empty() {
            parts.push(format!("**{title}**\n\n{items}"));
        }
    }
    match described {
        // The remarks of packs are their columns.
        Some(command) => parts.extend(answer(&command.answer)),
        None if !remarks.is_empty() => parts.push(format!("{}\n", inline(&remarks))),
        None => {}
    }
    if !examples.is_empty() {
        parts.push(format!("**Examples**\n\n{}", self::examples(&examples)));
    }
    parts.join("\n")
}

fn usage(node: &Node) -> String {
    let usage = node.command.clone().render_usage().to_string();
    usage.strip_prefix("Usage: ").unwrap_or(&usage).to_owned()
}

fn below(node: &Node) -> String {
    let row = |command: &clap::Command| {
        let line = format!("{} {}", node.line(), command.get_name());
        format!("| [`{line}`](#{}) | {} |\n", anchor(&line), cell(&Explanation::of(command).summary))
    };
    format!("| command | does |\n| --- | --- |\n{}", node.below().map(row).collect::<String>())
}

/// The anchor of a heading that is a command line.
fn anchor(line: &str) -> String {
    line.replace(' ', "-")
}

fn effect(command: &description::Command) -> Option<&'static str> {
    match command.effect {
        Effect::Read => None,
        Effect::Change => Some("Changes the platform; `--dry-run` shows what it would send.\n"),
        Effect::Destroy => Some(
            "Asks before it destroys anything; `--yes` confirms, `--dry-run` shows what it would send.\n",
        ),
    }
}

/// One argument with everything that there is to know of it.
fn item(argument: &Arg, command: Option<&description::Command>) -> String {
    let name = argument.get_id().as_str();
    let described = command.and_then(|command| command.arguments.iter().find(|one| one.name == name));
    let mut notes = Vec::new();
    if let Some(described) = described {
        notes.extend(kind(described.kind).map(str::to_owned));
        notes.extend(described.conflicts.iter().map(|other| format!("not with `{other}`")));
    }
    if argument.is_required_set() {
        notes.push("required".to_owned());
    }
    if matches!(argument.get_action(), ArgAction::Append | ArgAction::Count) {
        notes.push("repeatable".to_owned());
    }
    let default: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    // A pack's default stands in its text already, as a flag's does nowhere.
    if !default.is_empty() && argument.get_action().takes_values() {
        notes.push(format!("default `{}`", default.join(",")));
    }
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
    let mut text = format!("- {}: {}{notes}\n", spelled(argument), inline(&help));
    if argument.get_action().takes_values() {
        for value in argument.get_possible_values().iter().filter(|value| !value.is_hide_set()) {
            let help = value.get_help().map(|help| format!(": {}", inline(&help.to_string())));
            text.push_str(&format!("  - `{}`{}\n", value.get_name(), help.unwrap_or_default()));
        }
    }
    text
}

fn spelled(argument: &Arg) -> String {
    if argument.is_positional() {
        return format!("`{argument}`");
    }
    match argument.get_short() {
        Some(short) => format!("`-{short}`, `{argument}`"),
        None => format!("`{argument}`"),
    }
}

fn is_help(argument: &Arg) -> bool {
    matches!(argument.get_id().as_str(), "help" | "version")
}

/// How a value is read; texts and choices need no word.
fn kind(kind: description::Kind) -> Option<&'static str> {
    use description::Kind;
    match kind {
        Kind::Text | Kind::Choice | Kind::Flag => None,
        Kind::Integer => Some("a whole number"),
        Kind::Number => Some("a number"),
        Kind::Duration => Some("a span of time, as in `90s` or `2h`"),
        Kind::Time => Some("a time, as in `2026-01-31T12:00:00Z`, or a span before now"),
        Kind::Json => Some("JSON"),
        Kind::Size => Some("a size, as in `16GiB`"),
        Kind::File => Some("a file, or `-` for standard input"),
    }
}

fn answer(answer: &description::Answer) -> Vec<String> {
    let shape = match answer.shape {
        Shape::One => "Answers with one record",
        Shape::Many => "Answers with any number of records",
        Shape::Live => "Answers with records as they change",
        Shape::Text => "Answers with text",
        Shape::Nothing => return Vec::new(),
    };
    let names = |wide: bool| {
        let columns = answer.columns.iter().filter(move |column| column.wide == wide);
        columns.map(|column| format!("`{}`", column.title)).collect::<Vec<_>>().join(", ")
    };
    let mut text = shape.to_owned();
    if !names(false).is_empty() {
        text.push_str(&format!("; columns: {}", names(false)));
    }
    if !names(true).is_empty() {
        text.push_str(&format!("; with `--wide` also {}", names(true)));
    }
    vec![text + ".\n"]
}

fn examples(examples: &[Example]) -> String {
    let one = |Example { line, explanation }: &Example| {
        format!("{}:\n\n{}", inline(explanation), block("text", line))
    };
    examples.iter().map(one).collect::<Vec<_>>().join("\n")
}
