//! A copy of the configuration file for an editor, which becomes the file once it makes sense.
//!
//! The copy lies beside the file, so that replacing it is one step, and is the user's alone. The file
//! itself may be broken: mending it by hand is what an editor is for. A copy that was changed and
//! not applied stays where it is, so that no work is lost; one that was not changed goes.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Configuration, Origin, Overrides, read_text};
use crate::error::SessionError;
use crate::files;

/// What an editor starts with where there is no file yet.
const EMPTY: &str = "version = 1\n";

/// A copy of the configuration file that can be edited.
#[derive(Debug)]
pub struct Draft {
    file: PathBuf,
    /// What lies in the file; `None` if there is no file.
    saved: Option<String>,
    copy: PathBuf,
}

impl Draft {
    /// Copies the file at `path`.
    ///
    /// # Errors
    /// A file that cannot be read, or a folder that cannot be written in.
    pub fn begin(path: &Path) -> Result<Self, SessionError> {
        let saved = read_text(path)?;
        let file = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = file.parent().unwrap_or(Path::new("."));
        files::create_folder(folder)?;
        let fault = |error| files::fault("write in", folder, error);
        // The ending tells editors what it is.
        let mut copy =
            tempfile::Builder::new().prefix("config-").suffix(".toml").tempfile_in(folder).map_err(fault)?;
        copy.write_all(saved.as_deref().unwrap_or(EMPTY).as_bytes()).map_err(fault)?;
        let (_, copy) = copy.keep().map_err(|error| fault(error.error))?;
        Ok(Self { file: path.to_owned(), saved, copy })
    }

    /// Where the copy is.
    pub fn path(&self) -> &Path {
        &self.copy
    }

    /// Whether the copy says anything else than the file.
    ///
    /// # Errors
    /// A copy that cannot be read.
    pub fn is_changed(&self) -> Result<bool, SessionError> {
        Ok(read_text(&self.copy)?.is_some_and(|text| text != self.saved.as_deref().unwrap_or(EMPTY)))
    }

    /// Reads the copy as it is now, and looks at every profile in it.
    ///
    /// # Errors
    /// The first mistake, with its line and column in the copy.
    pub fn check(&self) -> Result<Configuration, SessionError> {
        let configuration = Configuration::load(&self.copy)?;
        configuration.resolve(&Overrides::default())?;
        for name in configuration.profile_names() {
            let profile = Some((name, Origin::Profile));
            configuration.resolve(&Overrides { profile, ..Overrides::default() })?;
        }
        Ok(configuration)
    }

    /// Replaces the file with what was checked.
    ///
    /// # Errors
    /// A file that changed since the copy was made, or that cannot be written. It is intact then, and
    /// so is the copy.
    pub fn apply(&self, checked: Configuration) -> Result<(), SessionError> {
        let mut applied = Configuration { path: self.file.clone(), saved: self.saved.clone(), ..checked };
        applied.save()?;
        files::remove(&self.copy).map(drop)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if matches!(self.is_changed(), Ok(false)) {
            // Nothing is lost with it; where it cannot be removed it does no harm.
            let _ = files::remove(&self.copy);
        }
    }
}
