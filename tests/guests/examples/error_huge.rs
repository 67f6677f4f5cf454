//! Ill-behaved: fails with four mebibytes of message, ten thousand hints and details without end.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct ErrorHuge;

vantage_plugin::export_guest!(ErrorHuge);

impl Guest for ErrorHuge {
    fn describe() -> String {
        vantage_guests::description("error-huge", "Fail at length").to_string()
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Err(Error {
            kind: "conflict ".repeat(1 << 10),
            message: "on and on ".repeat(400 << 10),
            hints: vec!["and do this ".repeat(50); 10_000],
            details: Some(format!("{{\"text\":\"{}\"}}", "x".repeat(4 << 20))),
        })
    }
}
