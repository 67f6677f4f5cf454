//! Operations over server-sent events, in the "distinct connections mode" of GraphQL over SSE:
//! one POST with `Accept: text/event-stream`, one operation, its events `next` and at its end
//! `complete`. A stream that ends without `complete` was cut off, and may be asked for again.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use async_graphql::{Executor, Request, Response as Answer};
use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;

use super::operation::{Event, Operation};
use crate::identity::claims::Claims;
use crate::server::Shared;
use crate::streams::{Over, over};

/// How often something is sent, so that nobody takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(12);

/// The last event. It has `data`, though an empty one: without that, it would be none.
const COMPLETE: &str = "event: complete\ndata:\n\n";

/// A comment.
const SIGN_OF_LIFE: &str = ":\n\n";

/// Whether the client accepts events rather than an answer.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let essences = accepted.flat_map(|value| value.split(',')).filter_map(|range| range.split(';').next());
    essences.into_iter().any(|essence| essence.trim().eq_ignore_ascii_case("text/event-stream"))
}

/// What brings a stream to its end before its time.
type Ending = Pin<Box<dyn Future<Output = Over> + Send>>;

/// Where a stream is.
enum Stage {
    /// There may be more events.
    Under(Operation),
    /// Only `complete` is missing.
    Done,
    /// Nothing follows.
    Ended,
}

/// Answers with the operation's events.
pub(super) fn stream<E: Executor>(
    schema: &E,
    platform: &Shared,
    request: Request,
    claims: Claims,
    token: &str,
) -> Response {
    let operation = Operation::start(schema, platform, request, claims.clone(), token);
    let platform = platform.clone();
    let ending: Ending = Box::pin(async move { over(&platform, Some(&claims)).await });
    let events = unfold((Stage::Under(operation), ending), |(stage, mut ending)| async {
        let (event, stage) = match stage {
            Stage::Under(operation) => go_on(operation, &mut ending).await?,
            Stage::Done => (Ok(COMPLETE.to_owned()), Stage::Ended),
            Stage::Ended => return None,
        };
        Some((event, (stage, ending)))
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    (headers, Body::from_stream(events)).into_response()
}

/// What is sent next, and what comes after it; none where the stream is cut off.
async fn go_on(mut operation: Operation, ending: &mut Ending) -> Option<(Result<String, io::Error>, Stage)> {
    let event = tokio::select! {
        biased;
        over = ending => return match over {
            // An error in a body breaks the connection, so that the client sees it.
            Over::Dropped => Some((Err(io::Error::other("dropped on purpose")), Stage::Ended)),
            Over::Forbidden | Over::Stopping => None,
        },
        event = operation.next() => event,
        () = tokio::time::sleep(KEEP_ALIVE) => return Some((Ok(SIGN_OF_LIFE.to_owned()), Stage::Under(operation))),
    };
    Some(match event {
        None => (Ok(COMPLETE.to_owned()), Stage::Ended),
        Some(Event::Next(answer)) => (next(&answer), Stage::Under(operation)),
        Some(Event::Refused(answer)) => (next(&answer), Stage::Done),
    })
}

/// An answer of the operation: JSON of `serde_json` is on one line, as `data` must be.
fn next(answer: &Answer) -> Result<String, io::Error> {
    let data = serde_json::to_string(answer).map_err(io::Error::other)?;
    Ok(format!("event: next\ndata: {data}\n\n"))
}
