//! The user's configuration: one TOML file, read whole, with the place of everything in it.
//!
//! What a profile means is in `profile.rs`, where its values come from in `resolve.rs`, changing
//! profiles and saving in `edit.rs`, their settings in `settings.rs`, a copy for an editor in
//! `draft.rs`, looking for misspelt keys in `warnings.rs`. Tables that belong to others (`[packs]`,
//! `[registries]`) are kept as they are and handed out by [`Configuration::read`]; what a team's policy
//! says is nothing of this crate's. A file that is missing is an empty one.

mod draft;
mod edit;
mod profile;
mod resolve;
mod settings;
#[cfg(test)]
mod tests;
mod warnings;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml_edit::{Document, Item, TableLike};

pub use draft::Draft;
pub use edit::NewProfile;
pub use profile::{DEFAULT_PROFILE, Profile, RoleClaim, StoreKind};
pub use resolve::{Origin, Overrides, Resolved};
pub use settings::{check_key, command_words, setting_names};

use crate::error::SessionError;
use crate::files;

/// The version of the file that this program reads and writes.
const VERSION: i64 = 1;
const LARGEST: u64 = 1024 * 1024;

/// The configuration file as it was read, or as edits have left it.
#[derive(Debug, Clone)]
pub struct Configuration {
    path: PathBuf,
    /// As it lies on disk; `None` if there is no file.
    saved: Option<String>,
    document: Document<String>,
}

impl Configuration {
    /// Reads the file at `path`; one that does not exist counts as empty.
    ///
    /// # Errors
    /// A file that cannot be read, that is not TOML (with line and column), or that a newer
    /// program wrote.
    pub fn load(path: &Path) -> Result<Self, SessionError> {
        let text = read_text(path)?;
        let document = parse(path, text.as_deref().unwrap_or_default())?;
        let configuration = Self { path: path.to_owned(), saved: text, document };
        configuration.check_shapes()?;
        Ok(configuration)
    }

    /// Refuses what would otherwise be passed over as if it were not there.
    fn check_shapes(&self) -> Result<(), SessionError> {
        if let Some(item) = self.item(&["version"]).filter(|item| !item.is_integer()) {
            let problem = format!("it is {}, not an integer", article(item));
            return Err(self.fault(&["version"], &problem));
        }
        if let Some(item) = self.item(&["active-profile"]).filter(|item| !item.is_str()) {
            let problem = format!("it is {}, not a string", article(item));
            return Err(self.fault(&["active-profile"], &problem));
        }
        if let Some(item) = self.item(&["policy"]) {
            let text = item.as_str().ok_or_else(|| format!("it is {}, not a string", article(item)));
            text.and_then(check_policy).map_err(|problem| self.fault(&["policy"], &problem))?;
        }
        let mut tables = vec![vec!["profiles"]];
        let names = self.profiles().map(keys).unwrap_or_default();
        tables.extend(names.iter().map(|name| vec!["profiles", name]));
        for path in tables {
            if let Some(item) = self.item(&path).filter(|item| !item.is_table_like()) {
                return Err(self.fault(&path, &format!("it is {}, not a table", article(item))));
            }
        }
        Ok(())
    }

    /// Where the file is, or would be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text of the file, edits included.
    pub fn text(&self) -> &str {
        self.document.raw()
    }

