//! A client of the local platform that does nothing but ask: requests one after the other, on one
//! connection, their answers hardly looked at. What a program would need at least.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Result;

/// A connection to the platform.
struct Client {
    host: String,
    stream: BufReader<TcpStream>,
}

impl Client {
    fn connect(origin: &str) -> Result<Self> {
        let host = origin.strip_prefix("http://").ok_or("the platform is on http")?;
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        Ok(Self { host: host.to_owned(), stream: BufReader::new(stream) })
    }

    /// Posts a body, and gives the answer's, whatever its status.
    fn post(&mut self, path: &str, kind: &str, token: &str, body: &str) -> Result<String> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: {kind}\r\nAuthorization: Bearer {token}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(format!("{path}: the connection was closed").into());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        Ok(String::from_utf8(answer)?)
    }
}

/// Tells the platform something that it answers with nothing.
pub(super) fn tell(api: &str, path: &str, body: &Value) -> Result<()> {
    let said = Client::connect(api)?.post(path, "application/json", "", &body.to_string())?;
    if said.is_empty() { Ok(()) } else { Err(format!("{path}: {said}").into()) }
}

/// Reads the list of `document` to its end, a hundred at a time; says how long that took, and how many
/// there were. Signing in does not count.
pub(super) fn read_pages(issuer: &str, api: &str, document: &str) -> Result<(Duration, usize)> {
    let token = token(issuer, api)?;
    let mut client = Client::connect(api)?;
    let began = Instant::now();
    let (mut after, mut read) = (Value::Null, 0);
    loop {
        let variables = json!({ "first": 100, "after": after });
        let body = json!({ "query": document, "operationName": "ListClusters", "variables": variables });
        let answer = client.post("/cluster/graphql", "application/json", &token, &body.to_string())?;
        read += answer.matches("\"node\":").count();
        let cursor = answer.split_once("\"endCursor\":\"").and_then(|(_, rest)| rest.split('"').next());
        match cursor.filter(|_| answer.contains("\"hasNextPage\":true")) {
            Some(cursor) => after = cursor.into(),
            None if answer.contains("\"hasNextPage\":false") => return Ok((began.elapsed(), read)),
            None => return Err(format!("this is no page: {answer}").into()),
        }
    }
}

/// The proof key of RFC 7636, appendix B: here it protects nothing.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Signs in as the platform approves by itself.
fn token(issuer: &str, api: &str) -> Result<String> {
    let path = issuer.strip_prefix(api).ok_or("the issuer is elsewhere")?;
    let mut client = Client::connect(api)?;
    let mut ask = |endpoint: &str, form: &str| -> Result<Value> {
        let path = format!("{path}/protocol/openid-connect/{endpoint}");
        Ok(serde_json::from_str(&client.post(&path, "application/x-www-form-urlencoded", "", form)?)?)
    };
    let form =
        format!("client_id=default&scope=openid&code_challenge_method=S256&code_challenge={CHALLENGE}");
    let device = ask("auth/device", &form)?;
    let code = device["device_code"].as_str().ok_or_else(|| format!("no device code: {device}"))?;
    let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";
    let tokens = ask(
        "token",
        &format!("grant_type={grant}&client_id=default&device_code={code}&code_verifier={VERIFIER}"),
    )?;
    Ok(tokens["access_token"].as_str().ok_or_else(|| format!("no token: {tokens}"))?.to_owned())
}
