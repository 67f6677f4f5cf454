//! `graphql.subscription`: a declared subscription, as far as the user granted it and for as long.
//!
//! The grant is asked for when it starts, before each event and once a second between events, so that
//! revoking it ends a command that only waits. What arrived in the meantime is not handed over.

use tokio::sync::OwnedSemaphorePermit;
use vantage_policy::decision::decide_operation;
use vantage_policy::gate::OperationKind;
use wasmtime::component::Resource;

use super::contract::graphql::{HostSubscription, Response};
use super::{Failure, Lent, State, error};
use crate::ports::{Events, PlatformAnswer, PortError};

/// One subscription on its way.
pub struct Subscription {
    lent: Lent,
    operation: String,
    /// None when it has come to its end.
    events: Option<Box<dyn Events>>,
    _permit: OwnedSemaphorePermit,
}

impl Subscription {
    /// Starts a declared subscription.
    pub(super) async fn start(lent: Lent, name: &str, variables: &str) -> Result<Self, Failure> {
        let operation = lent.operation(name)?;
        if operation.kind != OperationKind::Subscription {
            return Err(Failure::invalid(format!("the operation `{}` is no subscription", operation.name)));
        }
        lent.allow(|grants| decide_operation(operation, lent.command(), grants))?;
        let permit = lent.subscriptions().try_acquire_owned().map_err(|_| {
            error("too-large", "the pack follows too many subscriptions at once: end one before the next")
        })?;
        let events = lent.subscribe(operation, variables).await?;
        let operation = operation.name.clone();
        Ok(Self { lent, operation, events: Some(events), _permit: permit })
    }

    /// The next event; none at the end, and ever after. An error ends it.
    pub(super) async fn next(&mut self) -> Result<Option<PlatformAnswer>, PortError> {
        let Some(mut events) = self.events.take() else {
            return Ok(None);
        };
        let operation = self.lent.operation(&self.operation)?;
        let event = {
            let rule = |grants: &_| decide_operation(operation, self.lent.command(), grants);
            self.lent.allow(rule)?;
            let event = self.lent.while_allowed(events.next(), rule).await?;
            self.lent.allow(rule)?;
            event
        };
        if event.is_some() {
            self.events = Some(events);
        }
        Ok(event)
    }
}

impl HostSubscription for State {
    async fn next(&mut self, subscription: Resource<Subscription>) -> Result<Option<Response>, Failure> {
        let meter = self.meter.clone();
        let subscription = self.table.get_mut(&subscription)?;
        Ok(meter.host(subscription.next()).await?.map(Response::from))
    }

    fn drop(&mut self, subscription: Resource<Subscription>) -> wasmtime::Result<()> {
        self.table.delete(subscription)?;
        Ok(())
    }
}
