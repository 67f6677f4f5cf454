//! What an API says of its own root fields, in the descriptions of its schema: for people who decide
//! what a pack may do.
//!
//! Asked by introspection as the user who is signed in, beside whatever else goes on: nobody is told
//! anything of it, no sign-in is begun for it, and where there is no answer there are no words. They
//! are kept for a day, by the API's address. The words are the server's: bounded here to one line,
//! and whoever shows them makes them visible and says whose they are.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use crate::files;
use crate::graphql::GraphqlRequest;
use crate::http::hex;
use crate::session::Session;

const VERSION: u64 = 1;
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// A cache that is larger was not written here.
const LARGEST: u64 = 4 << 20;
/// Fields of one root type that are kept.
const MOST: usize = 2_000;
/// Characters that are kept of a description.
const LONGEST: usize = 300;

const OPERATION: &str = "VantageRootFields";
const DOCUMENT: &str = "query VantageRootFields { __schema { \
    queryType { fields { name description } } \
    mutationType { fields { name description } } \
    subscriptionType { fields { name description } } } }";

/// Root fields by name, each with its description; those without one are left out.
type Fields = BTreeMap<String, String>;

/// What an API says of its root fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootFields {
    query: Fields,
    mutation: Fields,
    subscription: Fields,
}

#[derive(Serialize, Deserialize)]
struct Cached {
    version: u64,
    endpoint: Url,
    expires_at: i64,
    fields: RootFields,
}

#[derive(Deserialize)]
struct Answered {
    #[serde(rename = "__schema")]
    schema: Schema,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    query_type: Option<Root>,
    mutation_type: Option<Root>,
    subscription_type: Option<Root>,
}

#[derive(Deserialize)]
struct Root {
    fields: Option<Vec<Field>>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    description: Option<String>,
}

impl RootFields {
    /// The words for a field of `query`, `mutation` or `subscription`: one line, not to be trusted.
    pub fn description(&self, kind: &str, field: &str) -> Option<&str> {
        let fields = match kind {
            "query" => &self.query,
            "mutation" => &self.mutation,
            "subscription" => &self.subscription,
            _ => return None,
        };
        fields.get(field).map(String::as_str)
    }

    fn read(data: &str) -> Option<Self> {
        let Answered { schema } = serde_json::from_str(data).ok()?;
        let fields = |root: Option<Root>| {
            let fields = root.and_then(|root| root.fields).unwrap_or_default().into_iter().take(MOST);
            fields.filter_map(|field| Some((field.name, first_paragraph(&field.description?)?))).collect()
        };
        Some(Self {
            query: fields(schema.query_type),
            mutation: fields(schema.mutation_type),
            subscription: fields(schema.subscription_type),
        })
    }
}

impl Session {
    /// What the API says of its root fields; `None` where nobody is signed in, or it says nothing.
    pub async fn root_fields(&self, api: &str) -> Option<RootFields> {
        let endpoint = self.endpoint(api).ok()?;
        if let Some(fields) = self.cached_root_fields(&endpoint) {
            return Some(fields);
        }
        let request = GraphqlRequest {
            api: api.to_owned(),
            operation_name: Some(OPERATION.to_owned()),
            document: DOCUMENT.to_owned(),
            variables: String::new(),
            mutation: false,
        };
        let answer = self.unheard()?.graphql(request).await.ok()?;
        let fields = RootFields::read(answer.data?.get())?;
        self.cache_root_fields(endpoint, &fields);
        Some(fields)
    }

    fn cached_root_fields(&self, endpoint: &Url) -> Option<RootFields> {
        let bytes = files::read_private(&self.root_fields_file(endpoint), LARGEST).ok()??;
        let cached: Cached = serde_json::from_slice(&bytes).ok()?;
        let now = self.now().as_second();
        // Beyond the longest time it was written by a clock that was wrong.
        let valid = cached.version == VERSION
            && cached.endpoint == *endpoint
            && cached.expires_at > now
            && cached.expires_at <= now.saturating_add(KEPT.as_secs().cast_signed());
        valid.then_some(cached.fields)
    }

    fn cache_root_fields(&self, endpoint: Url, fields: &RootFields) {
        let path = self.root_fields_file(&endpoint);
        let expires_at = self.now().as_second().saturating_add(KEPT.as_secs().cast_signed());
        let cached = Cached { version: VERSION, endpoint, expires_at, fields: fields.clone() };
        let written = (|| {
            files::create_folder(path.parent()?).ok()?;
            // Whoever writes it at this moment goes without a cache once.
            files::remove_unfinished(&path);
            files::reserve(&path, 0).ok()?.commit(&serde_json::to_vec(&cached).ok()?).ok()
        })();
        if written.is_none() {
            tracing::debug!(path = %path.display(), "what an API says of its fields could not be cached");
        }
    }

    fn root_fields_file(&self, endpoint: &Url) -> PathBuf {
        let name = hex(&Sha256::digest(endpoint.as_str()));
        self.folders().cache.join("schema").join(format!("{name}.json"))
    }
}

/// The first paragraph as one line, cut; `None` where there is nothing in it.
fn first_paragraph(description: &str) -> Option<String> {
    let lines = description.trim().lines().take_while(|line| !line.trim().is_empty());
    let words = lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    let mut cut: String = words.chars().take(LONGEST).collect();
    if words.chars().nth(LONGEST).is_some() {
        cut.push('…');
    }
    (!cut.is_empty()).then_some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_paragraph_of_each_field_is_kept() {
        let long = "x".repeat(1_000);
        let data = serde_json::json!({ "__schema": {
            "queryType": { "fields": [
                { "name": "clusters", "description": "  Lists clusters,\n    all of them.\n\n  Args: none" },
                { "name": "silent", "description": null },
                { "name": "blank", "description": " \n " },
                { "name": "long", "description": long },
            ] },
            "mutationType": null,
            "subscriptionType": { "fields": null },
        } });
        let fields = RootFields::read(&data.to_string()).expect("fields");
        assert_eq!(fields.description("query", "clusters"), Some("Lists clusters, all of them."));
        assert_eq!(fields.description("query", "silent"), None);
        assert_eq!(fields.description("query", "blank"), None);
        assert_eq!(fields.description("mutation", "clusters"), None);
        assert_eq!(fields.description("persona", "clusters"), None);
        assert_eq!(fields.description("query", "long").map(|text| text.chars().count()), Some(LONGEST + 1));
        for other in ["null", "{}", "[]", "{\"__schema\": null}", "{\"__schema\": {\"queryType\": 5}}"] {
            assert_eq!(RootFields::read(other), None, "{other}");
        }
    }
}
