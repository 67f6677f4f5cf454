//! Why a call failed and why a run did: one type, as in the contract.
//!
//! It is not a place for advice in prose: what the user can do goes into hints. The host gives each
//! kind its exit status and draws the rest.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::bindings;

/// The result of everything here that can fail.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// What went wrong, in the contract's terms.
///
/// `?` carries it from any call out of a command's function, hints and all.
#[derive(Debug, Clone, PartialEq)]
pub struct Error(Box<Parts>);

/// Boxed, so that results stay small on the way where nothing fails.
#[derive(Debug, Clone, PartialEq)]
struct Parts {
    kind: Cow<'static, str>,
    message: String,
    hints: Vec<String>,
    details: Option<Value>,
}

/// The kinds of error that this version of the contract names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The command line does not make sense.
    Usage,
    /// The platform does not take a value.
    Invalid,
    /// What was named does not exist.
    NotFound,
    /// It exists already, or is in a state that forbids the change.
    Conflict,
    /// A grant, a policy or the platform says no.
    Denied,
    /// The platform answered with errors instead of data.
    Rejected,
    /// Nobody is signed in.
    Unauthenticated,
    /// The platform cannot be reached now; trying again can help.
    Unavailable,
    /// More than the host takes at once.
    TooLarge,
    /// The user ended it.
    Cancelled,
    /// The user asked for a dry run, so nothing was changed.
    DryRun,
    /// A question, and nobody there to answer it.
    Unattended,
    /// Nobody reads the answer on: stop, it is no failure.
    Closed,
    /// The pack's storage is used up.
    Full,
    /// Anything else, kinds of later hosts included.
    Failed,
}

const KINDS: [(ErrorKind, &str); 15] = [
    (ErrorKind::Usage, "usage"),
    (ErrorKind::Invalid, "invalid"),
    (ErrorKind::NotFound, "not-found"),
    (ErrorKind::Conflict, "conflict"),
    (ErrorKind::Denied, "denied"),
    (ErrorKind::Rejected, "rejected"),
    (ErrorKind::Unauthenticated, "unauthenticated"),
    (ErrorKind::Unavailable, "unavailable"),
    (ErrorKind::TooLarge, "too-large"),
    (ErrorKind::Cancelled, "cancelled"),
    (ErrorKind::DryRun, "dry-run"),
    (ErrorKind::Unattended, "unattended"),
    (ErrorKind::Closed, "closed"),
    (ErrorKind::Full, "full"),
    (ErrorKind::Failed, "failed"),
];

impl ErrorKind {
    /// The kind as the contract spells it.
    pub fn as_str(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("failed", |(_, name)| name)
    }

    fn read(name: &str) -> Self {
        KINDS.iter().find(|(_, known)| *known == name).map_or(ErrorKind::Failed, |(kind, _)| *kind)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Error {
    /// Makes an error; `message` is one line, lower case, no full stop, names in backticks.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Parts {
            kind: Cow::Borrowed(kind.as_str()),
            message: message.into(),
            hints: Vec::new(),
            details: None,
        }))
    }

    /// The command line does not make sense (exit 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Usage, message)
    }

    /// The platform does not take a value.
    pub fn invalid(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Invalid, message)
    }

    /// What was named does not exist (exit 3).
    pub fn not_found(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::NotFound, message)
    }

    /// It exists already, or is in a state that forbids the change (exit 6).
    pub fn conflict(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Conflict, message)
    }

    /// The platform answered with errors instead of data.
    pub fn rejected(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Rejected, message)
    }

    /// What is needed cannot be reached now; trying again can help (exit 7).
    pub fn unavailable(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Unavailable, message)
    }

    /// The user ended it.
    pub fn cancelled(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Cancelled, message)
    }

    /// Anything else (exit 1).
    pub fn failed(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Failed, message)
    }

    /// Adds a line that says what the user can do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// Sets what programs may want to know beyond the message; it should serialize to an object.
    #[must_use]
    pub fn details(mut self, details: impl Serialize) -> Self {
        self.0.details = serde_json::to_value(details).ok();
        self
    }

    /// The kind; one that this version does not know is [`ErrorKind::Failed`].
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::read(&self.0.kind)
    }

    /// The message without hints.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the user can do, one line each.
    pub fn hints(&self) -> &[String] {
        &self.0.hints
    }

    /// An object whose content depends on the kind.
    pub fn details_value(&self) -> Option<&Value> {
        self.0.details.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message())
    }
}

impl std::error::Error for Error {}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::failed(format!("a value has another shape than expected: {error}"))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Error::failed(error.to_string())
    }
}

impl From<bindings::vantage::plugin::types::Error> for Error {
    fn from(error: bindings::vantage::plugin::types::Error) -> Self {
        let details = error.details.and_then(|details| serde_json::from_str(&details).ok());
        let kind = Cow::Owned(error.kind);
        Error(Box::new(Parts { kind, message: error.message, hints: error.hints, details }))
    }
}

impl From<Error> for bindings::vantage::plugin::types::Error {
    fn from(error: Error) -> Self {
        let Parts { kind, message, hints, details } = *error.0;
        Self { kind: kind.into_owned(), message, hints, details: details.map(|details| details.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_its_name() {
        for (kind, name) in KINDS {
            assert_eq!((kind.as_str(), ErrorKind::read(name)), (name, kind));
        }
    }

    #[test]
    fn an_unknown_kind_counts_as_failed_and_travels_unchanged() {
        let wire = bindings::vantage::plugin::types::Error {
            kind: "quantum".into(),
            message: "no".into(),
            hints: vec!["wait".into()],
            details: Some(r#"{"a":1}"#.into()),
        };
        let error = Error::from(wire);
        assert_eq!(error.kind(), ErrorKind::Failed);
        let wire = bindings::vantage::plugin::types::Error::from(error);
        assert_eq!((wire.kind.as_str(), wire.details.as_deref()), ("quantum", Some(r#"{"a":1}"#)));
    }
}
