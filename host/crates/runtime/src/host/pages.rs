//! `graphql.pages`: a Relay connection read to its end, the next page on its way while the pack
//! works on the present one.
//!
//! A connection is whole or an error: a page that comes with errors, without `pageInfo` or with a
//! cursor that was there before ends the reading with what is wrong, never with fewer nodes.

use std::collections::HashSet;

use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;
use tracing::Instrument;
use vantage_policy::decision::decide_operation;
use vantage_policy::gate::OperationKind;
use wasmtime::component::Resource;

use super::contract::graphql::HostPages;
use super::record::{Asked, Refused};
use super::{Failure, Lent, State, error, json};
use crate::ports::{PlatformAnswer, PortError};

/// Nodes of a page where the pack does not say; as many as the platform gives at once.
const FIRST: &str = "100";
/// Pages of one connection: ten million nodes are no answer but a mistake.
const PAGES: usize = 100_000;

/// One connection on its way.
pub struct Pages {
    lent: Lent,
    operation: String,
    variables: String,
    connection: String,
    /// Cursors so far: one that comes again would go round for ever.
    seen: HashSet<String>,
    ahead: Option<Ahead>,
    done: bool,
}

/// A page that is fetched while the pack works.
struct Ahead {
    task: JoinHandle<Result<PlatformAnswer, PortError>>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What one answer holds of a connection.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    nodes: Vec<String>,
    /// The JSON text of the next page's cursor; none after the last page.
    cursor: Option<String>,
}

impl Pages {
    /// Checks everything that does not need the platform.
    pub(super) fn new(lent: Lent, name: &str, variables: &str, connection: String) -> Result<Self, Failure> {
        let operation = lent.operation(name)?;
        let asked = Asked::Operation(operation);
        lent.allow(asked, |grants| decide_operation(operation, lent.command(), grants))?;
        let refuse = |rule, message: &str| {
            Err(Failure::Error(lent.refuse(asked, Refused::by(rule, error("invalid", message)))))
        };
        if operation.kind != OperationKind::Query {
            return refuse("kind", &format!("the operation `{name}` is no query: only queries have pages"));
        }
        if !operation.variables.iter().any(|variable| variable == "after") {
            let message =
                format!("the operation `{name}` has no variable `after`, by which its pages are asked for");
            return refuse("pages", &message);
        }
        if !connection.is_empty() && !connection.starts_with('/') {
            return refuse("pages", "the connection is named by a JSON Pointer, as in `/clusters`");
        }
        let mut variables = operation.check_variables(variables).map_err(|refusal| {
            let told = PortError { hints: refusal.hints(), ..error("invalid", refusal.to_string()) };
            lent.refuse(asked, Refused::by("variables", told))
        })?;
        let takes_first = operation.variables.iter().any(|variable| variable == "first");
        if takes_first && json::member(&variables, "first").is_none() {
            variables = set(&variables, "first", FIRST)?;
        }
        let operation = name.to_owned();
        Ok(Self { lent, operation, variables, connection, seen: HashSet::new(), ahead: None, done: false })
    }

    /// The next page's nodes, or none after the last; an error ends the reading.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<String>>, PortError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let answer = match self.ahead.take() {
            Some(mut ahead) => {
                // What was revoked while the page was on its way is not handed over.
                let operation = self.lent.operation(&self.operation)?;
                let asked = Asked::Operation(operation);
                self.lent.allow(asked, |grants| decide_operation(operation, self.lent.command(), grants))?;
                (&mut ahead.task)
                    .await
                    .map_err(|_| error("failed", "the next page could not be fetched"))??
            }
            None => self.lent.execute(&self.operation, &self.variables).await?,
        };
        let page = Page::read(&answer, &self.connection)?;
        if let Some(cursor) = page.cursor {
            self.go_on(cursor)?;
            self.fetch_ahead().await;
            self.done = false;
        }
        Ok(Some(page.nodes))
    }

    fn go_on(&mut self, cursor: String) -> Result<(), PortError> {
        if self.seen.len() >= PAGES {
            return Err(error("too-large", format!("the connection has more than {PAGES} pages")));
        }
        self.variables = set(&self.variables, "after", &cursor)?;
        if self.seen.insert(cursor) {
            return Ok(());
        }
        Err(error("failed", "the platform gives the same page again: its cursor was there before"))
    }

    /// Starts on the next page, unless enough pages are on their way already.
    async fn fetch_ahead(&mut self) {
        let Ok(permit) = self.lent.pages_ahead().try_acquire_owned() else {
            return;
        };
        let (lent, operation, variables) =
            (self.lent.clone(), self.operation.clone(), self.variables.clone());
        let fetch = async move { lent.execute(&operation, &variables).await };
        self.ahead = Some(Ahead { task: tokio::spawn(fetch.in_current_span()), _permit: permit });
        // On an executor with one thread the request would not leave before the pack waits again.
        tokio::task::yield_now().await;
    }
}

