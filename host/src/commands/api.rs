//! `vantage api`: runs any GraphQL document as the signed-in user.
//!
//! This is the user's own hand, not a pack's: no grant is asked. It still goes through the session,
//! so no token is seen here, and stdout is the answer's `data`, which is what scripts want. What the
//! options read is in `api/input.rs`; lists that are followed to their end are in `api/paginate.rs`,
//! subscriptions in `api/subscribe.rs`.

mod input;
mod paginate;
mod subscribe;

use clap::Args;
use vantage_output::{AnswerSpec, Shape};
use vantage_policy::gate::{Operation, OperationKind};
use vantage_session::GraphqlRequest;

use self::input::{Field, Input};
use crate::adapters::platform::show_unsent;
use crate::context::Context;
use crate::error::HostError;
use crate::reply::{self, Reply};

/// Run a GraphQL document as the signed-in user
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  vantage api '{ clusters(first: 3) { edges { node { name status } } } }'
      Runs a query on the cluster API
  vantage api @create.graphql -F createClusterInput='{\"name\": \"gpu-7\", \"provider\": \"aws\"}'
      Runs the document in a file with a variable
  vantage api @list.graphql --paginate -o jsonl
      Follows a list to its end, one record a line
  vantage api 'subscription { jobSubmissionChanged { id status } }' --api jobs --subscribe
      Prints an event a line until it is interrupted")]
pub struct Arguments {
    /// Document, @FILE, or - for standard input
    document: String,
    /// API that serves it
    #[arg(long, value_name = "NAME", default_value = "cluster")]
    api: String,
    /// Variable; the value is JSON where it can be read as JSON, else text; @FILE or @- for the text
    /// of a file or of standard input; repeatable
    #[arg(long = "variable", short = 'F', value_name = "NAME=VALUE", value_parser = input::field)]
    fields: Vec<Field>,
    /// Variable whose value is text as it is; repeatable
    #[arg(long = "raw-field", short = 'f', value_name = "NAME=TEXT", value_parser = input::raw_field)]
    raw_fields: Vec<Field>,
    /// JSON file with the variables, or - for standard input; -F and -f win over it
    #[arg(long, value_name = "FILE")]
    variables: Option<String>,
    /// Operation to run, where the document has several
    #[arg(long, value_name = "NAME", conflicts_with_all = ["paginate", "subscribe"])]
    operation: Option<String>,
    /// Follow the document's list to its end; it takes $after and selects pageInfo
    #[arg(long, conflicts_with = "subscribe")]
    paginate: bool,
    /// JSON Pointer of the list to follow, where the answer has several
    #[arg(long, value_name = "POINTER", requires = "paginate")]
    connection: Option<String>,
    /// Follow a subscription until it ends or is interrupted
    #[arg(long)]
    subscribe: bool,
}

/// How it answers; what the document selects is not known before it has run.
pub fn answer(arguments: &Arguments) -> AnswerSpec {
    if arguments.paginate {
        return reply::many_records("records", Vec::new());
    }
    if arguments.subscribe {
        return AnswerSpec { shape: Shape::Live, ..reply::many_records("events", Vec::new()) };
    }
    reply::one_record(Vec::new())
}

/// Answers with `data`; errors of GraphQL go to standard error, with exit status 1.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    refuse_columns(arguments, context)?;
    let Input { document, variables } = input::read(arguments)?;
    let operation = Operation::read_dynamic(&arguments.api, &document);
    let kind = operation.as_ref().map(|operation| operation.kind);
    let subscription = kind == Ok(OperationKind::Subscription);
    if subscription && !arguments.subscribe {
        return Err(HostError::usage(
            "the document is a subscription",
            vec!["--subscribe follows it".to_owned()],
        ));
    }
    // Anything that is not certainly a query may change something, and is then never sent twice.
    let mutation = !subscription && kind != Ok(OperationKind::Query);
    if context.globals().dry_run && mutation {
        show_unsent(context.console(), &arguments.api, &document, &variables);
        return Ok(Reply::nothing());
    }
    let request = GraphqlRequest {
        api: arguments.api.clone(),
        operation_name: arguments.operation.clone(),
        document,
        variables,
        mutation,
    };
    if arguments.paginate {
        return paginate::run(request, operation?, arguments.connection.clone(), context).await;
    }
    if arguments.subscribe {
        return subscribe::run(request, operation?, context).await;
    }
    let answer = context.session()?.graphql(request).await?;
    let failure = (!answer.errors.is_empty()).then(|| HostError::from_graphql(&answer));
    let reply = answer.data.map_or_else(Reply::nothing, |data| Reply::text(data.get().to_owned()));
    Ok(reply.but(failure))
}

/// A column that is not there would be found only when the document has been sent.
fn refuse_columns(arguments: &Arguments, context: &Context) -> Result<(), HostError> {
    let globals = context.globals();
    if arguments.paginate || (globals.columns.is_none() && globals.sort.is_none()) {
        return Ok(());
    }
    Err(HostError::usage(
        "`api` has no columns to choose or sort by",
        vec!["--jq picks from what the document selects".to_owned()],
    ))
}
