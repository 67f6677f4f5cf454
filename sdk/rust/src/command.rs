//! A command: what it is called, what it takes, what it answers, and the function that runs it.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::argument::{Argument, is_false};
use crate::operation::{self, Operation};
use crate::{Arguments, Result, Session};

type Run = Box<dyn Fn(&Session, Arguments) -> Result>;

/// What a run does to the platform. The host denies mutations to `Read` and confirms `Destroy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Looks and changes nothing.
    Read,
    /// Makes or changes something.
    Change,
    /// Deletes something, or does what cannot be undone.
    Destroy,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Example {
    line: String,
    explanation: String,
}

/// One command of a pack.
#[derive(Serialize)]
#[must_use]
pub struct Command {
    pub(crate) path: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    hidden: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    deprecated: Option<String>,
    effect: Effect,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) arguments: Vec<Argument>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    examples: Vec<Example>,
    answer: Answer,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "operation::names")]
    pub(crate) operations: Vec<Operation>,
    #[serde(skip)]
    pub(crate) run: Run,
}

impl Command {
    /// A command that only looks; see [`Command::new`].
    pub fn read<A: DeserializeOwned>(
        path: &str,
        summary: impl Into<String>,
        run: impl Fn(&Session, A) -> Result + 'static,
    ) -> Self {
        Command::new(Effect::Read, path, summary, run)
    }

    /// A command that makes or changes something; see [`Command::new`].
    pub fn change<A: DeserializeOwned>(
        path: &str,
        summary: impl Into<String>,
        run: impl Fn(&Session, A) -> Result + 'static,
    ) -> Self {
        Command::new(Effect::Change, path, summary, run)
    }

    /// A command that deletes, or cannot be undone; see [`Command::new`].
    ///
    /// The host asks the user before it runs: the pack need not.
    pub fn destroy<A: DeserializeOwned>(
        path: &str,
        summary: impl Into<String>,
        run: impl Fn(&Session, A) -> Result + 'static,
    ) -> Self {
        Command::new(Effect::Destroy, path, summary, run)
    }

    /// A command: the words after `vantage`, one line of summary, and the function that runs it.
    ///
    /// The function takes the command's arguments as any type that serde can read from an object
    /// whose keys are the arguments' names ([`Arguments`] itself takes them as they are).
    pub fn new<A: DeserializeOwned>(
        effect: Effect,
        path: &str,
        summary: impl Into<String>,
        run: impl Fn(&Session, A) -> Result + 'static,
    ) -> Self {
        Command {
            path: path.split_whitespace().map(str::to_owned).collect(),
            aliases: Vec::new(),
            summary: summary.into(),
            description: None,
            hidden: false,
            deprecated: None,
            effect,
            arguments: Vec::new(),
            examples: Vec::new(),
            answer: Answer::nothing(),
            operations: Vec::new(),
            run: Box::new(move |session, arguments| run(session, arguments.parse()?)),
        }
    }

    /// Adds another last word for the command.
    pub fn alias(mut self, word: impl Into<String>) -> Self {
        self.aliases.push(word.into());
        self
    }

    /// Sets the long text of help, in Markdown.
    pub fn description(mut self, markdown: impl Into<String>) -> Self {
        self.description = Some(markdown.into());
        self
    }

    /// Leaves the command out of help.
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Marks the command as going away and says what to use instead.
    pub fn deprecated(mut self, instead: impl Into<String>) -> Self {
        self.deprecated = Some(instead.into());
        self
    }

    /// Adds an argument.
    pub fn argument(mut self, argument: Argument) -> Self {
        self.arguments.push(argument);
        self
    }

    /// Declares an operation that the command runs; the gate denies it all others.
    ///
    /// The pack's description lists it from then on.
    pub fn uses(mut self, operation: Operation) -> Self {
        self.operations.push(operation);
        self
    }

    /// Adds an example: a whole line that begins with `vantage`, and what it does.
    pub fn example(mut self, line: impl Into<String>, explanation: impl Into<String>) -> Self {
        self.examples.push(Example { line: line.into(), explanation: explanation.into() });
        self
    }

    /// Says what the command answers; without it, nothing.
    pub fn answer(mut self, answer: Answer) -> Self {
        self.answer = answer;
        self
    }
}

#[cfg(not(target_family = "wasm"))]
impl Command {
    pub(crate) fn effect(&self) -> Effect {
        self.effect
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Command").field("path", &self.path).finish_non_exhaustive()
    }
}
