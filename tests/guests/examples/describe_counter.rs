//! Says on its standard error whenever it is asked to describe itself, so that a test can count.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DescribeCounter;

vantage_plugin::export_guest!(DescribeCounter);

impl Guest for DescribeCounter {
    #[expect(clippy::print_stderr, reason = "the line is what the test counts")]
    fn describe() -> String {
        eprintln!("described");
        vantage_guests::description("describe-counter", "Count the calls of describe").to_string()
    }

    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        session.output().emit("{\"ran\":true}")
    }
}
