//! What tests and the curious may ask of the platform itself, below `/admin`: counters, the
//! requests that came, and the switches that make sessions end or answers fail. It takes no
//! token, because it answers on loopback only, to requests that name the platform as their host,
//! and changes nothing for a web page (whose requests carry an `Origin`).

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use crate::duration;
use crate::faults::{Echo, Failure};
use crate::requests::Recorded;
use crate::server::Shared;
use crate::stats::Stats;

/// The endpoints below `/admin`.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/admin/stats", get(stats))
        .route("/admin/requests", get(requests))
        .route("/admin/expire", post(expire))
        .route("/admin/revoke-all", post(revoke_all))
        .route("/admin/faults", post(faults))
        .route("/admin/streams/drop", post(drop_streams))
        .layer(from_fn(refuse_web_pages))
}

/// A page of another site could otherwise end sessions by a form that posts itself.
async fn refuse_web_pages(headers: HeaderMap, request: axum::extract::Request, next: Next) -> Response {
    if headers.contains_key(header::ORIGIN) {
        return (StatusCode::FORBIDDEN, "not for web pages\n").into_response();
    }
    next.run(request).await
}

async fn stats(State(platform): State<Shared>) -> Json<Stats> {
    Json(platform.counters.read())
}

async fn requests(State(platform): State<Shared>) -> Json<Vec<Recorded>> {
    Json(platform.requests.list())
}

async fn expire(State(platform): State<Shared>) -> StatusCode {
    platform.identity.sessions.expire_access();
    StatusCode::NO_CONTENT
}

async fn revoke_all(State(platform): State<Shared>) -> StatusCode {
    platform.counters.sessions_ended.add_many(platform.identity.sessions.end_all());
    StatusCode::NO_CONTENT
}

async fn drop_streams(State(platform): State<Shared>) -> StatusCode {
    platform.streams.drop_all();
    StatusCode::NO_CONTENT
}

/// The body of `/admin/faults`; what is left out is switched off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    /// As on the command line: `50ms`.
    latency: Option<String>,
    /// As on the command line: `503:0.1`, `503:1:identity`.
    fail: Option<String>,
    /// After how many failures everything works again.
    times: Option<u64>,
    /// As on the command line: `errors`, `html`.
    echo: Option<String>,
}

impl Plan {
    fn read(body: &[u8]) -> Result<(Duration, Option<Failure>, Option<Echo>), String> {
        let plan: Self = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let latency = plan.latency.as_deref().map(duration::parse).transpose()?;
        let failure = plan.fail.as_deref().map(str::parse::<Failure>).transpose()?;
        let failure = failure.map(|failure| Failure { times: plan.times, ..failure });
        let echo = plan.echo.as_deref().map(str::parse).transpose()?;
        Ok((latency.unwrap_or_default(), failure, echo))
    }
}

async fn faults(State(platform): State<Shared>, body: Bytes) -> Response {
    match Plan::read(&body) {
        Ok((latency, failure, echo)) => {
            platform.faults.set(latency, failure, echo);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({"error": error}))).into_response(),
    }
}
