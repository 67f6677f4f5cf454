//! Whether a pack's documents fit the schema of the API that they are for, as authors are told.
//!
//! No decision rests on it: the gate and the grants know no schema, and what does not fit here the API
//! itself refuses. Called by `vantage plugin check`, which gets the text from a file or from the API.

use std::panic::{AssertUnwindSafe, catch_unwind};

use apollo_compiler::Schema;
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticList, Valid};
use cynic_introspection::{IntrospectionQuery, SpecificationVersion};
use serde_json::Value;

use crate::text::excerpt;

/// The longest text of a schema, in bytes; that of a large API has about 1 MiB.
pub const SCHEMA_LENGTH: usize = 16 * 1024 * 1024;

/// How deep a schema's values may nest.
const RECURSION: usize = 64;

/// The most that is said of one document.
const MISFITS: usize = 20;

/// The longest message about one place, in characters.
const MESSAGE: usize = 300;

/// What an API is asked for its schema. Every server of the last eight years answers it.
pub fn introspection() -> String {
    IntrospectionQuery::with_capabilities(SpecificationVersion::June2018.capabilities()).query
}

/// The schema of one API.
#[derive(Debug)]
pub struct PlatformSchema(Valid<Schema>);

/// Why a text is no schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// It is too long.
    #[error("it has {length} bytes, and at most {SCHEMA_LENGTH} are read")]
    Length {
        /// Its length in bytes.
        length: usize,
    },
    /// It is JSON, and not what introspection answers.
    #[error("it is not what introspection answers: {0}")]
    Introspection(String),
    /// It is not a schema, or one that contradicts itself.
    #[error("line {line}, column {column}: {message}")]
    Invalid {
        /// From 1; of the text itself, or of the schema that was made of an answer.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// The parser gave up without saying where.
    #[error("it cannot be read")]
    Unreadable,
}

/// One thing in a document that the schema has no place for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// In the document, from 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
}

impl PlatformSchema {
    /// Reads a schema in GraphQL's own language, or what introspection answered, in JSON.
    ///
    /// # Errors
    ///
    /// [`SchemaError`], where the text is neither, or too long.
    pub fn read(text: &str) -> Result<Self, SchemaError> {
        if text.len() > SCHEMA_LENGTH {
            return Err(SchemaError::Length { length: text.len() });
        }
        // No schema begins with a brace, and every answer does.
        match text.trim_start().starts_with('{') {
            true => Self::parse(&definitions(text)?),
            false => Self::parse(text),
        }
    }

    fn parse(definitions: &str) -> Result<Self, SchemaError> {
        let parse = || {
            let schema = Parser::new()
                .recursion_limit(RECURSION)
                .parse_schema(definitions, "schema")
                .map_err(|bad| bad.errors)?;
            schema.validate().map_err(|bad| bad.errors)
        };
        match catch_unwind(parse) {
            Ok(Ok(schema)) => Ok(Self(schema)),
            Ok(Err(errors)) => Err(match misfits(&errors).into_iter().next() {
                Some(Misfit { line, column, message }) => SchemaError::Invalid { line, column, message },
                None => SchemaError::Unreadable,
            }),
            Err(_) => Err(SchemaError::Unreadable),
        }
    }

    /// What of a document, which the gate has read, does not fit; at most twenty of them.
    pub fn misfits(&self, document: &str) -> Vec<Misfit> {
        let parse = || {
            // Names that are not there are found while it is read, types that differ when it is validated:
            // what could be read is validated too.
            let read =
                Parser::new().recursion_limit(RECURSION).parse_executable(&self.0, document, "document");
            let (document, mut found) = match read {
                Ok(document) => (document, Vec::new()),
                Err(bad) => (bad.partial, misfits(&bad.errors)),
            };
            if let Err(bad) = document.validate(&self.0) {
                found.extend(misfits(&bad.errors));
            }
            found.truncate(MISFITS);
            found
        };
        // As with documents: what a server says must not take the host down.
        let unread = || vec![Misfit { line: 1, column: 1, message: "it cannot be compared".to_owned() }];
        catch_unwind(AssertUnwindSafe(parse)).unwrap_or_else(|_| unread())
    }
}

/// The schema that an answer describes, in GraphQL's own language.
fn definitions(json: &str) -> Result<String, SchemaError> {
    let refused = |error: &dyn std::fmt::Display| SchemaError::Introspection(excerpt(&error.to_string()));
    let mut answer: Value = serde_json::from_str(json).map_err(|error| refused(&error))?;
    // Files hold it with or without its envelope.
    let mut data = answer.get_mut("data").map(Value::take).unwrap_or(answer);
    // The gate lets no directive pass but the two that every API has, and servers know places for the others
    // that are younger than this program.
    if let Some(directives) = data.pointer_mut("/__schema/directives") {
        *directives = Value::Array(Vec::new());
    }
    let answer: IntrospectionQuery = serde_json::from_value(data).map_err(|error| refused(&error))?;
    Ok(answer.into_schema().map_err(|error| refused(&error))?.to_sdl())
}

