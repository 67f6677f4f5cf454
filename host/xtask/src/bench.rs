//! `cargo xtask bench`: what is shipped, measured against what a user would have instead.
//!
//! Times of one machine mean little on another, and on a busy one little at all: everything is a ratio
//! of two things that were measured in turn, with its spread. Whole processes are measured as a user
//! starts them, against the local platform on loopback. Budgets are told and never enforced: no check
//! fails for a time. One file a subject below; `report` writes the table.

mod client;
mod gate;
mod measure;
mod peers;
mod report;
mod stage;

use std::path::PathBuf;

use clap::Args;

use self::measure::{Pair, peak};
use self::report::Row;
use self::stage::{DOCUMENT, Stage};
use crate::process::Workspace;
use crate::{Result, packs, say, tools};

/// Measure what is shipped, and write the ratios down
#[derive(Args)]
pub(crate) struct Arguments {
    /// Measure this binary, and write nothing down; else what the profile `dist` makes
    #[arg(long, value_name = "PATH")]
    binary: Option<PathBuf>,
    /// Local platform to measure against, beside `--binary`
    #[arg(long, value_name = "PATH", requires = "binary")]
    platform: Option<PathBuf>,
    /// How often each pair of commands is run
    #[arg(long, value_name = "NUMBER", default_value = "40")]
    runs: usize,
    /// How many clusters there are to list
    #[arg(long, value_name = "NUMBER", default_value = "100000")]
    clusters: usize,
    /// How many packs there are to choose from
    #[arg(long, value_name = "NUMBER", default_value = "1000")]
    packs: usize,
    /// Leave out the gate, which has to be built for it
    #[arg(long)]
    without_gate: bool,
}

/// Runs `cargo xtask bench`.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let programs = programs(workspace, arguments)?;
    tools::wasm_target()?;
    packs::guests(workspace)?;
    let mut rows = Vec::new();
    rows.extend(processes(workspace, &programs, arguments.runs)?);
    rows.extend(fan_out(workspace, &programs, arguments.runs)?);
    rows.extend(pages(workspace, &programs, arguments.clusters)?);
    rows.extend(many_packs(workspace, &programs, arguments)?);
    let gate = if arguments.without_gate { Vec::new() } else { gate::measure(workspace)? };
    let text = report::text(&rows, &gate, arguments.clusters);
    say(&text);
    if arguments.binary.is_none() {
        report::write(workspace, &text)?;
    }
    Ok(())
}

/// What is measured, and what it is measured against.
struct Programs {
    vantage: PathBuf,
    platform: PathBuf,
}

fn programs(workspace: &Workspace, arguments: &Arguments) -> Result<Programs> {
    if let Some(vantage) = &arguments.binary {
        let beside = || workspace.binary("vantage-platform");
        let platform = arguments.platform.clone().unwrap_or_else(beside);
        return Ok(Programs { vantage: vantage.clone(), platform });
    }
    let line =
        ["build", "--profile", "dist", "--locked", "--package", "vantage", "--package", "vantage-platform"];
    workspace.cargo(&line)?;
    let folder = workspace.target.join("dist");
    let program = |name: &str| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    Ok(Programs { vantage: program("vantage"), platform: program("vantage-platform") })
}

/// Commands as users type them, whole.
fn processes(workspace: &Workspace, programs: &Programs, runs: usize) -> Result<Vec<Row>> {
    say("== whole commands");
    let stage = Stage::new(workspace, &programs.vantage, &programs.platform, &["--seed", "7"])?;
    let hello = stage.hello()?;
    let hello = || std::process::Command::new(&hello);
    let mut rows = Vec::new();
    for line in [&["--version"][..], &["--help"], &["whoami"]] {
        let pair = Pair::of(runs, || stage.vantage(line), hello)?;
        let what = format!("`vantage {}`", line.join(" "));
        let memory = peak(&mut stage.vantage(line))?;
        rows.push(Row::new(&what, "a program that prints a line", pair).budget(1.5).memory(memory, 10));
    }
    rows.push(peers::v8x(workspace, &stage, runs)?);
    let list = ["cluster", "list", "-o", "json"];
    let api = ["api", DOCUMENT, "-F", "first=100", "-o", "json"];
    let pair = Pair::of(runs, || stage.vantage(&list), || stage.vantage(&api))?;
    let memory = peak(&mut stage.vantage(&list))?;
    let against = "`vantage api` with the same document";
    rows.push(Row::new("`vantage cluster list`, of 7", against, pair).budget(1.2).memory(memory, 64));
    Ok(rows)
}

