//! The packs that are written in Rust: the example of the SDK, and the guests of the tests.
//!
//! They share the target folder in which the bundle's build script compiles the bundled packs, so
//! the SDK is compiled for WebAssembly once.

use std::fs;
use std::path::PathBuf;

use crate::Result;
use crate::process::Workspace;

/// The example pack of the SDK, built as its author would build it.
pub(crate) fn example(workspace: &Workspace) -> Result<PathBuf> {
    build(workspace, &["--package", "gpu-report"])?;
    Ok(folder(workspace).join("gpu_report.wasm"))
}

/// The guests of the tests, copied to where the tests look.
pub(crate) fn guests(workspace: &Workspace) -> Result<()> {
    build(workspace, &["--package", "vantage-guests", "--examples"])?;
    let to = workspace.guests().join("guests");
    fs::create_dir_all(&to)?;
    for entry in fs::read_dir(folder(workspace).join("examples"))? {
        let path = entry?.path();
        // Cargo leaves each also under a name with a hash.
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|end| end == "wasm") && !name.contains('-') {
            fs::copy(&path, to.join(format!("{name}.wasm")))?;
        }
    }
    fs::copy(example(workspace)?, workspace.guests().join("gpu_report.wasm"))?;
    Ok(())
}

fn build(workspace: &Workspace, what: &[&str]) -> Result<()> {
    let target = workspace.target.join("packs").display().to_string();
    let mut arguments = vec!["build", "--locked", "--target", "wasm32-wasip2", "--profile", "pack"];
    arguments.extend(["--target-dir", &target]);
    arguments.extend(what);
    workspace.cargo(&arguments)
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("packs/wasm32-wasip2/pack")
}
