//! Runs a pack's commands natively, on values instead of a platform: for the pack's own unit tests.
//!
//! It holds a command to what its description declares (operations, requests, effect) but is not the
//! host: it parses no command line and checks no grants. Not there on WebAssembly.
//!
//! ```
//! use serde_json::json;
//! use vantage_plugin::testing::Rehearsal;
//! # use vantage_plugin::{Answer, Arguments, Command, Operation, Pack, Result, Session};
//! # const COUNT: Operation = Operation::new("Count", "cluster", "query Count { count }", "counts");
//! # fn count(session: &Session, _: Arguments) -> Result {
//! #     session.output().emit(&session.graphql().execute::<serde_json::Value>(COUNT, ())?)
//! # }
//! # fn pack() -> Pack {
//! #     Pack::new("acme/count", "1.0.0", "Count").command(
//! #         Command::read("count", "Count clusters", count).uses(COUNT).answer(Answer::one()),
//! #     )
//! # }
//!
//! let run = Rehearsal::new(pack()).answer(COUNT, json!({ "count": 3 })).run("count", json!({}));
//! assert_eq!(run.result, Ok(()));
//! assert_eq!(run.records, [json!({ "count": 3 })]);
//! ```

mod stage;

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use self::stage::{OnStage, Stage};
use crate::{Candidate, Error, Level, Membership, Pack, Result, Session};

/// A pack, and what the world will say to it.
#[must_use]
pub struct Rehearsal {
    pack: Pack,
    stage: Stage,
}

/// What a command did.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Run {
    /// How it ended.
    pub result: Result,
    /// The records it emitted.
    pub records: Vec<Value>,
    /// The Markdown it answered with.
    pub text: String,
    /// What it noted.
    pub notes: Vec<String>,
    /// What it warned of.
    pub warnings: Vec<String>,
    /// What it logged.
    pub logged: Vec<(Level, String)>,
    /// The operations it ran, each with its variables.
    pub calls: Vec<(String, Value)>,
    /// What it keeps in its storage now.
    pub stored: BTreeMap<String, Value>,
}

/// What the platform says to one call.
pub(crate) enum Said {
    Data {
        data: Value,
        errors: Value,
    },
    Pages(VecDeque<Vec<Value>>),
    /// Each event's data and errors, or the failure that ends them.
    Events(VecDeque<Result<(Value, Value)>>),
    Failure(Error),
}

/// What the user says to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// To [`Prompter::confirm`](crate::Prompter::confirm).
    Confirm(bool),
    /// To [`Prompter::choose`](crate::Prompter::choose).
    Choose(u32),
    /// To [`Prompter::ask`](crate::Prompter::ask).
    Ask(String),
}

impl Rehearsal {
    /// A rehearsal of `pack` in an empty world: nothing is answered, nobody is at the terminal.
    pub fn new(pack: Pack) -> Self {
        Rehearsal { pack, stage: Stage::default() }
    }

    /// Answers the next call of `operation` with `data`.
    pub fn answer(self, operation: impl AsRef<str>, data: impl Into<Value>) -> Self {
        self.answer_partly(operation, data, json!([]))
    }

    /// Answers the next call of `operation` with `data` and GraphQL `errors`, an array.
    pub fn answer_partly(
        self,
        operation: impl AsRef<str>,
        data: impl Into<Value>,
        errors: impl Into<Value>,
    ) -> Self {
        self.say(operation, Said::Data { data: data.into(), errors: errors.into() })
    }

    /// Answers the next [`pages`](crate::Graphql::pages) of `operation` with these pages of nodes.
    pub fn pages(self, operation: impl AsRef<str>, pages: impl IntoIterator<Item = Vec<Value>>) -> Self {
        self.say(operation, Said::Pages(pages.into_iter().collect()))
    }

    /// Answers the next [`subscribe`](crate::Graphql::subscribe) of `operation` with these events, and
    /// then its end. An error in place of an event's data ends them with it.
    pub fn events(self, operation: impl AsRef<str>, events: impl IntoIterator<Item = Result<Value>>) -> Self {
        let events = events.into_iter().map(|event| Ok((event?, json!([]))));
        self.say(operation, Said::Events(events.collect()))
    }

    /// Answers the next [`subscribe`](crate::Graphql::subscribe) of `operation` with GraphQL `errors`,
    /// an array, and its end: as an API does that refuses a subscription.
    pub fn refuse_events(self, operation: impl AsRef<str>, errors: impl Into<Value>) -> Self {
        self.say(operation, Said::Events(VecDeque::from([Ok((Value::Null, errors.into()))])))
    }

    /// Fails the next call of `operation`.
    pub fn fail(self, operation: impl AsRef<str>, error: Error) -> Self {
        self.say(operation, Said::Failure(error))
    }

