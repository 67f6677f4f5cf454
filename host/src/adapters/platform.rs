//! The platform behind a pack's GraphQL handle: the session sends what the gate has let through.

use std::sync::Arc;

use vantage_output::Console;
use vantage_policy::gate::OperationKind;
use vantage_runtime::ports::{Platform, PlatformAnswer, PlatformRequest, PortError, PortFuture};
use vantage_session::{GraphqlRequest, Session};

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
            let answer = self
                .session
                .graphql(GraphqlRequest {
                    api: request.api,
                    operation_name: Some(request.operation),
                    document: request.document,
                    variables: request.variables,
                    mutation: request.kind == OperationKind::Mutation,
                })
                .await
                .map_err(|error| self.failures.keep(HostError::from(error)))?;
            if is_refused(&answer) {
                self.failures.keep_refusal(HostError::from_graphql(&answer));
            }
            Ok(PlatformAnswer {
                data: answer.data.map_or_else(|| "null".to_owned(), |data| data.get().to_owned()),
                errors: errors_as_json(&answer.errors).to_string(),
            })
        })
    }
}

impl SessionPlatform {
    fn shown(&self, request: &PlatformRequest) -> PortError {
        self.failures.note_dry_run();
        self.console.announce(&format!("dry run: not sent to api `{}`:", request.api));
        for line in request.document.lines() {
            self.console.announce(&format!("  {line}"));
        }
        self.console.announce(&format!("  variables: {}", request.variables));
        PortError {
            kind: "dry-run",
            message: "dry run: nothing was changed".to_owned(),
            hints: Vec::new(),
            details: None,
        }
    }
}
