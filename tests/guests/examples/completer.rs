//! Completes values as a pack should: names of clusters, its own words, and what goes with the line. It would
//! answer for any argument; its description says of two that it may be asked.

use serde_json::{Value, json};
use vantage_plugin::bindings::completing::exports::vantage::plugin::completion;
use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct Completer;

vantage_plugin::export_guest!(Completer);
vantage_plugin::export_completion_guest!(Completer);

impl Guest for Completer {
    fn describe() -> String {
        let argument = |name: &str, completes: bool| {
            json!({
                "name": name, "kind": "text", "summary": format!("The {name}"), "completes": completes,
            })
        };
        let mut description =
            vantage_guests::with_clusters(vantage_guests::description("completer", "Complete values"));
        let mut place = argument("place", true);
        place["positional"] = json!(true);
        let size = json!({
            "name": "size", "kind": "choice", "summary": "How large", "choices": [
                { "value": "small", "summary": "Fits: everywhere" },
                { "value": "smaller still", "summary": "$(touch pwned) `touch pwned` %F{red}" },
            ],
        });
        description["commands"][0]["arguments"] =
            json!([place, argument("word", true), argument("plain", false), size]);
        description.to_string()
    }

    fn run(_: Vec<String>, arguments: String, session: Session) -> Result<(), Error> {
        session.output().emit(&arguments)
    }
}

impl completion::Guest for Completer {
    fn complete(
        _: Vec<String>,
        argument: String,
        typed: String,
        arguments: String,
        session: Session,
    ) -> String {
        if argument == "word" {
            return json!([
                { "value": "two words", "summary": arguments },
                { "value": "$(touch pwned)", "summary": "$(touch pwned)" },
                { "value": ";touch pwned", "summary": ":a\\b %F{red}" },
                { "value": "`touch pwned`" },
            ])
            .to_string();
        }
        let clusters = match session.graphql().execute("Clusters", "{}") {
            Ok(response) => serde_json::from_str::<Value>(&response.data).unwrap_or_default(),
            Err(_) => Value::Null,
        };
        let edges = clusters["clusters"]["edges"].as_array().cloned().unwrap_or_default();
        let names = edges.iter().filter_map(|edge| edge["node"]["name"].as_str());
        let names = names.filter(|name| name.starts_with(&typed));
        json!(names.map(|name| json!({ "value": name, "summary": argument })).collect::<Vec<_>>()).to_string()
    }
}
