//! The operations under way on one WebSocket, each in a task of its own, by the client's ids.

use std::collections::HashMap;

use async_graphql::Executor;
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use super::messages::{self, Close, Said};
use crate::graphql::http;
use crate::graphql::operation::{Event, Operation};
use crate::identity::claims::Claims;
use crate::requests::Recorded;
use crate::server::Shared;

/// How many events may wait for a client that reads slowly; the operations wait for the rest.
const WAITING: usize = 8;

/// What an operation gave: none at its end.
struct Told {
    id: String,
    /// Which operation of this id: what one gave before it was ended is not given to the next.
    number: u64,
    event: Option<Event>,
}

/// The operations under way. Dropping them ends them.
pub(super) struct Operations<'a, E> {
    schema: &'a E,
    platform: &'a Shared,
    claims: &'a Claims,
    token: &'a str,
    recorded: &'a Recorded,
    under_way: HashMap<String, (u64, AbortHandle)>,
    tasks: JoinSet<()>,
    started: u64,
    sender: mpsc::Sender<Told>,
    receiver: mpsc::Receiver<Told>,
}

impl<'a, E: Executor> Operations<'a, E> {
    /// None yet; `recorded` is what is known of each before it is read.
    pub(super) fn new(
        schema: &'a E,
        platform: &'a Shared,
        claims: &'a Claims,
        token: &'a str,
        recorded: &'a Recorded,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let (under_way, tasks, started) = (HashMap::new(), JoinSet::new(), 0);
        Self { schema, platform, claims, token, recorded, under_way, tasks, started, sender, receiver }
    }

    /// Does what the client says, and gives what is to be answered at once.
    pub(super) fn take(&mut self, said: Option<Said>) -> Result<Option<String>, Close> {
        match said {
            Some(Said::ConnectionInit { .. }) => return Err(Close::Again),
            Some(Said::Ping { payload }) => return Ok(Some(messages::pong(payload))),
            Some(Said::Subscribe { id, payload }) => self.start(id, payload)?,
            Some(Said::Complete { id }) => {
                if let Some((_, task)) = self.under_way.remove(&id) {
                    task.abort();
                }
            }
            Some(Said::Pong { .. }) | None => {}
        }
        Ok(None)
    }

    fn start(&mut self, id: String, payload: Map<String, Value>) -> Result<(), Close> {
        if self.under_way.contains_key(&id) {
            return Err(Close::InUse(id));
        }
        let mut recorded = Recorded { status: 101, ..self.recorded.clone() };
        let request = http::request(payload, &mut recorded);
        self.platform.requests.push(recorded);
        let request = request.map_err(Close::Invalid)?;
        let operation =
            Operation::start(self.schema, self.platform, request, self.claims.clone(), self.token);
        self.started += 1;
        let task = run(operation, id.clone(), self.started, self.sender.clone());
        self.under_way.insert(id, (self.started, self.tasks.spawn(task)));
        Ok(())
    }

    /// Waits for the next thing to tell the client.
    pub(super) async fn next(&mut self) -> Option<String> {
        // This keeps a sender itself, so that there is always another, or a wait for it.
        let Told { id, number, event } = self.receiver.recv().await?;
        while self.tasks.try_join_next().is_some() {}
        if self.under_way.get(&id).is_none_or(|(current, _)| *current != number) {
            return None;
        }
        match event {
            Some(Event::Next(response)) => Some(messages::next(&id, &response)),
            Some(Event::Refused(response)) => {
                self.under_way.remove(&id);
                Some(messages::error(&id, &response))
            }
            None => {
                self.under_way.remove(&id);
                Some(messages::complete(&id))
            }
        }
    }
}

/// Passes on what an operation gives. Nobody listens only once the connection is over.
async fn run(mut operation: Operation, id: String, number: u64, sender: mpsc::Sender<Told>) {
    loop {
        let event = operation.next().await;
        let last = matches!(event, None | Some(Event::Refused(_)));
        let told = Told { id: id.clone(), number, event };
        if sender.send(told).await.is_err() || last {
            return;
        }
    }
}
