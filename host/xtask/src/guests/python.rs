//! The Python pack: CPython and the pack's modules in one component, by componentize-py.
//!
//! WASI is not stubbed (`--stub-wasi`): its stubs trap, so that `datetime.now()` would end a run,
//! and bake one random seed into every copy of the pack. The host gives WASI that reaches nothing.

use std::path::PathBuf;
use std::process::Command;

use super::{Site, folder};
use crate::process;
use crate::{Result, tools};

/// What makes components of Python; the wheel holds CPython and needs no compiler.
const COMPONENTIZE: &str = "componentize-py==0.25.1";

/// Builds a pack with the helper of `sdk/python`.
pub(super) fn build(site: &Site<'_>) -> Result<PathBuf> {
    let program = componentize(site)?;
    // In a copy: the Python that runs while building leaves compiled files beside the sources.
    let sources = site.work.join("sources");
    folder::replace(&site.sources, &sources)?;
    let own = site.work.join("own");
    folder::replace(site.main.parent().unwrap_or(&site.main), &own)?;
    let component = site.work.join("pack.wasm");
    let mut command = Command::new(program);
    command.arg("--wit-path").arg(&site.contract).args(["--world", "command-pack", "componentize"]);
    command.args(site.main.file_stem());
    command.arg("--python-path").arg(own).arg("--python-path").arg(&sources);
    command.arg("--output").arg(&component).current_dir(&site.work);
    process::run(&mut command)?;
    Ok(component)
}

/// The program `componentize-py`, in an environment of its own.
fn componentize(site: &Site<'_>) -> Result<PathBuf> {
    let environment = tools::python_environment(site.workspace, "componentize-py")?;
    tools::wheel(&environment, COMPONENTIZE)?;
    Ok(environment.join("bin/componentize-py"))
}
