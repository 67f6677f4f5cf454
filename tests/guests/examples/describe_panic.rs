//! Ill-behaved: panics while it describes itself.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DescribePanic;

vantage_plugin::export_guest!(DescribePanic);

impl Guest for DescribePanic {
    fn describe() -> String {
        panic!("there are no words for it")
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Ok(())
    }
}
