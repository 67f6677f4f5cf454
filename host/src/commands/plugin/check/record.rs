//! `plugin check` for programs: one record, and the error with which it ends.

use serde_json::{Value, json};

use super::Report;
use super::schema::Compared;
use super::start::Start;
use crate::error::{HostError, Kind, Said};

impl Report {
    /// All that was found.
    pub(super) fn record(&self) -> Value {
        let described = self.description.as_ref();
        let commands = described.iter().flat_map(|description| &description.commands).map(|command| {
            json!({
                "line": format!("vantage {}", command.path.join(" ")),
                "summary": command.summary,
                "hidden": command.hidden,
            })
        });
        let capabilities = self.lines.iter().map(|line| {
            json!({
                "capability": line.capability.to_string(),
                "group": line.group,
                "meaning": line.meaning,
                "purposes": line.purposes,
                "reaches": line.paths,
            })
        });
        json!({
            "file": self.file,
            "id": described.map(|description| &description.id),
            "version": described.map(|description| description.version.to_string()),
            "summary": described.map(|description| &description.summary),
            "size": self.size,
            "digest": self.digest,
            "imports": self.imports,
            "commands": commands.collect::<Vec<_>>(),
            "capabilities": capabilities.collect::<Vec<_>>(),
            "authority": self.lines.iter().map(|line| line.capability.to_string()).collect::<Vec<_>>(),
            "signature": self.signed.record(),
            "start": self.start.as_ref().map(Start::record),
            "schema": self.schema.iter().map(Compared::record).collect::<Vec<_>>(),
            "warnings": self.warnings,
            "problems": self.problems.iter().map(|problem| &problem.message).collect::<Vec<_>>(),
        })
    }

    /// Why the check fails, with all reasons as its causes.
    pub(super) fn failure(&self) -> Option<HostError> {
        let problems: Vec<String> = self.problems.iter().map(|problem| problem.message.clone()).collect();
        let misfits: Vec<String> = self.schema.iter().flat_map(Compared::misfits).collect();
        let message = match (problems.len(), misfits.len()) {
            (0, 0) => return None,
            (0, 1) => format!("a document of `{}` does not fit its API", self.file),
            (0, count) => format!("documents of `{}` do not fit their API, in {count} places", self.file),
            (1, _) => format!("vantage plugin add would refuse `{}`", self.file),
            (count, _) => format!("vantage plugin add would refuse `{}`, for {count} reasons", self.file),
        };
        let mut hints: Vec<String> = Vec::new();
        for hint in self.problems.iter().flat_map(|problem| &problem.hints) {
            if !hints.contains(hint) {
                hints.push(hint.clone());
            }
        }
        Some(HostError::Said(Box::new(Said {
            kind: Kind::Failed,
            message,
            details: Some(json!({ "problems": problems, "misfits": misfits })),
            causes: problems.into_iter().chain(misfits).collect(),
            hints,
            request_id: None,
            backtrace: None,
        })))
    }
}
