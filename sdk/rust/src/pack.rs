//! A pack: its description, as JSON that fits `pack.schema.json`, and the way to its commands.
//!
//! It checks nothing that the host checks anyway when a pack is added; `vantage plugin check` says
//! what that would be.

use serde::Serialize;

use crate::argument::Setting;
use crate::command::Command;
use crate::completion::{Candidate, Typing};
use crate::operation::{Operation, Request};
use crate::{Arguments, Error, ErrorKind, Result, Session};

#[derive(Debug, Serialize)]
struct Group {
    path: Vec<String>,
    summary: String,
}

/// Everything about a pack: what it is, what it needs and what it does.
#[derive(Debug, Serialize)]
#[must_use]
pub struct Pack {
    schema: u32,
    id: String,
    version: String,
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    homepage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Group>,
    pub(crate) commands: Vec<Command>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    operations: Vec<Operation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requests: Vec<Request>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    settings: Vec<Setting>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs: Vec<String>,
}

impl Pack {
    /// A pack without commands yet.
    ///
    /// `id` is publisher and name, as in `acme/gpu-report`; `version` a semantic version, most often
    /// `env!("CARGO_PKG_VERSION")`; `summary` one line, imperative, no full stop.
    pub fn new(id: impl Into<String>, version: impl Into<String>, summary: impl Into<String>) -> Self {
        Pack {
            schema: 1,
            id: id.into(),
            version: version.into(),
            summary: summary.into(),
            homepage: None,
            license: None,
            groups: Vec::new(),
            commands: Vec::new(),
            operations: Vec::new(),
            requests: Vec::new(),
            settings: Vec::new(),
            needs: Vec::new(),
        }
    }

    /// Sets the pack's home page.
    pub fn homepage(mut self, url: impl Into<String>) -> Self {
        self.homepage = Some(url.into());
        self
    }

    /// Sets the licence, as an SPDX expression.
    pub fn license(mut self, expression: impl Into<String>) -> Self {
        self.license = Some(expression.into());
        self
    }

    /// Gives a group of commands its line of help: `path` is the words after `vantage`.
    pub fn group(mut self, path: &str, summary: impl Into<String>) -> Self {
        let path = path.split_whitespace().map(str::to_owned).collect();
        self.groups.push(Group { path, summary: summary.into() });
        self
    }

    /// Adds a command, and the operations that it uses.
    pub fn command(mut self, command: Command) -> Self {
        for operation in &command.operations {
            if !self.operations.contains(operation) {
                self.operations.push(*operation);
            }
        }
        self.commands.push(command);
        self
    }

    /// Asks for something beyond operations.
    pub fn request(mut self, request: Request) -> Self {
        self.requests.push(request);
        self
    }

    /// Adds a setting that users can make.
    pub fn setting(mut self, setting: Setting) -> Self {
        self.settings.push(setting);
        self
    }

    /// Names a feature that a host must know to run the pack safely.
    pub fn needs(mut self, feature: impl Into<String>) -> Self {
        self.needs.push(feature.into());
        self
    }

