//! Operations over a WebSocket, in the subprotocol `graphql-transport-ws`. It is strict: what the
//! protocol does not allow closes the connection with the protocol's code, and is counted.
//!
//! The token may stand in the header `Authorization` of the handshake or in the payload of
//! `connection_init`; one of them must be right, and neither may be wrong. When it stops being
//! good, the connection is closed with 4403, so that clients come back with another.

mod messages;
mod operations;

use async_graphql::Executor;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use tokio::time::{Duration, MissedTickBehavior, interval_at, timeout};

use super::{BODY_LIMIT, echo, http};
use crate::identity::bearer::{self, Unauthorized};
use crate::identity::claims::Claims;
use crate::requests::{Recorded, Transport};
use crate::server::Shared;
use crate::streams::{Over, over};
use messages::{Close, Said, read};
use operations::Operations;

/// The subprotocol.
const PROTOCOL: &str = "graphql-transport-ws";

/// How often a client is asked for a sign of life.
const KEEP_ALIVE: Duration = Duration::from_secs(12);

/// How long a client that does not read may keep the last word from being said.
const PATIENCE: Duration = Duration::from_secs(1);

/// Answers a request for a WebSocket to the API `name`.
pub(super) async fn upgrade<E: Executor>(
    name: &'static str,
    schema: &E,
    platform: &Shared,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let recorded = Recorded::new(name, Transport::WebSocket, &headers);
    match prepare(platform, &headers, upgrade) {
        Ok((upgrade, claims)) => {
            let token = bearer::token(&headers).unwrap_or_default().to_owned();
            let visitor = Visitor { platform: platform.clone(), claims, token, recorded };
            let schema = schema.clone();
            // Operations are recorded one by one: the handshake alone asks for nothing.
            upgrade.on_upgrade(async move |socket| visitor.serve(&schema, socket).await)
        }
        Err(response) => http::record(platform, recorded, &headers, *response),
    }
}

