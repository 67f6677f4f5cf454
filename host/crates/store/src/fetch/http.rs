//! The way to web servers and registries: requests, redirects and bounded answers.
//!
//! https alone, or http on loopback; at most five redirects, never from https to http, and never with
//! a credential to another origin. Bodies come as they are: a server that compresses them is refused,
//! since a digest is of what is stored. What an answer means is said elsewhere.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Client, Method, Response, StatusCode, redirect};
use tokio::time::timeout;
use url::Url;
use zeroize::Zeroizing;

use super::fault::{self, shown};
use super::{FetchError, Progress};
use crate::address::{check_url, is_loopback};

const CONNECT: Duration = Duration::from_secs(10);
/// How long a server may be silent.
const IDLE: Duration = Duration::from_secs(30);
/// How long one file may take: 32 MiB over a slow line.
const TOTAL: Duration = Duration::from_secs(600);
const REDIRECTS: usize = 5;

/// Makes requests. Cheap to make: clients are built when first needed.
pub(super) struct Http {
    user_agent: String,
    /// Whether nobody may be asked.
    offline: bool,
    secure: OnceLock<Client>,
    loopback: OnceLock<Client>,
    pub(super) progress: Arc<dyn Progress>,
    /// Where credentials for registries may be, for when one asks.
    pub(super) credentials: Vec<PathBuf>,
}

/// A request.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    /// What `Accept` says.
    pub(super) accept: &'static str,
    /// The value of `Authorization`; sent to the origin of `url` alone.
    pub(super) authorization: Option<Zeroizing<String>>,
    /// Body and its type.
    pub(super) body: Option<(Vec<u8>, &'static str)>,
}

/// An answer that was read to its end.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Where it came from in the end.
    pub(super) url: Url,
}

impl Request {
    pub(super) fn get(url: Url, accept: &'static str) -> Self {
        Self { method: Method::GET, url, accept, authorization: None, body: None }
    }
}

impl Http {
    pub(super) fn new(user_agent: String, credentials: Vec<PathBuf>, progress: Arc<dyn Progress>) -> Self {
        let (secure, loopback) = (OnceLock::new(), OnceLock::new());
        Self { user_agent, offline: false, secure, loopback, progress, credentials }
    }

    pub(super) fn offline(self, offline: bool) -> Self {
        Self { offline, ..self }
    }

    /// Gets a file; none where the server says that there is none.
    pub(super) async fn file(
        &self,
        url: &Url,
        limit: u64,
        told: bool,
    ) -> Result<Option<Vec<u8>>, FetchError> {
        let answer = self.send(Request::get(url.clone(), "*/*"), limit, told).await?;
        match answer.status {
            StatusCode::OK => Ok(Some(answer.body)),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status => Err(FetchError::Status { url: shown(url), status: status.as_u16() }),
        }
    }

    /// Sends a request, follows redirects, and reads the answer up to `limit` bytes. `told`: whether
    /// somebody hears how far it is.
    pub(super) async fn send(&self, request: Request, limit: u64, told: bool) -> Result<Answer, FetchError> {
        let url = shown(&request.url);
        match timeout(TOTAL, self.follow(request, limit, told)).await {
            Ok(answer) => answer,
            Err(_) => {
                let problem = format!("it took longer than {} minutes", TOTAL.as_secs() / 60);
                Err(FetchError::Unavailable { url, problem })
            }
        }
    }

    async fn follow(&self, mut request: Request, limit: u64, told: bool) -> Result<Answer, FetchError> {
        for _ in 0..=REDIRECTS {
            let response = self.once(&request).await?;
            let next = match response.status() {
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT
                    if request.method == Method::GET =>
                {
                    next(&request.url, response.headers())?
                }
                _ => return self.read(&request, response, limit, told).await,
            };
            // A credential is for the server that asked for it.
            if next.origin() != request.url.origin() {
                request.authorization = None;
            }
            request.url = next;
        }
        let problem = format!("it led on more than {REDIRECTS} times");
        Err(FetchError::Answer { url: shown(&request.url), problem })
    }

    async fn once(&self, request: &Request) -> Result<Response, FetchError> {
        let url = &request.url;
        check_url(url).map_err(|problem| FetchError::Answer { url: shown(url), problem })?;
        if self.offline {
            return Err(FetchError::Offline { url: shown(url) });
        }
        let mut builder = self
            .client(url)?
            .request(request.method.clone(), url.clone())
            .header("accept", request.accept)
            .header(ACCEPT_ENCODING, "identity");
        if let Some(authorization) = &request.authorization {
            let value = HeaderValue::from_str(authorization);
            let mut value = value.map_err(|_| FetchError::Answer {
                url: shown(url),
                problem: "what is to be told to it cannot stand in a header".into(),
            })?;
            value.set_sensitive(true);
            builder = builder.header(AUTHORIZATION, value);
        }
        if let Some((body, kind)) = &request.body {
            builder = builder.header("content-type", *kind).body(body.clone());
        }
        builder.send().await.map_err(|error| fault::unanswered(url, &error))
    }

    async fn read(
        &self,
        request: &Request,
        mut response: Response,
        limit: u64,
        told: bool,
    ) -> Result<Answer, FetchError> {
        let url = request.url.clone();
        let (status, headers) = (response.status(), response.headers().clone());
        let encoded = headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
        if encoded && status.is_success() {
            let problem = "it is compressed, which was not asked for".to_owned();
            return Err(FetchError::Answer { url: shown(&url), problem });
        }
        let too_large = || FetchError::TooLarge { what: shown(&url), limit };
        let length = response.content_length().filter(|_| request.method != Method::HEAD);
        if length.is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| fault::unanswered(&url, &error))? {
            if body.len() as u64 + chunk.len() as u64 > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
            if told {
                self.progress.at(body.len() as u64, length);
            }
        }
        Ok(Answer { status, headers, body, url })
    }

    fn client(&self, url: &Url) -> Result<&Client, FetchError> {
        let secure = !is_loopback(url) || url.scheme() == "https";
        let slot = if secure { &self.secure } else { &self.loopback };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let mut builder = Client::builder()
            .user_agent(&self.user_agent)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_gzip()
            .connect_timeout(CONNECT)
            .read_timeout(IDLE);
        if !secure {
            // Plain http stays on this machine: no proxy hears of it, and no certificates are loaded.
            // Nobody is asked where `localhost` is; the port is the URL's.
            let here =
                [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
            builder = builder.no_proxy().tls_certs_only([]).resolve_to_addrs("localhost", &here);
        }
        let client = builder.build().map_err(|error| fault::no_client(&error))?;
        Ok(slot.get_or_init(|| client))
    }
}

/// Where a redirect leads, if it may be followed.
fn next(from: &Url, headers: &HeaderMap) -> Result<Url, FetchError> {
    let refused = |problem: String| FetchError::Answer { url: shown(from), problem };
    let location = headers.get(LOCATION).and_then(|location| location.to_str().ok());
    let location = location.ok_or_else(|| refused("it leads on without saying where".into()))?;
    let next = from.join(location).map_err(|error| refused(format!("it leads on to no address: {error}")))?;
    check_url(&next).map_err(|problem| refused(format!("it leads on to `{}`: {problem}", shown(&next))))?;
    // What began on the network does not end on this machine, where other servers trust who asks.
    if is_loopback(&next) && !is_loopback(from) {
        return Err(refused(format!("it leads on to `{}`, on this machine", shown(&next))));
    }
    if from.scheme() == "https" && next.scheme() != "https" {
        return Err(refused(format!("it leads on to `{}`, without encryption", shown(&next))));
    }
    Ok(next)
}
