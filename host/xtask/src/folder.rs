//! Files as builders and installers need them: whole or not at all, and trees copied without leftovers.
//!
//! Called by the builders of `guests` and by `servers`; knows nothing of languages.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::Result;

/// Names that tools leave beside sources; never copied, and no input of a build.
pub(crate) const LEFTOVERS: [&str; 4] = ["node_modules", "__pycache__", "dist", "generated"];

/// Writes a file in one step: a build that is killed leaves the old one or the new one.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().ok_or("a file needs a folder")?;
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// Removes a file or a tree; what is not there is no error.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let outcome = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match outcome {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Makes `to` a copy of the tree `from`, with nothing in it that was there before.
pub(crate) fn replace(from: &Path, to: &Path) -> Result<()> {
    remove(to)?;
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).map_err(|error| format!("cannot read `{}`: {error}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if LEFTOVERS.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            replace(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