/// What can be agreed on before there is a WebSocket.
fn prepare(
    platform: &Shared,
    headers: &HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<(WebSocketUpgrade, Option<Claims>), Box<Response>> {
    if !platform.options.websockets || !headers.contains_key(header::UPGRADE) {
        let allow = [(header::ALLOW, "POST")];
        return Err(Box::new((StatusCode::METHOD_NOT_ALLOWED, allow, "ask with POST\n").into_response()));
    }
    let claims = match bearer::authenticate(platform, headers) {
        Ok(claims) => Some(claims),
        Err(Unauthorized::Missing) => None,
        Err(unauthorized) => {
            platform.counters.graphql_unauthorized.add();
            return Err(Box::new(unauthorized.answer()));
        }
    };
    let upgrade = upgrade.map_err(|rejection| Box::new(rejection.into_response()))?.protocols([PROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        platform.counters.stream_breaches.add();
        let text = format!("the subprotocol must be {PROTOCOL}\n");
        return Err(Box::new((StatusCode::BAD_REQUEST, text).into_response()));
    }
    match bearer::token(headers).ok().and_then(|token| echo::instead_of_upgrade(platform, token)) {
        Some(response) => Err(Box::new(response)),
        None => Ok((upgrade.max_message_size(BODY_LIMIT), claims)),
    }
}

/// Who has come in, at first perhaps without a token.
struct Visitor {
    platform: Shared,
    claims: Option<Claims>,
    token: String,
    /// What is known of each operation before it is read.
    recorded: Recorded,
}

/// How a connection ends.
enum End {
    /// The client left.
    Left,
    /// One of both must not go on.
    Close(Close),
    /// Without a word.
    Broken,
}

impl Visitor {
    async fn serve<E: Executor>(mut self, schema: &E, mut socket: WebSocket) {
        self.platform.counters.websockets_opened.add();
        let end = self.converse(schema, &mut socket).await;
        if let End::Close(close) = &end {
            if close.is_breach() {
                self.platform.counters.stream_breaches.add();
            }
            let (code, reason) = close.told();
            tracing::info!(code, reason, "closing a WebSocket");
            let frame = CloseFrame { code, reason: reason.into() };
            // A client that is gone or does not listen gets no last word.
            let _ = timeout(PATIENCE, socket.send(Message::Close(Some(frame)))).await;
        }
        if !matches!(end, End::Broken) {
            // The client's last word is awaited, and answered, before the connection goes.
            let _ = timeout(PATIENCE, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
        }
    }

    async fn converse<E: Executor>(&mut self, schema: &E, socket: &mut WebSocket) -> End {
        let (platform, claims) = (self.platform.clone(), self.claims.clone());
        let begun = tokio::select! {
            begun = timeout(platform.options.connection_init_wait, self.begin(socket)) => begun,
            over = over(&platform, claims.as_ref()) => return ended(over),
        };
        let claims = match begun {
            Ok(Ok(claims)) => claims,
            Ok(Err(end)) => return end,
            Err(_) => return End::Close(Close::TooLate),
        };
        let mut operations = Operations::new(schema, &platform, &claims, &self.token, &self.recorded);
        tokio::select! {
            end = go_on(&mut operations, socket) => end,
            over = over(&platform, Some(&claims)) => ended(over),
        }
    }

    /// Waits for `connection_init`, and acknowledges it.
    async fn begin(&mut self, socket: &mut WebSocket) -> Result<Claims, End> {
        loop {
            match hear(socket).await? {
                Some(Said::ConnectionInit { payload }) => {
                    let claims = self.authenticate(payload).map_err(End::Close)?;
                    say(socket, messages::ACKNOWLEDGED.to_owned()).await?;
                    return Ok(claims);
                }
                Some(Said::Subscribe { .. }) => return Err(End::Close(Close::Unauthorized)),
                Some(Said::Ping { payload }) => say(socket, messages::pong(payload)).await?,
                Some(Said::Pong { .. } | Said::Complete { .. }) | None => {}
            }
        }
    }

    fn authenticate(&mut self, payload: Option<Map<String, Value>>) -> Result<Claims, Close> {
        let mut members = payload.unwrap_or_default().into_iter();
        let given = members.find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        let refused = || {
            self.platform.counters.graphql_unauthorized.add();
            Close::Forbidden
        };
        match given {
            None | Some((_, Value::Null)) => self.claims.clone().ok_or_else(refused),
            Some((_, Value::String(value))) => {
                let claims = bearer::check_header(&self.platform, &value).map_err(|_| refused())?;
                bearer::bearer(&value).unwrap_or_default().clone_into(&mut self.token);
                Ok(claims)
            }
            Some(_) => Err(refused()),
        }
    }
}

/// What an end of the stream's own making means for the connection.
fn ended(over: Over) -> End {
    match over {
        Over::Forbidden => End::Close(Close::Forbidden),
        Over::Stopping => End::Close(Close::GoingAway),
        Over::Dropped => End::Broken,
    }
}

/// Hears and tells, until one of both ends it.
async fn go_on<E: Executor>(operations: &mut Operations<'_, E>, socket: &mut WebSocket) -> End {
    let start = tokio::time::Instant::now() + KEEP_ALIVE;
    let mut keep_alive = interval_at(start, KEEP_ALIVE);
    keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let turn = tokio::select! {
            heard = hear(socket) => match heard {
                Ok(said) => operations.take(said).map_err(End::Close),
                Err(end) => Err(end),
            },
            told = operations.next() => Ok(told),
            _ = keep_alive.tick() => {
                let pinged = socket.send(Message::Ping(Vec::new().into())).await;
                pinged.map(|()| None).map_err(|_| End::Left)
            }
        };
        let answered = match turn {
            Ok(Some(text)) => say(socket, text).await,
            Ok(None) => Ok(()),
            Err(end) => Err(end),
        };
        if let Err(end) = answered {
            return end;
        }
    }
}

/// The next message of the protocol; nothing for a frame that is none.
async fn hear(socket: &mut WebSocket) -> Result<Option<Said>, End> {
    match socket.recv().await {
        Some(Ok(Message::Text(text))) => read(text.as_str()).map(Some).map_err(End::Close),
        Some(Ok(Message::Binary(_))) => Err(End::Close(Close::Invalid("it is not text".to_owned()))),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Left),
    }
}

async fn say(socket: &mut WebSocket, text: String) -> Result<(), End> {
    socket.send(Message::Text(text.into())).await.map_err(|_| End::Left)
}
