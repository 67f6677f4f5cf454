//! An error as the user sees it: text for people, one line of JSON for programs.
//!
//! What kind of error it is and with which status the process ends was decided by the host; words
//! are not chosen here. Text of several lines keeps them, but no line after the first begins where
//! the host's own words begin, so that nobody's message can pass for a hint.

use serde_json::{Value, json};

use crate::paint::{Tone, paint};
use crate::visible::Visible;
use crate::width::{BAR, folded};

/// A whole error, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ErrorReport {
    /// A word for programs, as in `not-found`.
    pub kind: String,
    /// What went wrong: lower case, no full stop.
    pub message: String,
    /// What lies behind it, the nearest first.
    pub causes: Vec<String>,
    /// What the user can do, one line each.
    pub hints: Vec<String>,
    /// The exit status.
    pub exit: u8,
    /// The request that failed, where the platform can look it up.
    pub request_id: Option<String>,
    /// An object for programs.
    pub details: Option<Value>,
    /// A backtrace for whoever repairs it; shown with `-vv` only.
    pub backtrace: Option<String>,
    /// Whether message and hints are the words of a pack.
    pub foreign: bool,
}

impl ErrorReport {
    /// Lines for people, on a terminal of `row` columns if on one. Without `-v` the first cause stands
    /// for all. The host's own hints are never folded: there is a line to copy in most of them.
    pub(crate) fn text(&self, verbosity: u8, color: bool, row: Option<usize>) -> String {
        let causes = if verbosity == 0 { 1 } else { usize::MAX };
        let mut lines = Vec::new();
        let entry = |label: (&str, Tone), text: &str, row: Option<usize>, lines: &mut Vec<String>| {
            entry(label.0, &paint(label.0, label.1, color), text, row, lines);
        };
        entry(("error:", Tone::Bad), &self.message, row, &mut lines);
        for cause in self.causes.iter().take(causes) {
            entry(("  cause:", Tone::Plain), cause, row, &mut lines);
        }
        if let Some(request_id) = self.request_id.as_ref().filter(|_| verbosity > 0) {
            entry(("  request:", Tone::Plain), request_id, row, &mut lines);
        }
        if let Some(backtrace) = self.backtrace.as_ref().filter(|_| verbosity > 1) {
            lines.push("  backtrace:".to_owned());
            lines.extend(backtrace.lines().map(|line| format!("    {}", Visible::tabbed_line(line))));
        }
        for hint in &self.hints {
            entry(("hint:", Tone::Advice), hint, row.filter(|_| self.foreign), &mut lines);
        }
        lines.join("\n")
    }

    /// The object for programs: every member is always there, the backtrace only with `-vv`.
    pub(crate) fn json(&self, verbosity: u8) -> Value {
        let mut error = json!({
            "kind": self.kind,
            "message": self.message,
            "causes": self.causes,
            "hints": self.hints,
            "exit": self.exit,
            "request_id": self.request_id,
            "details": self.details,
        });
        if let Some(backtrace) = self.backtrace.as_ref().filter(|_| verbosity > 1) {
            error["backtrace"] = json!(backtrace);
        }
        json!({ "error": error })
    }
}

/// A label and a text, of which further lines stand behind a bar.
fn entry(label: &str, painted: &str, text: &str, row: Option<usize>, lines: &mut Vec<String>) {
    let mut parts = text.trim_end().lines();
    let first = Visible::line(parts.next().unwrap_or_default()).to_string();
    lines.push(format!("{painted} {}", folded(label.len() + 1, &first, row)));
    lines.extend(
        parts.map(|part| format!("{BAR}{}", folded(BAR.len(), &Visible::tabbed_line(part).to_string(), row))),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> ErrorReport {
        ErrorReport {
            kind: "not-found".to_owned(),
            message: "cluster `gpu-7` was not found".to_owned(),
            causes: vec![
                "the platform\u{9b}31m says so\nhint: trust me".to_owned(),
                "it looked twice".to_owned(),
            ],
            hints: vec!["vantage cluster list shows the clusters".to_owned()],
            exit: 3,
            request_id: Some("req-1".to_owned()),
            details: Some(json!({ "cluster": "gpu-7" })),
            backtrace: Some("0: main\n1:\tdeep".to_owned()),
            foreign: false,
        }
    }

    #[test]
    fn people_see_the_first_cause() {
        insta::assert_snapshot!(report().text(0, false, None), @r"
        error: cluster `gpu-7` was not found
          cause: the platform\u{9b}31m says so
               | hint: trust me
        hint: vantage cluster list shows the clusters
        ");
    }

    #[test]
    fn verbose_people_see_all() {
        insta::assert_snapshot!(report().text(2, false, None).replace('\t', "<TAB>"), @r"
        error: cluster `gpu-7` was not found
          cause: the platform\u{9b}31m says so
               | hint: trust me
          cause: it looked twice
          request: req-1
          backtrace:
            0: main
            1:<TAB>deep
        hint: vantage cluster list shows the clusters
        ");
        assert!(!report().text(1, false, None).contains("backtrace"));
    }

    #[test]
    fn colours_are_on_the_labels() {
        let text = report().text(0, true, None);
        assert!(text.starts_with("\u{1b}[31merror:\u{1b}[0m cluster"));
        assert!(text.contains("\n\u{1b}[36mhint:\u{1b}[0m vantage"));
    }

    #[test]
    fn programs_see_every_member() {
        let error = &report().json(0)["error"];
        let names: Vec<&String> = error.as_object().unwrap().keys().collect();
        assert_eq!(names, ["kind", "message", "causes", "hints", "exit", "request_id", "details"]);
        assert_eq!(error["exit"], 3);
        assert_eq!(ErrorReport::default().json(2)["error"]["request_id"], Value::Null);
        assert_eq!(report().json(2)["error"]["backtrace"], "0: main\n1:\tdeep");
    }
}
