//! The other side of a WebSocket, and of server-sent events: the least that can subscribe.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::client::Client;

/// Longer than anything here takes, so that what does not come fails a test, and does not hang it.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open WebSocket.
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// The headers of a handshake, by name.
pub(crate) type Headers<'a> = &'a [(&'static str, &'a str)];

/// Opens a WebSocket with these headers, or gives the answer that was none.
pub(crate) async fn open(client: &Client, api: &str, headers: Headers<'_>) -> Result<Socket, Response> {
    let url = client.api(&format!("/{api}/graphql")).replacen("http", "ws", 1);
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(Socket(socket)),
        Err(Error::Http(response)) => Err(response.map(|_| None)),
        Err(other) => panic!("{other}"),
    }
}

/// Opens one as every client should: with its token, and up to the acknowledgement.
pub(crate) async fn connect(client: &Client, api: &str, tokens: &Value) -> Socket {
    let bearer = bearer(tokens);
    let headers = [("sec-websocket-protocol", "graphql-transport-ws"), ("authorization", &*bearer)];
    let mut socket = open(client, api, &headers).await.ok().unwrap();
    socket.say(json!({"type": "connection_init"})).await;
    assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
    socket
}

pub(crate) fn bearer(tokens: &Value) -> String {
    format!("Bearer {}", tokens["access_token"].as_str().unwrap())
}

impl Socket {
    pub(crate) async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({"query": query, "variables": variables});
        self.say(json!({"id": id, "type": "subscribe", "payload": payload})).await;
    }

    /// The next message of the protocol.
    pub(crate) async fn hear(&mut self) -> Value {
        match self.frame().await {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
            other => panic!("no message: {other:?}"),
        }
    }

    /// The payload of the next message, which must be `next` for this id.
    pub(crate) async fn next(&mut self, id: &str) -> Value {
        let message = self.hear().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message}");
        message["payload"].clone()
    }

    /// Nothing more may come for this id but its end.
    pub(crate) async fn completes(&mut self, id: &str) {
        assert_eq!(self.hear().await, json!({"id": id, "type": "complete"}));
    }

    /// The code and reason with which the other side closes, and nothing before that.
    pub(crate) async fn closes(&mut self) -> (u16, String) {
        match self.frame().await {
            Some(Ok(Message::Close(Some(frame)))) => (frame.code.into(), frame.reason.as_str().to_owned()),
            other => panic!("not closed: {other:?}"),
        }
    }

    /// The connection is broken without a word.
    pub(crate) async fn breaks(&mut self) {
        let frame = self.frame().await;
        assert!(matches!(frame, None | Some(Err(_))), "{frame:?}");
    }

    /// The other side has answered everything that was said before.
    pub(crate) async fn settles(&mut self) {
        self.say(json!({"type": "ping", "payload": {"n": 1}})).await;
        assert_eq!(self.hear().await, json!({"type": "pong", "payload": {"n": 1}}));
    }

    async fn frame(&mut self) -> Option<Result<Message, Error>> {
        timeout(PATIENCE, self.0.next()).await.expect("nothing came")
    }
}

/// A stream of server-sent events.
pub(crate) struct Events {
    response: reqwest::Response,
    read: String,
}

impl Events {
    pub(crate) async fn subscribe(client: &Client, api: &str, tokens: &Value, body: Value) -> Self {
        let request = client.http.post(client.api(&format!("/{api}/graphql"))).json(&body);
        let request = request.header("authorization", bearer(tokens)).header("accept", "text/event-stream");
        let response = request.send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.headers()["content-type"].to_str().unwrap()),
            (200, "text/event-stream")
        );
        Self { response, read: String::new() }
    }

    /// The next event: its name and data; none at the end of the stream, an error where it breaks.
    pub(crate) async fn next(&mut self) -> Result<Option<(String, Value)>, reqwest::Error> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                let event = field("event:").map(|name| {
                    let data = field("data:").unwrap();
                    (name.to_owned(), serde_json::from_str(data).unwrap_or(Value::Null))
                });
                self.read = rest.to_owned();
                match event {
                    Some(event) => return Ok(Some(event)),
                    // A sign of life.
                    None => continue,
                }
            }
            match timeout(PATIENCE, self.response.chunk()).await.expect("nothing came")? {
                Some(chunk) => self.read.push_str(std::str::from_utf8(&chunk).unwrap()),
                None => return Ok(None),
            }
        }
    }
}
