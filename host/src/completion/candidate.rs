//! One thing that may stand in the line, and what a pack may make of that.
//!
//! Values are the user's next words, and packs and the platform choose some of them. So a value is taken as it
//! is or not at all: one with a character that cannot be seen is dropped, and so is one of a pack's that would
//! be an option. Quoting for the shell is `shell.rs`'s.

use serde::Deserialize;
use vantage_output::visible::Visible;

/// Bytes of a pack's answer that are read.
const ANSWER: usize = 256 * 1024;
/// Candidates of a pack that are taken; nobody looks through more.
const MOST: usize = 1_000;
/// Bytes of a value.
const VALUE: usize = 256;
/// Columns of a summary.
const SUMMARY: usize = 80;

/// A value and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// What is put into the line, as the program gets it: unquoted.
    pub(super) value: String,
    /// One line; empty where there is nothing to say.
    pub(super) summary: String,
}

/// A candidate as a pack writes it: `wit/README.md` has the form.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Value(String),
    Full { value: String, summary: Option<String> },
    Unknown(serde::de::IgnoredAny),
}

impl Candidate {
    /// A candidate; none for a value that would not arrive as it is seen.
    pub(super) fn new(value: &str, summary: Option<&str>) -> Option<Self> {
        let taken = !value.is_empty() && value.len() <= VALUE && Visible::line(value).to_string() == value;
        let summary = summary.and_then(|summary| summary.lines().next()).unwrap_or_default();
        let summary = Visible::line(summary.trim()).cut(SUMMARY).to_string();
        taken.then(|| Self { value: value.to_owned(), summary })
    }

    /// The same behind what is typed already, as in `--cluster=`. Without that, what begins with a dash would
    /// be an option, and those are not for packs to choose.
    pub(super) fn behind(self, prefix: &str) -> Option<Self> {
        let is_option = prefix.is_empty() && self.value.starts_with('-');
        (!is_option).then(|| Self { value: format!("{prefix}{}", self.value), ..self })
    }

    /// What a pack answered, of which `typed` is the begin: each value once, in the pack's order.
    pub(super) fn of_pack(answer: &str, typed: &str) -> Vec<Self> {
        if answer.len() > ANSWER {
            return Vec::new();
        }
        let written: Vec<Written> = serde_json::from_str(answer).unwrap_or_default();
        let mut seen = std::collections::HashSet::new();
        let candidates = written.into_iter().filter_map(|written| match written {
            Written::Value(value) => Self::new(&value, None),
            Written::Full { value, summary } => Self::new(&value, summary.as_deref()),
            Written::Unknown(_) => None,
        });
        candidates
            .filter(|candidate| candidate.value.starts_with(typed))
            .filter(|candidate| seen.insert(candidate.value.clone()))
            .take(MOST)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_pack(answer: &str, typed: &str) -> String {
        let all = Candidate::of_pack(answer, typed);
        all.iter().map(|one| format!("{}|{}", one.value, one.summary)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_a_pack_says_is_taken_one_by_one() {
        let answer =
            r#"["gpu-1", {"value": "gpu-2", "summary": "ready", "later": 1}, {"value": "cpu-1"}, "gpu-1"]"#;
        assert_eq!(of_pack(answer, ""), "gpu-1| gpu-2|ready cpu-1|");
        assert_eq!(of_pack(answer, "gpu-"), "gpu-1| gpu-2|ready");
        assert_eq!(of_pack(r#"[1, null, {}, {"value": 2}, ["a"], "b"]"#, ""), "b|");
        assert_eq!(of_pack(r#"["计算", "حوسبة", "gpu 🚀"]"#, ""), "计算| حوسبة| gpu 🚀|");
    }

    #[test]
    fn what_is_no_answer_is_nothing() {
        for answer in ["", "null", "{}", "[", "\"gpu\"", "[\"a\"] [\"b\"]"] {
            assert_eq!(of_pack(answer, ""), "", "{answer}");
        }
        let long = "x".repeat(300);
        assert_eq!(of_pack(&format!("[\"{long}\", \"y\"]"), ""), "y|");
        assert_eq!(of_pack(&format!("[\"{}\"]", "x".repeat(300_000)), ""), "");
        let many: Vec<String> = (0..5_000).map(|number| number.to_string()).collect();
        let many = serde_json::to_string(&many).unwrap();
        assert_eq!(Candidate::of_pack(&many, "").len(), MOST);
    }

    #[test]
    fn a_value_that_cannot_be_seen_is_dropped_and_a_summary_made_visible() {
        for value in ["a\nb", "a\tb", "a\u{1b}[31m", "a\u{202e}b", "\u{200b}", "a\u{7f}", "a\rb", "a\0b", ""]
        {
            assert_eq!(Candidate::new(value, None), None, "{value:?}");
        }
        let shown = Candidate::new("a", Some("\u{1b}]0;x\u{7} is\tit\nnot this")).unwrap();
        assert_eq!(shown.summary, r"\u{1b}]0;x\u{7} is\u{9}it");
        assert!(Candidate::new("a", Some(&"x".repeat(500))).unwrap().summary.chars().count() <= SUMMARY);
    }

    #[test]
    fn no_value_of_a_pack_is_an_option() {
        let behind = |value: &str, prefix: &str| {
            Candidate::new(value, None).unwrap().behind(prefix).map(|candidate| candidate.value)
        };
        assert_eq!(behind("--yes", ""), None);
        assert_eq!(behind("-y", ""), None);
        assert_eq!(behind("-1", "--offset="), Some("--offset=-1".to_owned()));
        assert_eq!(behind("a-1", ""), Some("a-1".to_owned()));
    }
}
