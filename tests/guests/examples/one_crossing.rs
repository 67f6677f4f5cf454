//! Ill-behaved: hands over 64 MiB in one call, which the SDK would have split.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct OneCrossing;

vantage_plugin::export_guest!(OneCrossing);

impl Guest for OneCrossing {
    fn describe() -> String {
        vantage_guests::description("one-crossing", "Hand over too much at once").to_string()
    }

    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        let record = format!("{{\"text\":\"{}\"}}", "x".repeat(1 << 20));
        session.output().emit_all(&vec![record; 64])
    }
}
