//! Ill-behaved: takes memory without end while it describes itself.

use std::hint::black_box;

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DescribeHog;

vantage_plugin::export_guest!(DescribeHog);

impl Guest for DescribeHog {
    fn describe() -> String {
        let mut hoard: Vec<Vec<u8>> = Vec::new();
        loop {
            hoard.push(black_box(vec![1; 1 << 20]));
        }
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Ok(())
    }
}
