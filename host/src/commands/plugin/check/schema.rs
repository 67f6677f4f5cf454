//! Whether a pack's documents fit the APIs that they are for: those of the platform, as the user who is
//! signed in sees them, or schemas in files.
//!
//! `plugin add` does not ask this: what one platform lacks another may have, and it works unsigned-in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};
use vantage_policy::description::{Description, OperationSource};
use vantage_policy::schema::{Misfit, PlatformSchema, SCHEMA_LENGTH, SchemaError, introspection};
use vantage_session::GraphqlRequest;

use crate::context::Context;
use crate::error::HostError;

/// What introspection is called in the log of an API.
const OPERATION: &str = "IntrospectionQuery";

/// A schema in a file, in place of what the platform says: `API=FILE`.
#[derive(Debug, Clone)]
pub(super) struct Against {
    api: String,
    file: PathBuf,
}

/// Reads `API=FILE`.
pub(super) fn against(text: &str) -> Result<Against, String> {
    match text.split_once('=') {
        Some((api, file)) if !api.is_empty() && !file.is_empty() => {
            Ok(Against { api: api.to_owned(), file: PathBuf::from(file) })
        }
        _ => Err("it must be an API and a file, as in `cluster=schema.graphql`".to_owned()),
    }
}

/// What was found for one API.
pub(super) struct Compared {
    pub(super) api: String,
    /// The file, or none for the platform.
    file: Option<PathBuf>,
    outcome: Outcome,
}

enum Outcome {
    /// Why there is nothing to compare with.
    Not(String),
    /// How many documents were compared, and what does not fit.
    Done { documents: usize, misfits: Vec<(String, Misfit)> },
}

/// Compares every document of the pack, an API after the other.
///
/// # Errors
/// A file that cannot be read or is no schema, and one for an API that the pack does not use. A platform
/// that cannot be asked is no error: it is said.
pub(super) async fn compare(
    description: &Description,
    against: &[Against],
    context: &Context,
) -> Result<Vec<Compared>, HostError> {
    let mut documents: BTreeMap<&str, Vec<&OperationSource>> = BTreeMap::new();
    for operation in &description.operations {
        documents.entry(&operation.api).or_default().push(operation);
    }
    if let Some(unused) = against.iter().find(|one| !documents.contains_key(one.api.as_str())) {
        let has = documents.keys().copied().collect::<Vec<_>>().join(", ");
        let hint = if has.is_empty() { "it has no documents".to_owned() } else { format!("it uses {has}") };
        return Err(HostError::usage(format!("the pack has no document for `{}`", unused.api), vec![hint]));
    }
    let mut compared = Vec::new();
    for (api, operations) in documents {
        let file = against.iter().find(|one| one.api == api).map(|one| one.file.clone());
        let schema = match &file {
            Some(path) => Ok(read(path)?),
            None => ask(api, context).await,
        };
        let outcome = match schema {
            Ok(schema) => Outcome::done(&schema, &operations),
            Err(reason) => Outcome::Not(reason),
        };
        compared.push(Compared { api: api.to_owned(), file, outcome });
    }
    Ok(compared)
}

fn read(path: &PathBuf) -> Result<PlatformSchema, HostError> {
    let name = path.display().to_string();
    // One byte more is refused by its length, with what may be.
    let limit = SCHEMA_LENGTH as u64 + 1;
    let text = std::fs::File::open(path).and_then(|file| {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut std::io::Read::take(file, limit), &mut text).map(|_| text)
    });
    let text = text.map_err(|error| HostError::input(&name, error))?;
    PlatformSchema::read(&text).map_err(|error| no_schema(&name, &error))
}

fn no_schema(name: &str, error: &SchemaError) -> HostError {
    let hint = "a schema is GraphQL's own language, or the JSON that introspection answers".to_owned();
    HostError::usage(format!("`{name}` is no schema: {error}"), vec![hint])
}

/// The schema that the platform itself tells, or why it does not.
async fn ask(api: &str, context: &Context) -> Result<PlatformSchema, String> {
    let said = |error: HostError| error.report().message;
    let session = context.session().map_err(said)?;
    let request = GraphqlRequest {
        api: api.to_owned(),
        operation_name: Some(OPERATION.to_owned()),
        document: introspection(),
        variables: String::new(),
        mutation: false,
    };
    let answer = session.graphql(request).await.map_err(|error| said(error.into()))?;
    match answer.data {
        Some(data) if answer.errors.is_empty() => {
            PlatformSchema::read(data.get()).map_err(|error| format!("what it answers is no schema: {error}"))
        }
        _ => Err(match answer.errors.first() {
            Some(error) => format!("the platform does not tell it: {}", error.message),
            None => "the platform does not tell it".to_owned(),
        }),
    }
}

impl Outcome {
    fn done(schema: &PlatformSchema, operations: &[&OperationSource]) -> Self {
        let misfits = operations.iter().flat_map(|operation| {
            let found = schema.misfits(&operation.document).into_iter();
            found.map(|misfit| (operation.name.clone(), misfit))
        });
        Self::Done { documents: operations.len(), misfits: misfits.collect() }
    }
}

impl Compared {
    fn with(&self) -> String {
        self.file.as_ref().map_or_else(|| "the platform".to_owned(), |path| format!("`{}`", path.display()))
    }

    /// What does not fit, a line each.
    pub(super) fn misfits(&self) -> Vec<String> {
        let Outcome::Done { misfits, .. } = &self.outcome else { return Vec::new() };
        let line = |(operation, misfit): &(String, Misfit)| {
            let Misfit { line, column, message } = misfit;
            format!("{operation}, line {line}, column {column}: {message}")
        };
        misfits.iter().map(line).collect()
    }

    /// In a line.
    pub(super) fn words(&self) -> String {
        let Self { api, outcome, .. } = self;
        match outcome {
            Outcome::Not(reason) => format!("{api}: not compared, as {reason}"),
            Outcome::Done { documents, misfits } if misfits.is_empty() => {
                let fit = if *documents == 1 { "the document fits" } else { "all documents fit" };
                format!("{api}: {fit} {}", self.with())
            }
            Outcome::Done { misfits, .. } => {
                format!("{api}: {} of what the documents say does not fit {}", misfits.len(), self.with())
            }
        }
    }

    /// For programs.
    pub(super) fn record(&self) -> Value {
        let against = self.file.as_ref().map_or_else(|| json!("platform"), |path| json!(path));
        match &self.outcome {
            Outcome::Not(reason) => {
                json!({ "api": self.api, "against": against, "compared": false, "reason": reason })
            }
            Outcome::Done { documents, misfits } => {
                let misfit = |(operation, misfit): &(String, Misfit)| {
                    json!({ "operation": operation, "line": misfit.line, "column": misfit.column,
                        "message": misfit.message })
                };
                json!({
                    "api": self.api,
                    "against": against,
                    "compared": true,
                    "documents": documents,
                    "misfits": misfits.iter().map(misfit).collect::<Vec<_>>(),
                })
            }
        }
    }
}
