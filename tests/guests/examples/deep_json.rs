//! Ill-behaved: hands over JSON that is nested a hundred thousand levels deep, wherever JSON is taken.
//! Readers that recurse would use up the host's stack. The kinds of the refusals are its answer.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DeepJson;

vantage_plugin::export_guest!(DeepJson);

impl Guest for DeepJson {
    fn describe() -> String {
        let description = vantage_guests::description("deep-json", "Nest without end");
        let mut description = vantage_guests::with_clusters(description);
        description["requests"] =
            serde_json::json!([{ "capability": "storage 1MiB", "purpose": "keeps it" }]);
        description.to_string()
    }

    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let object =
            format!("{{\"deep\":{}{}}}", "{\"a\":".repeat(100_000), "1".to_owned() + &"}".repeat(100_000));
        let output = session.output();
        let client = session.graphql();
        let refusals = [
            ("emit", output.emit(&deep).err()),
            ("emit-all", output.emit_all(std::slice::from_ref(&object)).err()),
            ("execute", client.execute("Clusters", &object).err()),
            ("storage", session.storage()?.set("deep", &deep).err()),
        ];
        for (call, error) in refusals {
            let kind = error.map_or_else(|| "taken".to_owned(), |error| error.kind);
            output.emit(&serde_json::json!({ "call": call, "kind": kind }).to_string())?;
        }
        Err(Error {
            kind: "conflict".to_owned(),
            message: "nested".to_owned(),
            hints: Vec::new(),
            details: Some(object),
        })
    }
}
