//! A pack's authority as lines of text that a person can read, type and diff.
//!
//! The text is the capability: it is what consent shows, what `--grant` takes, what the store keeps
//! and what a lock pins. So there is one way to print each, parsing is exact, and only plain ASCII
//! passes. There are no wildcards. What needs which capability is decided in [`crate::decision`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::gate::OperationKind;
use crate::text::{excerpt, is_graphql_name, is_word, name_of, refused_character};

/// The longest name of one of the platform's APIs, in bytes.
const API_LENGTH: usize = 32;

/// Binary units, the largest first; a size is printed in the largest that divides it.
const UNITS: [(&str, u64); 5] =
    [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// One thing that a pack may do, printed and parsed as its line of text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Capability {
    /// Reads a root field in declared queries: `query cluster/Query.clusters`.
    Query {
        /// Which of the platform's APIs.
        api: String,
        /// The root field's name, never an alias.
        field: String,
    },
    /// Changes through a root field in declared mutations: `mutation cluster/Mutation.deleteCluster`.
    Mutation {
        /// Which of the platform's APIs.
        api: String,
        /// The root field's name, never an alias.
        field: String,
    },
    /// Follows a root field in declared subscriptions:
    /// `subscription jobs/Subscription.jobSubmissionChanged`.
    Subscription {
        /// Which of the platform's APIs.
        api: String,
        /// The root field's name, never an alias.
        field: String,
    },
    /// Reaches a root field by documents that the pack makes while it runs:
    /// `dynamic cluster/Query.clusters`. Everything below the field is reachable.
    Dynamic {
        /// Which of the platform's APIs.
        api: String,
        /// Query, mutation or subscription.
        kind: OperationKind,
        /// The root field's name, never an alias.
        field: String,
    },
    /// Sees an aspect of who is signed in: `persona email`.
    Persona(Aspect),
    /// Keeps up to so many bytes on this computer: `storage 1MiB`.
    Storage(u64),
}

/// A part of the persona that is granted on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// The platform's identifier of the user, and the name that people see.
    Identity,
    /// The e-mail address.
    Email,
    /// The organization that the run is for.
    Organization,
    /// Role names.
    Roles,
}

impl Aspect {
    /// All aspects, in the order of their text.
    pub const ALL: [Aspect; 4] = [Aspect::Identity, Aspect::Email, Aspect::Organization, Aspect::Roles];

    /// The word that stands in a capability.
    pub fn as_str(self) -> &'static str {
        match self {
            Aspect::Identity => "identity",
            Aspect::Email => "email",
            Aspect::Organization => "organization",
            Aspect::Roles => "roles",
        }
    }
}

impl Capability {
    /// The capability that a root field of a declared operation needs.
    pub fn of_field(kind: OperationKind, api: &str, field: &str) -> Capability {
        let (api, field) = (api.to_owned(), field.to_owned());
        match kind {
            OperationKind::Query => Capability::Query { api, field },
            OperationKind::Mutation => Capability::Mutation { api, field },
            OperationKind::Subscription => Capability::Subscription { api, field },
        }
    }

    /// The API, the kind of operation and the root field, where it reaches the platform.
    pub fn root(&self) -> Option<(&str, OperationKind, &str)> {
        match self {
            Capability::Query { api, field } => Some((api, OperationKind::Query, field)),
            Capability::Mutation { api, field } => Some((api, OperationKind::Mutation, field)),
            Capability::Subscription { api, field } => Some((api, OperationKind::Subscription, field)),
            Capability::Dynamic { api, kind, field } => Some((api, *kind, field)),
            Capability::Persona(_) | Capability::Storage(_) => None,
        }
    }

    /// Whether it can change something on the platform.
    pub fn is_mutation(&self) -> bool {
        matches!(
            self,
            Capability::Mutation { .. } | Capability::Dynamic { kind: OperationKind::Mutation, .. }
        )
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Capability::Query { api, field } => write!(formatter, "query {api}/Query.{field}"),
            Capability::Mutation { api, field } => write!(formatter, "mutation {api}/Mutation.{field}"),
            Capability::Subscription { api, field } => {
                write!(formatter, "subscription {api}/Subscription.{field}")
            }
            Capability::Dynamic { api, kind, field } => {
                write!(formatter, "dynamic {api}/{}.{field}", kind.root_type())
            }
            Capability::Persona(aspect) => write!(formatter, "persona {}", aspect.as_str()),
            Capability::Storage(bytes) => write!(formatter, "storage {}", print_size(*bytes)),
        }
    }
}