fn misfits(errors: &DiagnosticList) -> Vec<Misfit> {
    let found = errors.iter().take(MISFITS).map(|error| {
        let start = error.line_column_range().map(|range| range.start);
        let (line, column) = start.map_or((1, 1), |start| (start.line, start.column));
        Misfit { line, column, message: said(&error.error.to_string()) }
    });
    found.collect()
}

/// What the validator says, which repeats types and names: cut, so that it stays a line.
fn said(message: &str) -> String {
    message.chars().take(MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "
        scalar DateTime
        type Query { clusters(first: Int!): [Cluster!]! }
        type Cluster { name: String! created: DateTime }
    ";

    fn misfits(document: &str) -> Vec<String> {
        let schema = PlatformSchema::read(SCHEMA).unwrap();
        let said = |misfit: Misfit| format!("{}:{} {}", misfit.line, misfit.column, misfit.message);
        schema.misfits(document).into_iter().map(said).collect()
    }

    #[test]
    fn a_document_that_fits_has_no_misfits() {
        assert_eq!(misfits("query A($n: Int!) { clusters(first: $n) { name created } }"), [""; 0]);
    }

    #[test]
    fn each_misfit_is_named_with_its_place() {
        insta::assert_debug_snapshot!(
            misfits("query A($n: String!) {\n  clusters(first: $n, last: 3) { nam }\n  nodes\n}"), @r#"
            [
                "2:34 type `Cluster` does not have a field `nam`",
                "3:3 type `Query` does not have a field `nodes`",
                "2:3 interface, union and object types must have a subselection set",
                "2:12 variable `$n` of type `String!` cannot be used for argument `first` of type `Int!`",
                "2:23 the argument `last` is not supported by `Query.clusters`",
            ]
            "#);
        insta::assert_debug_snapshot!(misfits("mutation A { drop }"), @r#"
        [
            "1:1 `mutation` root operation type is not defined",
        ]
        "#);
    }

    #[test]
    fn what_is_no_schema_is_said_with_its_place() {
        let refused = |text: &str| PlatformSchema::read(text).unwrap_err().to_string();
        insta::assert_snapshot!(refused("type Query { clusters: [Nosuch!]! }"), @"line 1, column 25: cannot find type `Nosuch` in this document");
        insta::assert_snapshot!(refused("type Query {"), @"line 1, column 13: syntax error: expected Field Definition");
        insta::assert_snapshot!(refused("<html>"), @r#"line 1, column 1: syntax error: Unexpected character "<""#);
        insta::assert_snapshot!(refused(""), @"line 1, column 1: syntax error: Unexpected <EOF>.");
        insta::assert_snapshot!(refused("{\"data\": null}"), @"it is not what introspection answers: invalid type: null, expected struct IntrospectionQuery");
        insta::assert_snapshot!(refused("{\"data\": {\"__schema\": {\"types\": 3}}}"), @"it is not what introspection answers: invalid type: integer `3`, expected a sequence");
        let long = " ".repeat(SCHEMA_LENGTH + 1);
        insta::assert_snapshot!(refused(&long), @"it has 16777217 bytes, and at most 16777216 are read");
    }

    /// Of the specification's own example; whole answers are compared end to end.
    #[test]
    fn an_answer_of_introspection_is_a_schema() {
        let kind = |name: &str| serde_json::json!({ "kind": "SCALAR", "name": name, "ofType": null });
        let field = |name: &str, of: serde_json::Value| {
            serde_json::json!({ "name": name, "description": null, "args": [], "type": of, "isDeprecated": false,
                "deprecationReason": null })
        };
        let object = |name: &str, fields: Vec<serde_json::Value>| {
            serde_json::json!({ "kind": "OBJECT", "name": name, "description": null, "fields": fields,
                "inputFields": null, "interfaces": [], "enumValues": null, "possibleTypes": null })
        };
        let scalar = serde_json::json!({ "kind": "SCALAR", "name": "String", "description": null, "fields": null,
            "inputFields": null, "interfaces": null, "enumValues": null, "possibleTypes": null });
        let data = serde_json::json!({ "__schema": { "queryType": { "name": "Root" }, "mutationType": null,
            "subscriptionType": null,
            "directives": [{ "name": "new", "locations": ["SOMEWHERE_NEW"], "args": [] }],
            "types": [object("Root", vec![field("name", kind("String"))]), scalar] } });
        for text in [data.to_string(), serde_json::json!({ "data": data }).to_string()] {
            let schema = PlatformSchema::read(&text).unwrap();
            assert_eq!(schema.misfits("{ name }"), []);
            assert_eq!(schema.misfits("{ nam }").len(), 1);
        }
        assert!(introspection().contains("__schema"));
    }
}
