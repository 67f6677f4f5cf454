//! One GraphQL request over HTTP: recorded as it came, let in by its token, executed. The answer
//! is `application/json`, with status 200 once there is a document to execute, or a stream where
//! that is accepted (`sse`); a body that is no request gets 400, a missing or bad token 401,
//! another media type 415.

use async_graphql::{Executor, Request, Variables};
use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::{echo, sse};
use crate::identity::bearer;
use crate::identity::claims::Claims;
use crate::requests::{Recorded, Transport};
use crate::server::Shared;

/// The header by which a client finds its request again; it is sent back as it came.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers one request to the API `name`.
pub(super) async fn answer<E: Executor>(
    name: &str,
    schema: &E,
    platform: &Shared,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let streamed = sse::is_wanted(&headers);
    let transport = if streamed { Transport::Sse } else { Transport::Http };
    let mut recorded = Recorded::new(name, transport, &headers);
    let request = read(&headers, &body, &mut recorded);
    let response = match (bearer::authenticate(platform, &headers), request) {
        (Err(unauthorized), _) => {
            platform.counters.graphql_unauthorized.add();
            unauthorized.answer()
        }
        (Ok(_), Err((status, message))) => {
            (status, Json(json!({"errors": [{"message": message}]}))).into_response()
        }
        (Ok(claims), Ok(request)) => {
            // It was let in, so there is one.
            let token = bearer::token(&headers).unwrap_or_default();
            match echo::instead(platform, token) {
                Some(response) => response,
                None if streamed => sse::stream(schema, platform, request, claims, token),
                None => execute(schema, platform, request, claims, token).await,
            }
        }
    };
    record(platform, recorded, &headers, response)
}

/// Notes how a request was answered, and gives it its id back.
pub(super) fn record(
    platform: &Shared,
    mut recorded: Recorded,
    headers: &HeaderMap,
    mut response: Response,
) -> Response {
    recorded.status = response.status().as_u16();
    platform.requests.push(recorded);
    if let Some(id) = headers.get(&REQUEST_ID) {
        response.headers_mut().insert(REQUEST_ID, id.clone());
    }
    response
}

async fn execute<E: Executor>(
    schema: &E,
    platform: &Shared,
    request: Request,
    claims: Claims,
    token: &str,
) -> Response {
    platform.counters.graphql_requests.add();
    let mut answer = schema.execute(request.data(Caller::new(claims))).await;
    echo::add(platform, token, &mut answer);
    Json(answer).into_response()
}

/// Reads the body, and notes what it says even if the request is refused later.
fn read(headers: &HeaderMap, body: &[u8], recorded: &mut Recorded) -> Result<Request, (StatusCode, String)> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be application/json".to_owned()));
    }
    let bad = |message: String| (StatusCode::BAD_REQUEST, message);
    let members = serde_json::from_slice(body)
        .map_err(|error| bad(format!("the body is not a JSON object: {error}")))?;
    request(members, recorded).map_err(bad)
}

/// Reads the members of a GraphQL request, and notes them.
pub(super) fn request(mut members: Map<String, Value>, recorded: &mut Recorded) -> Result<Request, String> {
    let text = |member: Option<Value>, name: &str| match member {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{name}` must be a string")),
    };
    let query = text(members.remove("query"), "query")?;
    let query = query.ok_or_else(|| "`query` is missing".to_owned())?;
    recorded.query = Some(query.clone());
    recorded.operation_name = text(members.remove("operationName"), "operationName")?;
    recorded.variables = members.remove("variables").unwrap_or_default();
    if !matches!(recorded.variables, Value::Null | Value::Object(_)) {
        return Err("`variables` must be an object".to_owned());
    }
    let mut request = Request::new(query).variables(Variables::from_json(recorded.variables.clone()));
    request.operation_name.clone_from(&recorded.operation_name);
    Ok(request)
}
