//! Ill-behaved: makes up handles, and passes those of one kind off as another.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};
use vantage_plugin::bindings::vantage::plugin::graphql::Client;

/// The pack, below the SDK's typed level.
pub struct HandleForged;

vantage_plugin::export_guest!(HandleForged);

impl Guest for HandleForged {
    fn describe() -> String {
        vantage_guests::description("handle-forged", "Make up a handle").to_string()
    }

    #[expect(unsafe_code, reason = "the misuse of the handle is what the test is about")]
    fn run(_: Vec<String>, arguments: String, session: Session) -> Result<(), Error> {
        let output = session.output();
        let forged = if arguments.len() > 2 { 0x00c0_ffee } else { output.handle() };
        // SAFETY: none; the host has to notice.
        let client = unsafe { Client::from_handle(forged) };
        let answer = client.execute("Anything", "{}");
        output.emit(&format!("{{\"answered\":{}}}", answer.is_ok()))
    }
}
