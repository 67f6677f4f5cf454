//! `graphql.subscription`: a declared subscription, as far as the user granted it and for as long.
//!
//! The grant is asked for when it starts, before each event and once a second between events, so that
//! revoking it ends a command that only waits. What arrived in the meantime is not handed over.

use tokio::sync::OwnedSemaphorePermit;
use vantage_policy::decision::decide_operation;
use vantage_policy::gate::OperationKind;
use wasmtime::component::Resource;

use super::contract::graphql::{HostSubscription, Response};
use super::record::{Asked, Record, Refused};
use super::{Failure, Lent, State, error};
use crate::ports::{Events, PlatformAnswer, PortError};

/// One subscription on its way.
pub struct Subscription {
    lent: Lent,
    operation: String,
    /// None when it has come to its end.
    events: Option<Box<dyn Events>>,
    /// Ends with the subscription.
    record: Record,
    _permit: OwnedSemaphorePermit,
}

impl Subscription {
    /// Starts a declared subscription.
    pub(super) async fn start(lent: Lent, name: &str, variables: &str) -> Result<Self, Failure> {
        let operation = lent.operation(name)?;
        let asked = Asked::Operation(operation);
        if operation.kind != OperationKind::Subscription {
            let told = error("invalid", format!("the operation `{}` is no subscription", operation.name));
            return Err(lent.refuse(asked, Refused::by("kind", told)).into());
        }
        lent.allow(asked, |grants| decide_operation(operation, lent.command(), grants))?;
        let permit = lent.subscriptions().try_acquire_owned().map_err(|_| {
            let message = "the pack follows too many subscriptions at once: end one before the next";
            lent.refuse(asked, Refused::by("too-many", error("too-large", message)))
        })?;
        let (events, record) = lent.subscribe(operation, variables).await?;
        let operation = operation.name.clone();
        Ok(Self { lent, operation, events: Some(events), record, _permit: permit })
    }

    /// The next event; none at the end, and ever after. An error ends it.
    pub(super) async fn next(&mut self) -> Result<Option<PlatformAnswer>, PortError> {
        let Some(mut events) = self.events.take() else {
            return Ok(None);
        };
        let event = event(&self.lent, &self.operation, &self.record, events.as_mut()).await;
        match &event {
            Ok(Some(answer)) => {
                self.record.event(answer);
                self.events = Some(events);
            }
            Ok(None) => self.record.end("ok"),
            Err(error) => self.record.end(error.kind),
        }
        event
    }
}

/// Waits for the next event for as long as the subscription is allowed.
async fn event(
    lent: &Lent,
    operation: &str,
    record: &Record,
    events: &mut dyn Events,
) -> Result<Option<PlatformAnswer>, PortError> {
    let operation = lent.operation(operation)?;
    let rule = |grants: &_| decide_operation(operation, lent.command(), grants);
    let allow = || lent.judge(rule).map_err(|refused| record.revoked(refused));
    allow()?;
    let event = lent.while_allowed(record, events.next(), rule).await?;
    allow()?;
    Ok(event)
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
