//! A server behind TLS, written by hand: it knows no crate of the host, and keeps what it was asked.
//! It is a provider with an API, or answers as a test says. Certificates are made for each test, by
//! authorities that nobody else knows.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

/// What every token of a site holds.
pub(super) const CANARY: &str = "canary-of-the-site";

/// Who issues certificates.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Writes the authority's certificate to a file, and gives its path.
    pub(super) fn file(&self, folder: &Path) -> PathBuf {
        let path = folder.join("authority.pem");
        std::fs::write(&path, &self.pem).unwrap();
        path
    }

    /// A certificate for `host`, after `change`.
    pub(super) fn certify(&self, host: &str, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity { certificate: certificate.der().clone(), key: key.into() }
    }
}

/// A server's certificate with its key.
pub(super) struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// One that vouches for itself.
    pub(super) fn self_signed(host: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![host.to_owned()]).unwrap().self_signed(&key).unwrap();
        Self { certificate: certificate.der().clone(), key: key.into() }
    }
}

/// A server that does not speak TLS, and says so as web servers do; gives its port.
pub(super) fn without_tls() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            // Hanging up on what is still to be read would take the answer back.
            let _ = stream.shutdown(Shutdown::Write);
            let _ = io::copy(&mut stream, &mut io::sink());
        }
    });
    port
}

/// A site at `https://localhost:PORT`, for as long as the process lives.
pub(super) struct Site {
    pub(super) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// A provider and an API.
    pub(super) fn start(identity: Identity) -> Self {
        Self::answering(identity, |port, request| Answer {
            kind: "application/json",
            body: answer(port, request).into_bytes(),
            ..Answer::default()
        })
    }

    /// A site that answers as a test says, which is told its port.
    pub(super) fn answering(
        identity: Identity,
        answer: impl Fn(u16, &str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let answer = Arc::new(answer);
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.unwrap().with_no_client_auth();
        let config = config.with_single_cert(vec![identity.certificate], identity.key).unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let site = Self { port: listener.local_addr().unwrap().port(), asked: Arc::default() };
        let (port, asked) = (site.port, Arc::clone(&site.asked));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (config, asked, answer) = (Arc::clone(&config), Arc::clone(&asked), Arc::clone(&answer));
                thread::spawn(move || serve(stream.unwrap(), config, &asked, |text| answer(port, text)));
            }
        });
        site
    }

    pub(super) fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// Every request so far, head and body.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// What a site answers.
pub(super) struct Answer {
    pub(super) status: &'static str,
    pub(super) kind: &'static str,
    /// Where it leads on to.
    pub(super) location: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Default for Answer {
    fn default() -> Self {
        Self { status: "200 OK", kind: "application/octet-stream", location: None, body: Vec::new() }
    }
}

/// Answers one request; a client that hangs up in the handshake has its reasons.
fn serve(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    asked: &Mutex<Vec<String>>,
    answer: impl Fn(&str) -> Answer,
) {
    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
    let Some(request) = read_request(&mut stream) else { return };
    let Answer { status, kind, location, body } = answer(&request);
    asked.lock().unwrap().push(request);
    let location = location.map(|location| format!("Location: {location}\r\n")).unwrap_or_default();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{location}Connection: close\r\n");
    let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(&body);
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

fn answer(port: u16, request: &str) -> String {
    let issuer = format!("https://localhost:{port}/realms/vantage");
    let path = request.split(' ').nth(1).unwrap_or_default();
    let claims = json!({"iss": issuer, "sub": "u-1", "preferred_username": "ada", "organization": ["acme"]});
    let access = format!("e30.{}.{CANARY}-access", URL_SAFE_NO_PAD.encode(claims.to_string()));
    if request.contains("deep") {
        return format!(r#"{{"data":{{"deep":{}1{}}}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    }
    let answer = match path.rsplit('/').next().unwrap_or_default() {
        "openid-configuration" => json!({
            "issuer": issuer,
            "token_endpoint": format!("{issuer}/token"),
            "device_authorization_endpoint": format!("{issuer}/device"),
            "revocation_endpoint": format!("{issuer}/revoke"),
        }),
        "device" => json!({
            "device_code": format!("{CANARY}-device"), "user_code": "ABCD-EFGH",
            "verification_uri": format!("{issuer}/page"), "interval": 1,
        }),
        "token" => json!({
            "access_token": access, "refresh_token": format!("{CANARY}-refresh"),
            "token_type": "Bearer", "expires_in": 300,
        }),
        "graphql" => json!({"data": {"ok": true}}),
        _ => json!({}),
    };
    answer.to_string()
}

/// A request's head, and its body as long as the head says; `None` if there is no whole one.
pub(crate) fn read_request(stream: &mut impl Read) -> Option<String> {
    let mut text = String::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length").then(|| value.parse().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        match stream.read(&mut chunk).ok()? {
            0 => return None,
            count => text.push_str(std::str::from_utf8(&chunk[..count]).ok()?),
        }
    }
}
