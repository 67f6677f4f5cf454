//! GraphQL over HTTP: a document goes to an API as the user, and an answer comes back.
//!
//! The document is sent as it is given; who may send what is decided elsewhere, before. Queries are
//! tried again when the trouble looks temporary, mutations only if the request certainly never
//! left. A 401 renews the sign-in once. An answer with the access token in it is thrown away whole.

mod answer;
pub(crate) mod events;
mod subscription;
mod trouble;
mod websocket;

use reqwest::Method;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::time::sleep;
use tracing::Instrument;
use url::Url;

use self::answer::{busy, is_unauthenticated, read};
use crate::discovery::without_content;
use crate::error::SessionError;
use crate::http::{Answer, printable};
use crate::retry;
use crate::session::Session;
use crate::token::Token;

pub use self::subscription::Subscription;

const LIMIT: usize = 8 * 1024 * 1024;
const ACCEPT: &str = "application/graphql-response+json, application/json;q=0.9";

/// A document to run, with everything that goes with it.
#[derive(Debug, Clone)]
pub struct GraphqlRequest {
    /// Which API, such as `cluster`.
    pub api: String,
    /// Which operation of the document, if it has several.
    pub operation_name: Option<String>,
    /// The GraphQL document.
    pub document: String,
    /// A JSON object, as text.
    pub variables: String,
    /// Whether it changes anything; then it is not sent twice.
    pub mutation: bool,
}

/// What an API answered.
#[derive(Debug)]
pub struct GraphqlResponse {
    /// The data as the API wrote it; `None` for `null`.
    pub data: Option<Box<RawValue>>,
    /// What went wrong, wholly or in part.
    pub errors: Vec<GraphqlError>,
    /// The id that was sent with the request.
    pub request_id: String,
    /// The length of the answer, decompressed.
    pub bytes: usize,
}

/// One error of an API's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphqlError {
    /// The API's own words.
    pub message: String,
    /// Where in the data, as a list of names and numbers.
    pub path: Option<Value>,
    /// The machine-readable code in `extensions`; nothing else of those is kept.
    pub code: Option<String>,
}

#[derive(Serialize)]
struct Body<'a> {
    query: &'a str,
    #[serde(rename = "operationName", skip_serializing_if = "Option::is_none")]
    operation_name: Option<&'a str>,
    variables: &'a RawValue,
}

/// One request in the making.
#[derive(Clone)]
struct Call {
    api: String,
    url: Url,
    body: Vec<u8>,
    mutation: bool,
}

impl Session {
    /// Runs a document. Errors of the document itself are in the response.
    ///
    /// # Errors
    /// No sign-in, an origin it is not for, an API that cannot be reached, refuses, or makes no sense.
    pub async fn graphql(&self, request: GraphqlRequest) -> Result<GraphqlResponse, SessionError> {
        let operation = request.operation_name.as_deref().unwrap_or_default();
        let span = tracing::info_span!("graphql", api = request.api, operation);
        self.run(&request).instrument(span).await
    }

    async fn run(&self, request: &GraphqlRequest) -> Result<GraphqlResponse, SessionError> {
        let call = self.call(request)?;
        let access = self.access(None, Some(&call.url)).await?;
        let answer = self.attempt(&call, &access.token).await?;
        let (answer, token) = if is_unauthenticated(&answer) {
            // It was refused before it was run, so even a mutation may be sent again.
            let access = self.access(Some(&access.token), Some(&call.url)).await?;
            (self.attempt(&call, &access.token).await?, access.token)
        } else {
            (answer, access.token)
        };
        if token.appears_in(&answer.body) {
            return Err(call.echoed(answer.request_id));
        }
        if is_unauthenticated(&answer) {
            return Err(call.unauthenticated(answer.request_id));
        }
        read(&call, &answer)
    }

    fn call(&self, request: &GraphqlRequest) -> Result<Call, SessionError> {
        let url = self.endpoint(&request.api)?;
        Ok(Call { api: request.api.clone(), url, body: body(request)?, mutation: request.mutation })
    }

