//! Ill-behaved: gives the same handle back twice.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};
use vantage_plugin::bindings::vantage::plugin::output::Output;

/// The pack, below the SDK's typed level.
pub struct DoubleDrop;

vantage_plugin::export_guest!(DoubleDrop);

impl Guest for DoubleDrop {
    fn describe() -> String {
        vantage_guests::description("double-drop", "Give a handle back twice").to_string()
    }

    #[expect(unsafe_code, reason = "the misuse of the handle is what the test is about")]
    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        let output = session.output();
        // SAFETY: none; the host has to notice.
        let again = unsafe { Output::from_handle(output.handle()) };
        drop(output);
        drop(again);
        session.output().emit("{\"dropped\":\"twice\"}")
    }
}
