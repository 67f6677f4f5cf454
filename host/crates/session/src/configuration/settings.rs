//! The settings of a profile, one at a time: set, unset, and as they are written.
//!
//! A setting is named by its key as `config list` shows it: `organization`, `apis.jobs`. Its value is
//! a line of text here, whatever it is in the file: scopes and claims have spaces between them, a command is
//! written as for a shell. Nothing is on disk before [`Configuration::save`].

use toml_edit::{Array, Item, Value};

use super::edit::{replace, table_in};
use super::profile::{StoreKind, check_command, check_value};
use super::resolve::NO_COMMAND;
use super::warnings::{PROFILE, nearest};
use super::{Configuration, profile};
use crate::error::SessionError;

const STORE: &str = "credential-store";
const COMMAND: &str = "credential-command";

/// Refuses a key that no profile has.
///
/// # Errors
/// [`SessionError::SettingUnknown`], with the key that looks most like it.
pub fn check_key(key: &str) -> Result<(), SessionError> {
    split_key(key).map(drop)
}

/// The settings of a profile, as `config set` names them; those of `apis` are named one by one.
pub fn setting_names() -> impl Iterator<Item = &'static str> {
    PROFILE.into_iter().filter(|name| *name != "apis")
}

/// A program and its arguments, from how they are written for a shell.
///
/// # Errors
/// A quote that is not closed, or no program.
pub fn command_words(text: &str) -> Result<Vec<String>, SessionError> {
    profile::command_words(text).map_err(|problem| fault(COMMAND, problem))
}

impl Configuration {
    /// A setting as the file has it, as text; `None` where it is not set. A value that is not of its
    /// kind is given as it is written, so that it can be told and replaced.
    ///
    /// # Errors
    /// A profile or key that does not exist.
    pub fn written(&self, name: &str, key: &str) -> Result<Option<String>, SessionError> {
        self.require_profile(name)?;
        let (table, leaf) = split_key(key)?;
        let keys: Vec<&str> = table.into_iter().chain([leaf]).collect();
        let words = |words: Vec<String>| match leaf {
            COMMAND => shell_words::join(&words),
            _ => words.join(" "),
        };
        Ok(self.profile_item(name, &keys).map(|item| match (item.as_str(), strings(item)) {
            (Some(text), _) => text.to_owned(),
            (None, Some(list)) => words(list),
            (None, None) => item.to_string().trim().to_owned(),
        }))
    }

    /// Sets one value of a profile: `organization`, `apis.jobs`, or `scopes` with spaces between.
    ///
    /// # Errors
    /// A profile or key that does not exist, and a value that cannot be used.
    pub fn set_profile(&mut self, name: &str, key: &str, text: &str) -> Result<(), SessionError> {
        self.require_profile(name)?;
        let (table, leaf) = split_key(key)?;
        let new = match leaf {
            _ if table.is_some() => checked("apis", text)?,
            "scopes" | "role-claims" => list(key, text.split_whitespace().map(str::to_owned).collect())?,
            COMMAND => list(key, command_words(text)?)?,
            _ => checked(leaf, text)?,
        };
        if leaf == STORE && text == StoreKind::Command.as_str() && self.written(name, COMMAND)?.is_none() {
            return Err(fault(STORE, NO_COMMAND.into()));
        }
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
    /// A profile or key that does not exist, and a command that the profile's store needs.
    pub fn unset_profile(&mut self, name: &str, key: &str) -> Result<bool, SessionError> {
        self.require_profile(name)?;
        let (table, leaf) = split_key(key)?;
        let keys: Vec<&str> = table.into_iter().chain([leaf]).collect();
        if self.profile_item(name, &keys).is_none() {
            return Ok(false);
        }
        if leaf == COMMAND && self.written(name, STORE)?.as_deref() == Some(StoreKind::Command.as_str()) {
            return Err(SessionError::Setting {
                key: STORE.into(),
                origin: format!("profile `{name}`"),
                problem: "`command` needs `credential-command`".into(),
            });
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
}

/// A list of words as a value of `key`, if they can be.
pub(super) fn list(key: &str, words: Vec<String>) -> Result<Value, SessionError> {
    match key {
        COMMAND => check_command(&words).map_err(|problem| fault(key, problem))?,
        _ => words.iter().try_for_each(|word| check(key, word))?,
    }
    Ok(Value::Array(Array::from_iter(words)))
}

/// Refuses a text that `key` cannot have.
pub(super) fn check(key: &str, text: &str) -> Result<(), SessionError> {
    check_value(key, text).map_err(|problem| fault(key, problem))
}

fn checked(key: &str, text: &str) -> Result<Value, SessionError> {
    check(key, text).map(|()| Value::from(text))
}

fn fault(key: &str, problem: String) -> SessionError {
    SessionError::Setting { key: key.to_owned(), origin: "the command line".into(), problem }
}

fn strings(item: &Item) -> Option<Vec<String>> {
    item.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect()
}

/// `apis.jobs` names a value in a table, every other key one in the profile itself.
fn split_key(key: &str) -> Result<(Option<&str>, &str), SessionError> {
    match key.split_once('.') {
        Some(("apis", name)) if crate::graphql::is_api_name(name) => Ok((Some("apis"), name)),
        None if key != "apis" && PROFILE.contains(&key) => Ok((None, key)),
        _ => {
            // `apis` is a table, which is not set as a whole.
            let nearest = nearest(key, &PROFILE).map(|near| if near == "apis" { "apis.NAME" } else { near });
            Err(SessionError::SettingUnknown { key: key.to_owned(), nearest: nearest.map(str::to_owned) })
        }
    }
}