    /// The description as JSON: what `describe` answers. The same on every target and at every call.
    pub fn describe(&self) -> String {
        // Every key is a string and every value plain data: there is nothing that could fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Runs the command whose path is `command`; `arguments` is a JSON object.
    ///
    /// An answer that nobody reads on is success: `closed` ends the run quietly.
    pub fn run(&self, command: &[String], arguments: &str, session: &Session) -> Result {
        let Some(found) = self.commands.iter().find(|known| known.path == command) else {
            return Err(Error::failed(format!("pack `{}` has no command `{}`", self.id, command.join(" "))));
        };
        let arguments: Arguments = serde_json::from_str(arguments)?;
        match (found.run)(session, arguments) {
            Err(error) if error.kind() == ErrorKind::Closed => Ok(()),
            ended => ended,
        }
    }
}

impl Pack {
    /// Values of the argument `argument` of the command whose path is `command`; `arguments`, a JSON object,
    /// stands on the line already. Where anything fails there are none.
    pub fn complete(
        &self,
        command: &[String],
        argument: &str,
        typed: &str,
        arguments: &str,
        session: &Session,
    ) -> Vec<Candidate> {
        let found = self.commands.iter().find(|known| known.path == command);
        let argument = found.and_then(|found| found.arguments.iter().find(|known| known.name == argument));
        let Some(completer) = argument.and_then(|argument| argument.completer.as_ref()) else {
            return Vec::new();
        };
        let typing = Typing::new(typed, serde_json::from_str(arguments).unwrap_or_default());
        completer.complete(session, &typing).unwrap_or_default()
    }
}

#[cfg(not(target_family = "wasm"))]
impl Pack {
    pub(crate) fn capabilities(&self) -> impl Iterator<Item = &str> {
        self.requests.iter().map(Request::capability)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::Rehearsal;
    use crate::{Answer, Argument, Aspect, Column, ValueKind};

    const ASK: Operation = Operation::new("Ask", "cluster", "query Ask { ask }", "asks");

    fn ask(session: &Session, arguments: Arguments) -> Result {
        let output = session.output();
        for _ in 0..arguments.integer("times").unwrap_or(0) {
            output.emit(&session.graphql().execute::<Value>(ASK, ())?)?;
        }
        output.note("asked");
        Ok(())
    }

    fn pack() -> Pack {
        Pack::new("acme/ask", "1.2.3", "Ask")
            .group("ask", "Ask things")
            .command(
                Command::read("ask now", "Ask at once", ask)
                    .argument(Argument::integer("times", "How often").default(2).short('t'))
                    .argument(
                        Argument::choices("how", "How").choice("loud", "").choice("low", "so nobody hears"),
                    )
                    .uses(ASK)
                    .answer(
                        Answer::many()
                            .column(Column::text("Ask", "/ask"))
                            .column(Column::ratio("R", "/r").wide()),
                    )
                    .example("vantage ask now", "Asks"),
            )
            .command(Command::destroy("ask never", "Never ask", ask).uses(ASK))
            .request(Request::persona(Aspect::Email, "greets you"))
            .setting(Setting::new("loud", ValueKind::Flag, "Ask loudly").default(false))
    }

    #[test]
    fn the_description_has_only_what_was_said() {
        let description: Value = serde_json::from_str(&pack().describe()).unwrap();
        assert_eq!(
            description,
            json!({
                "schema": 1, "id": "acme/ask", "version": "1.2.3", "summary": "Ask",
                "groups": [{ "path": ["ask"], "summary": "Ask things" }],
                "commands": [
                    {
                        "path": ["ask", "now"], "summary": "Ask at once", "effect": "read",
                        "arguments": [
                            { "name": "times", "short": "t", "kind": "integer", "summary": "How often", "default": 2 },
                            {
                                "name": "how", "kind": "choice", "summary": "How",
                                "choices": [{ "value": "loud" }, { "value": "low", "summary": "so nobody hears" }],
                            },
                        ],
                        "examples": [{ "line": "vantage ask now", "explanation": "Asks" }],
                        "answer": {
                            "shape": "many",
                            "columns": [
                                { "title": "Ask", "pointer": "/ask" },
                                { "title": "R", "pointer": "/r", "format": "ratio", "wide": true },
                            ],
                        },
                        "operations": ["Ask"],
                    },
                    {
                        "path": ["ask", "never"], "summary": "Never ask", "effect": "destroy",
                        "answer": { "shape": "nothing" }, "operations": ["Ask"],
                    },
                ],
                "operations": [
                    { "name": "Ask", "api": "cluster", "document": "query Ask { ask }", "purpose": "asks" },
                ],
                "requests": [{ "capability": "persona email", "purpose": "greets you" }],
                "settings": [{ "name": "loud", "kind": "flag", "summary": "Ask loudly", "default": false }],
            })
        );
    }

    #[test]
    fn a_run_gets_defaults_and_records_come_in_order() {
        let run = Rehearsal::new(pack())
            .answer(ASK, json!({ "ask": 1 }))
            .answer(ASK, json!({ "ask": 2 }))
            .run("ask now", json!({}));
        assert_eq!(run.result, Ok(()));
        assert_eq!(run.records, [json!({ "ask": 1 }), json!({ "ask": 2 })]);
        assert_eq!(run.notes, ["asked"]);
        assert_eq!(run.calls, [("Ask".to_owned(), json!({})), ("Ask".to_owned(), json!({}))]);
    }

    #[test]
    fn a_closed_answer_ends_the_run_as_a_success() {
        let run = Rehearsal::new(pack())
            .answer(ASK, json!({ "ask": 1 }))
            .answer(ASK, json!({ "ask": 2 }))
            .closed_after(1)
            .run("ask now", json!({ "times": 9 }));
        assert_eq!((run.result, run.records.len(), run.notes.len()), (Ok(()), 1, 0));
    }

    #[test]
    fn an_unknown_command_is_an_error_and_no_panic() {
        let session = Rehearsal::new(pack()).into_session();
        let error = pack().run(&["ask".to_owned()], "{}", &session).unwrap_err();
        assert_eq!(error.message(), "pack `acme/ask` has no command `ask`");
    }

    #[test]
    #[should_panic(expected = "never asked for the answers to [\"Ask\"]")]
    fn a_rehearsal_fails_when_an_answer_is_left() {
        let _ = Rehearsal::new(pack()).answer(ASK, json!({})).run("ask now", json!({ "times": 0 }));
    }
}
