//! `vantage api`: runs any GraphQL document as the signed-in user.
//!
//! This is the user's own hand, not a pack's: no grant is asked. It still goes through the session,
//! so no token is seen here, and stdout is the answer's `data`, which is what scripts want.

use std::io::Read;

use clap::Args;
use serde_json::{Map, Value};
use vantage_output::AnswerSpec;
use vantage_policy::gate::{Operation, OperationKind};
use vantage_session::GraphqlRequest;

use crate::context::Context;
use crate::error::HostError;
use crate::reply::{self, Reply};

/// The longest document that is read, in bytes.
const DOCUMENT_LIMIT: u64 = 1 << 20;

/// Run a GraphQL document as the signed-in user
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  vantage api '{ clusters(first: 3) { edges { node { name status } } } }'
      Runs a query on the cluster API
  vantage api @create.graphql -F createClusterInput='{\"name\": \"gpu-7\", \"provider\": \"aws\"}'
      Runs the document in a file with a variable")]
pub struct Arguments {
    /// Document, @FILE, or - for standard input
    document: String,
    /// API that serves it
    #[arg(long, value_name = "NAME", default_value = "cluster")]
    api: String,
    /// Variable; the value is JSON where it can be read as JSON, else text; repeatable
    #[arg(long = "variable", short = 'F', value_name = "NAME=VALUE", value_parser = variable)]
    variables: Vec<(String, Value)>,
    /// Operation to run, where the document has several
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
}

fn variable(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE expected")?;
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(format!("`{name}` is no name of a GraphQL variable"));
    }
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok((name.to_owned(), value))
}

/// How it answers; what the document selects is not known before it has run.
pub fn answer() -> AnswerSpec {
    reply::one_record(Vec::new())
}

/// Answers with `data`; errors of GraphQL go to standard error, with exit status 1.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    refuse_columns(context)?;
    let document = read_document(&arguments.document)?;
    let variables: Map<String, Value> = arguments.variables.iter().cloned().collect();
    let mutation = changes(&arguments.api, &document)?;
    if context.globals().dry_run && mutation {
        context.console().note("dry run: the document is not sent");
        return Ok(Reply::nothing());
    }
    let answer = context
        .session()?
        .graphql(GraphqlRequest {
            api: arguments.api.clone(),
            operation_name: arguments.operation.clone(),
            document,
            variables: Value::Object(variables).to_string(),
            mutation,
        })
        .await?;
    let failure = (!answer.errors.is_empty()).then(|| HostError::from_graphql(&answer));
    let reply = answer.data.map_or_else(Reply::nothing, |data| Reply::text(data.get().to_owned()));
    Ok(reply.but(failure))
}

/// A column that is not there would be found only when the document has been sent.
fn refuse_columns(context: &Context) -> Result<(), HostError> {
    let globals = context.globals();
    if globals.columns.is_none() && globals.sort.is_none() {
        return Ok(());
    }
    Err(HostError::usage(
        "`api` has no columns to choose or sort by",
        vec!["-o json and jq pick from what the document selects".to_owned()],
    ))
}

/// Whether the document may change something: anything that is not certainly a query may, and is
/// then never sent twice.
fn changes(api: &str, document: &str) -> Result<bool, HostError> {
    match Operation::read_dynamic(api, document) {
        Ok(operation) if operation.kind == OperationKind::Subscription => Err(HostError::usage(
            "subscriptions cannot be run by `vantage api` yet",
            vec!["run a query, and repeat it".to_owned()],
        )),
        Ok(operation) => Ok(operation.kind != OperationKind::Query),
        Err(_) => Ok(true),
    }
}

fn read_document(source: &str) -> Result<String, HostError> {
    let mut text = String::new();
    match source.strip_prefix('@') {
        Some(path) => {
            let file = std::fs::File::open(path).map_err(|error| HostError::input(path, error))?;
            file.take(DOCUMENT_LIMIT + 1)
                .read_to_string(&mut text)
                .map_err(|error| HostError::input(path, error))?;
        }
        None if source == "-" => {
            let input = std::io::stdin().lock();
            input
                .take(DOCUMENT_LIMIT + 1)
                .read_to_string(&mut text)
                .map_err(|error| HostError::input("standard input", error))?;
        }
        None => text.push_str(source),
    }
    if text.len() as u64 > DOCUMENT_LIMIT {
        return Err(HostError::usage("the document is longer than 1 MiB", Vec::new()));
    }
    Ok(text)
}
