//! A proxy of few lines: it knows CONNECT and nothing else, and keeps all that it can read.

use std::io::{self, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::site::read_request;

/// A proxy at `http://127.0.0.1:PORT`, for as long as the process lives.
pub(super) struct Proxy {
    pub(super) port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// A proxy that connects to whatever it is asked for on this machine.
    pub(super) fn start() -> Self {
        Self::with(None)
    }

    /// A proxy that answers every request with `answer`.
    pub(super) fn answering(answer: &'static str) -> Self {
        Self::with(Some(answer))
    }

    fn with(answer: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self { port: listener.local_addr().unwrap().port(), seen: Arc::default() };
        let seen = Arc::clone(&proxy.seen);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, seen) = (stream.unwrap(), Arc::clone(&seen));
                thread::spawn(move || serve(stream, answer, &seen));
            }
        });
        proxy
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What was asked of the proxy in words that it can read.
    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(mut client: TcpStream, answer: Option<&str>, seen: &Mutex<Vec<String>>) {
    let Some(request) = read_request(&mut client) else { return };
    let port = request
        .strip_prefix("CONNECT localhost:")
        .and_then(|rest| rest.split(' ').next()?.parse::<u16>().ok());
    seen.lock().unwrap().push(request);
    if let Some(answer) = answer {
        let _ = client.write_all(answer.as_bytes());
        return;
    }
    let Some(server) = port.and_then(|port| TcpStream::connect(("127.0.0.1", port)).ok()) else { return };
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    let (up, down) = ((client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client));
    let other = thread::spawn(move || pass(up.0, up.1));
    pass(down.0, down.1);
    other.join().unwrap();
}

/// Passes on what comes until it ends, either way.
fn pass(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
