//! The gate's own benchmark, run by cargo and read back: `host/crates/policy/benches/gate.rs`.

use serde::Deserialize;

use super::measure::Spread;
use crate::process::{self, Workspace};
use crate::{Result, say};

/// What the gate costs on one document.
pub(super) struct Cost {
    pub(super) document: String,
    pub(super) bytes: usize,
    pub(super) decided: String,
    /// Microseconds.
    pub(super) gate: Spread,
    /// Against the parser alone.
    pub(super) ratio: Spread,
}

#[derive(Deserialize)]
struct Line {
    document: String,
    bytes: usize,
    decided: String,
    gate: Vec<f64>,
    parser: Vec<f64>,
}

/// Builds and runs it.
pub(super) fn measure(workspace: &Workspace) -> Result<Vec<Cost>> {
    say("== the gate");
    let line = ["bench", "--quiet", "--locked", "--package", "vantage-policy", "--bench", "gate"];
    say(&format!("$ cargo {}", line.join(" ")));
    let output = process::cargo().args(line).current_dir(&workspace.root).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    String::from_utf8(output.stdout)?.lines().map(|line| Ok(cost(serde_json::from_str(line)?))).collect()
}

fn cost(line: Line) -> Cost {
    let ratio = line.gate.iter().zip(&line.parser).map(|(gate, parser)| gate / parser).collect();
    let microseconds = line.gate.iter().map(|nanoseconds| nanoseconds / 1e3).collect();
    Cost {
        document: line.document,
        bytes: line.bytes,
        // Where and what exactly is of no interest here.
        decided: line.decided.split(':').next().unwrap_or_default().to_owned(),
        gate: Spread::of(microseconds),
        ratio: Spread::of(ratio),
    }
}
