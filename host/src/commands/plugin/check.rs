//! `vantage plugin check`: a pack as its users would meet it, for its author, before it is given away.
//!
//! What `plugin add` would refuse is a problem, and all that can be found of them are named at once;
//! what it would only tell its users is a warning. Nothing is stored but compiled code in the cache.
//! Documents are compared with the schemas of the platform's APIs, where these can be had: what does not
//! fit fails the check, though `plugin add` would take the pack.

mod drawn;
mod record;
mod schema;
mod signed;
mod start;

use std::path::{Path, PathBuf};

use clap::Args;
use vantage_output::AnswerSpec;
use vantage_policy::authority::{Line, Trust, explain, warning};
use vantage_policy::description::Description;
use vantage_runtime::RuntimeError;
use vantage_store::{Source, StoreError};

use crate::commands::plugin::examine::Read;
use crate::commands::plugin::{incoming, show};
use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};
use schema::{Against, Compared};
use signed::Signed;
use start::Start;

/// Check a pack as its users would meet it, before it is given to them
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Fails with exit status 1 where vantage plugin add would refuse the pack, or a document does not fit
its API, and says all that it finds. The platform is asked where you are signed in.

Examples:
  vantage plugin check gpu-report.wasm
      Shows what its users would be shown, and what is wrong with it
  vantage plugin check gpu-report.wasm --against cluster=cluster.graphql -o json
      The same for a script, with the schema in a file")]
pub struct Arguments {
    /// The pack: a component's file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Compare documents for this API with the schema in FILE, and not with the platform; repeatable
    #[arg(long, value_name = "API=FILE", value_parser = schema::against)]
    against: Vec<Against>,
    /// Check as if its command were called by another word
    #[arg(long = "as", value_name = "WORD")]
    alias: Option<String>,
}

/// What was found of a pack.
struct Report {
    file: String,
    size: usize,
    digest: String,
    imports: Vec<String>,
    /// Whether it exports the completion of values.
    completes: bool,
    /// None where the pack could not be asked.
    description: Option<Description>,
    lines: Vec<Line>,
    /// None where it did not get so far.
    start: Option<Start>,
    schema: Vec<Compared>,
    signed: Signed,
    problems: Vec<Problem>,
    warnings: Vec<String>,
}

/// Why `plugin add` would refuse the pack.
struct Problem {
    message: String,
    hints: Vec<String>,
}

/// What its record has.
const MEMBERS: &[Member] = &[
    ("file", Is::Text),
    ("id", Is::OptionalText),
    ("version", Is::OptionalText),
    ("summary", Is::OptionalText),
    ("size", Is::Count),
    ("digest", Is::Text),
    ("imports", Is::Texts),
    ("commands", Is::Records(&[("line", Is::Text), ("summary", Is::Text), ("hidden", Is::Flag)])),
    (
        "capabilities",
        Is::Records(&[
            ("capability", Is::Text),
            ("group", Is::Text),
            ("meaning", Is::Text),
            ("purposes", Is::Texts),
            ("reaches", Is::Texts),
        ]),
    ),
    ("authority", Is::Texts),
    ("signature", Is::Record(&[("status", Is::Word(&["unsigned", "unverified", "signed", "refused"]))])),
    (
        "start",
        Is::OptionalRecord(&[
            ("compiling_ms", Is::Number),
            ("warm_ms", Is::Number),
            (
                "used",
                Is::Record(&[
                    ("memory", Is::Count),
                    ("memory_allowed", Is::Count),
                    ("computing_ms", Is::Number),
                    ("computing_ms_allowed", Is::Number),
                ]),
            ),
        ]),
    ),
    ("schema", Is::Records(&[("api", Is::Text), ("against", Is::Text), ("compared", Is::Flag)])),
    ("warnings", Is::Texts),
    ("problems", Is::Texts),
];

/// The JSON Schema of its record.
pub fn schema() -> serde_json::Value {
    of_record("plugin check", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("Pack", "/id"),
        reply::column("Version", "/version"),
        reply::column("Summary", "/summary"),
        reply::column("Size", "/size"),
        reply::column("Digest", "/digest"),
        reply::column("Imports", "/imports"),
        reply::column("Authority", "/authority"),
        reply::column("Signature", "/signature/status"),
        reply::column("Schema", "/schema"),
        reply::column("Warnings", "/warnings"),
        reply::column("Problems", "/problems"),
    ])
}

/// Answers with one record, and fails where there are problems.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let report = Report::of(arguments, context).await?;
    let reply = match show::is_for_people(context) {
        true => {
            context.console().document(&report.drawn(context))?;
            Reply::nothing()
        }
        false => Reply::one(report.record()),
    };
    Ok(reply.but(report.failure()))
}

