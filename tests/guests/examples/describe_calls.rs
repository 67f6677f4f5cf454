//! Ill-behaved: calls the host with made-up handles while it describes itself, when it is lent nothing.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DescribeCalls;

vantage_plugin::export_guest!(DescribeCalls);

impl Guest for DescribeCalls {
    #[expect(unsafe_code, reason = "the misuse of the handle is what the test is about")]
    fn describe() -> String {
        // SAFETY: none; the host has to notice.
        let session = unsafe { Session::from_handle(1) };
        session.output().note("I am not even installed");
        vantage_guests::description("describe-calls", "Call too early").to_string()
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Ok(())
    }
}
