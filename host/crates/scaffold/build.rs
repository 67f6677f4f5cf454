//! Embeds the SDKs and the contract, as a project gets them below `vendor/`.
//!
//! The folders keep their places towards each other (`sdk/rust` and `wit/v1`), so that no source has to
//! be changed. Only the manifest of the Rust SDK is: what it inherits from this workspace is written out.

#![expect(clippy::disallowed_methods, reason = "cargo speaks to a build script through its environment")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What every project gets.
const EVERY: &[(&str, &[&str])] = &[("wit/v1", &["wit", "json"]), ("LICENSE", &[])];
/// What a project in Rust gets.
const RUST: &[(&str, &[&str])] = &[("sdk/rust/src", &["rs"]), ("sdk/rust/README.md", &[])];
/// What a project in Python gets.
const PYTHON: &[(&str, &[&str])] = &[("sdk/python/vantage_plugin", &["py"]), ("sdk/python/README.md", &[])];

fn main() {
    if let Err(error) = embed() {
        println!("cargo::error={error}");
    }
}

fn embed() -> Result<()> {
    let manifest = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let workspace = manifest.join("../../..").canonicalize()?;
    let output = PathBuf::from(std::env::var("OUT_DIR")?);
    let standing_alone = output.join("sdk-rust-Cargo.toml");
    write(&standing_alone, &sdk_manifest(&workspace)?)?;

    let mut source = String::new();
    list(&mut source, "EVERY", &found(&workspace, EVERY)?)?;
    let mut rust = found(&workspace, RUST)?;
    rust.push(("sdk/rust/Cargo.toml".to_owned(), standing_alone));
    list(&mut source, "RUST", &rust)?;
    list(&mut source, "PYTHON", &found(&workspace, PYTHON)?)?;
    write(&output.join("vendored.rs"), &source)
}

/// The files of `places`, each a file or a folder and the endings that count in it, by their names in the
/// workspace.
fn found(workspace: &Path, places: &[(&str, &[&str])]) -> Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    for (place, endings) in places {
        // Cargo looks into folders itself.
        println!("cargo::rerun-if-changed={}", workspace.join(place).display());
        gather(workspace, place, endings, &mut files)?;
    }
    files.sort();
    Ok(files)
}

fn gather(workspace: &Path, place: &str, endings: &[&str], files: &mut Vec<(String, PathBuf)>) -> Result<()> {
    let path = workspace.join(place);
    if path.is_file() {
        files.push((place.to_owned(), path));
        return Ok(());
    }
    for entry in fs::read_dir(&path).map_err(|error| format!("`{}`: {error}", path.display()))? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|name| format!("{name:?} is no name"))?;
        let counts = Path::new(&name)
            .extension()
            .is_some_and(|end| endings.iter().any(|ending| end.eq_ignore_ascii_case(ending)));
        // Whatever else lies there was left behind by a tool.
        if counts || (entry.path().is_dir() && name != "__pycache__") {
            gather(workspace, &format!("{place}/{name}"), endings, files)?;
        }
    }
    Ok(())
}

/// Writes a list of names and texts, as Rust.
fn list(source: &mut String, name: &str, files: &[(String, PathBuf)]) -> Result<()> {
    writeln!(source, "const {name}: &[(&str, &str)] = &[")?;
    for (place, path) in files {
        let path = path.to_str().ok_or_else(|| format!("{} is no text", path.display()))?;
        writeln!(source, "    ({place:?}, include_str!({path:?})),")?;
    }
    writeln!(source, "];")?;
    Ok(())
}

/// The manifest of the Rust SDK, with what it has from the workspace's.
fn sdk_manifest(workspace: &Path) -> Result<String> {
    let read = |path: &str| -> Result<Table> {
        let path = workspace.join(path);
        println!("cargo::rerun-if-changed={}", path.display());
        Ok(fs::read_to_string(&path)?.parse()?)
    };
    let mut sdk = read("sdk/rust/Cargo.toml")?;
    let root = read("Cargo.toml")?;
    let shared = |table: &str| root["workspace"].get(table).cloned().ok_or(format!("no [workspace.{table}]"));
    for (table, from) in [("package", "package"), ("dependencies", "dependencies")] {
        let shared = shared(from)?;
        let entries = sdk.get_mut(table).and_then(Value::as_table_mut).ok_or(format!("no [{table}]"))?;
        for (name, value) in entries {
            if value.get("workspace").is_some() {
                *value = shared.get(name).cloned().ok_or_else(|| format!("the workspace has no `{name}`"))?;
            }
        }
    }
    sdk.insert("lints".to_owned(), shared("lints")?);
    Ok(format!(
        "# The SDK's manifest, as it stands without the workspace that it comes from.\n{}",
        toml::to_string(&sdk)?
    ))
}

fn write(path: &Path, text: &str) -> Result<()> {
    Ok(fs::File::create(path)?.write_all(text.as_bytes())?)
}
