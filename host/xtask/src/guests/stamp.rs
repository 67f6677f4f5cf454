//! What a component was made from, as one line of text.
//!
//! By content, not by time: a fresh clone has new times, and a kept target folder then still holds
//! what it needs. Covers the sources, the contract and the builder itself with its pins. Called by
//! [`super`] before and after a build.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::folder::LEFTOVERS;
use crate::Result;

/// What every component depends on, relative to the repository.
const COMMON: [&str; 4] =
    ["wit/v1", "host/xtask/Cargo.toml", "host/xtask/src/guests.rs", "host/xtask/src/guests"];

/// The stamp of `sources`, a folder of the repository at `root`, and of the pack's own folder.
pub(super) fn of(root: &Path, sources: &str, pack: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    for input in COMMON.iter().chain([&sources]) {
        add(&mut hash, &root.join(input))?;
    }
    add(&mut hash, pack)?;
    let digest: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("vantage-guest-1 sha256:{digest}\n"))
}

/// Adds a file or a tree: names, lengths and bytes, in an order that no file system decides.
fn add(hash: &mut Sha256, path: &Path) -> Result<()> {
    hash.update(path.file_name().unwrap_or_default().as_encoded_bytes());
    if path.is_dir() {
        let entries = entries(path)?;
        hash.update(format!("\0folder of {}\0", entries.len()));
        return entries.iter().try_for_each(|entry| add(hash, entry));
    }
    let bytes = fs::read(path).map_err(|error| format!("cannot read {}: {error}", super::shown(path)))?;
    hash.update(format!("\0file of {}\0", bytes.len()));
    hash.update(&bytes);
    Ok(())
}

/// What lies in a folder and is no tool's leftover, sorted.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if LEFTOVERS.iter().all(|leftover| entry.file_name() != *leftover) {
            entries.push(entry.path());
        }
    }
    entries.sort();
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repository in which every common input is one small file.
    fn repository() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in [
            "wit/v1/a.wit",
            "host/xtask/Cargo.toml",
            "host/xtask/src/guests.rs",
            "host/xtask/src/guests/b.rs",
        ] {
            super::super::folder::write(&root.path().join(file), file.as_bytes()).unwrap();
        }
        super::super::folder::write(&root.path().join("sdk/x/one"), b"1").unwrap();
        root
    }

    #[test]
    fn it_follows_content_and_names_and_no_leftovers() {
        let root = repository();
        let write =
            |file: &str, text: &[u8]| super::super::folder::write(&root.path().join(file), text).unwrap();
        let stamp = || of(root.path(), "sdk/x", &root.path().join("sdk/x")).unwrap();
        let first = stamp();
        write("sdk/x/one", b"1");
        write("sdk/x/node_modules/big", b"2");
        write("sdk/y/other", b"3");
        assert_eq!(stamp(), first);
        write("sdk/x/one", b"2");
        let second = stamp();
        assert_ne!(second, first);
        write("wit/v1/a.wit", b"other");
        assert_ne!(stamp(), second);
    }

    #[test]
    fn a_byte_that_moves_between_files_is_seen() {
        let root = repository();
        let write =
            |file: &str, text: &[u8]| super::super::folder::write(&root.path().join(file), text).unwrap();
        write("sdk/x/one", b"ab");
        write("sdk/x/two", b"c");
        let first = of(root.path(), "sdk/x", &root.path().join("sdk/x")).unwrap();
        write("sdk/x/one", b"a");
        write("sdk/x/two", b"bc");
        assert_ne!(of(root.path(), "sdk/x", &root.path().join("sdk/x")).unwrap(), first);
    }
}
