//! A server of few lines: reads HTTP/1.1 by hand, answers with what a closure gives it.
//!
//! Shares no code with the crate under test, so that a mistake there is not made here again. Every
//! request is kept for the test to look at. An answer is bytes, or a script for a server that does
//! not answer as servers should.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Duration, Instant, sleep};

/// What a server was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) head: String,
    pub(super) body: String,
    pub(super) at: Instant,
}

impl Asked {
    /// A field of a form.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.body.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// A header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// The raw bytes of an answer; none hangs up.
pub(super) type Raw = Vec<u8>;

/// One act of a server that has read a request.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Send(Raw),
    /// Sends the same again and again, until the other side hangs up.
    SendForever(Raw),
    /// Sends byte after byte with a pause before each, until the other side hangs up.
    Drip(Raw, Duration),
    /// Waits until the other side hangs up.
    Wait,
    /// Ends the connection as a crash of the machine would, without a farewell.
    Reset,
    /// Sends nothing more, and still listens until the other side hangs up.
    HalfClose,
}

/// What a server does once it has read a request; at its end it hangs up.
#[derive(Debug, Clone)]
pub(super) struct Script(pub(super) Vec<Act>);

impl From<Raw> for Script {
    fn from(raw: Raw) -> Self {
        Self(vec![Act::Send(raw)])
    }
}

/// An answer with a JSON body.
pub(super) fn json(status: u16, body: &str) -> Raw {
    with_headers(status, "Content-Type: application/json\r\n", body)
}

/// An answer with headers of the test's choosing.
pub(super) fn with_headers(status: u16, headers: &str, body: &str) -> Raw {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")
        .into_bytes()
}

type Handler = Arc<dyn Fn(&Asked) -> Script + Send + Sync>;

/// A server on loopback, for as long as the test's runtime lives.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    pub(super) async fn start<Answer: Into<Script>>(
        handler: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let server = Self { url, asked: Arc::default(), connections: Arc::default() };
        let connections = Arc::clone(&server.connections);
        let asked = Arc::clone(&server.asked);
        let handler: Handler = Arc::new(move |asked| handler(asked).into());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&asked), Arc::clone(&handler)));
            }
        });
        server
    }

    /// Every request so far whose path ends so.
    pub(super) fn asked(&self, ending: &str) -> Vec<Asked> {
        let asked = self.asked.lock().expect("the log");
        asked.iter().filter(|asked| asked.path.ends_with(ending)).cloned().collect()
    }

    /// How often somebody connected, whatever they then said.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, log: Arc<Mutex<Vec<Asked>>>, handler: Handler) {
    let Some(asked) = read(&mut stream).await else {
        return;
    };
    log.lock().expect("the log").push(asked.clone());
    let Script(acts) = handler(&asked);
    for act in acts {
        // The other side may hang up in the middle, which is its right.
        if play(&mut stream, act).await.is_err() {
            return;
        }
    }
    let _ = stream.shutdown().await;
}

async fn play(stream: &mut TcpStream, act: Act) -> std::io::Result<()> {
    match act {
        Act::Send(bytes) => stream.write_all(&bytes).await,
        Act::SendForever(bytes) => loop {
            stream.write_all(&bytes).await?;
        },
        Act::Drip(bytes, pause) => {
            for byte in bytes {
                sleep(pause).await;
                stream.write_all(&[byte]).await?;
            }
            Ok(())
        }
        Act::Wait => until_hung_up(stream).await,
        Act::Reset => {
            stream.set_zero_linger()?;
            // Dropping the stream now is what resets it.
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
        Act::HalfClose => {
            stream.shutdown().await?;
            until_hung_up(stream).await
        }
    }
}

async fn until_hung_up(stream: &mut TcpStream) -> std::io::Result<()> {
    while stream.read(&mut [0; 4096]).await? > 0 {}
    Ok(())
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let split = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut chunk).await.ok()? {
            0 => return None,
            count => bytes.extend_from_slice(&chunk[..count]),
        }
    };
    let head = String::from_utf8(bytes[..split].to_vec()).ok()?;
    let path = head.split(' ').nth(1)?.to_owned();
    let mut asked = Asked { path, head, body: String::new(), at: Instant::now() };
    let length = asked.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while bytes.len() < split + length {
        match stream.read(&mut chunk).await.ok()? {
            0 => return None,
            count => bytes.extend_from_slice(&chunk[..count]),
        }
    }
    asked.body = String::from_utf8(bytes[split..].to_vec()).ok()?;
    Some(asked)
}
