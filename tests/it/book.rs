//! What of the documentation is made from the program, and what of it is run.
//!
//! The reference of commands, exit statuses and manual pages come from the command tree that help uses; the
//! command blocks of the guides are run in their order, and pictures are drawn of what stood on a terminal.
//! All of it is committed, and these tests hold it to what the program does now. `cargo xtask docs` sets
//! `VANTAGE_TEST_DOCS=write`, by which it is written instead.

mod blocks;
mod commands;
mod exit_codes;
mod guides;
mod manuals;
mod markdown;
mod pictures;
mod screen;
mod svg;
mod tree;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What the first line of a page says that nobody writes by hand.
const MADE: &str = "<!-- Made by `cargo xtask docs`; not edited by hand. -->\n\n";

/// The variable by which files are written instead of compared.
const MODE: &str = "VANTAGE_TEST_DOCS";

/// The repository's folder `docs`.
fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// Whether files are written instead of compared.
fn writes() -> bool {
    std::env::var(MODE).is_ok_and(|mode| mode == "write")
}

/// Holds files below `docs` to the texts that they have to have, or writes them.
#[track_caller]
fn hold(files: &BTreeMap<String, String>) {
    let stale: Vec<&str> = files.iter().filter_map(|(name, text)| is_stale(name, text)).collect();
    assert!(
        stale.is_empty(),
        "not what the program says now: docs/{}; `cargo xtask docs` writes it",
        stale.join(", docs/")
    );
}

/// As [`hold`], where `folder` below `docs` has no other files that end with `end`.
#[track_caller]
fn hold_folder(folder: &str, end: &str, files: &BTreeMap<String, String>) {
    hold(files);
    let entries = fs::read_dir(docs().join(folder)).unwrap();
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap());
        if name.ends_with(end) && !files.contains_key(&name) {
            assert!(writes(), "docs/{name} is of nothing that there is; `cargo xtask docs` removes it");
            fs::remove_file(path).unwrap();
        }
    }
}

fn is_stale<'a>(name: &'a str, text: &str) -> Option<&'a str> {
    let path = docs().join(name);
    if fs::read_to_string(&path).is_ok_and(|there| there == text) {
        return None;
    }
    if !writes() {
        return Some(name);
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    None
}
