//! Completion of values: what a pack knows of an argument while its user types it.
//!
//! The host asks only for arguments that have a function for it, and waits 300 ms in all. The session then
//! answers the operations of the pack's commands that read, as far as they are granted, and denies all else.

use std::fmt;
use std::rc::Rc;

use serde::{Serialize, Serializer};

use crate::{Arguments, Result, Session};

/// What the user is typing.
#[derive(Debug, Clone, PartialEq)]
pub struct Typing {
    typed: String,
    arguments: Arguments,
}

impl Typing {
    pub(crate) fn new(typed: &str, arguments: Arguments) -> Self {
        Typing { typed: typed.to_owned(), arguments }
    }

    /// As much of the value as is there. Candidates that do not begin so are dropped by the host.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// What stands on the line already, as far as it makes sense, defaults filled in.
    pub fn arguments(&self) -> &Arguments {
        &self.arguments
    }
}

/// A value that the user may mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
}

impl Candidate {
    /// A value, as the command takes it.
    pub fn new(value: impl fmt::Display) -> Self {
        Candidate { value: value.to_string(), summary: None }
    }

    /// Says in a few words what the value is, for shells that show it.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = Some(summary.into()).filter(|summary| !summary.is_empty());
        self
    }
}

impl<T: fmt::Display> From<T> for Candidate {
    fn from(value: T) -> Self {
        Candidate::new(value)
    }
}

/// The function that knows an argument's values. In a description it is no more than that it is there.
#[derive(Clone)]
pub(crate) struct Completer(Rc<Complete>);

type Complete = dyn Fn(&Session, &Typing) -> Result<Vec<Candidate>>;

impl Completer {
    pub(crate) fn new(complete: impl Fn(&Session, &Typing) -> Result<Vec<Candidate>> + 'static) -> Self {
        Completer(Rc::new(complete))
    }

    pub(crate) fn complete(&self, session: &Session, typing: &Typing) -> Result<Vec<Candidate>> {
        (self.0)(session, typing)
    }
}

impl fmt::Debug for Completer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Completer")
    }
}

impl PartialEq for Completer {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Serialize for Completer {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::Rehearsal;
    use crate::{Argument, Command, Error, Operation, Pack};

    const NAMES: Operation = Operation::new("Names", "cluster", "query Names { names }", "lists names");
    const DROP: Operation = Operation::new("Drop", "cluster", "mutation Drop { drop }", "drops one");

    fn names(session: &Session, typing: &Typing) -> Result<Vec<Candidate>> {
        let data: Value = session.graphql().execute(NAMES, json!({ "like": typing.typed() }))?;
        let names = data["names"].as_array().cloned().unwrap_or_default();
        let beside = typing.arguments().text("beside").unwrap_or("nothing").to_owned();
        Ok(names.iter().filter_map(Value::as_str).map(|name| Candidate::new(name).summary(&beside)).collect())
    }

    fn drops(session: &Session, _: &Typing) -> Result<Vec<Candidate>> {
        session.graphql().execute::<Value>(DROP, ())?;
        Ok(Vec::new())
    }

    fn pack() -> Pack {
        let nothing = |_: &Session, _: Arguments| Ok(());
        Pack::new("acme/x", "1.0.0", "Test")
            .command(Command::read("x list", "List", nothing).uses(NAMES))
            .command(
                Command::destroy("x drop", "Drop", nothing)
                    .argument(Argument::text("name", "Which").positional().completed_by(names))
                    .argument(Argument::text("beside", "Beside what").default("all"))
                    .argument(Argument::text("other", "Another").completed_by(drops))
                    .uses(DROP),
            )
    }

    #[test]
    fn a_description_says_that_an_argument_is_completed() {
        let description: Value = serde_json::from_str(&pack().describe()).unwrap();
        let arguments = &description["commands"][1]["arguments"];
        assert_eq!(arguments[0]["completes"], true);
        assert_eq!(arguments[1].get("completes"), None);
    }

    #[test]
    fn what_a_function_knows_is_given_by_the_operations_of_commands_that_read() {
        let candidates = Rehearsal::new(pack()).answer(NAMES, json!({ "names": ["a", "b"] })).complete(
            "x drop",
            "name",
            "",
            json!({}),
        );
        assert_eq!(candidates, [Candidate::new("a").summary("all"), Candidate::new("b").summary("all")]);
    }

    #[test]
    fn whatever_fails_there_are_no_candidates() {
        let failing = Rehearsal::new(pack()).fail(NAMES, Error::failed("no"));
        assert_eq!(failing.complete("x drop", "name", "a", json!({})), []);
        assert_eq!(Rehearsal::new(pack()).complete("x drop", "other", "", json!({})), []);
        assert_eq!(Rehearsal::new(pack()).complete("x drop", "beside", "", json!({})), []);
    }
}
