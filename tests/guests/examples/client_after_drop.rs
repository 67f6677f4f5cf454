//! Ill-behaved: gives back the handle that it may use, and uses it again.

use serde_json::{Value, json};
use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};
use vantage_plugin::bindings::vantage::plugin::graphql::Client;

/// The pack, below the SDK's typed level.
pub struct ClientAfterDrop;

vantage_plugin::export_guest!(ClientAfterDrop);

impl Guest for ClientAfterDrop {
    fn describe() -> String {
        let description = vantage_guests::description("client-after-drop", "Use a client twice");
        vantage_guests::with_clusters(description).to_string()
    }

    #[expect(unsafe_code, reason = "the misuse of the handle is what the test is about")]
    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        let client = session.graphql();
        let answer = client.execute("Clusters", "{}")?;
        let data: Value = serde_json::from_str(&answer.data).unwrap_or_default();
        session.output().emit(&json!({ "handle": client.handle(), "data": data }).to_string())?;
        let number = client.handle();
        drop(client);
        // SAFETY: none; the host has to notice.
        let stale = unsafe { Client::from_handle(number) };
        stale.execute("Clusters", "{}").map(|_| ())
    }
}
