//! One subscription over one WebSocket, in the subprotocol `graphql-transport-ws`.
//!
//! The connection is reqwest's, upgraded, so that certificates, proxies and time-outs are those of
//! every other request; tungstenite does the frames. The token goes into the request's header, where
//! gateways look for it, and into `connection_init`, where GraphQL servers do. What is to be done
//! about a connection that ends is decided in `subscription.rs`.

use std::borrow::Cow;

use futures_util::{SinkExt, StreamExt};
use reqwest::header::{
    HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION,
};
use reqwest::{Method, StatusCode, Upgraded};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::{Duration, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use zeroize::Zeroizing;

use super::subscription::{Made, Stream};
use super::trouble::{Frame, Trouble};
use super::{Call, LIMIT};
use crate::error::SessionError;
use crate::http::{Opened, printable, too_long};
use crate::session::Session;
use crate::token::Token;

const PROTOCOL: &str = "graphql-transport-ws";
/// The only subscription on the connection.
const ID: &str = "1";
/// How long a server may take to acknowledge, and to take a few bytes.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may be silent before it is asked for a sign of life, and again before it
/// counts as dead. Shorter than the minute after which load balancers drop what is idle.
const QUIET: Duration = Duration::from_secs(20);

/// An acknowledged connection with its subscription.
pub(super) struct WebSocket {
    socket: WebSocketStream<Upgraded>,
    /// What a message is told about where it went wrong.
    peer: Peer,
    /// Whether it was asked for a sign of life that has not come.
    pinged: bool,
}

/// Who is at the other end, for errors.
struct Peer {
    call: Call,
    token: Token,
    request_id: String,
}

/// A message of the subprotocol, in either direction.
#[derive(Serialize, Deserialize)]
struct Said<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    payload: Option<&'a RawValue>,
}

/// Asks for a WebSocket, and starts the subscription on it.
///
/// # Errors
/// [`Trouble::Unsupported`] where the server answered with something else than a WebSocket.
pub(super) async fn subscribe(session: &Session, call: &Call, token: &Token) -> Result<Made, Trouble> {
    let key = generate_key();
    let prepared = session.http().prepare_stream(Method::GET, &call.url)?.with(|mut builder| {
        if let Some(bearer) = token.bearer() {
            builder = builder.header("authorization", bearer);
        }
        builder
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, &key)
            .header(SEC_WEBSOCKET_PROTOCOL, PROTOCOL)
    });
    let opened = prepared.open().await.map_err(|error| call.own(error))?;
    if opened.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(Trouble::of_status(session, call, token, opened).await);
    }
    let peer = Peer { call: call.clone(), token: token.clone(), request_id: opened.request_id.clone() };
    peer.agreed(&opened, SEC_WEBSOCKET_ACCEPT, &derive_accept_key(key.as_bytes()))?;
    peer.agreed(&opened, SEC_WEBSOCKET_PROTOCOL, PROTOCOL)?;
    let limits = WebSocketConfig::default().max_message_size(Some(LIMIT)).max_frame_size(Some(LIMIT));
    let socket = WebSocketStream::from_raw_socket(opened.upgrade().await?, Role::Client, Some(limits)).await;
    let mut socket = WebSocket { socket, peer, pinged: false };
    match timeout(PATIENCE, socket.begin()).await {
        Ok(begun) => begun.map(|()| Made::Stream(Stream::WebSocket(Box::new(socket)))),
        Err(_) => Err(socket.peer.lost("it did not acknowledge the connection in time")),
    }
}

impl WebSocket {
    /// The id that was sent with the request for the connection.
    pub(super) fn request_id(&self) -> &str {
        &self.peer.request_id
    }

    /// The next event; none at the end. May be dropped while it waits, and called again.
    pub(super) async fn next(&mut self) -> Result<Option<Frame>, Trouble> {
        loop {
            let text = self.receive().await?;
            let said = self.peer.read(&text)?;
            match (&*said.kind, said.payload) {
                ("next", Some(payload)) if self.peer.is_own(&said) => {
                    return Ok(Some(Frame::Event(payload.get().to_owned())));
                }
                ("error", Some(payload)) if self.peer.is_own(&said) => {
                    return Ok(Some(Frame::LastErrors(payload.get().to_owned())));
                }
                ("complete", _) if self.peer.is_own(&said) => return Ok(None),
                ("ping", _) => self.say("pong", None, None).await?,
                ("pong" | "connection_ack", _) => {}
                _ => return Err(self.peer.wrong("it sent a message that does not belong there")),
            }
        }
    }

