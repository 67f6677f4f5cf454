//! Ill-behaved: ends the process, as it thinks, with success while it describes itself.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DescribeExits;

vantage_plugin::export_guest!(DescribeExits);

impl Guest for DescribeExits {
    fn describe() -> String {
        std::process::exit(0)
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Ok(())
    }
}
