//! Builds `plugins/*` as components, in a target folder of its own, and writes what `lib.rs`
//! includes.
//!
//! Descriptions come from the packs' crates linked into this script; it runs no component, so it
//! needs no engine. Another pack is one line in [`packs`] and one in `Cargo.toml`.

#![expect(clippy::disallowed_methods, reason = "cargo speaks to a build script through its environment")]

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What packs are compiled for.
const TARGET: &str = "wasm32-wasip2";

/// The profile in the workspace's manifest that packs are built with.
const PROFILE: &str = "pack";

/// Where a pack comes from and what its crate says of it.
struct Source {
    package: &'static str,
    id: &'static str,
    description: String,
}

fn packs() -> Vec<Source> {
    vec![
        Source {
            package: "vantage-pack-cluster",
            id: "vantage/cluster",
            description: vantage_pack_cluster::pack().describe(),
        },
        Source {
            package: "vantage-pack-job",
            id: "vantage/job",
            description: vantage_pack_job::pack().describe(),
        },
    ]
}

fn main() {
    if let Err(error) = bundle() {
        println!("cargo::error={error}");
    }
}

fn bundle() -> Result<(), Box<dyn Error>> {
    let manifest = PathBuf::from(required("CARGO_MANIFEST_DIR")?);
    let workspace = manifest.join("../../..").canonicalize()?;
    let output = PathBuf::from(required("OUT_DIR")?);
    for changed in watched(&workspace)? {
        println!("cargo::rerun-if-changed={}", changed.display());
    }
    let packs = packs();
    check_target()?;
    let built = build(&workspace, &target_folder(&output), &packs)?;
    let mut source = String::from("/// The packs inside the binary.\npub const PACKS: &[BundledPack] = &[\n");
    for pack in &packs {
        let file = built.join(format!("{}.wasm", pack.package.replace('-', "_")));
        let component = fs::read(&file).map_err(|error| format!("`{}`: {error}", file.display()))?;
        let name = format!("{}.wasm", pack.package);
        fs::copy(&file, output.join(&name))?;
        entry(&mut source, pack, &component, &name)?;
    }
    source.push_str("];\n");
    fs::File::create(output.join("packs.rs")).and_then(|mut file| {
        use std::io::Write as _;
        file.write_all(source.as_bytes())
    })?;
    Ok(())
}

/// One element of `PACKS`, as Rust.
fn entry(source: &mut String, pack: &Source, component: &[u8], name: &str) -> Result<(), Box<dyn Error>> {
    let hash: String = Sha256::digest(component).iter().map(|byte| format!("{byte:02x}")).collect();
    let version = required("CARGO_PKG_VERSION")?;
    writeln!(
        source,
        "    BundledPack {{\n        id: {:?},\n        version: {version:?},\n        digest: \"sha256:{hash}\",\n        \
         component: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\")),\n        \
         description: {:?},\n        words: &{:?},\n    }},",
        pack.id,
        pack.description,
        words(&pack.description)?,
    )?;
    Ok(())
}

/// The first words of a pack's commands, each with its line of help.
fn words(description: &str) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let description: Value = serde_json::from_str(description)?;
    let list = |key: &str| description[key].as_array().cloned().unwrap_or_default();
    let first = |one: &Value| one["path"][0].as_str().map(str::to_owned);
    let summary = |one: &Value| one["summary"].as_str().unwrap_or_default().to_owned();
    let words: BTreeSet<String> = list("commands").iter().filter_map(first).collect();
    let groups = list("groups");
    let group = |word: &String| groups.iter().find(|group| group["path"] == json!([word])).map(summary);
    Ok(words
        .into_iter()
        .map(|word| (word.clone(), group(&word).unwrap_or_else(|| summary(&description))))
        .collect())
}

/// What the components depend on; cargo looks into folders itself.
fn watched(workspace: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "sdk/rust/Cargo.toml"]
        .iter()
        .chain(&["sdk/rust/src", "wit/v1"])
        .map(|path| workspace.join(path))
        .collect();
    for plugin in fs::read_dir(workspace.join("plugins"))? {
        let plugin = plugin?.path();
        paths.push(plugin.join("Cargo.toml"));
        paths.push(plugin.join("src"));
    }
    paths.push(PathBuf::from("build.rs"));
    paths.retain(|path| path.ends_with("build.rs") || path.exists());
    Ok(paths)
}

/// `packs` beside the profile's folder, so that profiles share the components; never the outer
/// target folder itself, whose lock the outer cargo holds.
fn target_folder(output: &Path) -> PathBuf {
    let profile = output.ancestors().find(|path| path.file_name() == Some(OsStr::new("build")));
    match profile.and_then(Path::parent).and_then(Path::parent) {
        Some(target) => target.join("packs"),
        None => output.join("packs"),
    }
}

/// Says in one line what to do when packs cannot be compiled here.
fn check_target() -> Result<(), Box<dyn Error>> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output()?;
    let folder = String::from_utf8(printed.stdout)?;
    if printed.status.success() && Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    Err(format!("command packs need the target {TARGET}: run `rustup target add {TARGET}`").into())
}

/// Runs cargo for each pack and gives the folder with the components.
///
/// The crates are plain libraries, made components here by `--crate-type`: a `cdylib` has no hash in
/// its file's name, so the library that this script links and the workspace's own would overwrite
/// each other.
fn build(workspace: &Path, target: &Path, packs: &[Source]) -> Result<PathBuf, Box<dyn Error>> {
    for pack in packs {
        let mut cargo = Command::new(required("CARGO")?);
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(is_of_the_outer_build) {
                cargo.env_remove(name);
            }
        }
        cargo.current_dir(workspace);
        cargo.args(["rustc", "--locked", "--quiet", "--lib", "--crate-type", "cdylib"]);
        cargo.args(["--package", pack.package, "--target", TARGET, "--profile", PROFILE]);
        let built = cargo.arg("--target-dir").arg(target).output()?;
        if !built.status.success() {
            let said = String::from_utf8_lossy(&built.stderr);
            let lines: Vec<_> = said.lines().filter(|line| !line.trim().is_empty()).collect();
            let said = lines.join("\ncargo::error=");
            return Err(format!("the bundled pack `{}` does not build: {said}", pack.id).into());
        }
    }
    Ok(target.join(TARGET).join(PROFILE))
}

/// Variables that describe the build of the host and would bend that of the packs: its wrappers
/// (clippy's among them), flags, target and folders. Those that say where registries, proxies and
/// toolchains are stay.
fn is_of_the_outer_build(name: &str) -> bool {
    const STAY: [&str; 7] = [
        "CARGO_HOME",
        "CARGO_HTTP_",
        "CARGO_NET_",
        "CARGO_REGISTR",
        "CARGO_SOURCE_",
        "CARGO_MAKEFLAGS",
        "CARGO_TERM_",
    ];
    const GO: [&str; 11] = [
        "RUSTC",
        "RUSTDOC",
        "RUSTFLAGS",
        "CARGO",
        "CLIPPY_",
        "DEP_",
        "OUT_DIR",
        "TARGET",
        "HOST",
        "PROFILE",
        "OPT_LEVEL",
    ];
    GO.iter().any(|prefix| name.starts_with(prefix)) && !STAY.iter().any(|prefix| name.starts_with(prefix))
}

fn required(name: &str) -> Result<String, Box<dyn Error>> {
    env::var(name).map_err(|_| format!("`{name}` is not set: this script is for cargo to run").into())
}