    /// Presents the token, waits until it is accepted, and subscribes.
    async fn begin(&mut self) -> Result<(), Trouble> {
        let bearer = Zeroizing::new(format!("Bearer {}", self.peer.token.expose()));
        let payload = Zeroizing::new(serde_json::json!({ "Authorization": *bearer }).to_string());
        self.say("connection_init", None, Some(&payload)).await?;
        loop {
            let text = self.receive().await?;
            match &*self.peer.read(&text)?.kind {
                "connection_ack" => break,
                "ping" => self.say("pong", None, None).await?,
                "pong" => {}
                _ => return Err(self.peer.wrong("it sent something else before its acknowledgement")),
            }
        }
        let body = String::from_utf8_lossy(&self.peer.call.body).into_owned();
        self.say("subscribe", Some(ID), Some(&body)).await
    }

    async fn say(&mut self, kind: &str, id: Option<&str>, payload: Option<&str>) -> Result<(), Trouble> {
        let unsayable = |_| self.peer.wrong("it was sent something that is not JSON");
        let payload: Option<&RawValue> = payload.map(serde_json::from_str).transpose().map_err(unsayable)?;
        let said = Said { kind: kind.into(), id: id.map(Cow::from), payload };
        let text = serde_json::to_string(&said).map_err(unsayable)?;
        self.send(Message::text(text)).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Trouble> {
        match timeout(PATIENCE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.peer.broken(&error)),
            Err(_) => Err(self.peer.lost("it takes nothing more")),
        }
    }

    /// The next message of the subprotocol.
    async fn receive(&mut self) -> Result<String, Trouble> {
        loop {
            let Ok(received) = timeout(QUIET, self.socket.next()).await else {
                if std::mem::replace(&mut self.pinged, true) {
                    return Err(self.peer.lost("nothing was heard of it any more"));
                }
                self.send(Message::Ping(Vec::new().into())).await?;
                continue;
            };
            self.pinged = false;
            match received {
                Some(Ok(Message::Text(text))) => return Ok(text.as_str().to_owned()),
                Some(Ok(Message::Close(frame))) => return Err(self.peer.closed(frame.as_ref())),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Binary(_))) => {
                    return Err(self.peer.wrong("it sent bytes instead of a message"));
                }
                Some(Err(error)) => return Err(self.peer.broken(&error)),
                None => return Err(self.peer.lost("the connection broke")),
            }
        }
    }
}

impl Peer {
    /// Whether a header of the answer is what was agreed on.
    fn agreed(&self, opened: &Opened, name: HeaderName, expected: &str) -> Result<(), Trouble> {
        if opened.header(name.clone()) == Some(expected) {
            return Ok(());
        }
        Err(self.wrong(&format!("it switched to a WebSocket without the `{name}` that was asked for")))
    }

    fn read<'a>(&self, text: &'a str) -> Result<Said<'a>, Trouble> {
        serde_json::from_str(text)
            .map_err(|_| self.wrong(&format!("it sent what is no message of {PROTOCOL}")))
    }

    fn is_own(&self, said: &Said<'_>) -> bool {
        said.id.as_deref() == Some(ID)
    }

    fn wrong(&self, problem: &str) -> Trouble {
        Trouble::Fatal(self.call.wrong(problem.to_owned(), self.request_id.clone()))
    }

    fn lost(&self, problem: &str) -> Trouble {
        Trouble::lost(self.call.lost(problem.to_owned(), self.request_id.clone()))
    }

    fn broken(&self, error: &Error) -> Trouble {
        match error {
            Error::Capacity(_) => self.wrong(&too_long(LIMIT)),
            Error::Utf8(_) => self.wrong("it sent a message that is not UTF-8"),
            other => {
                tracing::debug!(%other, "the WebSocket broke");
                self.lost("the connection broke")
            }
        }
    }

    /// What a server means that closes the connection before the subscription is over.
    fn closed(&self, frame: Option<&CloseFrame>) -> Trouble {
        let Some(frame) = frame else {
            return self.lost("it closed the connection");
        };
        let code = u16::from(frame.code);
        match code {
            4401 | 4403 => return Trouble::Unauthenticated { request_id: self.request_id.clone() },
            // The rest of what the subprotocol has a number for is a mistake of one of both sides.
            4400 | 4406 | 4409 | 4429 => {}
            _ => return self.lost(&format!("it closed the connection ({code})")),
        }
        let reason = printable(&self.token.scrub(&frame.reason));
        let error = SessionError::ApiAnswer {
            api: self.call.api.clone(),
            url: self.call.url.to_string(),
            problem: format!("it closed the connection ({})", format!("{code} {reason}").trim_end()),
            request_id: self.request_id.clone(),
        };
        Trouble::Fatal(error)
    }
}
