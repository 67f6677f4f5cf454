//! The fuzz targets of the crates that read a stranger's bytes: built by cargo-fuzz, run one after the
//! other; and the fuzzers of the runtime, which are tests with seeds, since instruments in wasmtime take
//! longer to build than they would run.
//!
//! With the toolchain that is there, and so without sanitizers: the crates have no unsafe code, and what
//! the targets look for are broken promises and panics. What a run finds new is kept below the target
//! folder, and is where the next run begins; the samples in the repository are never added to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::process::{self, Workspace};
use crate::{Result, say};

/// The version of `cargo-fuzz` that is installed where there is none.
const CARGO_FUZZ: &str = "0.13.2";

/// The crates that the targets are of.
const CRATES: [&str; 4] =
    ["host/crates/policy", "host/crates/session", "host/crates/output", "host/crates/store"];

/// Look for inputs that break the readers of what strangers send
#[derive(Args)]
pub(crate) struct Arguments {
    /// How long to look into each crate, its targets together
    #[arg(value_name = "SECONDS", default_value = "60")]
    pub(crate) seconds: u32,
}

/// Runs every target for its share of `seconds`; the first that finds something ends the run.
pub(crate) fn run(workspace: &Workspace, seconds: u32) -> Result<()> {
    for name in CRATES {
        let fuzz = Fuzz::new(workspace, name)?;
        process::run(&mut fuzz.command("build"))?;
        let targets = fuzz.targets()?;
        let share = (seconds / u32::try_from(targets.len())?).max(1);
        for target in &targets {
            fuzz.hunt(target, share)?;
        }
        say(&format!("{name}: {} targets, {share} s each, found nothing", targets.len()));
    }
    let mut tests = process::cargo();
    tests.args(["test", "--quiet", "--workspace", "--locked", "--lib", "run::fuzzed", "--", "--nocapture"]);
    process::run(tests.env("VANTAGE_FUZZ_SECONDS", seconds.to_string()).current_dir(&workspace.root))
}

/// Where things are.
struct Fuzz {
    program: PathBuf,
    /// The crate with the folder `fuzz`.
    sources: PathBuf,
    /// Everything that is built and found.
    work: PathBuf,
}

impl Fuzz {
    fn new(workspace: &Workspace, name: &str) -> Result<Self> {
        if !process::is_installed("c++") {
            return Err("fuzzing needs a C++ compiler: `apt-get install g++`".into());
        }
        let sources = workspace.root.join(name);
        // What is fuzzed has the dependencies of what is shipped.
        fs::copy(workspace.root.join("Cargo.lock"), sources.join("fuzz/Cargo.lock"))?;
        Ok(Self { program: cargo_fuzz(workspace)?, sources, work: workspace.target.join("fuzz") })
    }

    /// The names of the targets, each of which has a folder of samples.
    fn targets(&self) -> Result<Vec<String>> {
        let entries = fs::read_dir(self.samples())?;
        let mut names = entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<Result<Vec<_>>>()?;
        names.sort();
        if names.is_empty() { Err("there are no fuzz targets".into()) } else { Ok(names) }
    }

    fn samples(&self) -> PathBuf {
        self.sources.join("fuzz/seeds")
    }

    /// A command of cargo-fuzz with all that they share.
    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["fuzz", verb, "--sanitizer", "none", "--fuzz-dir", "fuzz", "--target-dir"]);
        command.arg(&self.work).current_dir(&self.sources);
        // The wrapper that runs this task must not choose the target folder for it.
        command.env_remove("CARGO_TARGET_DIR");
        command
    }

    fn hunt(&self, name: &str, seconds: u32) -> Result<()> {
        let found = self.work.join("corpus").join(name);
        let artifacts = self.work.join("artifacts").join(name);
        fs::create_dir_all(&found)?;
        fs::create_dir_all(&artifacts)?;
        let mut hunt = self.command("run");
        hunt.arg(name).arg(&found).arg(self.samples().join(name));
        // What the crate's own tests have is a good beginning too.
        hunt.args(Some(self.sources.join("corpus")).filter(|folder| folder.is_dir())).arg("--");
        hunt.arg(format!("-max_total_time={seconds}")).arg(prefix(&artifacts));
        // More than any reader takes in; without it, inputs stay as short as the samples.
        hunt.args(["-max_len=16384", "-timeout=5", "-rss_limit_mb=1024"]);
        let output = hunt.output()?;
        // Thousands of lines, of interest only when something was found.
        let told = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            say(&told);
            return Err(format!("`{name}` was broken by what lies in {}", artifacts.display()).into());
        }
        let runs = told.lines().rfind(|line| line.starts_with("Done ")).unwrap_or("Done");
        say(&format!("{name}: {runs}"));
        Ok(())
    }
}

fn prefix(folder: &Path) -> String {
    // A folder only with the slash; a file's name begins so without it.
    format!("-artifact_prefix={}/", folder.display())
}

/// The program `cargo-fuzz`, from the search path or built for this workspace alone.
fn cargo_fuzz(workspace: &Workspace) -> Result<PathBuf> {
    if process::is_installed("cargo-fuzz") {
        return Ok(PathBuf::from("cargo-fuzz"));
    }
    let root = workspace.target.join("tools/fuzz");
    let program = root.join("bin/cargo-fuzz");
    if !program.exists() {
        let mut install = process::cargo();
        install.args(["install", "cargo-fuzz", "--quiet", "--locked", "--version", CARGO_FUZZ, "--root"]);
        process::run(install.arg(&root))?;
    }
    Ok(program)
}
