//! The persona behind a pack's handle. Which aspects a pack may see, the runtime asks the policy.

use std::sync::Arc;

use vantage_runtime::ports::{Identity, PersonaFacts, PortFuture};
use vantage_session::Session;

use crate::adapters::Failures;
use crate::error::HostError;

/// Who is signed in, as the session knows it.
pub struct SessionIdentity {
    /// The session.
    pub session: Arc<Session>,
    /// What the user is told when the pack passes a failure on.
    pub failures: Failures,
}

impl Identity for SessionIdentity {
    fn persona(&self) -> PortFuture<'_, PersonaFacts> {
        Box::pin(async move {
            let persona = self
                .session
                .persona_or_sign_in()
                .await
                .map_err(|error| self.failures.keep(HostError::from(error)))?;
            let name = persona.display_name.or(persona.username);
            Ok(PersonaFacts {
                display_name: name.unwrap_or_else(|| persona.subject.clone()),
                subject: persona.subject,
                email: persona.email,
                organization: persona.organization.map(|organization| (organization.id, organization.name)),
                roles: persona.roles,
            })
        })
    }
}
