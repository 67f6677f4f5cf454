//! Ill-behaved: hands over texts that are no JSON wherever the contract says `json`. Each is refused
//! where it crosses; the kinds of the refusals are its answer.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct BadJson;

vantage_plugin::export_guest!(BadJson);

impl Guest for BadJson {
    fn describe() -> String {
        let mut description = vantage_guests::description("bad-json", "Speak no JSON");
        description["requests"] =
            serde_json::json!([{ "capability": "storage 64KiB", "purpose": "keeps what is no JSON" }]);
        description.to_string()
    }

    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        let output = session.output();
        let graphql = session.graphql();
        let mut refused = vec![
            ("emit", output.emit("{\"half\":").err()),
            ("emit-all", output.emit_all(&["{}".to_owned(), "[1,]".to_owned()]).err()),
            ("emit-nothing", output.emit("").err()),
            ("emit-two", output.emit("{} {}").err()),
            ("execute", graphql.execute("Undeclared", "{").err()),
            ("execute-document", graphql.execute_document("cluster", "{ a }", "[]").err()),
        ];
        if let Ok(store) = session.storage() {
            refused.push(("storage", store.set("key", "nul").err()));
        }
        for (call, error) in refused {
            let kind = error.map_or_else(|| "taken".to_owned(), |error| error.kind);
            output.emit(&serde_json::json!({ "call": call, "kind": kind }).to_string())?;
        }
        output.emit("no json at all")
    }
}