    /// The address of an API: the profile's exception for it, or `{api}/{name}/graphql`.
    pub(crate) fn endpoint(&self, api: &str) -> Result<Url, SessionError> {
        if !is_api_name(api) {
            return Err(SessionError::ApiName { name: printable(api) });
        }
        let profile = self.profile();
        if let Some(url) = profile.apis.get(api) {
            return Ok(url.clone());
        }
        let mut url = profile.api.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend([api, "graphql"]);
        }
        Ok(url)
    }

    /// Sends a call until there is an answer that is not a plea for patience.
    async fn attempt(&self, call: &Call, token: &Token) -> Result<Answer, SessionError> {
        let mut tried = 1;
        loop {
            let (asked, error) = match self.post(call, token).await {
                Ok(answer) if !retry::is_temporary(answer.status.as_u16()) => return Ok(answer),
                Ok(answer) => (answer.retry_after(self.now()), busy(call, &answer)),
                Err(error) => (None, error),
            };
            let SessionError::Unavailable { sent, .. } = &error else {
                return Err(error);
            };
            let repeatable = if call.mutation { !sent } else { !sent || answered(&error) };
            let pause = if repeatable { retry::pause(tried, asked)? } else { None };
            let Some(pause) = pause else {
                return Err(error);
            };
            tracing::debug!(tried, pause_ms = pause.as_millis(), "the API is not available; trying again");
            sleep(pause).await;
            tried += 1;
        }
    }

    async fn post(&self, call: &Call, token: &Token) -> Result<Answer, SessionError> {
        let request = self.http().prepare(Method::POST, &call.url)?;
        let request = request.with(|mut builder| {
            if let Some(bearer) = token.bearer() {
                builder = builder.header("authorization", bearer);
            }
            builder
                .header("accept", ACCEPT)
                .header("content-type", "application/json")
                .body(call.body.clone())
        });
        request.send(LIMIT).await.map_err(|error| call.own(error))
    }
}

impl Call {
    /// The same error, told of the API where it was told of any server.
    fn own(&self, error: SessionError) -> SessionError {
        match error {
            SessionError::Provider { problem, request_id, .. } => self.wrong(problem, request_id),
            other => other,
        }
    }

    /// The connection to it is gone.
    fn lost(&self, problem: String, request_id: String) -> SessionError {
        SessionError::Unavailable { url: self.url.to_string(), problem, request_id, sent: true, source: None }
    }

    fn wrong(&self, problem: String, request_id: String) -> SessionError {
        SessionError::ApiAnswer { api: self.api.clone(), url: self.url.to_string(), problem, request_id }
    }

    /// Its answer held the token.
    fn echoed(&self, request_id: String) -> SessionError {
        SessionError::TokenEchoed { api: self.api.clone(), request_id }
    }

    /// It refused a token that had just been renewed.
    fn unauthenticated(&self, request_id: String) -> SessionError {
        SessionError::ApiUnauthenticated { api: self.api.clone(), request_id }
    }
}

/// Whether a text can be the name of an API: it becomes part of a path.
pub(crate) fn is_api_name(name: &str) -> bool {
    name.len() <= 64
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_')
}

fn body(request: &GraphqlRequest) -> Result<Vec<u8>, SessionError> {
    let text = request.variables.trim();
    let text = if text.is_empty() { "{}" } else { text };
    let wrong = |problem: String| SessionError::Variables { problem };
    let variables: &RawValue = serde_json::from_str(text).map_err(|error| wrong(without_content(&error)))?;
    if !variables.get().starts_with('{') {
        return Err(wrong("they are of another kind".into()));
    }
    let body =
        Body { query: &request.document, operation_name: request.operation_name.as_deref(), variables };
    serde_json::to_vec(&body).map_err(|error| wrong(without_content(&error)))
}

/// Whether there was an answer, as opposed to a connection that broke or stood still.
fn answered(error: &SessionError) -> bool {
    matches!(error, SessionError::Unavailable { source: None, .. })
}
