//! Ill-behaved: gives a handle back and uses it again, which the SDK's types would not let it do.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};
use vantage_plugin::bindings::vantage::plugin::output::Output;

/// The pack, below the SDK's typed level.
pub struct HandleAfterDrop;

vantage_plugin::export_guest!(HandleAfterDrop);

impl Guest for HandleAfterDrop {
    fn describe() -> String {
        vantage_guests::description("handle-after-drop", "Use a handle twice").to_string()
    }

    #[expect(unsafe_code, reason = "the misuse of the handle is what the test is about")]
    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        let output = session.output();
        output.emit("{\"handle\":\"fresh\"}")?;
        let number = output.handle();
        drop(output);
        // SAFETY: none; the host has to notice.
        let stale = unsafe { Output::from_handle(number) };
        stale.emit("{\"handle\":\"stale\"}")
    }
}
