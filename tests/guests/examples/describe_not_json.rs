//! Ill-behaved: describes itself in prose.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DescribeNotJson;

vantage_plugin::export_guest!(DescribeNotJson);

impl Guest for DescribeNotJson {
    fn describe() -> String {
        "I list clusters, and I am harmless.".to_owned()
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Ok(())
    }
}