    /// Every profile's name, sorted. The built-in one counts until others are configured.
    pub fn profile_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.profiles().map(keys).unwrap_or_default();
        if names.is_empty() {
            names.push(DEFAULT_PROFILE.into());
        }
        names.sort();
        names
    }

    /// The profile that is used when neither flag nor variable names one.
    pub fn active_profile(&self) -> (String, Origin) {
        match self.document.get("active-profile").and_then(Item::as_str) {
            Some(name) => (name.to_owned(), Origin::Profile),
            None => (DEFAULT_PROFILE.into(), Origin::Default),
        }
    }

    /// The file with the team's policy that the configuration names, as it is written; one that is not
    /// absolute lies beside the configuration. It holds in every profile: packs do too.
    pub fn policy(&self) -> Option<(String, PathBuf)> {
        let text = self.document.get("policy").and_then(Item::as_str)?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        Some((text.to_owned(), folder.join(text)))
    }

    /// Reads whatever stands at `keys`, such as `["packs", "org.example.jobs"]`.
    ///
    /// # Errors
    /// A value that is not of that form, with its line.
    pub fn read<T: DeserializeOwned>(&self, keys: &[&str]) -> Result<Option<T>, SessionError> {
        let whole: toml::Value =
            toml::from_str(self.text()).map_err(|error| self.fault(keys, error.message()))?;
        let found = keys.iter().try_fold(&whole, |value, key| value.get(key));
        let Some(found) = found else {
            return Ok(None);
        };
        found.clone().try_into().map(Some).map_err(|error: toml::de::Error| self.fault(keys, error.message()))
    }

    fn profiles(&self) -> Option<&dyn TableLike> {
        self.document.get("profiles").and_then(Item::as_table_like)
    }

    fn item(&self, keys: &[&str]) -> Option<&Item> {
        let (first, rest) = keys.split_first()?;
        rest.iter().try_fold(self.document.get(first)?, |item, key| item.as_table_like()?.get(key))
    }

    fn require_profile(&self, name: &str) -> Result<(), SessionError> {
        check_name(name)?;
        let known = self.profile_names();
        if known.iter().any(|known| known == name) {
            return Ok(());
        }
        Err(SessionError::ProfileUnknown { name: name.to_owned(), known })
    }

    /// A profile's value as text; spans may also be written as whole seconds.
    fn profile_text(&self, name: &str, keys: &[&str]) -> Result<Option<String>, SessionError> {
        let Some(item) = self.profile_item(name, keys) else {
            return Ok(None);
        };
        if keys == ["refresh-threshold"]
            && let Some(seconds) = item.as_integer()
        {
            return Ok(Some(format!("{seconds}s")));
        }
        match item.as_str() {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(self.profile_fault(name, keys, format!("it is {}, not a string", article(item)))),
        }
    }

    fn profile_list(&self, name: &str, key: &str) -> Result<Option<Vec<String>>, SessionError> {
        let Some(item) = self.profile_item(name, &[key]) else {
            return Ok(None);
        };
        let list: Option<Vec<String>> = item
            .as_array()
            .and_then(|list| list.iter().map(|text| text.as_str().map(str::to_owned)).collect());
        list.map(Some).ok_or_else(|| self.profile_fault(name, &[key], "it is not a list of strings".into()))
    }

    fn profile_keys(&self, name: &str, key: &str) -> Result<Vec<String>, SessionError> {
        match self.profile_item(name, &[key]) {
            None => Ok(Vec::new()),
            Some(item) => match item.as_table_like() {
                Some(table) => Ok(keys(table)),
                None => {
                    Err(self.profile_fault(name, &[key], format!("it is {}, not a table", article(item))))
                }
            },
        }
    }

    fn profile_item(&self, name: &str, keys: &[&str]) -> Option<&Item> {
        let mut path = vec!["profiles", name];
        path.extend(keys);
        self.item(&path)
    }

    fn profile_fault(&self, name: &str, keys: &[&str], problem: String) -> SessionError {
        let mut path = vec!["profiles", name];
        path.extend(keys);
        self.fault(&path, &problem)
    }

    fn fault(&self, keys: &[&str], problem: &str) -> SessionError {
        let place = self.item(keys).and_then(Item::span).map(|span| position(self.text(), span.start));
        let origin = match place {
            Some((line, column)) => format!("`{}` line {line}, column {column}", self.path.display()),
            None => format!("`{}`", self.path.display()),
        };
        SessionError::Setting { key: keys.join("."), origin, problem: problem.to_owned() }
    }
}

/// The text of the file; `None` if there is no file.
fn read_text(path: &Path) -> Result<Option<String>, SessionError> {
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() || metadata.len() > LARGEST => {
            let problem = "is not a regular file of less than 1 MiB".into();
            let remedy = format!("move `{}` out of the way", path.display());
            Err(SessionError::Unsafe { path: path.to_owned(), problem, remedy })
        }
        _ => match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(files::fault("read", path, error)),
        },
    }
}

/// Reads the text, and refuses versions that are not known.
fn parse(path: &Path, text: &str) -> Result<Document<String>, SessionError> {
    let document = Document::parse(text.to_owned()).map_err(|error| {
        let (line, column) = position(text, error.span().map_or(0, |span| span.start));
        let problem = error.message().to_owned();
        SessionError::Syntax { path: path.display().to_string(), line, column, problem }
    })?;
    match document.get("version").and_then(Item::as_integer) {
        Some(found) if found != VERSION => Err(SessionError::ConfigurationVersion {
            path: path.display().to_string(),
            found,
            known: VERSION,
        }),
        _ => Ok(document),
    }
}

/// Whether a text can name the file with the team's policy.
fn check_policy(text: &str) -> Result<(), String> {
    if text.is_empty() {
        Err("it is empty".into())
    } else if text.chars().any(char::is_control) {
        Err("it contains control characters".into())
    } else {
        Ok(())
    }
}

/// Whether a profile may have this name; it is part of no path, but shown and typed a lot.
fn check_name(name: &str) -> Result<(), SessionError> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let valid = name.len() <= 64
        && name.bytes().next().is_some_and(fits)
        && name.bytes().all(|byte| fits(byte) || b"._-".contains(&byte));
    if valid { Ok(()) } else { Err(SessionError::ProfileName { name: name.to_owned() }) }
}

fn keys(table: &dyn TableLike) -> Vec<String> {
    table.iter().map(|(key, _)| key.to_owned()).collect()
}

fn article(item: &Item) -> String {
    let name = item.type_name();
    if name.starts_with(['a', 'i']) { format!("an {name}") } else { format!("a {name}") }
}

/// Line and column of a byte, both counted from one.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
