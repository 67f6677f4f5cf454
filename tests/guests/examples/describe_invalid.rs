//! Ill-behaved: its description is JSON and breaks rule upon rule: an id with a Cyrillic letter, a
//! command that the host has, an option that the host has, an operation that nobody declared.

use serde_json::json;
use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DescribeInvalid;

vantage_plugin::export_guest!(DescribeInvalid);

impl Guest for DescribeInvalid {
    fn describe() -> String {
        json!({
            "schema": 1,
            "id": "test/describe-inv\u{0430}lid",
            "version": "one",
            "summary": "Describe it wrongly",
            "commands": [{
                "path": ["login"],
                "summary": "Sign in here instead",
                "effect": "read",
                "arguments": [{ "name": "json", "kind": "flag", "summary": "Mean something else" }],
                "answer": { "shape": "nothing" },
                "operations": ["Nobody"],
            }],
        })
        .to_string()
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Ok(())
    }
}
