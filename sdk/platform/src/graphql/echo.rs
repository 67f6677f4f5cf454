//! A fault: answers that give away the caller's own token, as careless servers and gateways do.
//! Whoever calls must keep what it is told from its user; see [`Echo`] for the places. It is the
//! only code of the platform that writes a token where none belongs.

use std::time::Duration;

use async_graphql::{Response as Answer, ServerError, Value};
use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream::unfold;
use serde_json::json;

use crate::faults::Echo;
use crate::server::Platform;

/// Between the two halves of a token, so that they are not read at once.
const PAUSE: Duration = Duration::from_millis(50);

/// Answers in place of the API, where that is asked for.
pub(super) fn instead(platform: &Platform, token: &str) -> Option<Response> {
    let response = match platform.faults.echo()? {
        Echo::Errors => (header_of_json(), errors(token)).into_response(),
        Echo::Split => (header_of_json(), halves(errors(token), token)).into_response(),
        Echo::Html => page(token),
        Echo::Extensions | Echo::Data | Echo::Stream => return None,
    };
    platform.counters.faults_injected.add();
    Some(response)
}

/// Answers in place of a WebSocket, where that is asked for.
pub(super) fn instead_of_upgrade(platform: &Platform, token: &str) -> Option<Response> {
    (platform.faults.echo()? == Echo::Html).then(|| {
        platform.counters.faults_injected.add();
        page(token)
    })
}

/// Adds to an answer, where that is asked for.
pub(super) fn add(platform: &Platform, token: &str, answer: &mut Answer) {
    match platform.faults.echo() {
        Some(Echo::Extensions) => extend(answer, token),
        Some(Echo::Data) => {
            replace(&mut answer.data, token);
        }
        _ => return,
    }
    platform.counters.faults_injected.add();
}

/// Adds to an event of a subscription, where that is asked for.
pub(super) fn add_to_event(platform: &Platform, token: &str, event: &mut Answer) {
    if platform.faults.echo() == Some(Echo::Stream) {
        event.errors.push(ServerError::new(format!("the gateway logged Bearer {token}"), None));
        extend(event, token);
        platform.counters.faults_injected.add();
    }
}

fn header_of_json() -> [(header::HeaderName, &'static str); 1] {
    [(header::CONTENT_TYPE, "application/json")]
}

fn errors(token: &str) -> String {
    let extensions =
        json!({"code": "INTERNAL_SERVER_ERROR", "request": {"authorization": format!("Bearer {token}")}});
    let message = format!("upstream refused the request with Authorization: Bearer {token}");
    json!({"data": null, "errors": [{"message": message, "path": [token], "extensions": extensions}]})
        .to_string()
}

fn page(token: &str) -> Response {
    let text = format!(
        "<!doctype html>\n<html><head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1>\n\
         <pre>GET /graphql HTTP/1.1\nAuthorization: Bearer {token}</pre></body></html>\n"
    );
    (StatusCode::BAD_GATEWAY, Html(text)).into_response()
}

/// The body in two chunks, of which each has half of the token.
fn halves(text: String, token: &str) -> Body {
    let middle = text.find(token).map_or(text.len() / 2, |start| start + token.len() / 2);
    let (first, second) = text.split_at(middle);
    let chunks = [first, second].map(|half| Bytes::from(half.to_owned()));
    let chunks = unfold((chunks.into_iter(), Duration::ZERO), |(mut chunks, pause)| async move {
        let chunk = chunks.next()?;
        tokio::time::sleep(pause).await;
        Some((Ok::<_, std::io::Error>(chunk), (chunks, PAUSE)))
    });
    Body::from_stream(chunks)
}

fn extend(answer: &mut Answer, token: &str) {
    let header = Value::from(format!("Bearer {token}"));
    answer.extensions.insert("authorization".to_owned(), header);
}

/// Puts the token in the place of the first text that is not the name of a type.
fn replace(value: &mut Value, token: &str) -> bool {
    match value {
        Value::String(text) => {
            token.clone_into(text);
            true
        }
        Value::List(items) => items.iter_mut().any(|item| replace(item, token)),
        Value::Object(members) => {
            members.iter_mut().any(|(name, member)| name != "__typename" && replace(member, token))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_text_is_replaced_and_names_of_types_are_not() {
        let of = |value| Value::from_json(value).unwrap();
        let mut value = of(json!({"a": {"__typename": "A", "n": 1, "list": [{"x": "old"}, {"x": "old"}]}}));
        assert!(replace(&mut value, "t"));
        assert_eq!(value, of(json!({"a": {"__typename": "A", "n": 1, "list": [{"x": "t"}, {"x": "old"}]}})));
        assert!(!replace(&mut of(json!({"a": null})), "t"));
    }
}
