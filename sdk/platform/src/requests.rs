//! The GraphQL requests as they arrived, so that a test can say what a client really sent:
//! `GET /admin/requests`. The last thousand are kept. The token is the one thing left out.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many requests are kept.
const KEPT: usize = 1_000;

/// How a request came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Transport {
    /// A request that gets one answer.
    #[default]
    Http,
    /// An operation on a WebSocket; the headers are those of its handshake, and the status is 101.
    WebSocket,
    /// A request that is answered with server-sent events.
    Sse,
}

/// One request to an API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Recorded {
    /// Which API: `cluster` or `jobs`.
    pub api: String,
    /// How it came.
    #[serde(default)]
    pub transport: Transport,
    /// The status of the answer.
    pub status: u16,
    /// The headers by lower-case name; the value of `authorization` is withheld.
    pub headers: BTreeMap<String, String>,
    /// The document, as sent; none where the body was not a GraphQL request.
    pub query: Option<String>,
    /// The member `operationName`, as sent.
    pub operation_name: Option<String>,
    /// The member `variables`, as sent; null where there was none.
    pub variables: Value,
}

impl Recorded {
    /// A record of what came, before anything was done with it.
    pub(crate) fn new(api: &str, transport: Transport, headers: &HeaderMap) -> Self {
        let headers = headers.iter().map(|(name, value)| {
            let secret = name == header::AUTHORIZATION;
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), if secret { "(withheld)".to_owned() } else { value })
        });
        let (query, operation_name, variables) = (None, None, Value::Null);
        let (api, headers) = (api.to_owned(), headers.collect());
        Self { api, transport, status: 0, headers, query, operation_name, variables }
    }
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<VecDeque<Recorded>>);

impl Requests {
    /// Keeps one more, and lets go of the oldest if there are too many.
    pub(crate) fn push(&self, recorded: Recorded) {
        let mut requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.len() == KEPT {
            requests.pop_front();
        }
        requests.push_back(recorded);
    }

    /// All that are kept.
    pub(crate) fn list(&self) -> Vec<Recorded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_withheld_and_the_oldest_go() {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, header::HeaderValue::from_static("Bearer secret"));
        headers.insert(header::USER_AGENT, header::HeaderValue::from_static("test/1"));
        let requests = Requests::default();
        for status in 0..=u16::try_from(KEPT).unwrap() {
            requests.push(Recorded { status, ..Recorded::new("cluster", Transport::Http, &headers) });
        }
        let list = requests.list();
        assert_eq!((list.len(), list[0].status), (KEPT, 1));
        assert_eq!(list[0].headers["authorization"], "(withheld)");
        assert_eq!(list[0].headers["user-agent"], "test/1");
    }
}
