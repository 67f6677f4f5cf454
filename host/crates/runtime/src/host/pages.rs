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
use crate::relay::{FIRST, PAGES, Page, set};

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
        let page = Page::read(&answer.data, &answer.errors, &self.connection)?;
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
