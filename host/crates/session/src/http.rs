//! The one place that speaks to the network: clients, made when first needed.
//!
//! One client is for https, and loads the system's certificates; another is for loopback, so
//! that plain http never loads certificates nor passes a proxy nor asks anybody where `localhost`
//! is. Each has a twin for answers that go on, such as subscriptions'. Neither follows redirects: what was asked of one server is never sent to another. Every answer is read against a bound, after
//! decompression. Nothing is retried here (`retry.rs`), and no answer is understood. Why there is
//! none is found out in `http/fault.rs`.

mod fault;
mod phases;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Upgraded, redirect};
use serde::Deserialize;
use tokio::time::timeout;
use tracing::Instrument;
use url::Url;
use zeroize::Zeroizing;

use crate::address;
use crate::discovery::without_content;
use crate::error::SessionError;

const CONNECT: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(10);
const TOTAL: Duration = Duration::from_secs(30);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Makes requests, and reads answers up to a bound.
pub(crate) struct Http {
    user_agent: String,
    /// Whether nothing may be asked.
    offline: bool,
    secure: OnceLock<Client>,
    loopback: OnceLock<Client>,
    secure_streams: OnceLock<Client>,
    loopback_streams: OnceLock<Client>,
}

/// What a client is for: they differ in how long an answer may take.
#[derive(Clone, Copy)]
enum Purpose {
    Answer,
    Stream,
}

/// A request that is not yet sent, with the id that will be in its header.
pub(crate) struct Prepared {
    pub(crate) builder: RequestBuilder,
    pub(crate) request_id: String,
    url: Url,
}

/// An answer of which only the head has been read.
pub(crate) struct Opened {
    response: Response,
    pub(crate) request_id: String,
    url: Url,
}

/// An answer that was read to its end. It may hold tokens, and so has no `Debug`.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) request_id: String,
    headers: HeaderMap,
}

impl Http {
    pub(crate) fn new(user_agent: String, offline: bool) -> Self {
        Self {
            user_agent,
            offline,
            secure: OnceLock::new(),
            loopback: OnceLock::new(),
            secure_streams: OnceLock::new(),
            loopback_streams: OnceLock::new(),
        }
    }

    /// Begins a request to `url`.
    ///
    /// # Errors
    /// An address that is neither https nor loopback; a client that cannot be set up; a run that asks
    /// nobody.
    pub(crate) fn prepare(&self, method: Method, url: &Url) -> Result<Prepared, SessionError> {
        self.prepare_for(Purpose::Answer, method, url)
    }

    /// Begins a request whose answer may go on for as long as it likes: see [`Prepared::open`].
    ///
    /// # Errors
    /// As [`Http::prepare`].
    pub(crate) fn prepare_stream(&self, method: Method, url: &Url) -> Result<Prepared, SessionError> {
        self.prepare_for(Purpose::Stream, method, url)
    }

    fn prepare_for(&self, purpose: Purpose, method: Method, url: &Url) -> Result<Prepared, SessionError> {
        address::check(url).map_err(|problem| SessionError::Address { url: url.to_string(), problem })?;
        if self.offline {
            return Err(SessionError::Offline { url: url.to_string() });
        }
        let request_id = hex(random::<16>()?.as_slice());
        let client = self.client(purpose, url)?;
        let builder = client.request(method, url.clone()).header(REQUEST_ID, &request_id);
        Ok(Prepared { builder, request_id, url: url.clone() })
    }

    fn client(&self, purpose: Purpose, url: &Url) -> Result<&Client, SessionError> {
        let secure = url.scheme() == "https";
        let slot = match (purpose, secure) {
            (Purpose::Answer, true) => &self.secure,
            (Purpose::Answer, false) => &self.loopback,
            (Purpose::Stream, true) => &self.secure_streams,
            (Purpose::Stream, false) => &self.loopback_streams,
        };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let mut builder = Client::builder()
            .user_agent(&self.user_agent)
            .redirect(redirect::Policy::none())
            .referer(false)
            .dns_resolver(Arc::new(phases::SystemNames))
            .connector_layer(phases::Connections)
            .connect_timeout(CONNECT);
        builder = match purpose {
            Purpose::Answer => builder.read_timeout(IDLE).timeout(TOTAL),
            // Whoever reads a stream knows how long it may be silent. HTTP/2 has no upgrade.
            Purpose::Stream => builder.http1_only(),
        };
        if !secure {
            // The port is the URL's.
            let here =
                [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
            builder = builder.no_proxy().tls_certs_only([]).resolve_to_addrs("localhost", &here);
        }
        let client = builder.build().map_err(fault::no_client)?;
        Ok(slot.get_or_init(|| client))
    }
}

impl Prepared {
    /// Changes the request.
    pub(crate) fn with(mut self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        self.builder = change(self.builder);
        self
    }

    /// Sends the request, and waits for the head of its answer alone.
    ///
    /// # Errors
    /// As [`Prepared::send`], but for the length.
    pub(crate) async fn open(self) -> Result<Opened, SessionError> {
        let Self { builder, request_id, url } = self;
        let sending = builder.send().instrument(tracing::info_span!("wait"));
        let response = match timeout(TOTAL, sending).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(fault::unanswered(&url, request_id, error)),
            Err(_) => return Err(late(&url, request_id)),
        };
        redirected(&url, response.status(), &request_id)?;
        Ok(Opened { response, request_id, url })
    }

