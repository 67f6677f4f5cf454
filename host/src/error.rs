//! Every error's kind, hints and exit status, in one place.
//!
//! The crates below have their own errors and know nothing of exit codes. Here each becomes one
//! [`ErrorReport`], which the output crate draws as text or as JSON. Nothing else in the host turns
//! an error into words for the user. The kinds themselves are a table of their own, in `kind`.

mod kind;

use std::error::Error as _;
use std::io;

use serde_json::{Map, Value};
use thiserror::Error;
use vantage_output::{ErrorReport, OutputError};
use vantage_policy::description::DescriptionError;
use vantage_policy::gate::GateError;
use vantage_runtime::RuntimeError;
use vantage_session::{GraphqlError, GraphqlResponse, SessionError};
use vantage_store::{AddressError, FetchError, StoreError};

pub use crate::error::kind::Kind;

/// Why a command of the host ended without having done what it was asked.
#[derive(Debug, Error)]
pub enum HostError {
    /// The session crate refused or failed.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The store of packs refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the user named as the source of a pack is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A pack could not be had from elsewhere.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The runtime refused a component, or a pack crashed.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// A pack describes itself in a way that cannot be accepted.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// A document was refused.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The answer could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Anything that the host itself says.
    #[error("{}", .0.message)]
    Said(Box<Said>),
    /// What a pack made up.
    #[error("{}", .0.message)]
    OfPack(Box<Said>),
}

/// An error in the host's own words, or a pack's that the host has checked.
#[derive(Debug)]
pub struct Said {
    /// What it is.
    pub kind: Kind,
    /// One line, lower case, no full stop.
    pub message: String,
    /// What lies behind it, outermost first.
    pub causes: Vec<String>,
    /// What the user can do.
    pub hints: Vec<String>,
    /// The request that failed, where the platform can look it up.
    pub request_id: Option<String>,
    /// An object for programs.
    pub details: Option<Value>,
    /// A backtrace for whoever repairs it.
    pub backtrace: Option<String>,
}

impl HostError {
    /// An error of `kind` with a message and hints.
    pub fn said(kind: Kind, message: impl Into<String>, hints: Vec<String>) -> Self {
        let message = message.into();
        Self::Said(Box::new(Said {
            kind,
            message,
            causes: Vec::new(),
            hints,
            request_id: None,
            details: None,
            backtrace: None,
        }))
    }

    /// What the user typed cannot be used.
    pub fn usage(message: impl Into<String>, hints: Vec<String>) -> Self {
        Self::said(Kind::Usage, message, hints)
    }

    /// A file that the user named cannot be read.
    pub fn input(name: &str, error: io::Error) -> Self {
        Self::Said(Box::new(Said {
            kind: Kind::Usage,
            message: format!("cannot read `{name}`"),
            causes: vec![error.to_string()],
            hints: Vec::new(),
            request_id: None,
            details: None,
            backtrace: None,
        }))
    }

    /// The errors that GraphQL reports beside, or instead of, data.
    pub fn from_graphql(answer: &GraphqlResponse) -> Self {
        let mut messages = answer.errors.iter().map(|error| error.message.clone());
        let message = messages.next().unwrap_or_else(|| "the platform reported an error".to_owned());
        Self::Said(Box::new(Said {
            kind: if is_refused(answer) { Kind::Denied } else { Kind::Failed },
            message,
            causes: messages.collect(),
            hints: Vec::new(),
            request_id: Some(answer.request_id.clone()),
            details: Some(errors_as_json(&answer.errors)),
            backtrace: None,
        }))
    }

    /// Ended by Ctrl-C.
    pub fn interrupted() -> Self {
        Self::ended_by(Kind::Interrupted)
    }

