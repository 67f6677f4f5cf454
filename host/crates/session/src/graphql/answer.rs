//! What an API's answer means.
//!
//! Pure reading, of everything a server may send where JSON was asked for. Errors never quote the
//! answer, but for the messages that GraphQL has for this purpose.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Call, GraphqlError, GraphqlResponse};
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

/// 401, or GraphQL's own way of saying it without any data.
pub(super) fn is_unauthenticated(answer: &Answer) -> bool {
    if answer.status.as_u16() == 401 {
        return true;
    }
    if !std::str::from_utf8(&answer.body).is_ok_and(|text| text.contains(UNAUTHENTICATED)) {
        return false;
    }
    let Ok(Answered { data: None, errors: Some(errors) }) = answer.object() else {
        return false;
    };
    errors.iter().any(|error| code(error).as_deref() == Some(UNAUTHENTICATED))
}

pub(super) fn read(call: &Call<'_>, answer: &Answer) -> Result<GraphqlResponse, SessionError> {
    let status = answer.status.as_u16();
    let wrong = |problem: String| call.wrong(problem, answer.request_id.clone());
    let parsed = answer.object::<Answered>();
    if status == 403 {
        let first = parsed.ok().and_then(|answered| answered.errors?.first().map(message));
        return Err(SessionError::ApiDenied {
            api: call.api.to_owned(),
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
    let errors: Vec<GraphqlError> =
        answered.errors.unwrap_or_default().iter().take(MOST_ERRORS).map(error).collect();
    if answered.data.is_none() && errors.is_empty() {
        return Err(wrong(format!("HTTP {status} with neither data nor errors")));
    }
    Ok(GraphqlResponse {
        data: answered.data,
        errors,
        request_id: answer.request_id.clone(),
        bytes: answer.body.len(),
    })
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

pub(super) fn busy(call: &Call<'_>, answer: &Answer) -> SessionError {
    SessionError::Unavailable {
        url: call.url.to_string(),
        problem: format!("it answered with HTTP {}", answer.status.as_u16()),
        request_id: answer.request_id.clone(),
        sent: true,
        source: None,
    }
}
