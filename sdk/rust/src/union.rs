//! Results of mutations: unions of what was asked for and of errors that carry a message.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{Error, ErrorKind, Result};

/// A member of a union, known by its `__typename`, which the document has to select.
///
/// ```
/// # fn read(created: vantage_plugin::Union) -> vantage_plugin::Result {
/// use vantage_plugin::ErrorKind;
///
/// #[derive(serde::Deserialize)]
/// struct Cluster {
///     name: String,
/// }
/// let cluster: Cluster = created.into_member("Cluster", |member| match member {
///     "ClusterNameInUse" => ErrorKind::Conflict,
///     "InvalidInput" => ErrorKind::Invalid,
///     _ => ErrorKind::Failed,
/// })?;
/// # drop(cluster.name);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Union {
    #[serde(rename = "__typename")]
    typename: String,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

impl Union {
    /// The member's name.
    pub fn typename(&self) -> &str {
        &self.typename
    }

    /// The member's `message`, where it has one.
    pub fn message(&self) -> Option<&str> {
        self.fields.get("message").and_then(Value::as_str)
    }

    /// The member's fields as `T`.
    pub fn parse<T: DeserializeOwned>(self) -> Result<T> {
        let Union { typename, fields } = self;
        serde_json::from_value(Value::Object(fields))
            .map_err(|error| Error::failed(format!("`{typename}` does not fit: {error}")))
    }

    /// The fields of the member `wanted`; any other member is an error with its message and the kind
    /// that `kind` gives to its name.
    pub fn into_member<T: DeserializeOwned>(
        self,
        wanted: &str,
        kind: impl FnOnce(&str) -> ErrorKind,
    ) -> Result<T> {
        if self.typename == wanted {
            return self.parse();
        }
        let message = match self.message() {
            Some(message) if !message.is_empty() => message.to_owned(),
            _ => format!("the platform answered `{}`", self.typename),
        };
        let kind = kind(&self.typename);
        Err(Error::new(kind, message).details(serde_json::json!({ "type": self.typename })))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn union(value: Value) -> Union {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_wanted_member_gives_its_fields_and_no_typename() {
        let fields: Value =
            union(json!({"__typename": "A", "x": 1})).into_member("A", |_| ErrorKind::Failed).unwrap();
        assert_eq!(fields, json!({"x": 1}));
    }

    #[test]
    fn another_member_is_an_error_with_its_own_words() {
        let taken = union(json!({"__typename": "InUse", "message": "taken"}));
        let error = taken.into_member::<Value>("A", |name| match name {
            "InUse" => ErrorKind::Conflict,
            _ => ErrorKind::Failed,
        });
        let error = error.unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Conflict, "taken"));
        assert_eq!(error.details_value(), Some(&json!({"type": "InUse"})));
    }

    #[test]
    fn a_member_without_words_is_named() {
        let error =
            union(json!({"__typename": "Odd"})).into_member::<Value>("A", |_| ErrorKind::Failed).unwrap_err();
        assert_eq!(error.message(), "the platform answered `Odd`");
    }
}
