//! The messages of `graphql-transport-ws`, and the codes with which it closes a connection.

use async_graphql::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// No reason of a close frame may be longer (RFC 6455, section 5.5).
const LONGEST_REASON: usize = 123;

/// Why a connection is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// The platform stops.
    GoingAway,
    /// A message is none of the protocol.
    Invalid(String),
    /// An operation came before the acknowledgement.
    Unauthorized,
    /// There is no token, or none that is good.
    Forbidden,
    /// There was no `connection_init` for too long.
    TooLate,
    /// An operation has this id already.
    InUse(String),
    /// There was a second `connection_init`.
    Again,
}

impl Close {
    /// Code and reason, as the other side is told.
    pub(super) fn told(&self) -> (u16, String) {
        let (code, mut reason) = match self {
            Self::GoingAway => (1001, "Going away".to_owned()),
            Self::Invalid(what) => (4400, format!("Invalid message received: {what}")),
            Self::Unauthorized => (4401, "Unauthorized".to_owned()),
            Self::Forbidden => (4403, "Forbidden".to_owned()),
            Self::TooLate => (4408, "Connection initialisation timeout".to_owned()),
            Self::InUse(id) => (4409, format!("Subscriber for {id} already exists")),
            Self::Again => (4429, "Too many initialisation requests".to_owned()),
        };
        reason.truncate(reason.floor_char_boundary(LONGEST_REASON));
        (code, reason)
    }

    /// Whether the client did what the protocol does not allow.
    pub(super) fn is_breach(&self) -> bool {
        !matches!(self, Self::GoingAway | Self::Forbidden)
    }
}

/// What a client says.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said {
    ConnectionInit { payload: Option<Map<String, Value>> },
    Ping { payload: Option<Map<String, Value>> },
    Pong { payload: Option<Map<String, Value>> },
    Subscribe { id: String, payload: Map<String, Value> },
    Complete { id: String },
}

/// Reads what a client says.
pub(super) fn read(text: &str) -> Result<Said, Close> {
    match serde_json::from_str(text) {
        Ok(Said::Subscribe { id, .. }) if id.is_empty() => Err(Close::Invalid("`id` is empty".to_owned())),
        Ok(said) => Ok(said),
        Err(error) => Err(Close::Invalid(error.to_string())),
    }
}

/// The answer to `connection_init`.
pub(super) const ACKNOWLEDGED: &str = r#"{"type":"connection_ack"}"#;

/// The answer to `ping`.
pub(super) fn pong(payload: Option<Map<String, Value>>) -> String {
    match payload {
        Some(payload) => json!({"type": "pong", "payload": payload}).to_string(),
        None => json!({"type": "pong"}).to_string(),
    }
}

/// An answer of an operation.
pub(super) fn next(id: &str, response: &Response) -> String {
    json!({"id": id, "type": "next", "payload": response}).to_string()
}

/// Why an operation was not executed.
pub(super) fn error(id: &str, response: &Response) -> String {
    json!({"id": id, "type": "error", "payload": response.errors}).to_string()
}

/// The end of an operation.
pub(super) fn complete(id: &str) -> String {
    json!({"id": id, "type": "complete"}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_and_nonsense_is_not() {
        assert_eq!(read(r#"{"type":"connection_init"}"#), Ok(Said::ConnectionInit { payload: None }));
        assert_eq!(read(r#"{"type":"ping","payload":null}"#), Ok(Said::Ping { payload: None }));
        assert_eq!(read(r#"{"id":"1","type":"complete"}"#), Ok(Said::Complete { id: "1".to_owned() }));
        for wrong in [
            "",
            "[]",
            "{}",
            r#"{"type":"start","id":"1","payload":{}}"#,
            r#"{"type":"connection_init","payload":"x"}"#,
            r#"{"type":"subscribe","id":1,"payload":{}}"#,
            r#"{"type":"subscribe","id":"","payload":{}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"complete"}"#,
        ] {
            assert!(matches!(read(wrong), Err(Close::Invalid(_))), "{wrong}");
        }
    }

    #[test]
    fn no_reason_is_too_long_for_its_frame() {
        let (code, reason) = Close::InUse("ü".repeat(100)).told();
        assert_eq!((code, reason.len() <= LONGEST_REASON), (4409, true));
        assert!(reason.starts_with("Subscriber for ü"));
    }
}
