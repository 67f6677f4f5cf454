//! Where each value of a profile came from: flag, environment, file, or built in.
//!
//! [`Configuration::resolve`] joins the four. It reads no environment itself: whoever calls it says
//! in [`Overrides`] what the flags and the variables were.

use std::collections::BTreeMap;
use std::fmt;

use url::Url;

use super::Configuration;
use super::profile::{
    DEFAULT_API, DEFAULT_CLIENT_ID, DEFAULT_ISSUER, DEFAULT_SCOPES, Profile, RoleClaim, StoreKind,
    check_command, plain_word, span,
};
use crate::address;
use crate::error::SessionError;

/// What is wrong with the store `command` alone.
pub(super) const NO_COMMAND: &str = "`command` needs `credential-command` as well, which is not set";

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// An option on the command line, as in `--api`.
    Flag(&'static str),
    /// A variable, as in `VANTAGE_API`.
    Environment(&'static str),
    /// The profile in the configuration file.
    Profile,
    /// The configuration file, for every profile.
    File,
    /// It is built in.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(formatter, "`{name}`"),
            Self::Environment(name) => write!(formatter, "the variable `{name}`"),
            Self::Profile => formatter.write_str("the profile"),
            Self::File => formatter.write_str("the configuration"),
            Self::Default => formatter.write_str("the built-in defaults"),
        }
    }
}

/// What flags and variables say, each with which of them it was. An empty variable says nothing.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each is the setting of that name")]
pub struct Overrides {
    pub profile: Option<(String, Origin)>,
    pub issuer: Option<(String, Origin)>,
    pub client_id: Option<(String, Origin)>,
    pub api: Option<(String, Origin)>,
    pub organization: Option<(String, Origin)>,
    pub credential_store: Option<(String, Origin)>,
}

/// A profile ready for use.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The values, joined and checked.
    pub profile: Profile,
    /// The same as text, each with its key and where it came from.
    pub values: Vec<(String, String, Origin)>,
}

impl Configuration {
    /// Joins flags, variables, the profile in the file and the defaults.
    ///
    /// # Errors
    /// A profile that does not exist, and any value that cannot be used, with where it came from.
    pub fn resolve(&self, overrides: &Overrides) -> Result<Resolved, SessionError> {
        let (name, origin) = match said(&overrides.profile) {
            Some((name, origin)) => (name.to_owned(), origin),
            None => self.active_profile(),
        };
        self.require_profile(&name)?;
        let mut reading = Reading { configuration: self, name: &name, values: Vec::new() };
        reading.values.push(("profile".into(), name.clone(), origin));
        let profile = Profile {
            issuer: reading.value("issuer", &overrides.issuer, DEFAULT_ISSUER, address::parse)?,
            client_id: reading.value("client-id", &overrides.client_id, DEFAULT_CLIENT_ID, plain_word)?,
            api: reading.value("api", &overrides.api, DEFAULT_API, address::parse)?,
            organization: reading.optional("organization", &overrides.organization, plain_word)?,
            credential_store: reading.value(
                "credential-store",
                &overrides.credential_store,
                "auto",
                str::parse,
            )?,
            credential_command: reading.command()?,
            scopes: reading.scopes()?,
            role_claims: reading.role_claims()?,
            refresh_threshold: reading.optional("refresh-threshold", &None, span)?,
            apis: reading.apis()?,
            name: name.clone(),
        };
        Ok(Resolved { profile, values: reading.values })
    }
}

/// Reads one profile's values, and remembers each with its origin.
struct Reading<'a> {
    configuration: &'a Configuration,
    name: &'a str,
    values: Vec<(String, String, Origin)>,
}

