//! The text of a policy's file: TOML, every key known, every entry checked, each fault with its place.
//!
//! A key that is not known is an error and no warning: whoever misspelt `publishers` believes that
//! publishers are capped.

use serde::Deserialize;
use toml::Spanned;

use super::cover::Cover;
use super::deny::Deny;
use super::source::SourcePrefix;
use super::{Caps, Policy};
use crate::text::{LINE_LENGTH, excerpt, has_line_break, is_word};

/// The version of the file that this program reads.
const VERSION: i64 = 1;

/// The longest publisher, in bytes.
const PUBLISHER: usize = 63;

/// What is wrong with a policy's text, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub(super) struct PolicyError {
    line: usize,
    column: usize,
    problem: String,
}

#[derive(Deserialize)]
struct Versioned {
    version: Option<Spanned<toml::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "version")]
    _version: i64,
    contact: Option<Spanned<String>>,
    publishers: Option<List>,
    sources: Option<List>,
    capabilities: Option<List>,
    deny: Option<List>,
    changes: Option<Spanned<String>>,
    bundled: Option<Bundled>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bundled {
    capabilities: Option<List>,
    changes: Option<Spanned<String>>,
}

type List = Vec<Spanned<String>>;

/// Reads a policy.
pub(super) fn read(text: &str) -> Result<Policy, PolicyError> {
    let reader = Reader { text };
    // Before anything else: a later version may have keys that this one does not know.
    let Versioned { version } = toml::from_str(text).map_err(|error| reader.refused(&error))?;
    match version.as_ref().map(|version| (version.get_ref().as_integer(), version.span().start)) {
        Some((Some(VERSION), _)) => {}
        Some((found, at)) => {
            let problem = match found {
                Some(found) => format!("it has version {found}, and this vantage reads version {VERSION}"),
                None => format!("`version` is no number: expected `version = {VERSION}`"),
            };
            return Err(reader.fault(at, problem));
        }
        None => return Err(reader.fault(0, format!("`version = {VERSION}` is missing"))),
    }
    let written: Written = toml::from_str(text).map_err(|error| reader.refused(&error))?;
    let Written { contact, publishers, sources, capabilities, deny, changes, bundled, .. } = written;
    let bundled = bundled.unwrap_or(Bundled { capabilities: None, changes: None });
    Ok(Policy {
        contact: contact.map(|contact| reader.entry(&contact, contact_line)).transpose()?,
        publishers: reader.list(publishers, publisher)?,
        sources: reader.list(sources, SourcePrefix::parse)?,
        deny: reader.list(deny, Deny::parse)?.unwrap_or_default(),
        others: reader.caps(capabilities, changes)?,
        bundled: reader.caps(bundled.capabilities, bundled.changes)?,
    })
}

struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    fn caps(
        &self,
        capabilities: Option<List>,
        changes: Option<Spanned<String>>,
    ) -> Result<Caps, PolicyError> {
        let changes = changes.map(|changes| self.entry(&changes, ask)).transpose()?;
        Ok(Caps { capabilities: self.list(capabilities, Cover::parse)?, changes_ask: changes.is_some() })
    }

    fn list<T>(
        &self,
        list: Option<List>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<Vec<T>>, PolicyError> {
        list.map(|list| list.iter().map(|entry| self.entry(entry, &read)).collect()).transpose()
    }

    fn entry<T>(
        &self,
        entry: &Spanned<String>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, PolicyError> {
        read(entry.get_ref()).map_err(|problem| self.fault(entry.span().start, problem))
    }

    fn refused(&self, error: &toml::de::Error) -> PolicyError {
        let problem = error.message().lines().collect::<Vec<_>>().join(", ");
        self.fault(error.span().map_or(0, |span| span.start), problem)
    }

    fn fault(&self, at: usize, problem: String) -> PolicyError {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        PolicyError {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            problem,
        }
    }
}

fn publisher(text: &str) -> Result<String, String> {
    match is_word(text, PUBLISHER) {
        true => Ok(text.to_owned()),
        false => Err(format!("`{}` is no publisher: expected a word such as `acme`", excerpt(text))),
    }
}

fn ask(text: &str) -> Result<(), String> {
    match text {
        "ask" => Ok(()),
        _ => Err(format!("`{}` is not known: expected `changes = \"ask\"`", excerpt(text))),
    }
}

fn contact_line(text: &str) -> Result<String, String> {
    let fits = !text.trim().is_empty()
        && text.chars().count() <= LINE_LENGTH
        && !has_line_break(text)
        && !text.chars().any(char::is_control);
    match fits {
        true => Ok(text.trim().to_owned()),
        false => Err(format!("`contact` is one line of at most {LINE_LENGTH} characters")),
    }
}
