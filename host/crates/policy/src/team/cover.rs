//! Which capabilities an entry of `capabilities` covers.
//!
//! An entry is a capability's line, or its beginning: a verb (`query`), or a verb and an API
//! (`mutation jobs`). What reaches anything by an identifier, or the schema itself, is covered by its
//! whole line alone: `node` may be any object, whatever else of the API was meant.

use crate::capability::{Capability, is_api_name};
use crate::text::excerpt;

/// Root fields that no beginning of a line covers; neither does it what begins with an underscore.
const BY_NAME_ALONE: [&str; 2] = ["node", "nodes"];

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cover {
    /// `query cluster/Query.clusters`; for storage, up to so much.
    Line(Capability),
    /// `query`, or `query cluster`.
    Beginning {
        /// The first word.
        verb: Verb,
        /// The API, if it is named.
        api: Option<String>,
    },
}

/// The first word of a capability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Query,
    Mutation,
    Subscription,
    Dynamic,
    Persona,
    Storage,
}

impl Verb {
    const ALL: [(&'static str, Verb); 6] = [
        ("query", Verb::Query),
        ("mutation", Verb::Mutation),
        ("subscription", Verb::Subscription),
        ("dynamic", Verb::Dynamic),
        ("persona", Verb::Persona),
        ("storage", Verb::Storage),
    ];

    fn named(word: &str) -> Option<Verb> {
        Verb::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, verb)| verb)
    }

    fn has_api(self) -> bool {
        !matches!(self, Verb::Persona | Verb::Storage)
    }
}

impl Cover {
    /// Reads an entry; says what would have been right where it is none.
    pub(super) fn parse(text: &str) -> Result<Cover, String> {
        let (word, rest) = text.split_once(' ').map_or((text, None), |(word, rest)| (word, Some(rest)));
        match (Verb::named(word), rest) {
            (Some(verb), None) => Ok(Cover::Beginning { verb, api: None }),
            (Some(verb), Some(api)) if verb.has_api() && is_api_name(api) => {
                Ok(Cover::Beginning { verb, api: Some(api.to_owned()) })
            }
            _ => text.parse().map(Cover::Line).map_err(|_| {
                format!(
                    "`{}` covers no capability: expected a line such as `query cluster/Query.clusters`, \
                     or its beginning: `query cluster` or `query`",
                    excerpt(text)
                )
            }),
        }
    }

    /// Whether what it names includes `capability`.
    pub(super) fn covers(&self, capability: &Capability) -> bool {
        match (self, capability) {
            (Cover::Line(Capability::Storage(most)), Capability::Storage(bytes)) => bytes <= most,
            (Cover::Line(line), capability) => line == capability,
            (Cover::Beginning { verb, api }, capability) => {
                let named = |(of, _, field): (&str, _, &str)| {
                    api.as_deref().is_none_or(|api| api == of)
                        && !BY_NAME_ALONE.contains(&field)
                        && !field.starts_with('_')
                };
                verb_of(capability) == *verb && capability.root().is_none_or(named)
            }
        }
    }
}

/// The first word of a capability's line.
fn verb_of(capability: &Capability) -> Verb {
    match capability {
        Capability::Query { .. } => Verb::Query,
        Capability::Mutation { .. } => Verb::Mutation,
        Capability::Subscription { .. } => Verb::Subscription,
        Capability::Dynamic { .. } => Verb::Dynamic,
        Capability::Persona(_) => Verb::Persona,
        Capability::Storage(_) => Verb::Storage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(entry: &str, line: &str) -> bool {
        Cover::parse(entry).unwrap().covers(&line.parse().unwrap())
    }

    #[test]
    fn an_entry_covers_a_line_or_what_begins_so() {
        for (entry, line, expected) in [
            ("query cluster/Query.clusters", "query cluster/Query.clusters", true),
            ("query cluster/Query.clusters", "query cluster/Query.cluster", false),
            ("query cluster/Query.clusters", "dynamic cluster/Query.clusters", false),
            ("query", "query cluster/Query.clusters", true),
            ("query", "mutation cluster/Mutation.clusters", false),
            ("query", "subscription cluster/Subscription.clusters", false),
            ("query", "dynamic cluster/Query.clusters", false),
            ("query cluster", "query cluster/Query.clusters", true),
            ("query cluster", "query clusters/Query.clusters", false),
            ("query cluster", "query jobs/Query.clusters", false),
            ("mutation jobs", "mutation jobs/Mutation.deleteJobScript", true),
            ("dynamic jobs", "dynamic jobs/Mutation.deleteJobScript", true),
            ("persona", "persona email", true),
            ("persona email", "persona email", true),
            ("persona email", "persona roles", false),
            ("storage", "storage 1TiB", true),
            ("storage 1MiB", "storage 1MiB", true),
            ("storage 1MiB", "storage 512KiB", true),
            ("storage 1MiB", "storage 1025KiB", false),
        ] {
            assert_eq!(covers(entry, line), expected, "{entry} of {line}");
        }
    }

    #[test]
    fn what_reaches_anything_is_covered_by_its_whole_line_alone() {
        for field in ["node", "nodes", "_entities", "_service", "__schema", "__type"] {
            let line = format!("query cluster/Query.{field}");
            assert!(!covers("query", &line) && !covers("query cluster", &line), "{line}");
            assert!(covers(&line, &line));
            let dynamic = format!("dynamic cluster/Query.{field}");
            assert!(!covers("dynamic", &dynamic) && !covers("dynamic cluster", &dynamic), "{dynamic}");
        }
    }

    #[test]
    fn what_is_no_entry_says_what_would_be() {
        for text in [
            "",
            "*",
            "query *",
            "query cluster/*",
            "query  cluster",
            "Query",
            "persona all",
            "storage much",
            "query cluster ",
            "mutation jobs/Mutation",
        ] {
            let error = Cover::parse(text).unwrap_err();
            assert!(error.contains("covers no capability"), "{text}: {error}");
        }
    }
}