impl FromStr for Capability {
    type Err = CapabilityError;

    fn from_str(text: &str) -> Result<Capability, CapabilityError> {
        if let Some(character) = refused_character(text) {
            return Err(CapabilityError::Character { character: name_of(character) });
        }
        let (verb, object) = text.split_once(' ').unwrap_or((text, ""));
        match verb {
            "query" => declared(OperationKind::Query, text, object),
            "mutation" => declared(OperationKind::Mutation, text, object),
            "subscription" => declared(OperationKind::Subscription, text, object),
            "dynamic" => {
                let (api, kind, field) = coordinate(text, object)?;
                Ok(Capability::Dynamic { api: api.to_owned(), kind, field: field.to_owned() })
            }
            "persona" => Aspect::ALL
                .into_iter()
                .find(|aspect| aspect.as_str() == object)
                .map(Capability::Persona)
                .ok_or_else(|| malformed(text, "`persona identity|email|organization|roles`")),
            "storage" => parse_size(object)
                .filter(|bytes| *bytes > 0)
                .map(Capability::Storage)
                .ok_or_else(|| malformed(text, "`storage SIZE` with a size such as `512KiB` or `1MiB`")),
            _ => Err(malformed(
                text,
                "a line that begins with `query`, `mutation`, `subscription`, `dynamic`, `persona` or `storage`",
            )),
        }
    }
}

impl TryFrom<String> for Capability {
    type Error = CapabilityError;

    fn try_from(text: String) -> Result<Capability, CapabilityError> {
        text.parse()
    }
}

impl From<Capability> for String {
    fn from(capability: Capability) -> String {
        capability.to_string()
    }
}

fn declared(kind: OperationKind, text: &str, object: &str) -> Result<Capability, CapabilityError> {
    let (api, found, field) = coordinate(text, object)?;
    if found != kind {
        let expected = format!("`{} API/{}.FIELD`", kind.as_str(), kind.root_type());
        return Err(malformed(text, &expected));
    }
    Ok(Capability::of_field(kind, api, field))
}

/// Splits `cluster/Query.clusters`.
fn coordinate<'a>(text: &str, object: &'a str) -> Result<(&'a str, OperationKind, &'a str), CapabilityError> {
    let parts = || {
        let (api, rest) = object.split_once('/')?;
        let (root, field) = rest.split_once('.')?;
        let kind = OperationKind::ALL.into_iter().find(|kind| kind.root_type() == root)?;
        (is_api_name(api) && is_graphql_name(field)).then_some((api, kind, field))
    };
    parts()
        .ok_or_else(|| malformed(text, "a coordinate such as `cluster/Query.clusters` after the first word"))
}

/// Whether the text can name one of the platform's APIs.
pub fn is_api_name(text: &str) -> bool {
    is_word(text, API_LENGTH)
}

/// Prints bytes in the largest binary unit that divides them: `1MiB`, `1536KiB`, `7B`.
pub fn print_size(bytes: u64) -> String {
    let (unit, factor) =
        UNITS.into_iter().find(|(_, factor)| bytes.is_multiple_of(*factor)).unwrap_or(("B", 1));
    format!("{}{unit}", bytes / factor)
}

/// Reads a whole number of bytes with a binary unit, such as `16GiB`; none where it is not one.
pub fn parse_size(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, factor) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    if number.len() > 1 && number.starts_with('0') {
        return None;
    }
    number.parse::<u64>().ok()?.checked_mul(factor)
}

fn malformed(text: &str, expected: &str) -> CapabilityError {
    CapabilityError::Malformed { text: excerpt(text), expected: expected.to_owned() }
}

/// Why a text is no capability.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CapabilityError {
    /// It does not follow the grammar.
    #[error("`{text}` is no capability: expected {expected}")]
    Malformed {
        /// The text, shortened and escaped.
        text: String,
        /// What would have been right.
        expected: String,
    },
    /// It holds a character that people cannot tell from another, or cannot see.
    #[error("a capability is plain ASCII, this one holds {character}")]
    Character {
        /// The character's number, such as `U+202E`.
        character: String,
    },
}

impl CapabilityError {
    /// What the user can do, one line each.
    pub fn hints(&self) -> Vec<String> {
        vec![
            "capabilities look like `query cluster/Query.clusters`, `persona email` or `storage 1MiB`"
                .to_owned(),
        ]
    }
}

#[cfg(test)]
mod tests;
