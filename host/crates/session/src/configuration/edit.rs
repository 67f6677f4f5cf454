//! Changing the configuration: profiles made, chosen, renamed and deleted; and saving it.
//!
//! Edits work on the text as the user wrote it, so that comments and order stay. Nothing is on disk
//! before [`Configuration::save`], which replaces the file whole. What a profile says is changed in
//! `settings.rs`.

use toml_edit::{DocumentMut, Item, Key, Table, TableLike, Value, value};

use super::profile::StoreKind;
use super::resolve::NO_COMMAND;
use super::settings::{check, list};
use super::{Configuration, DEFAULT_PROFILE, VERSION, check_name, keys, parse};
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
    pub credential_command: Vec<String>,
    pub scopes: Vec<String>,
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
        if new.credential_store.as_deref() == Some(StoreKind::Command.as_str())
            && new.credential_command.is_empty()
        {
            return Err(SessionError::Setting {
                key: "credential-store".into(),
                origin: "the command line".into(),
                problem: NO_COMMAND.into(),
            });
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
        for (key, words) in [("credential-command", new.credential_command), ("scopes", new.scopes)] {
            if !words.is_empty() {
                profile.insert(key, Item::Value(list(key, words)?));
            }
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
            replace(document.as_table_mut(), "active-profile", name.into());
            Some(())
        })
    }

    /// Makes the profile `default` the one in use by saying nothing of it; says whether another was
    /// named before.
    ///
    /// # Errors
    /// There are profiles, and none of that name.
    pub fn use_no_profile(&mut self) -> Result<bool, SessionError> {
        self.require_profile(DEFAULT_PROFILE)?;
        let was_named = self.item(&["active-profile"]).is_some();
        self.edit(|document| {
            document.remove("active-profile");
            Some(())
        })?;
        Ok(was_named)
    }

    /// Names the file with the team's policy, or none.
    ///
    /// # Errors
    /// A text that can name no file.
    pub fn set_policy(&mut self, path: Option<&str>) -> Result<(), SessionError> {
        if let Some(problem) = path.and_then(|path| super::check_policy(path).err()) {
            let (key, origin) = ("policy".into(), "the command line".into());
            return Err(SessionError::Setting { key, origin, problem });
        }
        self.edit(|document| {
            match path {
                Some(path) => replace(document.as_table_mut(), "policy", path.into()),
                None => drop(document.remove("policy")),
            }
            Some(())
        })
    }

    /// Gives a profile another name; the one in use stays the one in use. Its sign-in is not touched.
    ///
    /// # Errors
    /// A profile that does not exist, or is only built in; a name that none can have, or one has.
    pub fn rename_profile(&mut self, name: &str, new: &str) -> Result<(), SessionError> {
        self.require_profile(name)?;
        check_name(new)?;
        if self.profile_item(name, &[]).is_none() {
            return Err(SessionError::ProfileBuiltIn { name: name.to_owned() });
        }
        if self.profile_item(new, &[]).is_some() {
            return Err(SessionError::ProfileExists { name: new.to_owned() });
        }
        let in_use = self.active_profile().0 == name;
        self.edit(|document| {
            rename_key(table_in(document.as_table_mut(), "profiles", true)?, name, new)?;
            if in_use {
                replace(document.as_table_mut(), "active-profile", new.into());
            }
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
    pub(super) fn edit(
        &mut self,
        change: impl FnOnce(&mut DocumentMut) -> Option<()>,
    ) -> Result<(), SessionError> {
        let mut document = self.document.clone().into_mut();
        if !document.contains_key("version") {
            document.insert("version", value(VERSION));
        }
        change(&mut document).ok_or_else(|| self.fault(&["profiles"], "it is not a table of tables"))?;
        self.document = parse(&self.path, &document.to_string())?;
        Ok(())
    }
}

pub(super) fn table_in<'a>(
    parent: &'a mut dyn TableLike,
    key: &str,
    implicit: bool,
) -> Option<&'a mut dyn TableLike> {
    if !parent.contains_key(key) {
        let mut table = Table::new();
        table.set_implicit(implicit);
        parent.insert(key, Item::Table(table));
    }
    parent.get_mut(key)?.as_table_like_mut()
}

/// Puts a value in the place of another, with the comment that stands behind it.
pub(super) fn replace(table: &mut dyn TableLike, key: &str, mut new: Value) {
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

/// Gives a key another name. All are taken out and put back, since that alone keeps their order.
fn rename_key(table: &mut dyn TableLike, name: &str, new: &str) -> Option<()> {
    for present in keys(table) {
        let mut key = table.key(&present)?.clone();
        if present == name {
            let (leaf, dotted) = (key.leaf_decor().clone(), key.dotted_decor().clone());
            key = Key::new(new).with_leaf_decor(leaf).with_dotted_decor(dotted);
        }
        let item = table.remove(&present)?;
        table.entry_format(&key).or_insert(item);
    }
    Some(())
}
