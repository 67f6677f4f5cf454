//! Projects for authors: the files that `vantage plugin new` writes, as values.
//!
//! A project holds a pack with two commands, its test, and everything that building it needs beside the
//! language's own tools: the SDK and the contract are in no registry yet, so those of this very program
//! go along below `vendor/`. Nothing here reads or writes a file: the host does, in
//! `commands/plugin/new.rs`, which also sees to it that the pack's name is one that `plugin add` takes.
//!
//! ```
//! use vantage_scaffold::{Language, Project};
//!
//! let project = Project::new("acme", "gpu-watch", Language::Rust).unwrap();
//! let main = project.files().into_iter().find(|file| file.path == "src/lib.rs").unwrap();
//! assert!(main.text.contains("\"acme/gpu-watch\""));
//! assert!(Project::new("acme", "serde", Language::Rust).is_err());
//! ```

mod language;
mod vendored;

pub use language::Language;

use thiserror::Error;

/// Stands in a template for the pack's publisher. In upper case, as no name of a pack is.
const PUBLISHER: &str = "PUBLISHER-NAME";
/// Stands in a template for the pack's name.
const NAME: &str = "PACK-NAME";
/// The same, as the compiler names files after it.
const FILE_NAME: &str = "PACK_NAME";

/// A project that can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    publisher: String,
    name: String,
    language: Language,
}

/// A file of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it belongs below the project's folder, with `/` between names.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// Why there can be no such project.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a pack in {} cannot be called `{name}`: {reason}", language.title())]
pub struct ScaffoldError {
    name: String,
    language: Language,
    reason: &'static str,
}

impl ScaffoldError {
    /// What the user can do, one line each.
    pub fn hints(&self) -> Vec<String> {
        vec![format!("`{}-pack` is a name that works", self.name)]
    }
}

impl Project {
    /// The project of the pack `publisher/name`; both are words as the ids of packs have them.
    ///
    /// # Errors
    /// A name that the language's compiler or one of the SDK's libraries has already.
    pub fn new(publisher: &str, name: &str, language: Language) -> Result<Self, ScaffoldError> {
        match language.refusal(name) {
            Some(reason) => Err(ScaffoldError { name: name.to_owned(), language, reason }),
            None => Ok(Self { publisher: publisher.to_owned(), name: name.to_owned(), language }),
        }
    }

    /// All files, sorted by their paths.
    pub fn files(&self) -> Vec<File> {
        let own = self.language.templates().iter().map(|(path, text)| (*path, self.filled(text)));
        let vendored = vendored::files(self.language);
        let file = |(path, text): (&str, String)| File { path: path.to_owned(), text };
        let mut files: Vec<File> = own.map(file).chain(vendored).collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files
    }

    /// The commands that follow, in the order in which they are typed in the project's folder.
    pub fn next(&self) -> Vec<String> {
        self.language.next().iter().map(|line| self.filled(line)).collect()
    }

    fn filled(&self, text: &str) -> String {
        text.replace(PUBLISHER, &self.publisher)
            .replace(NAME, &self.name)
            .replace(FILE_NAME, &self.name.replace('-', "_"))
    }
}

#[cfg(test)]
mod tests;
