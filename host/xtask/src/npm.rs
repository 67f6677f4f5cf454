//! Packages of npm, installed beside the `package.json` that pins them.
//!
//! There is no lock file, since npm writes one that lacks the other platforms' binaries; and no
//! script of a package is run. Called by the builder of the TypeScript pack and by `servers`.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Result, folder, process};

/// Installs what `package.json` in `work` names, unless the last installation was of the same.
pub(crate) fn install(work: &Path) -> Result<()> {
    if !process::is_installed("node") || !process::is_installed("npm") {
        return Err("Node.js with npm is needed, 20 or later; its installer is at https://nodejs.org".into());
    }
    let wanted = fs::read(work.join("package.json"))?;
    let record = work.join("node_modules/.installed");
    if fs::read(&record).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--no-package-lock",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--loglevel",
        "error",
    ]);
    folder::remove(&work.join("node_modules"))?;
    process::run(npm.current_dir(work))?;
    folder::write(&record, &wanted)
}
