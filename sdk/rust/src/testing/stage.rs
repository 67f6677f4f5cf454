//! The ports of a rehearsal: they answer from values and write down what they are asked.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use serde_json::{Value, json};

use super::{Reply, Run, Said};
use crate::command::{Command, Effect};
use crate::operation::Operation;
use crate::ports::{
    EventsPort, FilePort, GraphqlPort, OutputPort, PagesPort, PersonaPort, ProgressPort, PrompterPort,
    RawCall, RawResponse, SessionPort, StoragePort,
};
use crate::{Error, ErrorKind, Level, Membership, Pack, Result};

/// The world of one rehearsal, and the record of what was done in it.
#[derive(Default)]
pub(super) struct Stage {
    pub(super) answers: RefCell<BTreeMap<String, VecDeque<Said>>>,
    pub(super) identity: Option<(String, String)>,
    pub(super) email: Option<String>,
    pub(super) organization: Option<Membership>,
    pub(super) roles: Vec<String>,
    pub(super) replies: RefCell<VecDeque<Reply>>,
    pub(super) files: BTreeMap<String, Vec<(String, Vec<u8>)>>,
    pub(super) settings: Value,
    pub(super) stored: RefCell<BTreeMap<String, Value>>,
    pub(super) room: Option<usize>,
    operations: Vec<Operation>,
    effect: Option<Effect>,
    requests: Vec<String>,
    records: RefCell<Vec<Value>>,
    text: RefCell<String>,
    notes: RefCell<Vec<String>>,
    warnings: RefCell<Vec<String>>,
    logged: RefCell<Vec<(Level, String)>>,
    calls: RefCell<Vec<(String, Value)>>,
}

/// The stage as a session sees it.
#[derive(Clone)]
pub(super) struct OnStage(pub(super) Rc<Stage>);

impl Stage {
    /// Takes on what the description declares.
    pub(super) fn open(&mut self, pack: &Pack, command: &Command) {
        self.operations.clone_from(&command.operations);
        self.effect = Some(command.effect());
        self.requests = pack.capabilities().map(str::to_owned).collect();
    }

    /// Takes on what there is while a value is completed: the operations of commands that read.
    pub(super) fn open_to_complete(&mut self, pack: &Pack) {
        let reading = pack.commands.iter().filter(|command| command.effect() == Effect::Read);
        self.operations = reading.flat_map(|command| command.operations.iter().copied()).collect();
        self.effect = Some(Effect::Read);
    }

    /// What was done, once everything that was prepared has been asked for.
    pub(super) fn close(&self, result: Result) -> Run {
        let answers = self.answers.borrow();
        let unused: Vec<_> =
            answers.iter().filter(|(_, said)| !said.is_empty()).map(|(operation, _)| operation).collect();
        assert!(unused.is_empty(), "never asked for the answers to {unused:?}; the run ended in {result:?}");
        Run {
            result,
            records: self.records.borrow().clone(),
            text: self.text.borrow().clone(),
            notes: self.notes.borrow().clone(),
            warnings: self.warnings.borrow().clone(),
            logged: self.logged.borrow().clone(),
            calls: self.calls.borrow().clone(),
            stored: self.stored.borrow().clone(),
        }
    }

    fn requested(&self, capability: &str) -> Result {
        let asked = |request: &String| {
            request == capability
                || request.strip_prefix(capability).is_some_and(|rest| rest.starts_with(' '))
        };
        if self.requests.iter().any(asked) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Denied, format!("the pack does not ask for `{capability}`")))
    }

    fn call(&self, operation: &str, variables: &str) -> Result<Said> {
        let Some(declared) = self.operations.iter().find(|declared| declared.name() == operation) else {
            return Err(Error::new(ErrorKind::Denied, format!("the command does not use `{operation}`")));
        };
        if self.effect == Some(Effect::Read) && declared.document().trim_start().starts_with("mutation") {
            return Err(Error::new(
                ErrorKind::Denied,
                format!("`{operation}` changes, and the command reads"),
            ));
        }
        self.calls.borrow_mut().push((operation.to_owned(), serde_json::from_str(variables)?));
        let mut answers = self.answers.borrow_mut();
        match answers.get_mut(operation).and_then(VecDeque::pop_front) {
            Some(Said::Failure(error)) => Err(error),
            Some(said) => Ok(said),
            None => Err(Error::failed(format!("the rehearsal has no answer to `{operation}`"))),
        }
    }

    fn data(&self, operation: &str, variables: &str) -> Result<RawResponse> {
        match self.call(operation, variables)? {
            Said::Data { data, errors } => {
                Ok(RawResponse { data: data.to_string(), errors: errors.to_string() })
            }
            _ => Err(Error::failed(format!("the rehearsal has no data for `{operation}`"))),
        }
    }

    fn reply<T>(&self, question: &str, take: impl FnOnce(Reply) -> Option<T>) -> Result<T> {
        let reply = self.replies.borrow_mut().pop_front();
        let Some(reply) = reply else {
            return Err(Error::new(ErrorKind::Unattended, format!("nobody is there to answer `{question}`")));
        };
        take(reply).ok_or_else(|| Error::failed(format!("the reply to `{question}` is of another kind")))
    }
}

