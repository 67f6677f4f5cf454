//! Packs whose word a newer vantage has taken: told once for each, and then never again.
//!
//! What was told is a line in a file of its own. It is no record that anything depends on: where it cannot
//! be read or written, the warning comes once more.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use vantage_output::Console;

/// The file in the state folder.
const TOLD: &str = "shadowed-packs";
/// What is read of it, and what it may grow to.
const LARGEST: u64 = 64 << 10;

/// Tells that `word` is no longer the pack `id`'s, unless that was told before.
pub(super) fn tell(word: &str, id: &str, state: &Path, console: &Console) {
    let (path, line) = (state.join(TOLD), format!("{word} {id}"));
    let size = fs::symlink_metadata(&path).map_or(0, |metadata| metadata.len());
    if size < LARGEST {
        let told = fs::read_to_string(&path).unwrap_or_default();
        if told.lines().any(|one| one == line) {
            return;
        }
    }
    console.warn(&format!("`{word}` is a command of vantage itself now, and no longer that of pack `{id}`"));
    console.note(&format!("hint: vantage plugin exec {id} -- {word} runs the pack's"));
    if size >= LARGEST || fs::create_dir_all(state).is_err() {
        return;
    }
    let opened = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
    if let Err(error) = opened.and_then(|mut file| writeln!(file, "{line}")) {
        tracing::debug!(path = %path.display(), %error, "what was told is not remembered");
    }
}
