//! What an operation reaches below its root fields, as lines that people can read and diff.
//!
//! A line is a field's path (`clusters.edges.node.name`), with its arguments where it has any
//! (`clusters(first: 100)`, a variable printed as `$`), or a type that a fragment narrows a field to
//! (`node on Cluster`). Paths go by field names, never aliases, with fragments expanded. The gate
//! makes it; grants keep it; [`Reach::exceeds`] says what a later document can reach beyond it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Everything that an operation, or a grant, reaches. Kept as a sorted list of its lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reach {
    lines: BTreeSet<String>,
}

impl Reach {
    /// All lines, sorted.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// Whether it reaches nothing.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What of this lies below one root field.
    pub fn below(&self, root: &str) -> Reach {
        let below = |line: &&String| {
            line.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '(', ' ']))
        };
        Reach { lines: self.lines.iter().filter(below).cloned().collect() }
    }

    /// Adds all that `other` reaches.
    pub fn extend(&mut self, other: &Reach) {
        self.lines.extend(other.lines.iter().cloned());
    }

    /// The lines for people: without paths that a longer path implies.
    pub fn summary(&self) -> Vec<&str> {
        let implied = |line: &str| {
            let children = format!("{line}.");
            self.lines.range(children.clone()..).next().is_some_and(|next| next.starts_with(&children))
        };
        self.lines.iter().map(String::as_str).filter(|line| !implied(line)).collect()
    }

    /// The lines that `granted` does not cover: new paths, and arguments that are new, dropped,
    /// different, or a variable where a literal was granted.
    pub fn exceeds(&self, granted: &Reach) -> Vec<String> {
        self.lines.iter().filter(|line| !granted.covers(line)).cloned().collect()
    }

    pub(super) fn add(&mut self, line: String) -> bool {
        self.lines.insert(line)
    }

    fn covers(&self, line: &str) -> bool {
        if self.lines.contains(line) {
            return true;
        }
        let (path, arguments) = split(line);
        let opening = format!("{path}(");
        self.lines
            .range(opening.clone()..)
            .take_while(|granted| granted.starts_with(&opening))
            .any(|granted| arguments_cover(&split(granted).1, &arguments))
    }
}

/// Whether arguments that were granted leave the wanted ones no more freedom: each wanted one was
/// granted as it is or as a variable, and only a variable may be left out, since a caller may leave
/// it out too.
fn arguments_cover(granted: &[(&str, &str)], wanted: &[(&str, &str)]) -> bool {
    let known = wanted.iter().all(|(name, value)| {
        granted.iter().any(|(other, grant)| other == name && (*grant == "$" || grant == value))
    });
    let kept =
        granted.iter().all(|(name, grant)| *grant == "$" || wanted.iter().any(|(other, _)| other == name));
    known && kept
}

/// Splits `clusters(first: 100, after: $)` into path and arguments.
fn split(line: &str) -> (&str, Vec<(&str, &str)>) {
    let Some((path, rest)) = line.split_once('(') else {
        return (line, Vec::new());
    };
    let inner = rest.strip_suffix(')').unwrap_or(rest);
    let mut arguments = Vec::new();
    let mut start = 0;
    for end in commas(inner).chain([inner.len()]) {
        if let Some((name, value)) = inner.get(start..end).and_then(|argument| argument.split_once(": ")) {
            arguments.push((name.trim_start(), value));
        }
        start = end + 1;
    }
    (path, arguments)
}

/// Where the commas stand that part arguments: outside strings, lists and objects.
fn commas(text: &str) -> impl Iterator<Item = usize> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    text.bytes().enumerate().filter_map(move |(position, byte)| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => return Some(position),
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(lines: &[&str]) -> Reach {
        Reach { lines: lines.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn a_new_path_is_more() {
        let granted = reach(&["clusters", "clusters.edges", "clusters.edges.name"]);
        let wanted = reach(&["clusters", "clusters.edges", "clusters.edges.creationParameters"]);
        assert_eq!(wanted.exceeds(&granted), ["clusters.edges.creationParameters"]);
        assert!(granted.exceeds(&granted).is_empty());
    }

    #[test]
    fn what_becomes_of_an_argument() {
        let exceeds = |granted: &str, wanted: &str| !reach(&[wanted]).exceeds(&reach(&[granted])).is_empty();
        assert!(exceeds("c(first: 100)", "c(first: $)"), "a literal became a variable");
        assert!(exceeds("c(first: 100)", "c(first: 200)"), "another literal");
        assert!(exceeds("c(mine: true)", "c"), "a literal filter was dropped");
        assert!(exceeds("c", "c(all: true)"), "a new argument");
        assert!(exceeds("c(a: \"x\", b: 1)", "c(a: \"x, b: 1\")"), "strings are not looked into");
        assert!(!exceeds("c(first: $)", "c(first: 100)"), "a variable became a literal");
        assert!(!exceeds("c(first: $)", "c"), "a variable may be left out by a caller too");
        assert!(!exceeds("c(a: $, b: {x: [1, 2]})", "c(a: \"),\", b: {x: [1, 2]})"));
        assert!(exceeds("c(a: $, b: {x: [1, 2]})", "c(a: 1, b: {x: [1, 3]})"));
    }

    #[test]
    fn a_new_type_below_a_field_is_more() {
        let granted = reach(&["node(id: $)", "node on Cluster", "node.name"]);
        assert_eq!(reach(&["node on Secret", "node.name"]).exceeds(&granted), ["node on Secret"]);
    }

    #[test]
    fn below_and_summary() {
        let all = reach(&["cluster", "cluster.name", "clusters(first: 1)", "clusters.edges", "cluster on X"]);
        assert_eq!(all.below("cluster"), reach(&["cluster", "cluster on X", "cluster.name"]));
        assert_eq!(all.summary(), ["cluster on X", "cluster.name", "clusters(first: 1)", "clusters.edges"]);
    }
}