impl Report {
    async fn of(arguments: &Arguments, context: &Context) -> Result<Self, HostError> {
        let path = arguments.file.as_path();
        let alias = arguments.alias.as_deref();
        let read = Read::file(path)?;
        let mut report = Self {
            file: path.display().to_string(),
            size: read.bytes.len(),
            digest: read.digest.clone(),
            imports: Vec::new(),
            completes: false,
            description: None,
            lines: Vec::new(),
            start: None,
            schema: Vec::new(),
            signed: Signed::Not,
            problems: Vec::new(),
            warnings: Vec::new(),
        };
        let outcome = report.examine(path, alias, &read, context).await;
        report.keep(outcome)?;
        if let Some(description) = &report.description {
            report.schema = schema::compare(description, &arguments.against, context).await?;
        }
        let signed = Signed::find(path, &read, report.description.as_ref());
        report.signed = report.keep(signed)?.unwrap_or(Signed::Refused);
        report.judge(path, alias, context)?;
        report.warn();
        Ok(report)
    }

    /// The steps of `plugin add`, up to the question. The first to fail before the pack has described
    /// itself is the last that can be taken.
    async fn examine(
        &mut self,
        path: &Path,
        alias: Option<&str>,
        read: &Read,
        context: &Context,
    ) -> Result<(), HostError> {
        let source = Source::found_at(path)?;
        incoming::admit(&read.digest, &source, None, context)?;
        let inspected = vantage_runtime::inspect(&read.bytes)?;
        (self.imports, self.completes) = (inspected.imports, inspected.completes);
        let (runtime, loaded, text, start) = Start::measure(read, context).await?;
        self.start = Some(start);
        if runtime.describe(&loaded).await?.text != text {
            let message = "the pack describes itself in another way each time";
            self.problems.push(Problem { message: message.to_owned(), hints: Vec::new() });
        }
        let description = Description::parse(&text)?;
        self.lines = explain(&description, Trust::ThirdParty)?;
        let id = description.id.clone();
        if vantage_store::is_bundled(&id) {
            self.keep::<()>(Err(StoreError::Reserved { id }.into()))?;
        }
        self.keep(incoming::admit(&read.digest, &source, Some(&description), context))?;
        self.keep(incoming::check_names(&description, alias, &context.store()?))?;
        self.description = Some(description);
        Ok(())
    }

    /// What is known of the publisher on this machine, where the signature leaves that open.
    fn judge(&mut self, path: &Path, alias: Option<&str>, context: &Context) -> Result<(), HostError> {
        if let Some(error) = self.signed.lacks_key(path) {
            self.keep::<()>(Err(error))?;
        }
        let (Some(description), Some(key)) = (&self.description, self.signed.key()) else {
            return Ok(());
        };
        let (publisher, store) = (incoming::publisher(&description.id), context.store()?);
        let resemblances = incoming::resemblances(description, alias, &store)?;
        self.warnings.extend(resemblances.iter().map(ToString::to_string));
        let succession = self.signed.succession(path)?;
        let source = Source::found_at(path)?;
        let standing = store.standing(publisher, &source, key.as_ref(), succession.as_deref());
        self.keep(standing.map_err(HostError::from))?;
        Ok(())
    }

    /// Notes what is wrong with the pack; what went wrong with the check itself ends it.
    fn keep<T>(&mut self, outcome: Result<T, HostError>) -> Result<Option<T>, HostError> {
        let error = match outcome {
            Ok(found) => return Ok(Some(found)),
            Err(error) if is_of_pack(&error) => error.report(),
            Err(error) => return Err(error),
        };
        let said = [error.message].into_iter().chain(error.causes).collect::<Vec<_>>();
        self.problems.push(Problem { message: said.join(": "), hints: error.hints });
        Ok(None)
    }

    /// What users are told, and what they would miss.
    fn warn(&mut self) {
        self.warnings.extend(self.signed.warning());
        let Some(description) = &self.description else { return };
        self.warnings
            .extend(warning(&self.lines).map(|warning| format!("users are told to mind that {warning}")));
        if description.license.is_none() {
            self.warnings.push("it does not say under which license it may be used".to_owned());
        }
        let mut arguments = description.commands.iter().flat_map(|command| &command.arguments);
        if !self.completes && arguments.any(|argument| argument.completes) {
            self.warnings.push("it says that it completes values, and exports nothing that would".to_owned());
        }
        let hidden = description.commands.iter().filter(|command| command.hidden).count();
        if hidden > 0 {
            self.warnings
                .push(format!("{hidden} of its commands are left out of help, and shown when it is added"));
        }
    }
}

/// Whether an error is a fault of the pack, or of where it would be added, and not of the check.
fn is_of_pack(error: &HostError) -> bool {
    match error {
        HostError::Description(_) | HostError::Gate(_) => true,
        HostError::Runtime(error) => {
            !matches!(error, RuntimeError::Engine { .. } | RuntimeError::Read { .. })
        }
        HostError::Store(error) => matches!(
            error,
            StoreError::NameClash { .. }
                | StoreError::Reserved { .. }
                | StoreError::Signature { .. }
                | StoreError::Trust(_)
        ),
        HostError::Said(said) | HostError::OfPack(said) => said.kind == Kind::Denied,
        HostError::Session(_) | HostError::Output(_) | HostError::Address(_) | HostError::Fetch(_) => false,
    }
}