    fn say(self, operation: impl AsRef<str>, said: Said) -> Self {
        let mut answers = self.stage.answers.borrow_mut();
        answers.entry(operation.as_ref().to_owned()).or_default().push_back(said);
        drop(answers);
        self
    }

    /// Signs in a user with this subject and display name.
    pub fn identity(mut self, subject: &str, display_name: &str) -> Self {
        self.stage.identity = Some((subject.to_owned(), display_name.to_owned()));
        self
    }

    /// Gives the user an address.
    pub fn email(mut self, email: &str) -> Self {
        self.stage.email = Some(email.to_owned());
        self
    }

    /// Gives the user an organization.
    pub fn organization(mut self, id: &str, name: &str) -> Self {
        self.stage.organization = Some(Membership { id: id.to_owned(), name: name.to_owned() });
        self
    }

    /// Gives the user a role.
    pub fn role(mut self, role: &str) -> Self {
        self.stage.roles.push(role.to_owned());
        self
    }

    /// Lets the user answer the next question.
    pub fn reply(self, reply: Reply) -> Self {
        self.stage.replies.borrow_mut().push_back(reply);
        self
    }

    /// Names a file for the `file` argument `argument`.
    pub fn file(mut self, argument: &str, name: &str, content: impl Into<Vec<u8>>) -> Self {
        let files = self.stage.files.entry(argument.to_owned()).or_default();
        files.push((name.to_owned(), content.into()));
        self
    }

    /// Sets the pack's settings, an object.
    pub fn settings(mut self, settings: impl Into<Value>) -> Self {
        self.stage.settings = settings.into();
        self
    }

    /// Puts a value into the pack's storage.
    pub fn stored(self, key: &str, value: impl Into<Value>) -> Self {
        self.stage.stored.borrow_mut().insert(key.to_owned(), value.into());
        self
    }

    /// Closes the answer after `records` records, as `| head` does.
    pub fn closed_after(mut self, records: usize) -> Self {
        self.stage.room = Some(records);
        self
    }

    /// A session in this world, in which no operation is declared; for tests of single functions.
    pub fn into_session(self) -> Session {
        Session::new(Box::new(OnStage(Rc::new(self.stage))))
    }

    /// Completes the argument `argument` of the command `command`, of which `typed` is there; `arguments`, an
    /// object, stands on the line already, and the description's defaults are added.
    ///
    /// # Panics
    ///
    /// As [`Rehearsal::run`].
    pub fn complete(
        self,
        command: &str,
        argument: &str,
        typed: &str,
        arguments: impl Serialize,
    ) -> Vec<Candidate> {
        let Rehearsal { pack, mut stage } = self;
        let (path, given) = on_the_line(&pack, command, arguments);
        stage.open_to_complete(&pack);
        let stage = Rc::new(stage);
        let session = Session::new(Box::new(OnStage(Rc::clone(&stage))));
        let candidates = pack.complete(&path, argument, typed, &given, &session);
        stage.close(Ok(()));
        candidates
    }

    /// Runs the command `command`, as in `cluster list`; `arguments` is an object, to which the
    /// defaults of the description are added.
    ///
    /// # Panics
    ///
    /// When the arguments do not serialize to an object, when the pack has no such command, and when
    /// it left an answer unasked for.
    pub fn run(self, command: &str, arguments: impl Serialize) -> Run {
        let Rehearsal { pack, mut stage } = self;
        let (path, given) = on_the_line(&pack, command, arguments);
        let found = pack.commands.iter().find(|known| known.path == path);
        let Some(found) = found else { unreachable!("it was found just now") };
        stage.open(&pack, found);
        let stage = Rc::new(stage);
        let session = Session::new(Box::new(OnStage(Rc::clone(&stage))));
        let result = pack.run(&path, &given, &session);
        stage.close(result)
    }
}

/// The command's path and its arguments as JSON, defaults filled in.
fn on_the_line(pack: &Pack, command: &str, arguments: impl Serialize) -> (Vec<String>, String) {
    let path: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
    let Some(found) = pack.commands.iter().find(|known| known.path == path) else {
        panic!("the pack has no command `{command}`");
    };
    let given = serde_json::to_value(arguments).map(|value| match value {
        Value::Object(object) => object,
        other => panic!("arguments are an object, not `{other}`"),
    });
    let mut complete = Map::new();
    for argument in &found.arguments {
        if let Some(default) = &argument.default {
            complete.insert(argument.name.clone(), default.clone());
        }
    }
    complete.extend(given.unwrap_or_else(|error| panic!("arguments do not serialize: {error}")));
    (path, Value::Object(complete).to_string())
}
