//! Ill-behaved: hands over three hundred thousand calls at once.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};
use vantage_plugin::bindings::vantage::plugin::graphql::OperationCall;

/// The pack, below the SDK's typed level.
pub struct FloodCalls;

vantage_plugin::export_guest!(FloodCalls);

impl Guest for FloodCalls {
    fn describe() -> String {
        let description = vantage_guests::description("flood-calls", "Ask far too much at once");
        vantage_guests::with_clusters(description).to_string()
    }

    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        let call = || OperationCall { operation: "Clusters".to_owned(), variables: "{}".to_owned() };
        let calls: Vec<_> = (0..300_000).map(|_| call()).collect();
        let answers = session.graphql().execute_all(&calls);
        let refused = answers.iter().filter(|answer| answer.is_err()).count();
        session.output().emit(&format!("{{\"answers\":{},\"refused\":{refused}}}", answers.len()))
    }
}
