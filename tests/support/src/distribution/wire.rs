//! HTTP as far as a registry needs it: one request a connection, kept as it came.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use url::form_urlencoded;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// As in `GET`.
    pub method: String,
    /// Path and query.
    pub target: String,
    headers: Vec<(String, String)>,
    /// What followed the head.
    pub body: Vec<u8>,
}

impl Request {
    /// The path alone.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// A value of the query.
    pub fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    }

    /// The value of the only header of this name; names are in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        let (_, value) = found.next()?;
        assert!(found.next().is_none(), "{name} twice: {self:?}");
        Some(value)
    }

    fn read(stream: &mut TcpStream) -> Option<Self> {
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).ok()?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).ok()?;
        let mut lines = head.lines();
        let mut first = lines.next()?.split(' ');
        let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
        let header = |line: &str| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_ascii_lowercase(), value.to_owned()))
        };
        let request = Self { method, target, headers: lines.filter_map(header).collect(), body: Vec::new() };
        let mut body = vec![0; request.header("content-length").unwrap_or("0").parse().ok()?];
        stream.read_exact(&mut body).ok()?;
        Some(Self { body, ..request })
    }
}

/// What is answered.
pub(super) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    pub(super) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn of(self, kind: &str, body: Vec<u8>) -> Self {
        Self { body, ..self.with("Content-Type", kind) }
    }

    /// A request for the head alone is told how long the body would be, and gets none.
    fn write(&self, stream: &mut TcpStream, method: &str) -> io::Result<()> {
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        write!(
            stream,
            "HTTP/1.1 {} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.status,
            self.body.len()
        )?;
        stream.write_all(if method == "HEAD" { b"" } else { &self.body })
    }
}

/// A server on a port of its own, for as long as the process lives.
pub(super) struct Server {
    pub(super) host: String,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts one; requests that name another host are refused, as servers of many hosts have to.
    pub(super) fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let server = Self { host: host.clone(), asked: Arc::default() };
        let (asked, answer) = (Arc::clone(&server.asked), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, asked) = (stream.unwrap(), Arc::clone(&asked));
                let (answer, host) = (Arc::clone(&answer), host.clone());
                thread::spawn(move || {
                    let Some(request) = Request::read(&mut stream) else { return };
                    let known = request.header("host") == Some(&host);
                    let answer = if known { answer(&request) } else { Answer::new(421) };
                    let method = request.method.clone();
                    asked.lock().unwrap().push(request);
                    // Whoever has heard enough hangs up.
                    let _ = answer.write(&mut stream, &method);
                });
            }
        });
        server
    }

    pub(super) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}