impl Reading<'_> {
    fn value<T, E: ToString>(
        &mut self,
        key: &str,
        given: &Option<(String, Origin)>,
        default: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Result<T, SessionError> {
        let (text, origin) = match self.found(key, given)? {
            Some(found) => found,
            None => (default.to_owned(), Origin::Default),
        };
        self.keep(key, text, origin, read)
    }

    fn optional<T, E: ToString>(
        &mut self,
        key: &str,
        given: &Option<(String, Origin)>,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, SessionError> {
        match self.found(key, given)? {
            Some((text, origin)) => self.keep(key, text, origin, read).map(Some),
            None => Ok(None),
        }
    }

    fn found(
        &self,
        key: &str,
        given: &Option<(String, Origin)>,
    ) -> Result<Option<(String, Origin)>, SessionError> {
        if let Some((text, origin)) = said(given) {
            return Ok(Some((text.to_owned(), origin)));
        }
        let text = self.configuration.profile_text(self.name, &[key])?;
        Ok(text.map(|text| (text, Origin::Profile)))
    }

    fn keep<T, E: ToString>(
        &mut self,
        key: &str,
        text: String,
        origin: Origin,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Result<T, SessionError> {
        let value = read(&text).map_err(|problem| match origin {
            Origin::Profile => self.configuration.profile_fault(self.name, &[key], problem.to_string()),
            _ => SessionError::Setting {
                key: key.into(),
                origin: origin.to_string(),
                problem: problem.to_string(),
            },
        })?;
        self.values.push((key.into(), text, origin));
        Ok(value)
    }

    /// The program of the store, which there must be where that is the store.
    fn command(&mut self) -> Result<Vec<String>, SessionError> {
        const KEY: &str = "credential-command";
        let fault = |key, problem| self.configuration.profile_fault(self.name, &[key], problem);
        if let Some(words) = self.configuration.profile_list(self.name, KEY)? {
            check_command(&words).map_err(|problem| fault(KEY, problem))?;
            self.values.push((KEY.into(), shell_words::join(&words), Origin::Profile));
            return Ok(words);
        }
        let store = self.values.iter().find(|(key, ..)| key == "credential-store");
        match store {
            Some((key, value, origin)) if value == StoreKind::Command.as_str() => {
                let problem = NO_COMMAND.to_owned();
                Err(match origin {
                    Origin::Profile => fault(key, problem),
                    _ => SessionError::Setting { key: key.clone(), origin: origin.to_string(), problem },
                })
            }
            _ => Ok(Vec::new()),
        }
    }

    fn scopes(&mut self) -> Result<Vec<String>, SessionError> {
        let (scopes, origin) = match self.configuration.profile_list(self.name, "scopes")? {
            Some(scopes) => (scopes, Origin::Profile),
            None => (DEFAULT_SCOPES.map(String::from).to_vec(), Origin::Default),
        };
        for scope in &scopes {
            plain_word(scope)
                .map_err(|problem| self.configuration.profile_fault(self.name, &["scopes"], problem))?;
        }
        self.values.push(("scopes".into(), scopes.join(" "), origin));
        Ok(scopes)
    }

    fn role_claims(&mut self) -> Result<Vec<RoleClaim>, SessionError> {
        const KEY: &str = "role-claims";
        let (claims, origin) = match self.configuration.profile_list(self.name, KEY)? {
            Some(words) => (words.iter().map(|word| word.parse()).collect(), Origin::Profile),
            None => (Ok(RoleClaim::DEFAULT.to_vec()), Origin::Default),
        };
        let fault = |problem| self.configuration.profile_fault(self.name, &[KEY], problem);
        let claims: Vec<RoleClaim> = claims.map_err(fault)?;
        let words: Vec<String> = claims.iter().map(ToString::to_string).collect();
        self.values.push((KEY.into(), words.join(" "), origin));
        Ok(claims)
    }

    fn apis(&mut self) -> Result<BTreeMap<String, Url>, SessionError> {
        let mut apis = BTreeMap::new();
        for name in self.configuration.profile_keys(self.name, "apis")? {
            let fault =
                |problem: String| self.configuration.profile_fault(self.name, &["apis", &name], problem);
            if !crate::graphql::is_api_name(&name) {
                return Err(fault("no API can have that name".into()));
            }
            let text = self.configuration.profile_text(self.name, &["apis", &name])?.unwrap_or_default();
            let url = address::parse(&text).map_err(fault)?;
            self.values.push((format!("apis.{name}"), text, Origin::Profile));
            apis.insert(name, url);
        }
        Ok(apis)
    }
}

fn said(given: &Option<(String, Origin)>) -> Option<(&str, Origin)> {
    let (text, origin) = given.as_ref()?;
    let empty_variable = text.is_empty() && matches!(origin, Origin::Environment(_));
    (!empty_variable).then_some((text.as_str(), *origin))
}
