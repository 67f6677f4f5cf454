//! What a connection for a subscription gives, and why there is none.
//!
//! The words that `websocket.rs` and `events.rs` speak to `subscription.rs`, which alone decides what
//! follows: to try again, to renew the token, to ask in another way, or to give up.

use reqwest::StatusCode;
use tokio::time::Duration;

use super::answer::{self, read};
use super::{Call, LIMIT};
use crate::error::{ErrorKind, SessionError};
use crate::http::Opened;
use crate::retry;
use crate::session::Session;
use crate::token::Token;

/// What a connection gives.
pub(super) enum Frame {
    /// An answer's JSON text.
    Event(String),
    /// The JSON text of the errors with which it ends.
    LastErrors(String),
}

/// Why a connection is not to be had, or not any more.
pub(super) enum Trouble {
    /// It may be there again in a while; sooner than `asked` the server wants no request.
    Lost { error: SessionError, asked: Option<Duration> },
    /// The token is not accepted any more.
    Unauthenticated { request_id: String },
    /// The server does not know this kind of connection.
    Unsupported { status: StatusCode, request_id: String },
    /// There is nothing to be had.
    Fatal(SessionError),
}

impl From<SessionError> for Trouble {
    fn from(error: SessionError) -> Self {
        // A provider, a lock or an API that is away for a while.
        if error.kind() == ErrorKind::Unavailable && !matches!(error, SessionError::Unreachable { .. }) {
            return Self::lost(error);
        }
        Self::Fatal(error)
    }
}

impl Trouble {
    pub(super) fn lost(error: SessionError) -> Self {
        Self::Lost { error, asked: None }
    }

    /// Whether the status says enough without the rest of the answer.
    pub(super) fn is_of_status(status: StatusCode) -> bool {
        matches!(status.as_u16(), 401 | 403) || retry::is_temporary(status.as_u16())
    }

    /// What it means that a server answered with this head instead of a connection.
    pub(super) async fn of_status(session: &Session, call: &Call, token: &Token, opened: Opened) -> Self {
        let (status, request_id) = (opened.status(), opened.request_id.clone());
        match status.as_u16() {
            401 => return Self::Unauthenticated { request_id },
            501 | 505 => return Self::Unsupported { status, request_id },
            403 | 500.. => {}
            429 => {}
            _ => return Self::Unsupported { status, request_id },
        }
        let answer = match opened.read(LIMIT).await {
            Ok(answer) => answer,
            Err(error) => return Self::from(call.own(error)),
        };
        if token.appears_in(&answer.body) {
            return Self::Fatal(call.echoed(request_id));
        }
        if status == StatusCode::FORBIDDEN {
            let denied = read(call, &answer).err();
            return denied.map_or(Self::Unsupported { status, request_id }, Self::Fatal);
        }
        Self::Lost { error: answer::busy(call, &answer), asked: answer.retry_after(session.now()) }
    }
}
