//! Ill-behaved: calls itself as a pack that is part of the host.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DescribeReserved;

vantage_plugin::export_guest!(DescribeReserved);

impl Guest for DescribeReserved {
    fn describe() -> String {
        let mut description = vantage_guests::description("describe-reserved", "Be the host");
        description["id"] = "vantage/cluster".into();
        description.to_string()
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Ok(())
    }
}
