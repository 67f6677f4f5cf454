//! Ill-behaved: follows a thousand things at once and lets none go.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct FloodSubscriptions;

vantage_plugin::export_guest!(FloodSubscriptions);

impl Guest for FloodSubscriptions {
    fn describe() -> String {
        let mut description = vantage_guests::description("flood-subscriptions", "Follow everything");
        description["operations"] = serde_json::json!([{
            "name": "Follow",
            "api": "jobs",
            "document": "subscription Follow($id: Int) { jobSubmissionChanged(id: $id) { id } }",
            "purpose": "follows your job submissions",
        }]);
        description["commands"][0]["operations"] = serde_json::json!(["Follow"]);
        description.to_string()
    }

    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        let client = session.graphql();
        let (mut held, mut refused) = (Vec::new(), Vec::new());
        for number in 0..1_000 {
            match client.subscribe("Follow", &format!("{{\"id\":{number}}}")) {
                Ok(subscription) => held.push(subscription),
                Err(error) => refused.push(error.kind),
            }
        }
        let count = refused.len();
        refused.dedup();
        let answer = serde_json::json!({ "held": held.len(), "refused": count, "kinds": refused });
        session.output().emit(&answer.to_string())
    }
}
