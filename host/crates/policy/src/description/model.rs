//! A pack's description as `wit/v1/pack.schema.json` has it, field by field.
//!
//! Only the shape: what the values may be is checked by [`Description::parse`], which is the one way
//! to a description that can be trusted to keep its promises. Deserializing these types directly is
//! for text that has been through it, such as the store's own files. Properties that this host does
//! not know are ignored, as the schema asks.

use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ColumnFormat, Effect, Kind, Shape};

/// Everything that a pack says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// The schema's number: 1.
    pub schema: u64,
    /// Publisher and name, as in `acme/gpu-report`.
    pub id: String,
    /// A semantic version.
    pub version: Version,
    /// One line, imperative, no full stop.
    pub summary: String,
    /// Where people read on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
    /// An SPDX expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// A line of help for each group of commands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// What the pack adds to the command line.
    pub commands: Vec<Command>,
    /// Every GraphQL operation that the pack may run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<OperationSource>,
    /// What the pack needs beyond its operations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Request>,
    /// What users can set for the pack in the configuration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<Setting>,
    /// Features that a host must know to run the pack safely.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
}

/// A group of commands, as `vantage cluster` is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The words after `vantage`.
    pub path: Vec<String>,
    /// One line of help.
    pub summary: String,
}

/// One command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The words after `vantage`: one to four.
    pub path: Vec<String>,
    /// Other last words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// One line, imperative, no full stop.
    pub summary: String,
    /// Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether help leaves it out.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hidden: bool,
    /// What to use instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    /// What a run does to the platform.
    pub effect: Effect,
    /// Options and positional arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<Argument>,
    /// Command lines to learn from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// What it answers.
    pub answer: Answer,
    /// Names of the operations that it may run; it is denied all others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<String>,
}

/// One argument of a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Argument {
    /// Kebab case; the option's long name and the key in a run's arguments.
    pub name: String,
    /// The option's letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short: Option<char>,
    /// How its text is read.
    pub kind: Kind,
    /// The values of a `choice`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// One line of help.
    pub summary: String,
    /// What help shows for the value, as in `CLUSTER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_name: Option<String>,
    /// Whether it is given by its place.
    #[serde(default, skip_serializing_if = "is_false")]
    pub positional: bool,
    /// Whether a run cannot be without it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// Whether it can be given several times; the pack then receives a list.
    #[serde(default, skip_serializing_if = "is_false")]
    pub repeated: bool,
    /// The value where none is given, as the pack receives it; a list for repeated arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Names of arguments that cannot be given together with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<String>,
    /// Whether the pack knows values for it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub completes: bool,
}

/// One value of a `choice`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is typed.
    pub value: String,
    /// What it means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

/// A command line to learn from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The line; it begins with `vantage` and the path of one of the pack's commands.
    pub line: String,
    /// What it does.
    pub explanation: String,
}

/// What a command answers, and how people see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What sort of answer.
    pub shape: Shape,
    /// For `live`: a JSON Pointer to each record's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Columns of the table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// JSON Schema of one record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its heading, and its name for `--columns`.
    pub title: String,
    /// A JSON Pointer into each record.
    pub pointer: String,
    /// How its values are drawn.
    #[serde(default = "as_text")]
    pub format: ColumnFormat,
    /// Whether it shows only with `--wide` or `--columns`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub wide: bool,
}

/// A GraphQL operation, as the pack wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationSource {
    /// The operation's name.
    pub name: String,
    /// Which of the platform's APIs serves it.
    pub api: String,
    /// A document with this one operation and its fragments.
    pub document: String,
    /// Why the pack needs it, in its own words.
    pub purpose: String,
}

/// What a pack needs beyond its operations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The capability's text: `persona …`, `storage …` or `dynamic …`.
    pub capability: String,
    /// Why the pack needs it, in its own words.
    pub purpose: String,
}

/// What users can set for the pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// Kebab case.
    pub name: String,
    /// How its value is read; never `file`.
    pub kind: Kind,
    /// One line of help.
    pub summary: String,
    /// The value where none is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

fn as_text() -> ColumnFormat {
    ColumnFormat::Text
}

fn is_false(value: &bool) -> bool {
    !value
}
