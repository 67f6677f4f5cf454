//! The table of what was measured, for the terminal and for `docs/reference/performance.md`.

use std::fmt::Write;

use super::gate::Cost;
use super::measure::{Pair, Spread};
use crate::process::Workspace;
use crate::{Result, folder, say};

/// Where it is kept.
const PLACE: &str = "docs/reference/performance.md";

/// One comparison.
pub(super) struct Row {
    what: String,
    against: String,
    pair: Pair,
    budget: Option<f64>,
    /// KiB that were measured, and MiB that are allowed.
    memory: Option<(u64, u64)>,
}

impl Row {
    pub(super) fn new(what: &str, against: &str, pair: Pair) -> Self {
        Self { what: what.to_owned(), against: against.to_owned(), pair, budget: None, memory: None }
    }

    /// The ratio that it should stay below.
    pub(super) fn budget(self, budget: f64) -> Self {
        Self { budget: Some(budget), ..self }
    }

    /// The memory that it had, and should stay below.
    pub(super) fn memory(self, kibibytes: Option<u64>, mebibytes: u64) -> Self {
        Self { memory: kibibytes.map(|kibibytes| (kibibytes, mebibytes)), ..self }
    }

    fn line(&self) -> String {
        let Self { what, against, .. } = self;
        let ratio = spread(self.pair.ratio());
        let [first, second] = self.pair.medians();
        let budget = self.budget.map_or_else(|| "–".to_owned(), |budget| format!("≤ {budget:.2}"));
        let memory = self.memory.map_or_else(
            || "–".to_owned(),
            |(kibibytes, allowed)| format!("{} of {allowed} MiB", kibibytes.div_ceil(1024)),
        );
        format!("| {what} | {against} | {ratio} | {budget} | {first:.1} / {second:.1} ms | {memory} |")
    }
}

/// The whole text.
pub(super) fn text(rows: &[Row], gate: &[Cost], clusters: usize) -> String {
    let mut text = HEAD.to_owned();
    for row in rows {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}", row.line());
    }
    if clusters < 100_000 {
        let _ = writeln!(text, "\nThe long list had {clusters} clusters, and not the 100,000 of the budget.");
    }
    if gate.is_empty() {
        return text;
    }
    text.push_str(GATE);
    for Cost { document, bytes, decided, gate, ratio } in gate {
        let (time, ratio) = (micro(gate.median), spread(*ratio));
        let _ = writeln!(text, "| {document} | {bytes} | {decided} | {time} | {ratio} |");
    }
    text
}

/// Keeps it.
pub(super) fn write(workspace: &Workspace, text: &str) -> Result<()> {
    folder::write(&workspace.root.join(PLACE), text.as_bytes())?;
    say(&format!("written to {PLACE}"));
    Ok(())
}

fn spread(Spread { low, median, high }: Spread) -> String {
    format!("**{median:.2}** ({low:.2} to {high:.2})")
}

fn micro(microseconds: f64) -> String {
    if microseconds < 1.0 { "under 1 µs".to_owned() } else { format!("{microseconds:.0} µs") }
}

const HEAD: &str = "\
# Performance

Made by `cargo xtask bench` with the profile `dist`; not edited by hand.

Times of one machine mean little on another. What counts are the ratios: both sides were run in turn,
and the numbers in parentheses hold the middle four fifths of the runs. Commands are whole processes,
from start to end, their output going nowhere, against the local platform on loopback, warm. Memory is
the most that the process had at once.

| what | against | ratio | budget | medians | memory |
| --- | --- | --- | --- | --- | --- |
";

const GATE: &str = "
## The gate

Every document of a pack is read by the gate: declared ones when the pack is added and once in each
run, others at each call. The ratio is to the GraphQL parser alone, with the limits that the gate sets.

| document | bytes | decided | the gate takes | against the parser alone |
| --- | --- | --- | --- | --- |
";
