//! What a built-in command's records look like, for `--schema`: the same that packs say in their
//! descriptions. Members are declared beside the command that writes them; an end-to-end test holds what
//! commands print to it.

use serde_json::{Map, Value, json};

/// A member of a record: its name, and what its value is.
pub type Member = (&'static str, Is);

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub enum Is {
    /// Text.
    Text,
    /// Text, or null where there is none.
    OptionalText,
    /// A time in RFC 3339.
    Time,
    /// The same, or null.
    OptionalTime,
    /// One of these words.
    Word(&'static [&'static str]),
    /// True or false.
    Flag,
    /// A whole number, not less than 0.
    Count,
    /// The same, or null.
    OptionalCount,
    /// A number.
    Number,
    /// Any number of texts.
    Texts,
    /// A record.
    Record(&'static [Member]),
    /// A record, or null.
    OptionalRecord(&'static [Member]),
    /// Any number of records.
    Records(&'static [Member]),
    /// Names with a text each, or null.
    OptionalMap,
}

/// The JSON Schema of one record of `command`, all of whose members are there unless `optional` names
/// them.
pub fn of_record(command: &str, members: &[Member], optional: &[&str]) -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!(format!("A record of vantage {command}")));
    schema.extend(object(members, optional));
    Value::Object(schema)
}

fn object(members: &[Member], optional: &[&str]) -> Map<String, Value> {
    let properties: Map<_, _> = members.iter().map(|(name, is)| ((*name).to_owned(), is.schema())).collect();
    let required = members.iter().map(|(name, _)| *name).filter(|name| !optional.contains(name));
    let mut object = Map::new();
    object.insert("type".to_owned(), json!("object"));
    object.insert("properties".to_owned(), Value::Object(properties));
    object.insert("required".to_owned(), required.collect());
    object
}

impl Is {
    fn schema(self) -> Value {
        match self {
            Self::Text => json!({ "type": "string" }),
            Self::OptionalText => json!({ "type": ["string", "null"] }),
            Self::Time => json!({ "type": "string", "format": "date-time" }),
            Self::OptionalTime => json!({ "type": ["string", "null"], "format": "date-time" }),
            Self::Word(words) => json!({ "type": "string", "enum": words }),
            Self::Flag => json!({ "type": "boolean" }),
            Self::Count => json!({ "type": "integer", "minimum": 0 }),
            Self::OptionalCount => json!({ "type": ["integer", "null"], "minimum": 0 }),
            Self::Number => json!({ "type": "number" }),
            Self::Texts => json!({ "type": "array", "items": { "type": "string" } }),
            Self::Record(members) => Value::Object(object(members, &[])),
            Self::OptionalRecord(members) => {
                let mut schema = object(members, &[]);
                schema.insert("type".to_owned(), json!(["object", "null"]));
                Value::Object(schema)
            }
            Self::Records(members) => json!({ "type": "array", "items": object(members, &[]) }),
            Self::OptionalMap => {
                json!({ "type": ["object", "null"], "additionalProperties": { "type": "string" } })
            }
        }
    }
}
