//! A folder of files: all of them, or none.
//!
//! A new folder is written beside its place and then renamed. One that is there and empty (a mount point, a
//! link, the folder that the user is in) stays the same folder: what belongs in it is written in it under
//! another name and then moved up.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;
use vantage_scaffold::File;

use crate::error::{HostError, Kind};

/// What the user's mask leaves of it.
const EVERYBODY: u32 = 0o777;

/// Writes `files` into `folder`, which is not there, or empty.
///
/// # Errors
/// A folder that holds something, or cannot be written; nothing is left in it then.
pub(super) fn write(folder: &Path, files: &[File]) -> Result<(), HostError> {
    let written = match is_empty(folder) {
        Ok(true) => into_empty(folder, files),
        // Whatever is there, a file or a link that leads nowhere, is somebody's.
        Ok(false) => return Err(taken(folder)),
        Err(error) => match (error.kind(), folder.symlink_metadata()) {
            (ErrorKind::NotFound, Err(_)) => beside(folder, files),
            (ErrorKind::NotFound | ErrorKind::NotADirectory, Ok(_)) => return Err(taken(folder)),
            _ => Err(error),
        },
    };
    written.map_err(|error| match error.kind() {
        // Somebody else made it meanwhile.
        ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => taken(folder),
        _ => not_written(folder, &error),
    })
}

fn is_empty(folder: &Path) -> io::Result<bool> {
    Ok(fs::read_dir(folder)?.next().transpose()?.is_none())
}

fn beside(folder: &Path, files: &[File]) -> io::Result<()> {
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unfinished = filled(above, files)?;
    fs::rename(unfinished.path(), folder)?;
    // It is in its place: nothing is to be deleted any more.
    let _ = unfinished.keep();
    Ok(())
}

fn into_empty(folder: &Path, files: &[File]) -> io::Result<()> {
    let unfinished = filled(folder, files)?;
    let mut moved = Vec::new();
    let outcome = fs::read_dir(unfinished.path())?.try_for_each(|entry| {
        let entry = entry?;
        let place = folder.join(entry.file_name());
        fs::rename(entry.path(), &place)?;
        moved.push(place);
        io::Result::Ok(())
    });
    if outcome.is_err() {
        moved.iter().for_each(|place| remove(place));
    }
    outcome
}

/// Takes back what was moved; what cannot be is left to be seen.
fn remove(place: &Path) {
    let _ = if place.is_dir() { fs::remove_dir_all(place) } else { fs::remove_file(place) };
}

/// A folder below `above` with all the files, which goes when it is dropped.
fn filled(above: &Path, files: &[File]) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    let permissions = Permissions::from_mode(EVERYBODY);
    let unfinished = builder.prefix(".unfinished-").permissions(permissions).tempdir_in(above)?;
    for file in files {
        let path = unfinished.path().join(&file.path);
        fs::create_dir_all(path.parent().unwrap_or(unfinished.path()))?;
        fs::File::create_new(&path)?.write_all(file.text.as_bytes())?;
    }
    Ok(unfinished)
}

fn taken(folder: &Path) -> HostError {
    let hint = "--path names another folder; what is there stays as it is".to_owned();
    HostError::said(Kind::Conflict, format!("`{}` exists already", folder.display()), vec![hint])
}

fn not_written(folder: &Path, error: &io::Error) -> HostError {
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty() && !above.exists());
    let hints = above.map(|above| format!("make `{}` first", above.display())).into_iter().collect();
    // Without the name that the files had meanwhile, which nobody knows.
    let cause = error.to_string();
    let cause = cause.split(" at path ").next().unwrap_or_default();
    HostError::said(Kind::Failed, format!("cannot write `{}`: {cause}", folder.display()), hints)
}
