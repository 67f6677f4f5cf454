//! `cargo xtask test`: format, dependencies, the book, lints, guests, servers, and all tests.
//!
//! The order puts what fails fast first. Nothing is skipped in silence: a step that cannot run on
//! this machine is an error, but for advisories, whose database comes from the network.

use std::process::Command;
use std::time::Instant;

use clap::Args;

use crate::process::{self, Workspace};
use crate::{Result, docs, fuzz, guests, hostile, packs, say, servers, tools};

/// Run everything that the machine checks run
#[derive(Args)]
pub(crate) struct Arguments {
    /// Leave out a language's packs, `servers`, `browser` or `oras`, where they cannot be had; repeatable
    #[arg(long, value_name = "NAME")]
    skip: Vec<String>,
    /// Also check dependencies against the advisory database, which needs the network
    #[arg(long)]
    advisories: bool,
    /// Also look for inputs that break the readers of what strangers send, for a minute or for so many seconds
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "60")]
    fuzz: Option<u32>,
    /// Repeat what only shows itself rarely, as often as the design asks; takes a quarter of an hour
    #[arg(long)]
    long: bool,
}

/// Runs all steps; the first that fails ends the run.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let began = Instant::now();
    step("format", || workspace.cargo(&["fmt", "--all", "--check"]))?;
    step("dependencies", || deny(workspace, arguments.advisories))?;
    step("book", || docs::book(workspace))?;
    step("WebAssembly target", tools::wasm_target)?;
    step("build", || workspace.cargo(&["build", "--workspace", "--locked"]))?;
    step("lints", || {
        workspace.cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"])
    })?;
    step("guests", || {
        packs::guests(workspace)?;
        let languages = arguments.skip.iter().filter(|name| !servers::is_known(name)).cloned();
        guests::build(workspace, &languages.collect::<Vec<_>>())
    })?;
    step("servers", || servers::install(workspace, &arguments.skip))?;
    let packs_that_ran = hostile::begin(workspace)?;
    let tested = step("tests", || {
        let mut tests = process::cargo();
        tests.args(["test", "--workspace", "--locked", "--no-fail-fast"]).current_dir(&workspace.root);
        tests.env("VANTAGE_TEST_GUESTS", workspace.guests());
        tests.env("VANTAGE_TEST_SERVERS", workspace.servers());
        tests.env("VANTAGE_TEST_HOSTILE", &packs_that_ran);
        tests.env("VANTAGE_TEST_SKIP", arguments.skip.join(","));
        if arguments.long {
            tests.env("VANTAGE_TEST_LONG", "1");
        }
        process::run(&mut tests)
    });
    // Said of a run that failed, too: which pack got out is the first thing to know.
    let contained = if cfg!(target_os = "linux") { hostile::summary(&packs_that_ran) } else { Ok(()) };
    tested.and(contained)?;
    if let Some(seconds) = arguments.fuzz {
        step("fuzzing", || fuzz::run(workspace, seconds))?;
    }
    say(&format!("all checks passed in {} s", began.elapsed().as_secs()));
    Ok(())
}

fn deny(workspace: &Workspace, advisories: bool) -> Result<()> {
    let program = tools::cargo_deny(workspace)?;
    let mut check = Command::new(program);
    // Duplicate versions are warnings by the hundred, most of them Windows bindings; errors are shown.
    check.args(["--workspace", "--locked", "--log-level", "error", "check", "bans", "licenses", "sources"]);
    if advisories {
        check.arg("advisories");
    } else {
        say("advisories are not checked: their database needs the network; --advisories checks them");
    }
    process::run(check.current_dir(&workspace.root))
}

fn step(name: &str, act: impl FnOnce() -> Result<()>) -> Result<()> {
    let began = Instant::now();
    say(&format!("== {name}"));
    act()?;
    say(&format!("== {name}: {} s", began.elapsed().as_secs()));
    Ok(())
}
