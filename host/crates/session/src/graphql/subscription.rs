//! A subscription: events as they come, over connections that are made again when they are lost.
//!
//! WebSockets are tried first (`websocket.rs`); a server that answers the request for one in any
//! other way gets a request for server-sent events (`events.rs`). A connection that is lost is made
//! again within a budget, and one whose token is no longer accepted with a token that was renewed
//! once. Events are given at least once: after a loss an API that begins with the present state, as
//! Vantage's do, gives that once more. Dropping a subscription ends it.

use tokio::time::{Duration, Instant, sleep};
use tracing::Instrument;

use super::answer::{self, Said, read};
use super::events::{self, EventStream};
use super::trouble::{Frame, Trouble};
use super::websocket::{self, WebSocket};
use super::{Call, GraphqlRequest, GraphqlResponse};
use crate::error::SessionError;
use crate::http::Answer;
use crate::retry;
use crate::session::Session;
use crate::token::Token;

/// How long it is tried to get back what was lost: as long as a server takes that is replaced. In
/// tests just long enough for a few tries.
const BUDGET: Duration = if cfg!(test) { Duration::from_secs(3) } else { Duration::from_secs(60) };
/// A connection that lived so long was a good one, and what befalls it is a new outage.
const GOOD: Duration = if cfg!(test) { Duration::from_millis(500) } else { Duration::from_secs(5) };

/// A connection, and what it was made with.
struct Connection {
    stream: Stream,
    token: Token,
    since: Instant,
    /// Whether it has given an event.
    heard: bool,
}

/// An open connection.
pub(super) enum Stream {
    WebSocket(Box<WebSocket>),
    Events(Box<EventStream>),
}

/// What a server made of the request for a subscription.
pub(super) enum Made {
    /// A stream of events.
    Stream(Stream),
    /// A single answer, which as a rule has errors in it.
    Answer(Answer),
}

impl Stream {
    fn request_id(&self) -> &str {
        match self {
            Self::WebSocket(stream) => stream.request_id(),
            Self::Events(stream) => stream.request_id(),
        }
    }

    async fn next(&mut self) -> Result<Option<Frame>, Trouble> {
        match self {
            Self::WebSocket(stream) => stream.next().await,
            Self::Events(stream) => stream.next().await,
        }
    }
}

/// A time without a connection.
struct Outage {
    since: Instant,
    /// How often it was tried in vain to connect.
    tried: u32,
    /// How long the server asked to wait.
    asked: Option<Duration>,
}

/// The events of a subscription. Dropping it ends it.
pub struct Subscription {
    session: Session,
    call: Call,
    connection: Option<Connection>,
    outage: Option<Outage>,
    /// Whether there ever was a connection: until then a server is given no more tries than a query.
    connected: bool,
    /// Whether the server wants server-sent events.
    events_only: bool,
    /// A token that was refused, until another one has brought an event or a good connection.
    refused: Option<Token>,
    /// A server's single answer in place of a stream.
    answered: Option<GraphqlResponse>,
    done: bool,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Subscription").field("api", &self.call.api).finish_non_exhaustive()
    }
}

impl Session {
    /// Starts a subscription, and waits until an API has taken it on.
    ///
    /// # Errors
    /// As [`Session::graphql`]; an API that has no subscriptions.
    pub async fn subscribe(&self, request: GraphqlRequest) -> Result<Subscription, SessionError> {
        let operation = request.operation_name.as_deref().unwrap_or_default();
        let span = tracing::info_span!("graphql", api = request.api, operation);
        let mut subscription = Subscription {
            call: self.call(&request)?,
            session: self.clone(),
            connection: None,
            outage: None,
            connected: false,
            events_only: false,
            refused: None,
            answered: None,
            done: false,
        };
        subscription.connect().instrument(span).await?;
        Ok(subscription)
    }
}

impl Subscription {
    /// Waits for the next event; `None` when the subscription has come to its end. Errors of GraphQL
    /// are in the event. May be dropped while it waits, and called again.
    ///
    /// # Errors
    /// A connection that is lost for good, a sign-in that has ended, an API that refuses or makes no
    /// sense. After an error there are no more events.
    pub async fn next(&mut self) -> Result<Option<GraphqlResponse>, SessionError> {
        if self.done {
            return Ok(None);
        }
        let event = self.advance().await;
        if !matches!(event, Ok(Some(_))) {
            self.end();
        }
        event
    }

    fn end(&mut self) {
        self.done = true;
        self.connection = None;
    }

    async fn advance(&mut self) -> Result<Option<GraphqlResponse>, SessionError> {
        loop {
            self.connect().await?;
            if let Some(answer) = self.answered.take() {
                self.end();
                return Ok(Some(answer));
            }
            let Some(connection) = &mut self.connection else {
                return Ok(None);
            };
            match connection.stream.next().await {
                Ok(Some(frame)) => {
                    if let Some(event) = self.event(frame)? {
                        return Ok(Some(event));
                    }
                }
                Ok(None) => return Ok(None),
                Err(trouble) => self.lost(trouble)?,
            }
        }
    }

