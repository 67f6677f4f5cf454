//! `graphql.client`: the pack's operations, run as the user, as far as the user granted them.
//!
//! What is sent is the gate's print of a document that the user's grants cover; tokens, endpoints and
//! retries are the session's and never come near. Pages are in `pages`, subscriptions in `subscription`.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt;
use futures_util::stream;
use vantage_policy::decision::{Grants, decide_dynamic};
use vantage_policy::gate::Operation;
use wasmtime::component::Resource;

use super::contract::graphql::{Host, HostClient, OperationCall, Response};
use super::contract::types;
use super::pages::Pages;
use super::record::{Asked, Refused};
use super::subscription::Subscription;
use super::{Failure, Lent, State, error};
use crate::ports::{PlatformAnswer, PortError};

/// Requests of one `execute-all` that are under way at once: as many as one user's share of the
/// platform allows.
const IN_FLIGHT: usize = 8;
/// Calls of one `execute-all`.
const CALLS: usize = 1_000;
/// Answers of one `execute-all` together; the pack could not hold more.
const ANSWERS: usize = 64 * 1024 * 1024;

/// The handle has no state: everything is asked of [`Lent`] at each call.
pub struct Client;

impl From<PlatformAnswer> for Response {
    fn from(answer: PlatformAnswer) -> Self {
        Self { data: answer.data, errors: answer.errors, meta: "{}".to_owned() }
    }
}

impl Host for State {}

impl HostClient for State {
    async fn execute(
        &mut self,
        client: Resource<Client>,
        operation: String,
        variables: String,
    ) -> Result<Response, Failure> {
        self.table.get(&client)?;
        let lent = self.lent()?;
        Ok(self.meter.host(lent.execute(&operation, &variables)).await?.into())
    }

    async fn execute_all(
        &mut self,
        client: Resource<Client>,
        calls: Vec<OperationCall>,
    ) -> wasmtime::Result<Vec<Result<Response, types::Error>>> {
        self.table.get(&client)?;
        let lent = self.lent()?;
        let answers = self.meter.host(execute_all(lent, calls)).await;
        Ok(answers.into_iter().map(|answer| Ok(answer?.into())).collect())
    }

    async fn paginate(
        &mut self,
        client: Resource<Client>,
        operation: String,
        variables: String,
        connection: String,
    ) -> Result<Resource<Pages>, Failure> {
        self.table.get(&client)?;
        let lent = self.lent()?.clone();
        let pages = Pages::new(lent, &operation, &variables, connection)?;
        Ok(self.hand_out(pages)?)
    }

    async fn subscribe(
        &mut self,
        client: Resource<Client>,
        operation: String,
        variables: String,
    ) -> Result<Resource<Subscription>, Failure> {
        self.table.get(&client)?;
        let lent = self.lent()?.clone();
        let subscription = self.meter.host(Subscription::start(lent, &operation, &variables)).await?;
        Ok(self.hand_out(subscription)?)
    }

    async fn execute_document(
        &mut self,
        client: Resource<Client>,
        api: String,
        document: String,
        variables: String,
    ) -> Result<Response, Failure> {
        self.table.get(&client)?;
        let lent = self.lent()?;
        Ok(self.meter.host(execute_document(lent, &api, &document, &variables)).await?.into())
    }

    fn drop(&mut self, client: Resource<Client>) -> wasmtime::Result<()> {
        self.table.delete(client)?;
        Ok(())
    }
}

/// Runs all calls, at most [`IN_FLIGHT`] at once; the answers are in the order of the calls.
pub(super) async fn execute_all(
    lent: &Lent,
    calls: Vec<OperationCall>,
) -> Vec<Result<PlatformAnswer, PortError>> {
    if calls.len() > CALLS {
        let message = format!("{} calls at once; at most {CALLS} are taken", calls.len());
        let refused = Refused::by("too-many", error("too-large", message));
        let told = lent.refuse(Asked::Unnamed, refused);
        return calls.iter().map(|_| Err(told.clone())).collect();
    }
    let bytes = AtomicUsize::new(0);
    let bytes = &bytes;
    stream::iter(calls)
        .map(|call| async move {
            if bytes.load(Ordering::Relaxed) > ANSWERS {
                let message = "the answers so far have more than 64 MiB: ask for fewer at once";
                let operation = lent.operation(&call.operation)?;
                let refused = Refused::by("too-large", error("too-large", message));
                return Err(lent.refuse(Asked::Operation(operation), refused));
            }
            let answer = lent.execute(&call.operation, &call.variables).await?;
            bytes.fetch_add(answer.data.len() + answer.errors.len(), Ordering::Relaxed);
            Ok(answer)
        })
        .buffered(IN_FLIGHT)
        .collect()
        .await
}

/// Runs a document that the pack made while running: the gate reads it now.
pub(super) async fn execute_document(
    lent: &Lent,
    api: &str,
    document: &str,
    variables: &str,
) -> Result<PlatformAnswer, PortError> {
    let operation = Operation::read_dynamic(api, document).map_err(|refusal| {
        let told = PortError { hints: refusal.hints(), ..error("invalid", refusal.to_string()) };
        lent.refuse(Asked::Document, Refused::by("gate", told))
    })?;
    lent.only_in_runs(Some(Asked::Dynamic(&operation)))?;
    let effect = lent.command().effect;
    let rule = |grants: &Grants| decide_dynamic(&operation, effect, grants);
    lent.send(Asked::Dynamic(&operation), &operation, variables, rule).await
}
