//! Servers that mean harm, or are broken: what they send is bounded, and leads nowhere else.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use insta::assert_snapshot;
use vantage_test_support::World;

use crate::guests::guest;
use crate::signed_in;

/// A server that answers each path as a test says, and keeps the requests.
pub(super) struct Server {
    pub(super) host: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) fn new(
        answer: impl Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&requests), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, kept, answer) = (stream.unwrap(), Arc::clone(&kept), Arc::clone(&answer));
                thread::spawn(move || {
                    let Some(request) = read_head(&mut stream) else { return };
                    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                    kept.lock().unwrap().push(request);
                    // Whoever has heard enough hangs up.
                    let _ = answer(&path, &mut stream);
                });
            }
        });
        Self { host, requests }
    }
}

fn read_head(stream: &mut TcpStream) -> Option<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

fn respond(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}

/// What `plugin add` says of a source that it refuses; nothing is stored then.
fn refused(world: &World, server: &Server, source: &str, exit: i32) -> String {
    let ran = world.run(&["plugin", "add", &source.replace("[HOST]", &server.host), "--grant-all"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (exit, ""), "{ran}");
    assert!(world.only_bundled(), "something was added");
    ran.stderr.replace(&server.host, "[HOST]")
}

#[test]
fn a_file_of_a_web_server_is_added_and_pinned() {
    let world = signed_in();
    let bytes = std::fs::read(guest("grows")).unwrap();
    let digest = format!("{:?}", vantage_store::Digest::of(&bytes));
    let hex = digest.strip_prefix("sha256:").unwrap().to_owned();
    let server = Server::new(move |path, stream| match path {
        "/pack.wasm" => respond(stream, "302 Found", "Location: /elsewhere/x.wasm\r\n", b""),
        "/elsewhere/x.wasm" => respond(stream, "200 OK", "", &bytes),
        _ => respond(stream, "404 Not Found", "", b"nothing"),
    });
    let other = "0".repeat(64);
    let told = refused(&world, &server, &format!("http://[HOST]/pack.wasm#sha256={other}"), 5);
    assert_snapshot!(told, @"
    error: `http://[HOST]/pack.wasm` is not what was asked for: it has the digest sha256:[DIGEST], not sha256:[DIGEST]
    hint: it was changed since its digest was noted, or on its way: ask its publisher
    ");
    let source = format!("http://{}/pack.wasm#sha256={hex}", server.host);
    let added = world.run(&["plugin", "add", &source, "--grant-all", "-o", "json"]).expect(0).json();
    assert_eq!(added["source"], format!("http://{}/pack.wasm", server.host));
    world.run(&["grows"]).expect(0);
    let requests = server.requests.lock().unwrap();
    assert!(requests.iter().all(|request| !request.to_lowercase().contains("authorization")), "{requests:?}");
}

#[test]
fn what_leads_elsewhere_or_never_ends_is_refused() {
    let world = signed_in();
    let server = Server::new(|path, stream| match path {
        "/plain" => respond(stream, "302 Found", "Location: http://packs.example/x.wasm\r\n", b""),
        "/file" => respond(stream, "302 Found", "Location: file:///etc/passwd\r\n", b""),
        "/nowhere" => respond(stream, "302 Found", "", b""),
        "/round" => respond(stream, "302 Found", "Location: /round\r\n", b""),
        "/large" => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")?;
            stream.write_all(b"\0asm")
        }
        "/endless" => {
            write!(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            let chunk = vec![0; 1 << 16];
            loop {
                write!(stream, "{:x}\r\n", chunk.len())?;
                stream.write_all(&chunk)?;
                stream.write_all(b"\r\n")?;
            }
        }
        "/short" => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")?;
            stream.write_all(b"\0asm")
        }
        "/bomb" => respond(stream, "200 OK", "Content-Encoding: gzip\r\n", b"\x1f\x8b"),
        "/html" => respond(stream, "200 OK", "", b"<!doctype html>"),
        "/500" => respond(stream, "500 Oh", "", b"secret of the server"),
        "/leads" => respond(stream, "302 Found", "Location: /fails?secret=of-the-server\r\n", b""),
        "/fails?secret=of-the-server" => respond(stream, "500 Oh", "", b""),
        "/signed.wasm" => respond(stream, "200 OK", "", &std::fs::read(guest("grows")).unwrap()),
        "/signed.wasm.minisig" => respond(stream, "500 Oh", "", b""),
        _ => respond(stream, "404 Not Found", "", b""),
    });
    let told = |path: &str, exit: i32| refused(&world, &server, &format!("http://[HOST]/{path}"), exit);
    assert_snapshot!(told("plain", 1), @"error: `http://[HOST]/plain` gave an answer that is not taken: it leads on to `http://packs.example/x.wasm`: http is for loopback addresses only; use https");
    assert_snapshot!(told("file", 1), @"error: `http://[HOST]/file` gave an answer that is not taken: it leads on to `file:///etc/passwd`: only https addresses can be used");
    assert_snapshot!(told("nowhere", 1), @"error: `http://[HOST]/nowhere` gave an answer that is not taken: it leads on without saying where");
    assert_snapshot!(told("round", 1), @"error: `http://[HOST]/round` gave an answer that is not taken: it led on more than 5 times");
    assert_snapshot!(told("large", 1), @"
    error: `http://[HOST]/large` has more than the 33554432 bytes that it may have
    hint: debug information can be stripped from a component
    ");
    assert_snapshot!(told("endless", 1), @"
    error: `http://[HOST]/endless` has more than the 33554432 bytes that it may have
    hint: debug information can be stripped from a component
    ");
    assert_snapshot!(told("short", 7), @"
    error: `http://[HOST]/short` is unavailable: end of file before message length reached
    hint: try again; nothing was changed
    ");
    assert_snapshot!(told("bomb", 1), @"error: `http://[HOST]/bomb` gave an answer that is not taken: it is compressed, which was not asked for");
    assert_snapshot!(told("html", 1), @"
    error: not a WebAssembly component: this is a text file
    hint: a command pack is one file, a component, usually named `….wasm`
    ");
    assert_snapshot!(told("500", 7), @"
    error: `http://[HOST]/500` failed: HTTP 500
    hint: try again; nothing was changed
    ");
    assert_snapshot!(told("leads", 7), @"
    error: `http://[HOST]/leads` failed: HTTP 500
    hint: try again; nothing was changed
    ");
    assert_snapshot!(told("nosuch", 3), @"error: `http://[HOST]/nosuch` does not exist");
    assert_snapshot!(told("signed.wasm", 7), @"
    error: `http://[HOST]/signed.wasm.minisig` failed: HTTP 500
    hint: try again; nothing was changed
    ");
}

/// Only a plain "not there" means that a pack has no signature.
#[test]
fn a_registry_that_fails_where_the_signature_should_be_is_not_unsigned() {
    let world = signed_in();
    let bytes = std::fs::read(guest("grows")).unwrap();
    let digest = vantage_store::sha256_digest(&bytes);
    let manifest = serde_json::json!({
        "schemaVersion": 2,
        "config": { "mediaType": "application/vnd.wasm.config.v0+json", "digest": digest, "size": 2 },
        "layers": [{ "mediaType": "application/wasm", "digest": digest, "size": bytes.len() }],
    })
    .to_string();
    let server = Server::new(move |path, stream| match path {
        "/v2/test/grows/manifests/1" => respond(stream, "200 OK", "", manifest.as_bytes()),
        "/v2/test/grows/manifests/odd" => {
            respond(stream, "200 OK", "", manifest.replace("wasm.config", "oci.image").as_bytes())
        }
        "/v2/test/grows/manifests/list" => {
            respond(stream, "200 OK", "", br#"{"schemaVersion":2,"manifests":[]}"#)
        }
        "/v2/test/grows/manifests/realm" => respond(
            stream,
            "401 Who",
            "WWW-Authenticate: Bearer realm=\"http://packs.example/token\"\r\n",
            b"",
        ),
        path if path.contains("/blobs/") => respond(stream, "200 OK", "", &bytes),
        path if path.contains("/referrers/") => respond(stream, "500 Oh", "", b""),
        _ => respond(stream, "404 Not Found", "", b""),
    });
    let told = |tag: &str, exit: i32| {
        let told = refused(&world, &server, &format!("oci://[HOST]/test/grows:{tag}"), exit);
        told.lines().map(|line| line.split("sha256:").next().unwrap()).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(told("1", 7), @"
    error: `http://[HOST]/v2/test/grows/referrers/
    hint: try again; nothing was changed
    ");
    assert_snapshot!(told("odd", 1), @"error: `oci://[HOST]/test/grows:odd` gave an answer that is not taken: it is no component: its configuration is `application/vnd.oci.image.v0+json`, and a component's is `application/vnd.wasm.config.v0+json`");
    assert_snapshot!(told("list", 1), @"error: `oci://[HOST]/test/grows:list` gave an answer that is not taken: it is an index of images, and a pack is one component");
    assert_snapshot!(told("realm", 1), @"error: `http://[HOST]/v2/test/grows/manifests/realm` gave an answer that is not taken: its service for tokens is refused: http is for loopback addresses only; use https");
}
