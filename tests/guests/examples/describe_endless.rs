//! Ill-behaved: never ends describing itself.

use std::hint::black_box;

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DescribeEndless;

vantage_plugin::export_guest!(DescribeEndless);

impl Guest for DescribeEndless {
    fn describe() -> String {
        loop {
            black_box(());
        }
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Ok(())
    }
}