fn unknown(what: &str) -> Error {
    Error::failed(format!("the rehearsal gives no {what}"))
}

impl SessionPort for OnStage {
    fn graphql(&self) -> Box<dyn GraphqlPort> {
        Box::new(self.clone())
    }
    fn persona(&self) -> Result<Box<dyn PersonaPort>> {
        self.0.requested("persona")?;
        Ok(Box::new(self.clone()))
    }
    fn output(&self) -> Box<dyn OutputPort> {
        Box::new(self.clone())
    }
    fn prompter(&self) -> Box<dyn PrompterPort> {
        Box::new(self.clone())
    }
    fn storage(&self) -> Result<Box<dyn StoragePort>> {
        self.0.requested("storage")?;
        Ok(Box::new(self.clone()))
    }
    fn files(&self, argument: &str) -> Result<Vec<Box<dyn FilePort>>> {
        let files = self.0.files.get(argument).map(Vec::as_slice).unwrap_or_default();
        let open = |(name, content): &(String, Vec<u8>)| {
            let rest = RefCell::new(content.iter().copied().collect());
            Box::new(StagedFile { name: name.clone(), size: content.len() as u64, rest }) as Box<dyn FilePort>
        };
        Ok(files.iter().map(open).collect())
    }
    fn settings(&self) -> String {
        match &self.0.settings {
            Value::Null => json!({}).to_string(),
            settings => settings.to_string(),
        }
    }
    fn log(&self, level: Level, message: &str) {
        self.0.logged.borrow_mut().push((level, message.to_owned()));
    }
}

impl GraphqlPort for OnStage {
    fn execute(&self, operation: &str, variables: &str) -> Result<RawResponse> {
        self.0.data(operation, variables)
    }
    fn execute_all(&self, calls: Vec<RawCall>) -> Vec<Result<RawResponse>> {
        calls.iter().map(|call| self.0.data(&call.operation, &call.variables)).collect()
    }
    fn paginate(&self, operation: &str, variables: &str, _: &str) -> Result<Box<dyn PagesPort>> {
        match self.0.call(operation, variables)? {
            Said::Pages(pages) => Ok(Box::new(StagedPages(RefCell::new(pages)))),
            _ => Err(Error::failed(format!("the rehearsal has no pages for `{operation}`"))),
        }
    }
    fn subscribe(&self, operation: &str, variables: &str) -> Result<Box<dyn EventsPort>> {
        match self.0.call(operation, variables)? {
            Said::Events(events) => Ok(Box::new(StagedEvents(RefCell::new(events)))),
            _ => Err(Error::failed(format!("the rehearsal has no events for `{operation}`"))),
        }
    }
    fn execute_document(&self, api: &str, document: &str, _: &str) -> Result<RawResponse> {
        self.0.requested("dynamic")?;
        Err(Error::failed(format!("the rehearsal answers no documents: `{document}` to `{api}`")))
    }
}

struct StagedPages(RefCell<VecDeque<Vec<Value>>>);

impl PagesPort for StagedPages {
    fn next(&self) -> Result<Option<Vec<String>>> {
        let page = self.0.borrow_mut().pop_front();
        Ok(page.map(|nodes| nodes.iter().map(Value::to_string).collect()))
    }
}

struct StagedEvents(RefCell<VecDeque<Result<(Value, Value)>>>);

