//! Ill-behaved: computes nothing and never comes back while it describes itself.

use std::time::Duration;

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DescribeSleeps;

vantage_plugin::export_guest!(DescribeSleeps);

impl Guest for DescribeSleeps {
    #[expect(clippy::disallowed_methods, reason = "the sleep is what the test is about")]
    fn describe() -> String {
        loop {
            std::thread::sleep(Duration::from_secs(3600));
        }
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Ok(())
    }
}
