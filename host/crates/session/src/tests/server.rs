//! A server of few lines: reads HTTP/1.1 by hand, answers with what a closure gives it.
//!
//! Shares no code with the crate under test, so that a mistake there is not made here again. Every
//! request is kept for the test to look at.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

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

type Handler = Arc<dyn Fn(&Asked) -> Raw + Send + Sync>;

/// A server on loopback, for as long as the test's runtime lives.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(super) async fn start(handler: impl Fn(&Asked) -> Raw + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let server = Self { url, asked: Arc::default() };
        let (asked, handler): (_, Handler) = (Arc::clone(&server.asked), Arc::new(handler));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
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
}

async fn serve(mut stream: TcpStream, log: Arc<Mutex<Vec<Asked>>>, handler: Handler) {
    let Some(asked) = read(&mut stream).await else {
        return;
    };
    log.lock().expect("the log").push(asked.clone());
    let answer = handler(&asked);
    // The other side may hang up in the middle, which is its right.
    let _ = stream.write_all(&answer).await;
    let _ = stream.shutdown().await;
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
