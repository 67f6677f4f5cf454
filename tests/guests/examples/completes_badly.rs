//! Does, while one of its arguments is completed, what the argument is called after.

use serde_json::json;
use vantage_plugin::bindings::completing::exports::vantage::plugin::completion;
use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct CompletesBadly;

vantage_plugin::export_guest!(CompletesBadly);
vantage_plugin::export_completion_guest!(CompletesBadly);

const MISDEEDS: [&str; 17] = [
    "fine",
    "endless",
    "waits",
    "giant",
    "huge",
    "bad-json",
    "escapes",
    "options",
    "mutation",
    "not-listed",
    "dynamic",
    "prompts",
    "emits",
    "stores",
    "persona",
    "traps",
    "exits",
];

impl Guest for CompletesBadly {
    fn describe() -> String {
        let mut description =
            vantage_guests::description("completes-badly", "Misbehave while a value is completed");
        let argument =
            |name: &&str| json!({ "name": name, "kind": "text", "summary": name, "completes": true });
        description["commands"][0]["arguments"] = json!(MISDEEDS.iter().map(argument).collect::<Vec<_>>());
        description["commands"][0]["operations"] = json!(["BadNews"]);
        description["commands"].as_array_mut().into_iter().for_each(|commands| {
            commands.push(json!({
                "path": ["completes-worse"],
                "summary": "Change things",
                "effect": "change",
                "answer": { "shape": "nothing" },
                "operations": ["BadDelete", "BadCreate"],
            }));
        });
        let operation = |name: &str, document: &str| {
            json!({
                "name": name, "api": "cluster", "document": document, "purpose": "misbehaves",
            })
        };
        let delete = "mutation BadDelete { deleteCluster(clusterName: \"x\") { __typename } }";
        let create = "query BadCreate { clusters(first: 1) { edges { node { status } } } }";
        let news = "subscription BadNews { clusterStatusChanged { name } }";
        description["operations"] = json!([
            operation("BadDelete", delete),
            operation("BadCreate", create),
            operation("BadNews", news)
        ]);
        description["requests"] = json!([
            { "capability": "persona email", "purpose": "misbehaves" },
            { "capability": "storage 1KiB", "purpose": "misbehaves" },
            { "capability": "dynamic cluster/Query.clusters", "purpose": "misbehaves" },
        ]);
        description.to_string()
    }

    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        session.output().emit("{\"ran\":true}")
    }
}

impl completion::Guest for CompletesBadly {
    #[expect(clippy::print_stderr, clippy::print_stdout, reason = "nobody is to see it")]
    fn complete(_: Vec<String>, argument: String, _: String, _: String, session: Session) -> String {
        println!("on standard output");
        eprintln!("on standard error");
        session.output().note("a note");
        session.output().warn("a warning");
        let _display = session.output().start_progress("at work", None);
        let told = |result: Result<(), Error>| match result {
            Ok(()) => "[\"got-through\"]".to_owned(),
            Err(error) => {
                json!([{ "value": format!("was-{}", error.kind), "summary": error.message }]).to_string()
            }
        };
        match argument.as_str() {
            "fine" => "[\"fine\"]".to_owned(),
            "endless" => loop {
                std::hint::spin_loop();
            },
            "waits" => {
                let client = session.graphql();
                if let Ok(news) = client.subscribe("BadNews", "{}") {
                    while let Ok(Some(_)) = news.next() {}
                }
                "[\"got-through\"]".to_owned()
            }
            "giant" => format!("[\"{}\"]", "x".repeat(1 << 30)),
            "huge" => format!("[\"a\",\"{}\"]", "x".repeat(64 << 20)),
            "bad-json" => "[\"a\", {\"value\": \"b\"".to_owned(),
            "escapes" => json!([
                "\u{1b}[31mred", "two\nlines", "a\ttab", "\u{202e}drawkcab", "nul\0", "\u{200b}",
                { "value": "seen", "summary": "\u{1b}]0;title\u{7}\nvalues\n\ttab" },
            ])
            .to_string(),
            "options" => json!(["--yes", "-y", "--", "no-option"]).to_string(),
            "mutation" => told(session.graphql().execute("BadDelete", "{}").map(|_| ())),
            "not-listed" => told(session.graphql().execute("BadCreate", "{}").map(|_| ())),
            "dynamic" => {
                let document = "query Now { clusters(first: 1) { edges { node { name } } } }";
                told(session.graphql().execute_document("cluster", document, "{}").map(|_| ()))
            }
            "prompts" => told(session.prompter().confirm("Go on?").map(|_| ())),
            "emits" => told(session.output().emit("{\"emitted\":true}")),
            "stores" => told(session.storage().and_then(|store| store.set("key", "1"))),
            "persona" => told(session.persona().and_then(|persona| persona.email()).map(|_| ())),
            "traps" => unreachable!("as was asked for"),
            _ => std::process::exit(0),
        }
    }
}