    /// Reads an event; none where it only says that the token is no longer accepted.
    fn event(&mut self, frame: Frame) -> Result<Option<GraphqlResponse>, SessionError> {
        let Some(connection) = &mut self.connection else {
            return Ok(None);
        };
        let request_id = connection.stream.request_id().to_owned();
        let (text, last) = match &frame {
            Frame::Event(text) => (text, false),
            Frame::LastErrors(text) => (text, true),
        };
        if connection.token.appears_in(text.as_bytes()) {
            return Err(self.call.echoed(request_id));
        }
        let said =
            if last { answer::last_errors(text, &request_id) } else { answer::event(text, &request_id) };
        match said.map_err(|problem| self.call.wrong(problem, request_id.clone()))? {
            Said::Unauthenticated => {
                self.lost(Trouble::Unauthenticated { request_id })?;
                Ok(None)
            }
            Said::Event(event) => {
                connection.heard = true;
                if last {
                    self.end();
                }
                Ok(Some(event))
            }
        }
    }

    /// Takes note of a connection that is gone, or did not come about. An error if that is the end.
    fn lost(&mut self, trouble: Trouble) -> Result<(), SessionError> {
        let gone = self.connection.take();
        if gone.as_ref().is_some_and(|gone| gone.heard || gone.since.elapsed() >= GOOD) {
            self.refused = None;
        }
        if gone.as_ref().is_some_and(|gone| gone.since.elapsed() >= GOOD) {
            self.outage = None;
        }
        match trouble {
            Trouble::Fatal(error) => Err(error),
            Trouble::Unauthenticated { request_id } if self.refused.is_some() => {
                Err(self.call.unauthenticated(request_id))
            }
            Trouble::Unauthenticated { .. } => {
                self.refused = gone.map(|gone| gone.token);
                Ok(())
            }
            Trouble::Unsupported { status, request_id } => Err(self
                .call
                .wrong(format!("it has no subscriptions (HTTP {})", status.as_u16()), request_id)),
            Trouble::Lost { error, asked } => self.note_outage(error, asked),
        }
    }

    fn note_outage(&mut self, error: SessionError, asked: Option<Duration>) -> Result<(), SessionError> {
        tracing::debug!(%error, "a subscription has lost its connection");
        let outage =
            self.outage.get_or_insert_with(|| Outage { since: Instant::now(), tried: 0, asked: None });
        outage.tried += 1;
        outage.asked = asked;
        if self.connected {
            if outage.since.elapsed() >= BUDGET {
                return Err(error);
            }
            // The first try comes at once, and as a rule nobody needs to hear of it.
            if outage.tried == 2 {
                let api = &self.call.api;
                self.session
                    .audience()
                    .note(&format!("the connection to the API `{api}` is lost; trying again"));
            }
        } else if outage.tried >= retry::TRIES {
            return Err(error);
        }
        Ok(())
    }

    /// Makes a connection if there is none, however often that takes.
    async fn connect(&mut self) -> Result<(), SessionError> {
        while self.connection.is_none() && self.answered.is_none() && !self.done {
            if let Some(outage) = &self.outage {
                sleep(retry::pause_before_reconnect(outage.tried.saturating_sub(1), outage.asked)?).await;
            }
            if let Err((trouble, token)) = self.try_connect().await {
                self.not_connected(trouble, token)?;
            }
        }
        Ok(())
    }

    fn not_connected(&mut self, trouble: Trouble, token: Option<Token>) -> Result<(), SessionError> {
        match trouble {
            Trouble::Unsupported { .. } if !self.events_only => {
                self.events_only = true;
                Ok(())
            }
            Trouble::Unauthenticated { .. } if self.refused.is_none() => {
                self.refused = token;
                Ok(())
            }
            other => self.lost(other),
        }
    }

    /// One try; an error comes with the token that it was made with.
    async fn try_connect(&mut self) -> Result<(), (Trouble, Option<Token>)> {
        let access = self.session.access(self.refused.as_ref(), Some(&self.call.url)).await;
        let token = access.map_err(|error| (Trouble::from(error), None))?.token;
        let made = if self.events_only {
            events::subscribe(&self.session, &self.call, &token).await
        } else {
            websocket::subscribe(&self.session, &self.call, &token).await
        };
        let stream = match made.map_err(|trouble| (trouble, Some(token.clone())))? {
            Made::Stream(stream) => stream,
            Made::Answer(answer) => {
                let read = self.single(&token, &answer);
                self.answered = Some(read.map_err(|trouble| (trouble, Some(token)))?);
                return Ok(());
            }
        };
        self.connected = true;
        self.connection = Some(Connection { stream, token, since: Instant::now(), heard: false });
        Ok(())
    }

    /// Reads a single answer in place of a stream.
    fn single(&self, token: &Token, answer: &Answer) -> Result<GraphqlResponse, Trouble> {
        let request_id = answer.request_id.clone();
        if token.appears_in(&answer.body) {
            return Err(Trouble::Fatal(self.call.echoed(request_id)));
        }
        if answer::is_unauthenticated(answer) {
            return Err(Trouble::Unauthenticated { request_id });
        }
        read(&self.call, answer).map_err(Trouble::Fatal)
    }
}