impl Page {
    fn read(answer: &PlatformAnswer, connection: &str) -> Result<Self, PortError> {
        if json::elements(&answer.errors).is_some_and(|errors| !errors.is_empty()) {
            return Err(rejected(&answer.errors));
        }
        let connection = json::at(&answer.data, connection)
            .map_err(|problem| error("invalid", format!("no connection in the answer: {problem}")))?;
        let info = json::member(connection, "pageInfo").ok_or_else(|| incomplete("pageInfo"))?;
        let cursor =
            match json::member(info, "hasNextPage").ok_or_else(|| incomplete("pageInfo.hasNextPage"))? {
                "false" => None,
                _ => match json::member(info, "endCursor") {
                    None | Some("null") => return Err(incomplete("pageInfo.endCursor")),
                    Some(cursor) => Some(cursor.to_owned()),
                },
            };
        Ok(Self { nodes: nodes(connection)?, cursor })
    }
}

/// The nodes of a connection: `nodes` where it was selected, else the node of each edge. GraphQL
/// lets both be null one by one where the user may not see them; those are left out.
fn nodes(connection: &str) -> Result<Vec<String>, PortError> {
    let present = |node: &&str| *node != "null";
    if let Some(nodes) = json::member(connection, "nodes").and_then(json::elements) {
        return Ok(nodes.into_iter().filter(present).map(str::to_owned).collect());
    }
    let edges = json::member(connection, "edges").and_then(json::elements).ok_or_else(|| {
        error("invalid", "the connection has neither `nodes` nor `edges`: select one of them")
    })?;
    edges
        .into_iter()
        .filter(present)
        .map(|edge| json::member(edge, "node").ok_or_else(|| incomplete("edges.node")))
        .filter(|node| !matches!(node, Ok("null")))
        .map(|node| node.map(str::to_owned))
        .collect()
}

fn incomplete(field: &str) -> PortError {
    error(
        "invalid",
        format!(
            "the connection has no `{field}`: select `pageInfo {{ hasNextPage endCursor }}` and the nodes"
        ),
    )
}

/// The answer came with errors: some of the connection may be missing from it.
fn rejected(errors: &str) -> PortError {
    let errors: serde_json::Value = serde_json::from_str(errors).unwrap_or_default();
    let message = errors.pointer("/0/message").and_then(serde_json::Value::as_str);
    let message = message.unwrap_or("the platform answered with errors").to_owned();
    PortError { details: Some(serde_json::json!({ "errors": errors })), ..error("rejected", message) }
}

fn set(variables: &str, name: &str, value: &str) -> Result<String, PortError> {
    json::with_member(variables, name, value)
        .ok_or_else(|| error("invalid", "the variables are no JSON object"))
}

impl HostPages for State {
    async fn next(&mut self, pages: Resource<Pages>) -> Result<Option<Vec<String>>, Failure> {
        let meter = self.meter.clone();
        let pages = self.table.get_mut(&pages)?;
        Ok(meter.host(pages.next()).await?)
    }

    fn drop(&mut self, pages: Resource<Pages>) -> wasmtime::Result<()> {
        self.table.delete(pages)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(data: &str, errors: &str) -> String {
        let answer = PlatformAnswer { data: data.to_owned(), errors: errors.to_owned() };
        match Page::read(&answer, "/clusters") {
            Ok(page) => format!("{:?} then {:?}", page.nodes, page.cursor),
            Err(error) => format!("{}: {}", error.kind, error.message),
        }
    }

    #[test]
    fn edges_and_nodes_are_read() {
        let edges = r#"{"clusters": {"edges": [{"node": {"a": 1}}, null, {"node": null}],
            "pageInfo": {"hasNextPage": true, "endCursor": "c1"}}}"#;
        insta::assert_snapshot!(read(edges, "[]"), @r#"["{\"a\": 1}"] then Some("\"c1\"")"#);
        let nodes = r#"{"clusters": {"nodes": [1, null, 2], "pageInfo": {"hasNextPage": false}}}"#;
        insta::assert_snapshot!(read(nodes, "[]"), @r#"["1", "2"] then None"#);
    }

    #[test]
    fn what_is_missing_is_named() {
        insta::assert_snapshot!(read("null", "[]"), @"invalid: no connection in the answer: there is nothing at `/clusters`");
        insta::assert_snapshot!(read(r#"{"clusters": {"nodes": []}}"#, "[]"), @"invalid: the connection has no `pageInfo`: select `pageInfo { hasNextPage endCursor }` and the nodes");
        insta::assert_snapshot!(read(r#"{"clusters": {"nodes": [], "pageInfo": {"hasNextPage": true}}}"#, "[]"), @"invalid: the connection has no `pageInfo.endCursor`: select `pageInfo { hasNextPage endCursor }` and the nodes");
        insta::assert_snapshot!(read(r#"{"clusters": {"pageInfo": {"hasNextPage": false}}}"#, "[]"), @"invalid: the connection has neither `nodes` nor `edges`: select one of them");
    }

    #[test]
    fn a_page_with_errors_is_no_page() {
        let data = r#"{"clusters": {"nodes": [1], "pageInfo": {"hasNextPage": false}}}"#;
        insta::assert_snapshot!(read(data, r#"[{"message": "no access to `x`"}]"#), @"rejected: no access to `x`");
    }
}
