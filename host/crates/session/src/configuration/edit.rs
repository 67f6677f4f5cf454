//! Changing the configuration: profiles made, chosen, changed and deleted; and saving it.
//!
//! Edits work on the text as the user wrote it, so that comments and order stay. Nothing is on disk
//! before [`Configuration::save`], which replaces the file whole.

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value, value};

use super::profile::check_value;
use super::warnings::{PROFILE, nearest};
use super::{Configuration, DEFAULT_PROFILE, VERSION, check_name, parse};
use crate::error::SessionError;
use crate::files;

/// What a new profile starts with; what is not given keeps its default.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each is the setting of that name")]
pub struct NewProfile {
    pub issuer: Option<String>,
    pub client_id: Option<String>,
    pub api: Option<String>,
    pub organization: Option<String>,
    pub credential_store: Option<String>,
}

impl Configuration {
    /// Adds a profile. It does not become the one in use.
    ///
    /// # Errors
    /// A name that no profile can have or that one has, and any value that cannot be used.
    pub fn create_profile(&mut self, name: &str, new: NewProfile) -> Result<(), SessionError> {
        check_name(name)?;
        if self.profile_item(name, &[]).is_some() {
            return Err(SessionError::ProfileExists { name: name.to_owned() });
        }
        let values = [
            ("issuer", new.issuer),
            ("client-id", new.client_id),
            ("api", new.api),
            ("organization", new.organization),
            ("credential-store", new.credential_store),
        ];
        let mut profile = Table::new();
        for (key, text) in values.into_iter().filter_map(|(key, text)| Some((key, text?))) {
            check(key, &text)?;
            profile.insert(key, value(text));
        }
        // The built-in profile goes out of sight with the first configured one, unless it is written down.
        let keep_default = self.profiles().is_none_or(TableLike::is_empty) && name != DEFAULT_PROFILE;
        self.edit(|document| {
            let profiles = table_in(document.as_table_mut(), "profiles", true)?;
            if keep_default {
                profiles.insert(DEFAULT_PROFILE, Item::Table(Table::new()));
            }
            profiles.insert(name, Item::Table(profile));
            Some(())
        })
    }

    /// Makes a profile the one in use.
    ///
    /// # Errors
    /// A profile that does not exist.
    pub fn use_profile(&mut self, name: &str) -> Result<(), SessionError> {
        self.require_profile(name)?;
        self.edit(|document| {
            document.insert("active-profile", value(name));
            Some(())
        })
    }

    /// Removes a profile that is not in use. Its sign-in is not touched.
    ///
    /// # Errors
    /// A profile that does not exist, or that is in use.
    pub fn delete_profile(&mut self, name: &str) -> Result<(), SessionError> {
        self.require_profile(name)?;
        if self.active_profile().0 == name {
            return Err(SessionError::ProfileActive { name: name.to_owned() });
        }
        self.edit(|document| {
            table_in(document.as_table_mut(), "profiles", true)?.remove(name);
            Some(())
        })
    }

    /// Sets one value of a profile: `organization`, `apis.jobs`, or `scopes` with spaces between.
    ///
    /// # Errors
    /// A profile or key that does not exist, and a value that cannot be used.
    pub fn set_profile(&mut self, name: &str, key: &str, text: &str) -> Result<(), SessionError> {
        self.require_profile(name)?;
        let (table, leaf) = split_key(key)?;
        let new = if leaf == "scopes" {
            let scopes: Vec<&str> = text.split_whitespace().collect();
            scopes.iter().try_for_each(|scope| check(key, scope))?;
            Value::Array(Array::from_iter(scopes))
        } else {
            check(table.unwrap_or(leaf), text)?;
            Value::from(text)
        };
        self.edit(|document| {
            let profiles = table_in(document.as_table_mut(), "profiles", true)?;
            let mut profile = table_in(profiles, name, false)?;
            if let Some(table) = table {
                profile = table_in(profile, table, false)?;
            }
            replace(profile, leaf, new);
            Some(())
        })
    }

    /// Removes one value of a profile, so that its default counts again; says whether it was set.
    ///
    /// # Errors
    /// A profile or key that does not exist.
    pub fn unset_profile(&mut self, name: &str, key: &str) -> Result<bool, SessionError> {
        self.require_profile(name)?;
        let (table, leaf) = split_key(key)?;
        let keys: Vec<&str> = table.into_iter().chain([leaf]).collect();
        if self.profile_item(name, &keys).is_none() {
            return Ok(false);
        }
        self.edit(|document| {
            let profiles = table_in(document.as_table_mut(), "profiles", true)?;
            let mut profile = table_in(profiles, name, false)?;
            if let Some(table) = table {
                profile = table_in(profile, table, false)?;
            }
            profile.remove(leaf);
            Some(())
        })?;
        Ok(true)
    }

    /// Writes the file, whole or not at all; a link at its place is followed.
    ///
    /// # Errors
    /// A file that changed since it was read, or that cannot be written. What was there is intact.
    pub fn save(&mut self) -> Result<(), SessionError> {
        let path = std::fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        if let Some(folder) = path.parent() {
            files::create_folder(folder)?;
        }
        let present = std::fs::read_to_string(&path).ok();
        if present != self.saved {
            return Err(SessionError::ConfigurationChanged { path: self.path.display().to_string() });
        }
        let reserved = files::reserve(&path, 0)?;
        reserved.keep_mode()?;
        reserved.commit(self.text().as_bytes())?;
        self.saved = Some(self.text().to_owned());
        Ok(())
    }

    /// Applies a change to the text, and reads the result anew.
    fn edit(&mut self, change: impl FnOnce(&mut DocumentMut) -> Option<()>) -> Result<(), SessionError> {
        let mut document = self.document.clone().into_mut();
        if !document.contains_key("version") {
            document.insert("version", value(VERSION));
        }
        change(&mut document).ok_or_else(|| self.fault(&["profiles"], "it is not a table of tables"))?;
        self.document = parse(&self.path, &document.to_string())?;
        Ok(())
    }
}

fn check(key: &str, text: &str) -> Result<(), SessionError> {
    check_value(key, text).map_err(|problem| SessionError::Setting {
        key: key.to_owned(),
        origin: "the command line".into(),
        problem,
    })
}

/// `apis.jobs` names a value in a table, every other key one in the profile itself.
fn split_key(key: &str) -> Result<(Option<&str>, &str), SessionError> {
    match key.split_once('.') {
        Some(("apis", name)) if crate::graphql::is_api_name(name) => Ok((Some("apis"), name)),
        None if key != "apis" && PROFILE.contains(&key) => Ok((None, key)),
        _ => Err(SessionError::SettingUnknown {
            key: key.to_owned(),
            nearest: nearest(key, &PROFILE).map(str::to_owned),
        }),
    }
}

fn table_in<'a>(parent: &'a mut dyn TableLike, key: &str, implicit: bool) -> Option<&'a mut dyn TableLike> {
    if !parent.contains_key(key) {
        let mut table = Table::new();
        table.set_implicit(implicit);
        parent.insert(key, Item::Table(table));
    }
    parent.get_mut(key)?.as_table_like_mut()
}

/// Puts a value in the place of another, with the comment that stands behind it.
fn replace(table: &mut dyn TableLike, key: &str, mut new: Value) {
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *new.decor_mut() = old.decor().clone();
    }
    match table.get_mut(key) {
        Some(item) => *item = Item::Value(new),
        None => {
            table.insert(key, Item::Value(new));
        }
    }
}
