//! Ill-behaved: passes bytes off as text that are none.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct BadText;

vantage_plugin::export_guest!(BadText);

impl Guest for BadText {
    fn describe() -> String {
        vantage_guests::description("bad-text", "Say what is no text").to_string()
    }

    #[expect(unsafe_code, reason = "text that is none is what the test is about")]
    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        // SAFETY: none; the host has to notice.
        let text = unsafe { String::from_utf8_unchecked(vec![b'{', 0xff, 0xfe, b'}']) };
        session.output().note(&text);
        Ok(())
    }
}
