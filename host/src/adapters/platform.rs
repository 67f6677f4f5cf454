//! The platform behind a pack's GraphQL handle: the session sends what the gate has let through.

use std::sync::Arc;

use vantage_output::Console;
use vantage_policy::gate::OperationKind;
use vantage_runtime::ports::{Events, Platform, PlatformAnswer, PlatformRequest, PortError, PortFuture};
use vantage_session::{GraphqlRequest, GraphqlResponse, Session, Subscription};

use crate::adapters::Failures;
use crate::error::{HostError, errors_as_json, is_refused};

/// Sends a pack's operations as the signed-in user.
pub struct SessionPlatform {
    /// Who is signed in.
    pub session: Arc<Session>,
    /// Where a dry run shows what it does not send.
    pub console: Console,
    /// Whether changes are shown instead of sent.
    pub dry_run: bool,
    /// What the user is told when the pack passes a failure on.
    pub failures: Failures,
}

impl Platform for SessionPlatform {
    fn execute(&self, request: PlatformRequest) -> PortFuture<'_, PlatformAnswer> {
        Box::pin(async move {
            if self.dry_run && request.kind == OperationKind::Mutation {
                return Err(self.shown(&request));
            }
            let answer = self.session.graphql(graphql_request(request)).await;
            Ok(told(answer.map_err(|error| self.failures.keep(HostError::from(error)))?, &self.failures))
        })
    }

    fn subscribe(&self, request: PlatformRequest) -> PortFuture<'_, Box<dyn Events>> {
        Box::pin(async move {
            let subscription = self.session.subscribe(graphql_request(request)).await;
            let subscription = subscription.map_err(|error| self.failures.keep(HostError::from(error)))?;
            let events = SessionEvents { subscription, failures: self.failures.clone() };
            Ok(Box::new(events) as Box<dyn Events>)
        })
    }
}

/// The events of a session's subscription.
struct SessionEvents {
    subscription: Subscription,
    failures: Failures,
}

impl Events for SessionEvents {
    fn next(&mut self) -> PortFuture<'_, Option<PlatformAnswer>> {
        Box::pin(async move {
            let event = self.subscription.next().await;
            let event = event.map_err(|error| self.failures.keep(HostError::from(error)))?;
            Ok(event.map(|event| told(event, &self.failures)))
        })
    }
}

fn graphql_request(request: PlatformRequest) -> GraphqlRequest {
    GraphqlRequest {
        api: request.api,
        operation_name: Some(request.operation),
        document: request.document,
        variables: request.variables,
        mutation: request.kind == OperationKind::Mutation,
    }
}

/// What a pack is told of an answer; a refusal is kept for the user, too.
fn told(answer: GraphqlResponse, failures: &Failures) -> PlatformAnswer {
    if is_refused(&answer) {
        failures.keep_refusal(HostError::from_graphql(&answer));
    }
    PlatformAnswer {
        data: answer.data.map_or_else(|| "null".to_owned(), |data| data.get().to_owned()),
        errors: errors_as_json(&answer.errors).to_string(),
    }
}

impl SessionPlatform {
    fn shown(&self, request: &PlatformRequest) -> PortError {
        self.failures.note_dry_run();
        show_unsent(&self.console, &request.api, &request.document, &request.variables);
        PortError {
            kind: "dry-run",
            message: "dry run: nothing was changed".to_owned(),
            hints: Vec::new(),
            details: None,
        }
    }
}

/// Shows what a dry run does not send.
pub fn show_unsent(console: &Console, api: &str, document: &str, variables: &str) {
    console.announce(&format!("dry run: not sent to api `{api}`:"));
    for line in document.lines() {
        console.announce(&format!("  {line}"));
    }
    console.announce(&format!("  variables: {variables}"));
}