    /// Ended by a signal.
    pub fn ended_by(signal: Kind) -> Self {
        let message = match signal {
            Kind::Terminated => "ended by a signal to terminate",
            Kind::HungUp => "the terminal was closed",
            _ => "interrupted",
        };
        Self::said(signal, message, Vec::new())
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Session(error) => session_kind(error),
            Self::Store(error) => store_kind(error.kind()),
            Self::Fetch(error) => store_kind(error.kind()),
            Self::Runtime(RuntimeError::Crashed { .. } | RuntimeError::Limit { .. }) => Kind::PackCrashed,
            Self::Output(error) if error.is_usage() => Kind::Usage,
            Self::Runtime(_) | Self::Description(_) | Self::Output(_) => Kind::Failed,
            Self::Gate(_) | Self::Address(_) => Kind::Usage,
            Self::Said(said) | Self::OfPack(said) => said.kind,
        }
    }

    /// The whole error, ready to be drawn; causes beyond the first are for `-v`.
    pub fn report(&self) -> ErrorReport {
        let kind = self.kind();
        let mut report = ErrorReport {
            kind: kind.word().to_owned(),
            message: self.to_string(),
            causes: self.causes(),
            hints: self.hints(),
            exit: kind.exit(),
            request_id: None,
            details: None,
            backtrace: None,
            foreign: matches!(self, Self::OfPack(_)),
        };
        match self {
            Self::Said(said) | Self::OfPack(said) => {
                report.request_id.clone_from(&said.request_id);
                report.details.clone_from(&said.details);
                report.backtrace.clone_from(&said.backtrace);
            }
            Self::Session(error) => report.request_id = error.request_id().map(str::to_owned),
            Self::Runtime(RuntimeError::Crashed { backtrace, .. }) if !backtrace.is_empty() => {
                report.backtrace = Some(backtrace.join("\n"));
            }
            _ => {}
        }
        report
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Session(error) => error.hints(),
            Self::Store(error) => error.hints(),
            Self::Address(error) => error.hints(),
            Self::Fetch(error) => error.hints(),
            Self::Runtime(error) => error.hints(),
            Self::Description(error) => error.hints(),
            Self::Gate(error) => error.hints(),
            Self::Output(error) => error.hints(),
            Self::Said(said) | Self::OfPack(said) => said.hints.clone(),
        }
    }

    fn causes(&self) -> Vec<String> {
        if let Self::Said(said) | Self::OfPack(said) = self {
            return said.causes.clone();
        }
        let mut causes = Vec::new();
        let mut source = self.source();
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        causes
    }
}

/// Whether the platform refused what was asked, by the code that servers agree on for it.
pub fn is_refused(answer: &GraphqlResponse) -> bool {
    answer.errors.iter().any(|error| error.code.as_deref() == Some("FORBIDDEN"))
}

/// The errors of an answer as GraphQL has them, with what the session kept of each.
pub fn errors_as_json(errors: &[GraphqlError]) -> Value {
    let error = |error: &GraphqlError| {
        let mut object = Map::from_iter([("message".to_owned(), Value::from(error.message.as_str()))]);
        if let Some(path) = &error.path {
            object.insert("path".to_owned(), path.clone());
        }
        if let Some(code) = &error.code {
            object.insert("code".to_owned(), Value::from(code.as_str()));
        }
        Value::Object(object)
    };
    errors.iter().map(error).collect()
}

fn session_kind(error: &SessionError) -> Kind {
    use vantage_session::ErrorKind;
    match error.kind() {
        ErrorKind::Usage => Kind::Usage,
        ErrorKind::NotFound => Kind::NotFound,
        ErrorKind::NotSignedIn => Kind::NotSignedIn,
        ErrorKind::Denied => Kind::Denied,
        ErrorKind::Conflict => Kind::Conflict,
        ErrorKind::Unavailable => Kind::Unavailable,
        ErrorKind::Failed => Kind::Failed,
    }
}

fn store_kind(kind: vantage_store::StoreErrorKind) -> Kind {
    use vantage_store::StoreErrorKind as ErrorKind;
    match kind {
        ErrorKind::Usage => Kind::Usage,
        ErrorKind::NotFound => Kind::NotFound,
        ErrorKind::Conflict => Kind::Conflict,
        ErrorKind::Denied => Kind::Denied,
        ErrorKind::Unavailable => Kind::Unavailable,
        ErrorKind::Failed => Kind::Failed,
    }
}
