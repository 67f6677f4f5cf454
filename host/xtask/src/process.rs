//! The workspace's folders, and programs run in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, say};

/// Where the sources and what is built from them lie.
pub(crate) struct Workspace {
    /// The repository.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Asks cargo, so that a target folder set anywhere is honoured.
    pub(crate) fn find() -> Result<Self> {
        let output = cargo().args(["metadata", "--format-version", "1", "--no-deps", "--quiet"]).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let folder = |key: &str| Some(PathBuf::from(metadata[key].as_str()?));
        let (Some(root), Some(target)) = (folder("workspace_root"), folder("target_directory")) else {
            return Err("cargo does not say where the workspace is".into());
        };
        Ok(Self { root, target })
    }

    /// A program that `cargo build --workspace` made.
    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Where the components for the tests lie.
    pub(crate) fn guests(&self) -> PathBuf {
        self.target.join("guests")
    }

    /// Where the servers for the tests are installed.
    pub(crate) fn servers(&self) -> PathBuf {
        self.target.join("servers")
    }

    /// Runs cargo in the workspace, its output shown.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Result<()> {
        run(cargo().args(arguments).current_dir(&self.root))
    }
}

/// Cargo, as it was called itself.
pub(crate) fn cargo() -> Command {
    Command::new(option_env!("CARGO").unwrap_or("cargo"))
}

/// Runs a program to its end; anything but success is an error that shows the line.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    say(&format!("$ {shown}"));
    let status = command.status().map_err(|error| format!("cannot run `{shown}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{shown}` ended with {status}").into()) }
}

/// Whether a program of this name is on the search path.
pub(crate) fn is_installed(name: &str) -> bool {
    Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The line as one would type it, with the program by its name alone.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
