//! What an API's answer means.
//!
//! Pure reading, of everything a server may send where JSON was asked for. Errors never quote the
//! answer, but for the messages that GraphQL has for this purpose.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Call, GraphqlError, GraphqlResponse};
use crate::discovery::without_content;
use crate::error::SessionError;
use crate::http::{Answer, printable};

/// The code that Apollo gave it, and that others took over.
const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
const MOST_ERRORS: usize = 100;

#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    data: Option<Box<RawValue>>,
    #[serde(default)]
    errors: Option<Vec<Value>>,
}

impl Answered {
    fn is_unauthenticated(&self) -> bool {
        let mut errors = self.errors.iter().flatten();
        self.data.is_none() && errors.any(|error| code(error).as_deref() == Some(UNAUTHENTICATED))
    }

    /// What it says; none where it says neither data nor errors.
    fn response(self, request_id: &str, bytes: usize) -> Option<GraphqlResponse> {
        let errors: Vec<GraphqlError> =
            self.errors.unwrap_or_default().iter().take(MOST_ERRORS).map(error).collect();
        if self.data.is_none() && errors.is_empty() {
            return None;
        }
        Some(GraphqlResponse { data: self.data, errors, request_id: request_id.to_owned(), bytes })
    }
}

/// One event of a subscription, or that its token is no longer accepted.
pub(super) enum Said {
    Event(GraphqlResponse),
    Unauthenticated,
}

/// Reads an event: the same object as an answer. The problem is without a word of it.
pub(super) fn event(text: &str, request_id: &str) -> Result<Said, String> {
    if !text.trim_start().starts_with('{') {
        return Err("an event is not a JSON object".into());
    }
    let answered: Answered = serde_json::from_str(text).map_err(|error| without_content(&error))?;
    if answered.is_unauthenticated() {
        return Ok(Said::Unauthenticated);
    }
    let response = answered.response(request_id, text.len());
    response.map(Said::Event).ok_or_else(|| "an event has neither data nor errors".into())
}

/// Reads the errors with which a subscription ends: a list, or in old servers a single one.
pub(super) fn last_errors(text: &str, request_id: &str) -> Result<Said, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| without_content(&error))?;
    let errors = match value {
        Value::Array(errors) => errors,
        other => vec![other],
    };
    let answered = Answered { data: None, errors: Some(errors) };
    if answered.is_unauthenticated() {
        return Ok(Said::Unauthenticated);
    }
    let response = answered.response(request_id, text.len());
    response.map(Said::Event).ok_or_else(|| "it ends with an empty list of errors".into())
}

/// 401, or GraphQL's own way of saying it without any data.
pub(super) fn is_unauthenticated(answer: &Answer) -> bool {
    if answer.status.as_u16() == 401 {
        return true;
    }
    if !std::str::from_utf8(&answer.body).is_ok_and(|text| text.contains(UNAUTHENTICATED)) {
        return false;
    }
    answer.object::<Answered>().is_ok_and(|answered| answered.is_unauthenticated())
}

pub(super) fn read(call: &Call, answer: &Answer) -> Result<GraphqlResponse, SessionError> {
    let status = answer.status.as_u16();
    let wrong = |problem: String| call.wrong(problem, answer.request_id.clone());
    let parsed = answer.object::<Answered>();
    if status == 403 {
        let first = parsed.ok().and_then(|answered| answered.errors?.first().map(message));
        return Err(SessionError::ApiDenied {
            api: call.api.clone(),
            message: printable(&first.unwrap_or_default()),
            request_id: answer.request_id.clone(),
        });
    }
    if status >= 500 && !answer.is_json() {
        return Err(busy(call, answer));
    }
    if !answer.is_json() {
        return Err(wrong(format!("HTTP {status} without JSON")));
    }
    let answered = parsed.map_err(|problem| wrong(format!("HTTP {status}, {problem}")))?;
    let response = answered.response(&answer.request_id, answer.body.len());
    response.ok_or_else(|| wrong(format!("HTTP {status} with neither data nor errors")))
}

fn error(value: &Value) -> GraphqlError {
    GraphqlError {
        message: message(value),
        path: value.get("path").filter(|path| path.is_array()).cloned(),
        code: code(value),
    }
}

fn message(error: &Value) -> String {
    let text = error.get("message").and_then(Value::as_str);
    text.unwrap_or("the API gave no message").chars().take(4096).collect()
}

fn code(error: &Value) -> Option<String> {
    let code = error.get("extensions")?.get("code")?.as_str()?;
    Some(code.chars().take(128).collect())
}

pub(super) fn busy(call: &Call, answer: &Answer) -> SessionError {
    call.lost(format!("it answered with HTTP {}", answer.status.as_u16()), answer.request_id.clone())
}