/// Fifty queries at once, of which eight may be under way, at an API that takes 50 ms for each.
fn fan_out(workspace: &Workspace, programs: &Programs, runs: usize) -> Result<Vec<Row>> {
    say("== fifty queries at once");
    let stage = Stage::new(workspace, &programs.vantage, &programs.platform, &["--seed", "7"])?;
    stage.add("fan_out")?;
    let calls = |number: &'static str| ["fan-out", "--calls", number, "-o", "json"];
    // One run before the latency is there: what has to be renewed or compiled is out of the way.
    measure::once(&mut stage.vantage(&calls("1")))?;
    stage.latency("50ms")?;
    let pair = Pair::of(runs.min(20), || stage.vantage(&calls("50")), || stage.vantage(&calls("0")))?;
    let pair = pair.beyond(50.0 / 8.0 * 0.050);
    let what = "`execute-all` of 50 queries of 50 ms each, beyond a run without any";
    // Seven rounds of eight are 1.12 times that.
    Ok(vec![Row::new(what, "50/8 × 50 ms", pair).budget(400.0 / 312.5)])
}

/// Many packs beside the one that runs: two homes, of which one has that pack alone.
fn many_packs(workspace: &Workspace, programs: &Programs, arguments: &Arguments) -> Result<Vec<Row>> {
    let number = arguments.packs;
    say(&format!("== {number} packs"));
    let stage = || Stage::new(workspace, &programs.vantage, &programs.platform, &["--seed", "7"]);
    let (alone, among) = (stage()?, stage()?);
    alone.add("grows")?;
    among.add("grows")?;
    among.add_copies("follower", number.saturating_sub(1))?;
    let mut rows = Vec::new();
    for line in [&["--help"][..], &["grows", "-o", "json"]] {
        let pair = Pair::of(arguments.runs, || among.vantage(line), || alone.vantage(line))?;
        let what = format!("`vantage {}`, with {number} packs", line.join(" "));
        rows.push(Row::new(&what, "the same with one", pair).budget(1.2));
    }
    Ok(rows)
}

/// A list that is far longer than anybody reads, a hundred at a time.
fn pages(workspace: &Workspace, programs: &Programs, clusters: usize) -> Result<Vec<Row>> {
    say(&format!("== {clusters} clusters"));
    let number = clusters.to_string();
    let stage = Stage::new(workspace, &programs.vantage, &programs.platform, &["--clusters", &number])?;
    let line = ["cluster", "list", "-o", "jsonl"];
    let sequential = || client::read_pages(&stage.platform.issuer, &stage.platform.api, DOCUMENT);
    let mut pair = Pair::default();
    for _ in 0..3 {
        let first = measure::once(&mut stage.vantage(&line))?;
        let (second, read) = sequential()?;
        if read < clusters {
            return Err(format!("{read} of {clusters} clusters were read").into());
        }
        pair.add(first, second);
    }
    let memory = peak(&mut stage.vantage(&line))?;
    let what = format!("`vantage cluster list -o jsonl`, of {clusters}");
    let mut rows =
        vec![Row::new(&what, "the same requests one after the other, unread", pair).memory(memory, 64)];
    let folder = tempfile::tempdir()?;
    rows.push(peers::jq(&stage, &line, &what, folder.path())?);
    if stage.knows("api", "--paginate")? {
        let api = ["api", DOCUMENT, "--paginate", "-F", "first=100", "-o", "jsonl"];
        let pair = Pair::of(3, || stage.vantage(&line), || stage.vantage(&api))?;
        rows.push(Row::new(&what, "`vantage api --paginate` with the same document", pair));
    }
    Ok(rows)
}
