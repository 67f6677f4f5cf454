//! The typed run side over the host's handles, and the two functions that `export!` puts behind the
//! contract's exports. Everything here only converts.

use crate::bindings::vantage::plugin as wire;
use crate::ports::{
    EventsPort, FilePort, GraphqlPort, OutputPort, PagesPort, PersonaPort, ProgressPort, PrompterPort,
    RawCall, RawResponse, SessionPort, StoragePort,
};
use crate::{Level, Membership, Pack, Result, Session};

/// Runs a command of `pack` with the host's session; for [`export!`](crate::export) alone.
#[doc(hidden)]
pub fn run(
    pack: &Pack,
    command: &[String],
    arguments: &str,
    session: wire::session::Session,
) -> std::result::Result<(), wire::types::Error> {
    let session = Session::new(Box::new(session));
    pack.run(command, arguments, &session).map_err(Into::into)
}

/// Values of an argument of `pack`, as JSON; for [`export_completing!`](crate::export_completing) alone.
#[doc(hidden)]
pub fn complete(
    pack: &Pack,
    command: &[String],
    argument: &str,
    typed: &str,
    arguments: &str,
    session: wire::session::Session,
) -> String {
    let session = Session::new(Box::new(session));
    let candidates = pack.complete(command, argument, typed, arguments, &session);
    serde_json::to_string(&candidates).unwrap_or_default()
}

impl From<wire::graphql::Response> for RawResponse {
    fn from(response: wire::graphql::Response) -> Self {
        RawResponse { data: response.data, errors: response.errors }
    }
}

impl SessionPort for wire::session::Session {
    fn graphql(&self) -> Box<dyn GraphqlPort> {
        Box::new(self.graphql())
    }
    fn persona(&self) -> Result<Box<dyn PersonaPort>> {
        Ok(Box::new(self.persona()?))
    }
    fn output(&self) -> Box<dyn OutputPort> {
        Box::new(self.output())
    }
    fn prompter(&self) -> Box<dyn PrompterPort> {
        Box::new(self.prompter())
    }
    fn storage(&self) -> Result<Box<dyn StoragePort>> {
        Ok(Box::new(self.storage()?))
    }
    fn files(&self, argument: &str) -> Result<Vec<Box<dyn FilePort>>> {
        let files = self.files(argument)?;
        Ok(files.into_iter().map(|file| Box::new(file) as Box<dyn FilePort>).collect())
    }
    fn settings(&self) -> String {
        self.settings()
    }
    fn log(&self, level: Level, message: &str) {
        let level = match level {
            Level::Debug => wire::logging::Level::Debug,
            Level::Info => wire::logging::Level::Info,
            Level::Warn => wire::logging::Level::Warn,
            Level::Error => wire::logging::Level::Error,
        };
        wire::logging::log(level, message);
    }
}

impl GraphqlPort for wire::graphql::Client {
    fn execute(&self, operation: &str, variables: &str) -> Result<RawResponse> {
        Ok(self.execute(operation, variables)?.into())
    }
    fn execute_all(&self, calls: Vec<RawCall>) -> Vec<Result<RawResponse>> {
        let calls: Vec<_> = calls
            .into_iter()
            .map(|call| wire::graphql::OperationCall { operation: call.operation, variables: call.variables })
            .collect();
        let answers = self.execute_all(&calls);
        answers.into_iter().map(|answer| Ok(answer?.into())).collect()
    }
    fn paginate(&self, operation: &str, variables: &str, connection: &str) -> Result<Box<dyn PagesPort>> {
        Ok(Box::new(self.paginate(operation, variables, connection)?))
    }
    fn subscribe(&self, operation: &str, variables: &str) -> Result<Box<dyn EventsPort>> {
        Ok(Box::new(self.subscribe(operation, variables)?))
    }
    fn execute_document(&self, api: &str, document: &str, variables: &str) -> Result<RawResponse> {
        Ok(self.execute_document(api, document, variables)?.into())
    }
}

impl PagesPort for wire::graphql::Pages {
    fn next(&self) -> Result<Option<Vec<String>>> {
        Ok(self.next()?)
    }
}

impl EventsPort for wire::graphql::Subscription {
    fn next(&self) -> Result<Option<RawResponse>> {
        Ok(self.next()?.map(Into::into))
    }
}

impl PersonaPort for wire::persona::Persona {
    fn subject(&self) -> Result<String> {
        Ok(self.subject()?)
    }
    fn display_name(&self) -> Result<String> {
        Ok(self.display_name()?)
    }
    fn email(&self) -> Result<String> {
        Ok(self.email()?)
    }
    fn organization(&self) -> Result<Option<Membership>> {
        let organization = self.organization()?;
        Ok(organization.map(|organization| Membership { id: organization.id, name: organization.name }))
    }
    fn roles(&self) -> Result<Vec<String>> {
        Ok(self.roles()?)
    }
    fn has_role(&self, role: &str) -> Result<bool> {
        Ok(self.has_role(role)?)
    }
}

impl OutputPort for wire::output::Output {
    fn emit(&self, record: &str) -> Result {
        Ok(self.emit(record)?)
    }
    fn emit_all(&self, records: &[String]) -> Result {
        Ok(self.emit_all(records)?)
    }
    fn text(&self, markdown: &str) -> Result {
        Ok(self.text(markdown)?)
    }
    fn note(&self, message: &str) {
        self.note(message);
    }
    fn warn(&self, message: &str) {
        self.warn(message);
    }
    fn start_progress(&self, title: &str, total: Option<u32>) -> Box<dyn ProgressPort> {
        Box::new(self.start_progress(title, total))
    }
}

impl ProgressPort for wire::output::Progress {
    fn advance(&self, by: u32) {
        self.advance(by);
    }
    fn describe(&self, message: &str) {
        self.describe(message);
    }
}

impl PrompterPort for wire::prompt::Prompter {
    fn confirm(&self, question: &str) -> Result<bool> {
        Ok(self.confirm(question)?)
    }
    fn choose(&self, question: &str, choices: &[String]) -> Result<u32> {
        Ok(self.choose(question, choices)?)
    }
    fn ask(&self, question: &str, suggestion: Option<&str>) -> Result<String> {
        Ok(self.ask(question, suggestion)?)
    }
}

impl StoragePort for wire::storage::Store {
    fn get(&self, key: &str) -> Result<Option<String>> {
        Ok(self.get(key)?)
    }
    fn set(&self, key: &str, value: &str) -> Result {
        Ok(self.set(key, value)?)
    }
    fn delete(&self, key: &str) -> Result {
        Ok(self.delete(key)?)
    }
    fn keys(&self) -> Result<Vec<String>> {
        Ok(self.keys()?)
    }
}

impl FilePort for wire::inputs::InputFile {
    fn name(&self) -> String {
        self.name()
    }
    fn size(&self) -> Option<u64> {
        self.size()
    }
    fn read(&self, max: u32) -> Result<Vec<u8>> {
        Ok(self.read(max)?)
    }
}
