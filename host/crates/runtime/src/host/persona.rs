//! `persona.persona`: who is signed in, one granted aspect at a time.
//!
//! Nothing here authenticates, and nothing is read before the first aspect is allowed.

use std::time::Instant;

use vantage_policy::capability::Aspect;
use vantage_policy::decision::decide_aspect;
use wasmtime::component::Resource;

use super::contract::persona::{Host, HostPersona, Membership};
use super::record::Asked;
use super::{Failure, State, error};
use crate::ports::PersonaFacts;

/// The facts, once they were asked for: a run sees one state of them.
#[derive(Default)]
pub struct Persona {
    facts: Option<PersonaFacts>,
}

impl State {
    async fn facts(&mut self, persona: Resource<Persona>, aspect: Aspect) -> Result<PersonaFacts, Failure> {
        let known = self.table.get(&persona)?.facts.clone();
        let lent = self.lent()?.clone();
        lent.allow(Asked::Aspect(aspect), |grants| decide_aspect(aspect, grants))?;
        let began = Instant::now();
        let facts = match known {
            Some(facts) => Ok(facts),
            None => self.meter.host(lent.ports().identity.persona()).await,
        };
        lent.recorder().saw(aspect, began.elapsed(), facts.as_ref().err());
        let facts = facts?;
        self.table.get_mut(&persona)?.facts = Some(facts.clone());
        Ok(facts)
    }
}

impl Host for State {}

impl HostPersona for State {
    async fn subject(&mut self, persona: Resource<Persona>) -> Result<String, Failure> {
        Ok(self.facts(persona, Aspect::Identity).await?.subject)
    }

    async fn display_name(&mut self, persona: Resource<Persona>) -> Result<String, Failure> {
        Ok(self.facts(persona, Aspect::Identity).await?.display_name)
    }

    async fn email(&mut self, persona: Resource<Persona>) -> Result<String, Failure> {
        let facts = self.facts(persona, Aspect::Email).await?;
        let untold = || Failure::Error(error("not-found", "the provider tells no e-mail address"));
        facts.email.ok_or_else(untold)
    }

    async fn organization(&mut self, persona: Resource<Persona>) -> Result<Option<Membership>, Failure> {
        let facts = self.facts(persona, Aspect::Organization).await?;
        Ok(facts.organization.map(|(id, name)| Membership { id, name }))
    }

    async fn roles(&mut self, persona: Resource<Persona>) -> Result<Vec<String>, Failure> {
        Ok(self.facts(persona, Aspect::Roles).await?.roles)
    }

    async fn has_role(&mut self, persona: Resource<Persona>, role: String) -> Result<bool, Failure> {
        Ok(self.facts(persona, Aspect::Roles).await?.roles.contains(&role))
    }

    fn drop(&mut self, persona: Resource<Persona>) -> wasmtime::Result<()> {
        self.table.delete(persona)?;
        Ok(())
    }
}
