//! Programs on Node.js that `cargo xtask servers` has installed: started, and asked for the line that
//! they print when they answer. What they serve is said beside each: `oidc.rs`, `yoga.rs`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// Starts the program `name`, whose sources are in the folder of that name beside this crate.
///
/// Gives its process, which ends when its standard input does, and so with this one, however that
/// ends; and its first line.
pub(crate) fn start(servers: &Path, name: &str, arguments: &[&str]) -> (Child, Value) {
    let folder = servers.join(name);
    let main = folder.join("main.mjs");
    assert!(
        main.exists() && folder.join("node_modules").is_dir(),
        "the test servers are not installed in {}: run `cargo xtask servers` first, \
         or leave their tests out by VANTAGE_TEST_SKIP=servers",
        servers.display()
    );
    same_as_sources(&folder, name);
    let mut process = Command::new("node")
        .arg(main)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot run `node`: {error}"));
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready =
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("no ready line ({error}) but: {line}"));
    (process, ready)
}

/// What runs is a copy: modules are found beside the file that imports them.
fn same_as_sources(folder: &Path, name: &str) {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    for entry in fs::read_dir(&sources).unwrap() {
        let entry = entry.unwrap();
        if !entry.file_type().unwrap().is_file() {
            continue;
        }
        let name = entry.file_name();
        let same = fs::read(sources.join(&name)).unwrap() == fs::read(folder.join(&name)).unwrap_or_default();
        assert!(same, "{} is out of date: run `cargo xtask servers`", folder.join(name).display());
    }
}
