//! How many hostile packs the tests ran, and how many of them they saw contained.
//!
//! The end-to-end tests write a line `run NAME` when they begin with a pack and `contained NAME` when all
//! that they demand has been seen. What is said here is counted from that file and nowhere else, so that a
//! test which is gone, or which gave up half-way, is missed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process::Workspace;
use crate::{Result, folder, say};

/// The file that tests write to, empty; its path is told to them by `VANTAGE_TEST_HOSTILE`.
pub(crate) fn begin(workspace: &Workspace) -> Result<PathBuf> {
    let path = workspace.target.join("hostile-packs.txt");
    folder::write(&path, b"")?;
    Ok(path)
}

/// Says what was run and what was contained; it is an error where that is not the same, or nothing.
pub(crate) fn summary(path: &Path) -> Result<()> {
    let text = fs::read_to_string(path)?;
    let (run, contained) = (names(&text, "run "), names(&text, "contained "));
    say(&format!("hostile packs: {} run, {} contained", run.len(), contained.len()));
    let missing: Vec<&str> = run.difference(&contained).copied().collect();
    match (run.is_empty(), missing.is_empty()) {
        (true, _) => Err("no hostile pack was run".into()),
        (false, true) => Ok(()),
        (false, false) => Err(format!("not contained: {}", missing.join(", ")).into()),
    }
}

fn names<'a>(text: &'a str, what: &str) -> BTreeSet<&'a str> {
    text.lines().filter_map(|line| line.strip_prefix(what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary_of(text: &str) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        folder::write(file.path(), text.as_bytes()).unwrap();
        match summary(file.path()) {
            Ok(()) => "all contained".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_pack_that_was_run_has_to_be_contained() {
        assert_eq!(summary_of("run a\nrun b\ncontained b\ncontained a\n"), "all contained");
        assert_eq!(summary_of("run a\nrun b\nrun c\ncontained b\n"), "not contained: a, c");
        assert_eq!(summary_of(""), "no hostile pack was run");
    }
}
