//! The one form of a refusal at the OAuth endpoints (RFC 6749, section 5.2), and the one place
//! where breaches are counted.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::error::PlatformError;
use crate::stats::Counters;

/// Why an OAuth request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    /// The RFC's code.
    pub(crate) error: &'static str,
    description: String,
    breach: bool,
}

impl Refusal {
    /// A refusal that a well-behaved client meets too.
    pub(crate) fn expected(error: &'static str, description: impl Into<String>) -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self { status, error, description: description.into(), breach: false }
    }

    /// A refusal that only a client in the wrong meets; it is counted.
    pub(crate) fn breach(error: &'static str, description: impl Into<String>) -> Self {
        Self { breach: true, ..Self::expected(error, description) }
    }

    /// A client that the realm does not know.
    pub(crate) fn unknown_client(client: &str) -> Self {
        let description = format!("Invalid client: {}", client.escape_default());
        Self { status: StatusCode::UNAUTHORIZED, ..Self::breach("invalid_client", description) }
    }

    /// Counts and writes the refusal.
    pub(crate) fn answer(self, counters: &Counters) -> Response {
        if self.breach {
            counters.protocol_breaches.add();
            tracing::warn!(error = self.error, description = self.description, "a breach of protocol");
        }
        let body = json!({"error": self.error, "error_description": self.description});
        uncached((self.status, Json(body)).into_response())
    }
}

impl From<PlatformError> for Refusal {
    fn from(error: PlatformError) -> Self {
        tracing::error!(%error, "a token could not be made");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self { status, ..Self::expected("server_error", "The platform could not make a token") }
    }
}

/// Keeps tokens and errors out of caches, as RFC 6749 section 5.1 demands.
pub(crate) fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
