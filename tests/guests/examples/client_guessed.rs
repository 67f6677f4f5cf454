//! Ill-behaved: is granted a query, asks for no handle, and guesses the number of one.

use serde_json::Value;
use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};
use vantage_plugin::bindings::vantage::plugin::graphql::Client;

/// The pack, below the SDK's typed level.
pub struct ClientGuessed;

vantage_plugin::export_guest!(ClientGuessed);

impl Guest for ClientGuessed {
    fn describe() -> String {
        let mut description = vantage_guests::description("client-guessed", "Guess the number of a client");
        description["commands"][0]["arguments"] = serde_json::json!([
            { "name": "number", "kind": "integer", "summary": "The number", "required": true },
        ]);
        vantage_guests::with_clusters(description).to_string()
    }

    #[expect(unsafe_code, reason = "the misuse of the handle is what the test is about")]
    fn run(_: Vec<String>, arguments: String, session: Session) -> Result<(), Error> {
        let arguments: Value = serde_json::from_str(&arguments).unwrap_or_default();
        let number = arguments["number"].as_u64().and_then(|number| u32::try_from(number).ok());
        let output = session.output();
        // SAFETY: none; the host has to notice.
        let client = unsafe { Client::from_handle(number.unwrap_or_default()) };
        let answer = client.execute("Clusters", "{}");
        output.emit(&format!("{{\"answered\":{}}}", answer.is_ok()))
    }
}
