//! The packs in C and C++: Debian's clang 19 and its libraries for WebAssembly.
//!
//! The generated bindings carry the contract in an object file, so the linked module needs only to
//! be wrapped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wit_bindgen_core::WorldGenerator;

use super::bindings::{self, Contract};
use super::{Site, folder};
use crate::{Result, debian, process};

/// What C needs.
const PACKAGES: [&str; 4] = ["clang-19", "lld-19", "wasi-libc", "libclang-rt-19-dev-wasm32"];

/// What C++ needs beside it.
const PACKAGES_CPP: [&str; 2] = ["libc++-19-dev-wasm32", "libc++abi-19-dev-wasm32"];

/// What the packages are, where there is no Debian to ask.
const NEEDED: &str = "clang 19 for WebAssembly is needed as Debian packages it";

/// Small, checked strictly, and linked as a library with no `main`.
const FLAGS: [&str; 7] =
    ["--target=wasm32-wasi", "-Os", "-flto", "-Wall", "-Wextra", "-mexec-model=reactor", "-Wl,--strip-all"];

/// Builds a pack in C with the helper of `sdk/c`.
pub(super) fn build_c(site: &Site<'_>) -> Result<PathBuf> {
    debian::packages(&PACKAGES, NEEDED)?;
    let generator = wit_bindgen_c::Opts::default().build();
    let generated = generate(site, generator)?;
    let mut clang = Command::new("clang-19");
    clang.arg("-std=c23").arg(&site.main).arg(generated.join("command_pack.c"));
    link(site, clang, &generated)
}

/// Builds a pack in C++ with the helper of `sdk/c`.
pub(super) fn build_cpp(site: &Site<'_>) -> Result<PathBuf> {
    let all: Vec<&str> = PACKAGES.into_iter().chain(PACKAGES_CPP).collect();
    debian::packages(&all, NEEDED)?;
    let generator = wit_bindgen_cpp::Opts::default().build(None);
    let generated = generate(site, generator)?;
    let mut clang = Command::new("clang++-19");
    clang.args(["-std=c++23", "-fno-exceptions", "-fno-rtti"]);
    clang.arg(&site.main).arg(generated.join("command_pack.cpp"));
    link(site, clang, &generated)
}

fn generate(site: &Site<'_>, generator: Box<dyn WorldGenerator>) -> Result<PathBuf> {
    let generated = site.work.join("bindings");
    Contract::read(&site.contract)?.generate(generator, &generated)?;
    Ok(generated)
}

/// Compiles and links what the command names already, and wraps the result.
fn link(site: &Site<'_>, mut clang: Command, generated: &Path) -> Result<PathBuf> {
    let core = site.work.join("core.wasm");
    clang.args(FLAGS);
    // Generated code is not ours to mend: its headers are a system's.
    clang.arg("-isystem").arg(generated).arg("-I").arg(site.sources.join("include"));
    clang.arg(generated.join("command_pack_component_type.o")).arg("-o").arg(&core);
    process::run(&mut clang)?;
    let component = site.work.join("pack.wasm");
    folder::write(&component, &bindings::component(&fs::read(core)?)?)?;
    Ok(component)
}
