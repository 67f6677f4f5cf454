//! Ill-behaved: asks two hundred thousand times for what it was not granted.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct FloodDenials;

vantage_plugin::export_guest!(FloodDenials);

impl Guest for FloodDenials {
    fn describe() -> String {
        vantage_guests::description("flood-denials", "Be denied without end").to_string()
    }

    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        let client = session.graphql();
        let mut last = None;
        for number in 0..100_000_u32 {
            last = client.execute(&format!("Secret{number}"), "{}").err();
            last = session.storage().and_then(|store| store.get("key").map(|_| ())).err().or(last);
        }
        last.map_or(Ok(()), Err)
    }
}
