//! One operation of a client that is answered by a stream: its events, counted. Both transports
//! (`websocket`, `sse`) wrap these events in their own way.

use std::pin::Pin;

use async_graphql::{Executor, Request, Response};
use futures_util::{Stream, StreamExt};

use super::caller::Caller;
use super::echo;
use crate::identity::claims::Claims;
use crate::server::Shared;

/// What an operation gives.
#[derive(Debug)]
pub(super) enum Event {
    /// One answer of it, with data or with errors on the way to data.
    Next(Response),
    /// Why it was not executed at all. Nothing follows.
    Refused(Response),
}

/// An operation under way. Dropping it ends it.
pub(super) struct Operation {
    stream: Pin<Box<dyn Stream<Item = Response> + Send>>,
    platform: Shared,
    token: String,
    /// Whether there was an event, or the end.
    begun: bool,
}

impl Operation {
    /// Begins to execute.
    pub(super) fn start<E: Executor>(
        schema: &E,
        platform: &Shared,
        request: Request,
        claims: Claims,
        token: &str,
    ) -> Self {
        platform.counters.graphql_requests.add();
        platform.counters.subscriptions_started.add();
        let stream = schema.execute_stream(request.data(Caller::new(claims)), None);
        Self { stream, platform: platform.clone(), token: token.to_owned(), begun: false }
    }

    /// The next event; none at the end.
    pub(super) async fn next(&mut self) -> Option<Event> {
        let mut response = self.stream.next().await?;
        self.platform.counters.subscription_events.add();
        // An error of a field says which; one of the request as a whole comes first and alone.
        let of_request = |response: &Response| response.errors.iter().all(|error| error.path.is_empty());
        let refused = !self.begun && response.is_err() && of_request(&response);
        self.begun = true;
        if refused {
            return Some(Event::Refused(response));
        }
        echo::add_to_event(&self.platform, &self.token, &mut response);
        Some(Event::Next(response))
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        self.platform.counters.subscriptions_ended.add();
    }
}
