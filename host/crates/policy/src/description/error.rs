//! Why a pack's description is refused: where, what, and what to do.
//!
//! One type, since there is one thing to say: a place and a problem. Texts of the description are
//! repeated only as shortened, escaped excerpts. Built by this module's checks; shown by the host.

use serde_path_to_error::Segment;
use thiserror::Error;

use super::words::NEWER;
use crate::gate::{GateError, at};

/// A description that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the pack's description is refused{}: {problem}", at(pointer))]
pub struct DescriptionError {
    /// A JSON Pointer to the place; empty for the whole.
    pub pointer: String,
    /// What is wrong there: one line, lower case, no full stop.
    pub problem: String,
    /// Whether a newer host would know what this one does not.
    pub needs_newer_host: bool,
    #[source]
    gate: Option<GateError>,
}

impl DescriptionError {
    pub(crate) fn new(pointer: impl Into<String>, problem: impl Into<String>) -> DescriptionError {
        DescriptionError {
            pointer: pointer.into(),
            problem: problem.into(),
            needs_newer_host: false,
            gate: None,
        }
    }

    pub(super) fn newer(pointer: impl Into<String>, what: String) -> DescriptionError {
        let error = DescriptionError::new(pointer, format!("{what} {NEWER}"));
        DescriptionError { needs_newer_host: true, ..error }
    }

    pub(super) fn gate(pointer: String, error: GateError) -> DescriptionError {
        let refusal = DescriptionError::new(pointer, "the gate refuses the document");
        DescriptionError { gate: Some(error), ..refusal }
    }

    pub(super) fn from_serde(error: serde_path_to_error::Error<serde_json::Error>) -> DescriptionError {
        let pointer = error.path().iter().map(segment).collect::<String>();
        let text = error.inner().to_string();
        // The position in a text of one line helps nobody; the pointer says it better.
        let problem = text.rsplit_once(" at line ").map_or(text.as_str(), |(problem, _)| problem);
        let needs_newer_host = problem.contains(NEWER);
        DescriptionError { needs_newer_host, ..DescriptionError::new(pointer, problem) }
    }

    /// What the user or the pack's author can do, one line each.
    pub fn hints(&self) -> Vec<String> {
        let mut hints = self.gate.as_ref().map(GateError::hints).unwrap_or_default();
        if self.needs_newer_host {
            hints.push("the pack needs a newer version of vantage".to_owned());
        }
        hints
    }
}

fn segment(segment: &Segment) -> String {
    match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", crate::json::escape_pointer(key)),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => String::new(),
    }
}
