//! The TypeScript pack: type checked, bundled, and put into a component with QuickJS by jco.
//!
//! WASI is not stubbed, as for Python: with `--backend-qjs-stub-wasi`, `new Date()` ends the run.
//! Everything happens in a copy of `sdk/javascript`, so that no `node_modules` lands in the
//! repository. `package.json` pins the tools.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::Site;
use crate::{Result, folder, npm, process};

/// Builds a pack with the helper of `sdk/javascript`.
pub(super) fn build(site: &Site<'_>) -> Result<PathBuf> {
    copy(site)?;
    npm::install(&site.work)?;
    let contract = site.work.join("wit");
    folder::replace(&site.contract, &contract)?;
    folder::remove(&site.work.join("generated"))?;
    program(
        site,
        "jco",
        &["guest-types", "wit", "--world-name", "command-pack", "--out-dir", "generated", "--quiet"],
    )?;
    program(site, "tsc", &["--project", "."])?;
    // Without the last option the component wants asynchronous components of the host.
    let quickjs = ["--backend", "quickjs", "--backend-qjs-disable-async"];
    // Without `--cwd` the bundler looks for the source below its own folder.
    let main = format!("example/{}", site.main.file_name().unwrap_or_default().to_string_lossy());
    let mut arguments = vec!["componentize", main.as_str(), "--cwd", ".", "--out", "pack.wasm"];
    arguments.extend(["--wit", "wit", "--world-name", "command-pack"]);
    arguments.extend(quickjs);
    program(site, "jco", &arguments)?;
    Ok(site.work.join("pack.wasm"))
}

/// Brings the sources into the working folder, beside the modules that are installed there.
fn copy(site: &Site<'_>) -> Result<()> {
    folder::replace(&site.sources.join("src"), &site.work.join("src"))?;
    // Where the type checker and the pack itself look for one another.
    folder::replace(site.main.parent().unwrap_or(&site.main), &site.work.join("example"))?;
    for name in ["package.json", "tsconfig.json"] {
        fs::copy(site.sources.join(name), site.work.join(name))?;
    }
    Ok(())
}

fn program(site: &Site<'_>, name: &str, arguments: &[&str]) -> Result<()> {
    let path = site.work.join("node_modules/.bin").join(name);
    process::run(Command::new(path).args(arguments).current_dir(&site.work))
}
