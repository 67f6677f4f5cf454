//! `vantage api --paginate`: a list to its end, the next page on its way while this one is written.
//!
//! What a page is, the runtime knows (`relay.rs`), as for packs. A list is whole or an error: a page
//! with errors ends it with what is wrong. Memory holds two pages.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::stream;
use tokio::task::JoinHandle;
use vantage_policy::gate::{Operation, OperationKind};
use vantage_runtime::ports::PortError;
use vantage_runtime::relay::{self, FIRST, PAGES, Page};
use vantage_session::{GraphqlRequest, GraphqlResponse, Session, SessionError};

use crate::context::Context;
use crate::error::{HostError, Kind, errors_as_json};
use crate::reply::Reply;

/// Follows the list of a query.
pub(super) async fn run(
    request: GraphqlRequest,
    operation: Operation,
    connection: Option<String>,
    context: &Context,
) -> Result<Reply, HostError> {
    let request = first_request(request, &operation, connection.as_deref())?;
    let list = List { session: context.session()?, request, connection, seen: HashSet::new(), next: None };
    // The first page is waited for here, so that what is wrong with it is told before any record.
    let (page, list) = list.advance().await?;
    Ok(Reply::followed(stream::try_unfold(Some((Some(page), list)), |state| async {
        let Some((page, list)) = state else { return Ok(None) };
        let (page, list) = match page {
            Some(page) => (page, list),
            None => list.advance().await?,
        };
        // The page after this one is on its way already.
        let rest = page.cursor.map(|_| (None, list));
        Ok(Some((page.nodes, rest)))
    })))
}

/// Everything that can be refused before anything is sent.
fn first_request(
    request: GraphqlRequest,
    operation: &Operation,
    connection: Option<&str>,
) -> Result<GraphqlRequest, HostError> {
    let refused = |message: &str, hint: &str| HostError::usage(message, vec![hint.to_owned()]);
    if operation.kind != OperationKind::Query {
        return Err(refused("only a query has pages", "leave --paginate out"));
    }
    let takes = |name: &str| operation.variables.iter().any(|variable| variable == name);
    if !takes("after") {
        return Err(refused(
            "the document has no variable `$after`, by which pages are asked for",
            "declare it and pass it on, as in `query ($after: String) { clusters(first: 100, after: $after) { … } }`",
        ));
    }
    if connection.is_some_and(|pointer| !pointer.is_empty() && !pointer.starts_with('/')) {
        return Err(refused("--connection takes a JSON Pointer", "as in --connection /clusters"));
    }
    let has_first = serde_json::from_str::<serde_json::Value>(&request.variables)
        .is_ok_and(|variables| variables.get("first").is_some());
    let variables = match takes("first") && !has_first {
        true => relay::set(&request.variables, "first", FIRST).map_err(told)?,
        false => request.variables,
    };
    Ok(GraphqlRequest { variables, ..request })
}

/// A list on its way.
struct List {
    session: Arc<Session>,
    request: GraphqlRequest,
    /// Where the list is in the answer; found in the first one where nobody says.
    connection: Option<String>,
    /// Cursors so far: one that comes again would go round for ever.
    seen: HashSet<String>,
    /// The page that is fetched ahead.
    next: Option<JoinHandle<Result<GraphqlResponse, SessionError>>>,
}

impl List {
    /// The next page, after which the one behind it is on its way.
    async fn advance(mut self) -> Result<(Page, Self), HostError> {
        let answer = match self.next.take() {
            Some(task) => task.await.map_err(|_| HostError::interrupted())??,
            None => self.session.graphql(self.request.clone()).await?,
        };
        if !answer.errors.is_empty() {
            return Err(HostError::from_graphql(&answer));
        }
        let data = answer.data.as_ref().map_or("null", |data| data.get());
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => only_one(&relay::connections(data))?,
        };
        let errors = errors_as_json(&answer.errors).to_string();
        let page = Page::read(data, &errors, &connection).map_err(told)?;
        self.connection = Some(connection);
        if let Some(cursor) = &page.cursor {
            self.go_on(cursor)?;
        }
        Ok((page, self))
    }

    fn go_on(&mut self, cursor: &str) -> Result<(), HostError> {
        let failed = |message: String| HostError::said(Kind::Failed, message, Vec::new());
        if self.seen.len() >= PAGES {
            return Err(failed(format!("the list has more than {PAGES} pages")));
        }
        if !self.seen.insert(cursor.to_owned()) {
            return Err(failed("the platform gives the same page again: its cursor was there before".into()));
        }
        self.request.variables = relay::set(&self.request.variables, "after", cursor).map_err(told)?;
        let (session, request) = (Arc::clone(&self.session), self.request.clone());
        self.next = Some(tokio::spawn(async move { session.graphql(request).await }));
        Ok(())
    }
}

impl Drop for List {
    fn drop(&mut self) {
        if let Some(task) = &self.next {
            task.abort();
        }
    }
}

fn only_one(found: &[String]) -> Result<String, HostError> {
    match found {
        [one] => Ok(one.clone()),
        [] => Err(HostError::usage(
            "the answer has no list with pages",
            vec!["select `pageInfo { hasNextPage endCursor }` beside `edges` or `nodes`".to_owned()],
        )),
        several => Err(HostError::usage(
            format!("the answer has several lists with pages: {}", several.join(", ")),
            vec![format!("--connection {} follows the first", several[0])],
        )),
    }
}

/// What is wrong with a page, in the host's terms.
fn told(error: PortError) -> HostError {
    let kind = if error.kind == "invalid" { Kind::Usage } else { Kind::Failed };
    HostError::said(kind, error.message, error.hints)
}
