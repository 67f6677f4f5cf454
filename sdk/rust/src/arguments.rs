//! The arguments of one run, parsed by the host and typed as the description says.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{Error, Result};

/// A run's arguments by name, defaults filled in.
///
/// A command's function can take any type that serde reads; this one leaves them as they came.
/// What the user did not give and has no default is absent.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Arguments(Map<String, Value>);

impl Arguments {
    /// Any argument, as JSON.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Whether a flag was given.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A text, choice or time.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// A text, choice or time without which the command cannot go on.
    pub fn required_text(&self, name: &str) -> Result<&str> {
        self.text(name).ok_or_else(|| Error::usage(format!("`{name}` is missing")))
    }

    /// Every value of a repeated text.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        let values = self.get(name).and_then(Value::as_array);
        values.map_or_else(Vec::new, |values| values.iter().filter_map(Value::as_str).collect())
    }

    /// A whole number.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(Value::as_i64)
    }

    /// A number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name).and_then(Value::as_f64)
    }

    /// A size, in bytes.
    pub fn size(&self, name: &str) -> Option<u64> {
        self.get(name).and_then(Value::as_u64)
    }

    /// A span of time.
    pub fn duration(&self, name: &str) -> Option<Duration> {
        self.number(name).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }

    /// All of them as one typed value; keys are the arguments' names, in kebab case.
    pub fn parse<T: DeserializeOwned>(self) -> Result<T> {
        serde_json::from_value(Value::Object(self.0))
            .map_err(|error| Error::failed(format!("the arguments do not fit what the pack reads: {error}")))
    }
}

impl From<Map<String, Value>> for Arguments {
    fn from(arguments: Map<String, Value>) -> Self {
        Arguments(arguments)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arguments(value: Value) -> Arguments {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn getters_read_each_kind_and_take_null_for_absent() {
        let given = arguments(json!({
            "all": true, "name": "a", "count": 3, "rate": 0.5, "span": 1.5, "size": 4096,
            "tag": ["x", "y"], "none": null,
        }));
        assert!(given.flag("all") && !given.flag("other"));
        assert_eq!((given.text("name"), given.text("none"), given.get("none")), (Some("a"), None, None));
        assert_eq!((given.integer("count"), given.number("rate")), (Some(3), Some(0.5)));
        assert_eq!(given.duration("span"), Some(Duration::from_millis(1500)));
        assert_eq!((given.size("size"), given.texts("tag")), (Some(4096), vec!["x", "y"]));
        assert_eq!(given.required_text("other").unwrap_err().message(), "`other` is missing");
    }

    #[test]
    fn a_negative_span_is_no_span() {
        assert_eq!(arguments(json!({"span": -1.0})).duration("span"), None);
    }

    #[test]
    fn parsing_says_what_does_not_fit() {
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        struct Typed {
            cluster_name: String,
        }
        let typed: Typed = arguments(json!({"cluster-name": "a"})).parse().unwrap();
        assert_eq!(typed.cluster_name, "a");
        let error = arguments(json!({})).parse::<Typed>().unwrap_err();
        assert!(error.message().ends_with("missing field `cluster-name`"), "{error}");
    }
}
