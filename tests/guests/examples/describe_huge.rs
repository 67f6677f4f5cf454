//! Ill-behaved: describes itself in two mebibytes, of which one would be too much.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DescribeHuge;

vantage_plugin::export_guest!(DescribeHuge);

impl Guest for DescribeHuge {
    fn describe() -> String {
        vantage_guests::description("describe-huge", &"long ".repeat(2 << 20)).to_string()
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Ok(())
    }
}
