//! Arguments and settings as a pack describes them. The host parses the command line, not the pack.

use serde::Serialize;
use serde_json::Value;

use crate::completion::{Candidate, Completer, Typing};
use crate::{Result, Session};

/// What a value is: how the host reads it and as which JSON type it arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueKind {
    /// Given or not: a boolean.
    Flag,
    /// A string.
    Text,
    /// One of several strings.
    Choice,
    /// A whole number within ±(2^53−1).
    Integer,
    /// A number.
    Number,
    /// A span such as `2h30m`: a number of seconds.
    Duration,
    /// A size such as `16GiB`: a number of bytes.
    Size,
    /// A moment, or a span ago: an RFC 3339 string.
    Time,
    /// Any JSON.
    Json,
    /// A file, opened by [`Session::files`](crate::Session::files).
    File,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Choice {
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
}

/// One argument of a command: an option `--name` unless it is [`positional`](Argument::positional).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use]
pub struct Argument {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    short: Option<char>,
    kind: ValueKind,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<Choice>,
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_name: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    positional: bool,
    #[serde(skip_serializing_if = "is_false")]
    required: bool,
    #[serde(skip_serializing_if = "is_false")]
    repeated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflicts: Vec<String>,
    #[serde(rename = "completes", skip_serializing_if = "Option::is_none")]
    pub(crate) completer: Option<Completer>,
}

pub(crate) fn is_false(value: &bool) -> bool {
    !*value
}

impl Argument {
    /// An argument of any kind; `name` is in kebab case, `summary` one line without full stop.
    pub fn new(name: impl Into<String>, kind: ValueKind, summary: impl Into<String>) -> Self {
        Argument {
            name: name.into(),
            short: None,
            kind,
            choices: Vec::new(),
            summary: summary.into(),
            value_name: None,
            positional: false,
            required: false,
            repeated: false,
            default: None,
            conflicts: Vec::new(),
            completer: None,
        }
    }

    /// A switch that is given or not.
    pub fn flag(name: impl Into<String>, summary: impl Into<String>) -> Self {
        Argument::new(name, ValueKind::Flag, summary)
    }

    /// A string.
    pub fn text(name: impl Into<String>, summary: impl Into<String>) -> Self {
        Argument::new(name, ValueKind::Text, summary)
    }

    /// A whole number.
    pub fn integer(name: impl Into<String>, summary: impl Into<String>) -> Self {
        Argument::new(name, ValueKind::Integer, summary)
    }

    /// A file that the user names and the host opens; `-` is standard input.
    pub fn file(name: impl Into<String>, summary: impl Into<String>) -> Self {
        Argument::new(name, ValueKind::File, summary)
    }

    /// One of several values; add them with [`choice`](Argument::choice).
    pub fn choices(name: impl Into<String>, summary: impl Into<String>) -> Self {
        Argument::new(name, ValueKind::Choice, summary)
    }

    /// Adds a value that a choice can take, with what it means.
    pub fn choice(mut self, value: impl Into<String>, summary: impl Into<String>) -> Self {
        let summary = Some(summary.into()).filter(|summary| !summary.is_empty());
        self.choices.push(Choice { value: value.into(), summary });
        self
    }

    /// Gives the option a short form.
    pub fn short(mut self, letter: char) -> Self {
        self.short = Some(letter);
        self
    }

    /// Says what help shows for the value, as in `CLUSTER`.
    pub fn value_name(mut self, name: impl Into<String>) -> Self {
        self.value_name = Some(name.into());
        self
    }

    /// Makes it a word of the command line rather than an option.
    pub fn positional(mut self) -> Self {
        self.positional = true;
        self
    }

    /// Makes the command line an error without it.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Lets it be given more than once; it arrives as an array.
    pub fn repeated(mut self) -> Self {
        self.repeated = true;
        self
    }

    /// The value where the user gives none.
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// Knows values while the user types one; the pack is then exported by
    /// [`export_completing!`](crate::export_completing).
    ///
    /// The function has 300 ms in all, what the platform takes among it, and a session that answers the
    /// operations of this pack's commands that read, and denies all else. Where it fails there are no candidates.
    pub fn completed_by(
        mut self,
        complete: impl Fn(&Session, &Typing) -> Result<Vec<Candidate>> + 'static,
    ) -> Self {
        self.completer = Some(Completer::new(complete));
        self
    }

    /// Refuses to be given together with the argument `other`.
    pub fn conflicts_with(mut self, other: impl Into<String>) -> Self {
        self.conflicts.push(other.into());
        self
    }
}

/// Something that users set under `[packs."acme/x"]` in their configuration.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use]
pub struct Setting {
    name: String,
    kind: ValueKind,
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Value>,
}

impl Setting {
    /// Describes the setting `name`; a file is no kind for settings.
    pub fn new(name: impl Into<String>, kind: ValueKind, summary: impl Into<String>) -> Self {
        Setting { name: name.into(), kind, summary: summary.into(), default: None }
    }

    /// The value where the user sets none.
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self
    }
}
