//! Ill-behaved: hands over a gigabyte in one call: a million texts, all of which are the same kibibyte
//! of its memory.

use std::mem::ManuallyDrop;

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct ListAliased;

vantage_plugin::export_guest!(ListAliased);

impl Guest for ListAliased {
    fn describe() -> String {
        vantage_guests::description("list-aliased", "Hand over the same again and again").to_string()
    }

    #[expect(unsafe_code, reason = "texts that share their memory are what the test is about")]
    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        let record = format!("{{\"text\":\"{}\"}}", "x".repeat(1013));
        let (start, length) = (record.as_ptr().cast_mut(), record.len());
        // SAFETY: they are never dropped, and nothing writes to them.
        let again = || unsafe { String::from_raw_parts(start, length, length) };
        let million = ManuallyDrop::new((0..1 << 20).map(|_| again()).collect::<Vec<_>>());
        session.output().emit_all(&million)
    }
}
