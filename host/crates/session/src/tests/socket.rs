//! A server for subscriptions: plays a script for each connection, as WebSocket or as plain HTTP.
//!
//! The handshake is read and written here, frames are tungstenite's, and the subprotocol is checked
//! as a strict server does: `connection_init` with the token first, then one `subscribe`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

/// What a server does with one connection.
#[derive(Clone)]
pub(super) enum Play {
    /// Answers the request with these bytes, and hangs up.
    Http(Vec<u8>),
    /// Answers with these bytes one after the other, and hangs up only when the client does.
    Stream(Vec<Vec<u8>>),
    /// Switches to a WebSocket, is presented with the token, acknowledges, and goes on so.
    Socket(Vec<Say>),
    /// Switches to a WebSocket, and says this in place of an acknowledgement.
    Instead(Say),
}

/// One act of a server on an acknowledged WebSocket.
#[derive(Clone)]
pub(super) enum Say {
    /// An event with this payload.
    Next(String),
    /// Any text.
    Text(String),
    Binary,
    Complete,
    Close(u16, String),
    /// Hangs up without a word; also what every script ends with.
    Cut,
    /// Says nothing until the client hangs up.
    Wait,
    /// Asks for a sign of life in the subprotocol's way, and waits for it.
    Ping,
}

/// What was asked on one connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// The request's line and headers.
    pub(super) head: String,
    /// The body, where it was a POST.
    pub(super) body: String,
    /// The messages of the client.
    pub(super) messages: Vec<Value>,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// A server on loopback that plays its scripts in turn, and then the last again and again.
pub(super) struct Sockets {
    pub(super) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    ended: Arc<AtomicUsize>,
}

impl Sockets {
    pub(super) async fn start(plays: Vec<Play>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (log, ended) = (Arc::clone(&seen), Arc::new(AtomicUsize::new(0)));
        let sockets = Self { url, seen, ended: Arc::clone(&ended) };
        tokio::spawn(async move {
            for number in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                let play = plays[number.min(plays.len() - 1)].clone();
                log.lock().expect("the log").push(Seen::default());
                let log = Arc::clone(&log);
                // The client may hang up in the middle, which is its right.
                let ended = Arc::clone(&ended);
                tokio::spawn(async move {
                    serve(stream, play, &log, number).await;
                    ended.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        sockets
    }

    /// How many connections are over.
    pub(super) fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("the log").clone()
    }
}

async fn serve(mut stream: TcpStream, play: Play, log: &Mutex<Vec<Seen>>, number: usize) -> Option<()> {
    let (head, body) = read(&mut stream).await?;
    let note = |change: &dyn Fn(&mut Seen)| change(&mut log.lock().expect("the log")[number]);
    note(&|seen| (seen.head, seen.body) = (head.clone(), body.clone()));
    match play {
        Play::Http(bytes) => stream.write_all(&bytes).await.ok()?,
        Play::Stream(chunks) => {
            for chunk in chunks {
                stream.write_all(&chunk).await.ok()?;
                tokio::task::yield_now().await;
            }
            while stream.read(&mut [0; 1024]).await.ok()? > 0 {}
        }
        Play::Socket(says) => {
            let mut socket = switch(stream, &head).await?;
            let init = hear(&mut socket).await?;
            note(&|seen| seen.messages.push(init.clone()));
            assert_eq!(init["type"], "connection_init");
            socket.send(Message::text(r#"{"type":"connection_ack"}"#)).await.ok()?;
            let subscribe = hear(&mut socket).await?;
            note(&|seen| seen.messages.push(subscribe.clone()));
            for said in says {
                say(&mut socket, said).await?;
            }
        }
        Play::Instead(said) => {
            let mut socket = switch(stream, &head).await?;
            hear(&mut socket).await?;
            say(&mut socket, said).await?;
        }
    }
    Some(())
}

async fn say(socket: &mut WebSocketStream<TcpStream>, said: Say) -> Option<()> {
    let text = match said {
        Say::Next(payload) => format!(r#"{{"type":"next","id":"1","payload":{payload}}}"#),
        Say::Text(text) => text,
        Say::Complete => r#"{"type":"complete","id":"1"}"#.to_owned(),
        Say::Binary => return socket.send(Message::binary(vec![1, 2])).await.ok(),
        Say::Close(code, reason) => {
            let frame = CloseFrame { code: code.into(), reason: reason.into() };
            socket.send(Message::Close(Some(frame))).await.ok()?;
            return None;
        }
        Say::Cut => return None,
        Say::Wait => {
            while socket.next().await?.is_ok() {}
            return None;
        }
        Say::Ping => {
            socket.send(Message::text(r#"{"type":"ping"}"#)).await.ok()?;
            return (hear(socket).await?["type"] == "pong").then_some(());
        }
    };
    socket.send(Message::text(text)).await.ok()
}

async fn hear(socket: &mut WebSocketStream<TcpStream>) -> Option<Value> {
    loop {
        if let Message::Text(text) = socket.next().await?.ok()? {
            return serde_json::from_str(text.as_str()).ok();
        }
    }
}

async fn switch(mut stream: TcpStream, head: &str) -> Option<WebSocketStream<TcpStream>> {
    let seen = Seen { head: head.to_owned(), ..Seen::default() };
    let accept = derive_accept_key(seen.header("sec-websocket-key")?.as_bytes());
    let protocol = seen.header("sec-websocket-protocol")?;
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).await.ok()?;
    Some(WebSocketStream::from_raw_socket(stream, Role::Server, None).await)
}

async fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).await.ok()?;
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).ok()?;
    let seen = Seen { head: head.clone(), ..Seen::default() };
    let length = seen.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, String::from_utf8(body).ok()?))
}