impl EventsPort for StagedEvents {
    fn next(&self) -> Result<Option<RawResponse>> {
        let event = self.0.borrow_mut().pop_front().transpose()?;
        Ok(event.map(|(data, errors)| RawResponse { data: data.to_string(), errors: errors.to_string() }))
    }
}

impl PersonaPort for OnStage {
    fn subject(&self) -> Result<String> {
        self.0.requested("persona identity")?;
        self.0.identity.as_ref().map(|(subject, _)| subject.clone()).ok_or_else(|| unknown("identity"))
    }
    fn display_name(&self) -> Result<String> {
        self.0.requested("persona identity")?;
        self.0.identity.as_ref().map(|(_, name)| name.clone()).ok_or_else(|| unknown("identity"))
    }
    fn email(&self) -> Result<String> {
        self.0.requested("persona email")?;
        self.0.email.clone().ok_or_else(|| unknown("email"))
    }
    fn organization(&self) -> Result<Option<Membership>> {
        self.0.requested("persona organization")?;
        Ok(self.0.organization.clone())
    }
    fn roles(&self) -> Result<Vec<String>> {
        self.0.requested("persona roles")?;
        Ok(self.0.roles.clone())
    }
    fn has_role(&self, role: &str) -> Result<bool> {
        Ok(PersonaPort::roles(self)?.iter().any(|held| held == role))
    }
}

impl OutputPort for OnStage {
    fn emit(&self, record: &str) -> Result {
        let mut records = self.0.records.borrow_mut();
        if self.0.room.is_some_and(|room| records.len() >= room) {
            return Err(Error::new(ErrorKind::Closed, "nobody reads on"));
        }
        records.push(serde_json::from_str(record)?);
        Ok(())
    }
    fn emit_all(&self, records: &[String]) -> Result {
        records.iter().try_for_each(|record| OutputPort::emit(self, record))
    }
    fn text(&self, markdown: &str) -> Result {
        self.0.text.borrow_mut().push_str(markdown);
        Ok(())
    }
    fn note(&self, message: &str) {
        self.0.notes.borrow_mut().push(message.to_owned());
    }
    fn warn(&self, message: &str) {
        self.0.warnings.borrow_mut().push(message.to_owned());
    }
    fn start_progress(&self, _: &str, _: Option<u32>) -> Box<dyn ProgressPort> {
        Box::new(Unseen)
    }
}

/// Progress, which a rehearsal does not show.
struct Unseen;

impl ProgressPort for Unseen {
    fn advance(&self, _: u32) {}
    fn describe(&self, _: &str) {}
}

impl PrompterPort for OnStage {
    fn confirm(&self, question: &str) -> Result<bool> {
        self.0.reply(question, |reply| match reply {
            Reply::Confirm(yes) => Some(yes),
            _ => None,
        })
    }
    fn choose(&self, question: &str, choices: &[String]) -> Result<u32> {
        self.0.reply(question, |reply| match reply {
            Reply::Choose(index) if (index as usize) < choices.len() => Some(index),
            _ => None,
        })
    }
    fn ask(&self, question: &str, _: Option<&str>) -> Result<String> {
        self.0.reply(question, |reply| match reply {
            Reply::Ask(line) => Some(line),
            _ => None,
        })
    }
}

impl StoragePort for OnStage {
    fn get(&self, key: &str) -> Result<Option<String>> {
        Ok(self.0.stored.borrow().get(key).map(Value::to_string))
    }
    fn set(&self, key: &str, value: &str) -> Result {
        self.0.stored.borrow_mut().insert(key.to_owned(), serde_json::from_str(value)?);
        Ok(())
    }
    fn delete(&self, key: &str) -> Result {
        self.0.stored.borrow_mut().remove(key);
        Ok(())
    }
    fn keys(&self) -> Result<Vec<String>> {
        Ok(self.0.stored.borrow().keys().cloned().collect())
    }
}

struct StagedFile {
    name: String,
    size: u64,
    rest: RefCell<VecDeque<u8>>,
}

impl FilePort for StagedFile {
    fn name(&self) -> String {
        self.name.clone()
    }
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }
    fn read(&self, max: u32) -> Result<Vec<u8>> {
        let mut rest = self.rest.borrow_mut();
        let count = rest.len().min(max as usize);
        Ok(rest.drain(..count).collect())
    }
}