    /// Sends the request, and reads at most `limit` bytes of its answer.
    ///
    /// # Errors
    /// [`SessionError::Unavailable`] when there is no answer, [`SessionError::Unreachable`] when
    /// there cannot be one; [`SessionError::Provider`] for a redirect, and for an answer that is too
    /// long.
    pub(crate) async fn send(self, limit: usize) -> Result<Answer, SessionError> {
        let Self { builder, request_id, url } = self;
        let response = match builder.send().instrument(tracing::info_span!("wait")).await {
            Ok(response) => response,
            Err(error) => return Err(fault::unanswered(&url, request_id, error)),
        };
        redirected(&url, response.status(), &request_id)?;
        Opened { response, request_id, url }.read_to_end(limit).await
    }
}

impl Opened {
    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// A header's text; none for one that is not there, or is no text.
    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// The next bytes of the body, decompressed; none at its end. May be dropped while it waits.
    ///
    /// # Errors
    /// A connection that broke.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Vec<u8>>, SessionError> {
        match self.response.chunk().await {
            Ok(chunk) => Ok(chunk.map(|chunk| chunk.to_vec())),
            Err(error) => Err(fault::unanswered(&self.url, self.request_id.clone(), error)),
        }
    }

    /// The connection itself, once the server has agreed to speak something else than HTTP on it.
    ///
    /// # Errors
    /// A connection that broke.
    pub(crate) async fn upgrade(self) -> Result<Upgraded, SessionError> {
        let Self { response, request_id, url } = self;
        response.upgrade().await.map_err(|error| fault::unanswered(&url, request_id, error))
    }

    /// Reads an answer that turned out to be no stream.
    ///
    /// # Errors
    /// As [`Prepared::send`].
    pub(crate) async fn read(self, limit: usize) -> Result<Answer, SessionError> {
        let (url, request_id) = (self.url.clone(), self.request_id.clone());
        match timeout(TOTAL, self.read_to_end(limit)).await {
            Ok(answer) => answer,
            Err(_) => Err(late(&url, request_id)),
        }
    }

    async fn read_to_end(self, limit: usize) -> Result<Answer, SessionError> {
        let span = tracing::info_span!("body", bytes = tracing::field::Empty);
        let answer = self.gather(limit).instrument(span.clone()).await?;
        span.record("bytes", answer.body.len());
        Ok(answer)
    }

    async fn gather(self, limit: usize) -> Result<Answer, SessionError> {
        let Self { mut response, request_id, url } = self;
        let mut body = Zeroizing::new(Vec::new());
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                    let problem = too_long(limit);
                    return Err(SessionError::Provider { url: url.to_string(), problem, request_id });
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => return Err(fault::unanswered(&url, request_id, error)),
            }
        }
        Ok(Answer { status: response.status(), headers: response.headers().clone(), body, request_id })
    }
}

/// What is wrong with an answer of more than `limit` bytes.
pub(crate) fn too_long(limit: usize) -> String {
    format!("it is longer than {limit} bytes")
}

fn redirected(url: &Url, status: StatusCode, request_id: &str) -> Result<(), SessionError> {
    if !status.is_redirection() {
        return Ok(());
    }
    let problem = format!("it redirects (HTTP {}), and redirects are not followed", status.as_u16());
    Err(SessionError::Provider { url: url.to_string(), problem, request_id: request_id.to_owned() })
}

fn late(url: &Url, request_id: String) -> SessionError {
    let problem = "it did not answer in time".to_owned();
    SessionError::Unavailable { url: url.to_string(), problem, request_id, sent: true, source: None }
}

impl Answer {
    /// An answer that nobody sent.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn made(status: StatusCode, headers: HeaderMap, body: &[u8]) -> Self {
        Self { status, headers, body: Zeroizing::new(body.to_vec()), request_id: "made".into() }
    }

    /// Reads the body as a JSON object, and as nothing that could pass for one: the fields of a list
    /// would be taken in the order in which they stand.
    ///
    /// # Errors
    /// What is wrong, without a word of the body.
    pub(crate) fn object<'a, Fields: Deserialize<'a>>(&'a self) -> Result<Fields, String> {
        let object = self.body.trim_ascii_start().starts_with(b"{");
        match serde_json::from_slice(&self.body) {
            Ok(_) if !object => Err("it is not a JSON object".into()),
            read => read.map_err(|error| without_content(&error)),
        }
    }

    /// Whether the answer says that it is JSON.
    pub(crate) fn is_json(&self) -> bool {
        let kind = self.text(CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.starts_with("application/") && (kind == "application/json" || kind.ends_with("+json"))
    }

    /// When the server says it is.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        http_date(self.text(DATE)?)
    }

    /// How long the server asks to wait, in seconds or until a date.
    pub(crate) fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.text(RETRY_AFTER)?;
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        let wait = http_date(text)?.duration_since(now);
        Some(Duration::try_from(wait).unwrap_or_default())
    }

    fn text(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// Bytes that nobody can guess.
pub(crate) fn random<const LENGTH: usize>() -> Result<Zeroizing<[u8; LENGTH]>, SessionError> {
    let mut bytes = Zeroizing::new([0; LENGTH]);
    getrandom::fill(bytes.as_mut()).map_err(|error| SessionError::Random { problem: error.to_string() })?;
    Ok(bytes)
}

/// Two digits for each byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Text from a server, fit for a message: bounded, and without characters that steer a terminal.
pub(crate) fn printable(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(300)
        .collect();
    clean.trim().to_owned()
}
