//! What a user would have instead: `v8x`, which came before, and `jq`, over a file that is there already.
//!
//! `v8x` is measured as the program within its Python package, without the Python that starts it, which is
//! in its favour. It is installed under the target folder, and run in a home of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::measure::Pair;
use super::report::Row;
use super::stage::Stage;
use crate::process::{self, Workspace};
use crate::{Result, debian, tools};

/// The version whose measures the design names.
const V8X: &str = "v8x==0.1.121";

/// `vantage --version` beside `v8x version`; neither asks a server.
pub(super) fn v8x(workspace: &Workspace, stage: &Stage, runs: usize) -> Result<Row> {
    let environment = tools::python_environment(workspace, "v8x")?;
    let program = match find(&environment.join("lib"))? {
        Some(program) => program,
        None => {
            let mut pip = Command::new(environment.join("bin/pip"));
            pip.args([
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--only-binary",
                ":all:",
            ]);
            // The program in it needs no Python at all.
            process::run(pip.args(["--ignore-requires-python", V8X]))?;
            find(&environment.join("lib"))?.ok_or_else(|| format!("{V8X} holds no program"))?
        }
    };
    let home = environment.join("home");
    std::fs::create_dir_all(&home)?;
    let peer = || {
        let mut command = Command::new(&program);
        command.arg("version").env_clear().env("HOME", &home);
        command
    };
    let pair = Pair::of(runs, || stage.vantage(&["--version"]), peer)?;
    Ok(Row::new("`vantage --version`", "`v8x version`", pair).budget(0.3))
}

/// `bin/v8x` of the package in `libraries`, where it is installed.
fn find(libraries: &Path) -> Result<Option<PathBuf>> {
    for library in std::fs::read_dir(libraries)? {
        let program = library?.path().join("site-packages/v8x/bin/v8x");
        if program.exists() {
            return Ok(Some(program));
        }
    }
    Ok(None)
}

/// All clusters as lines of JSON, fetched, beside `jq` that makes such lines of the same bytes in a file.
pub(super) fn jq(stage: &Stage, line: &[&str], what: &str, folder: &Path) -> Result<Row> {
    debian::packages(&["jq"], "jq is measured against, as Debian packages it")?;
    let file = folder.join("clusters.json");
    let mut whole = stage.vantage(&["cluster", "list", "-o", "json"]);
    let status = whole.stdin(Stdio::null()).stdout(File::create(&file)?).status()?;
    if !status.success() {
        return Err(format!("{whole:?} ended with {status}").into());
    }
    let peer = || {
        let mut command = Command::new("jq");
        command.args(["-c", ".[]"]).arg(&file);
        command
    };
    let pair = Pair::of(3, || stage.vantage(line), peer)?;
    Ok(Row::new(what, "`jq -c '.[]'` over the same bytes in a file", pair).budget(1.5))
}
