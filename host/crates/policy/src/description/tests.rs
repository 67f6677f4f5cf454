//! A description that passes, and what each change to it is answered with.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;

mod arbitrary;
mod arguments;

/// A pack that uses everything a description can say.
pub(crate) fn sample() -> Value {
    json!({
        "schema": 1, "id": "acme/gpu-report", "version": "1.2.0-rc.1+7", "summary": "Report on GPUs",
        "homepage": "https://acme.example/gpu", "license": "MIT OR Apache-2.0", "unknown": {"later": true},
        "groups": [{"path": ["gpu"], "summary": "GPUs"}],
        "commands": [
            {
                "path": ["gpu", "list"], "aliases": ["ls"], "summary": "List GPUs", "description": "Lists *all*.\n",
                "effect": "read", "operations": ["ListClusters"],
                "arguments": [
                    {"name": "cluster", "kind": "text", "summary": "The cluster", "positional": true, "required": true},
                    {"name": "more", "kind": "file", "summary": "Files", "positional": true, "repeated": true},
                    {"name": "state", "short": "s", "kind": "choice", "summary": "Only these", "default": "up",
                     "choices": [{"value": "up"}, {"value": "down", "summary": "Not up"}], "conflicts": ["any"]},
                    {"name": "any", "kind": "flag", "summary": "Any state"},
                    {"name": "ports", "kind": "integer", "summary": "Ports", "repeated": true, "default": [1, 2]},
                    {"name": "since", "kind": "time", "summary": "From when on", "completes": true}
                ],
                "examples": [{"line": "vantage gpu ls x --any", "explanation": "Lists all of x"}],
                "answer": {"shape": "many", "columns": [
                    {"title": "Name", "pointer": "/name"},
                    {"title": "Use", "pointer": "/a~1b/0", "format": "ratio", "wide": true},
                    {"title": "Mood", "pointer": "", "format": "hologram"}
                ], "schema": {"type": "object"}}
            },
            {"path": ["gpu", "reset"], "summary": "Reset a GPU", "effect": "destroy", "operations": ["Reset"],
             "answer": {"shape": "live", "key": "/id"}}
        ],
        "operations": [
            {"name": "ListClusters", "api": "cluster", "purpose": "To list",
             "document": "query ListClusters($n: Int) { all: clusters(first: $n) { name } }"},
            {"name": "Reset", "api": "cluster", "purpose": "To reset",
             "document": "mutation Reset { resetGpu(id: 1) { ok } }"}
        ],
        "requests": [
            {"capability": "persona email", "purpose": "To sign"},
            {"capability": "storage 1MiB", "purpose": "To remember"},
            {"capability": "dynamic jobs/Query.jobs", "purpose": "To search"}
        ],
        "settings": [{"name": "unit", "kind": "text", "summary": "Unit", "default": "W"}],
        "needs": []
    })
}

/// The sample with one place set, or removed where `value` is null.
fn with(pointer: &str, value: Value) -> String {
    let mut sample = sample();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match sample.pointer_mut(parent).unwrap() {
        Value::Object(members) if value.is_null() => drop(members.remove(name)),
        Value::Object(members) => drop(members.insert(name.to_owned(), value)),
        Value::Array(items) if name == "-" => items.push(value),
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        other => panic!("nothing to set in {other}"),
    }
    sample.to_string()
}

fn refusal(pointer: &str, value: Value) -> String {
    let error = Description::parse(&with(pointer, value)).unwrap_err();
    let cause = std::error::Error::source(&error).map(|cause| format!(" <- {cause}")).unwrap_or_default();
    format!("{} | {}{cause}", error.pointer, error.problem)
}

fn command(path: &[&str]) -> Value {
    json!({"path": path, "summary": "Do", "effect": "read", "answer": {"shape": "nothing"}})
}

#[test]
fn the_sample_passes_and_survives_serde() {
    let description = Description::parse(&sample().to_string()).unwrap();
    assert_eq!(description.commands[0].answer.columns[2].format, ColumnFormat::Text);
    assert_eq!(description.storage(), Some(1 << 20));
    assert_eq!(description.command(&["gpu", "reset"]).map(|command| command.effect), Some(Effect::Destroy));
    assert_eq!(description.operation("Reset").unwrap().unwrap().roots, ["resetGpu"]);
    assert_eq!(description.operation("Nothing").unwrap(), None);
    let capabilities: Vec<String> =
        description.capabilities().unwrap().iter().map(ToString::to_string).collect();
    assert_snapshot!(capabilities.join("\n"), @"
    query cluster/Query.clusters
    mutation cluster/Mutation.resetGpu
    dynamic jobs/Query.jobs
    persona email
    storage 1MiB
    ");
    let text = serde_json::to_string(&description).unwrap();
    assert_eq!(Description::parse(&text).unwrap(), description);
}

#[test]
fn a_later_description_says_that_a_newer_host_is_needed() {
    for (pointer, value) in [
        ("/schema", json!(2)),
        ("/needs/-", json!("sockets")),
        ("/commands/0/effect", json!("dream")),
        ("/commands/0/arguments/0/kind", json!("colour")),
        ("/commands/1/answer/shape", json!("tree")),
        ("/settings/0/kind", json!("colour")),
    ] {
        let error = Description::parse(&with(pointer, value)).unwrap_err();
        assert!(error.needs_newer_host, "{error}");
        assert_eq!(error.hints(), ["the pack needs a newer version of vantage"]);
        assert_eq!(error.pointer, pointer.replace('-', "0"));
    }
    assert_snapshot!(refusal("/commands/0/effect", json!("dream")), @"/commands/0/effect | the effect `dream` is not known to this version of vantage; it knows read, change, destroy");
    assert_snapshot!(refusal("/needs/-", json!("sockets")), @"/needs/0 | the feature `sockets` is not known to this version of vantage");
    // What comes with a later schema is not looked at.
    let mut later = sample();
    later["schema"] = json!(2);
    later["commands"] = json!({"changed": true});
    assert_eq!(Description::parse(&later.to_string()).unwrap_err().pointer, "/schema");
}

#[test]
fn identity_is_plain() {
    assert_snapshot!(refusal("/id", json!("gpu-report")), @"/id | `gpu-report` must be a publisher and a name, such as `acme/gpu-report`");
    assert_snapshot!(refusal("/id", json!("аcme/gpu")), @"/id | it holds U+0430; only plain ASCII may stand there");
    assert_snapshot!(refusal("/id", json!("con/gpu")), @"/id | `con` in it is a device on Windows, where no file can have that name");
    for id in ["acme/..", "acme/a/b", "../a", "acme/CON", "acme/a.", "acme/a\u{0}", "acme/", "/a", "acme/%2e"]
    {
        assert!(refusal("/id", json!(id)).starts_with("/id | "), "{id}");
    }
    assert!(refusal("/id", json!(format!("acme/{}", "a".repeat(64)))).starts_with("/id | "));
    assert_snapshot!(refusal("/version", json!("v1.2")), @"/version | unexpected character 'v' while parsing major version number");
    for version in [
        "1.0.0\u{202e}",
        "..",
        "1.0.0/..",
        "1.0.0-../x",
        "1.0.0\0",
        "1.0.\u{437}",
        "1.0.0.",
        "1.0.0-a.",
        "con",
    ] {
        assert!(refusal("/version", json!(version)).starts_with("/version | "), "{version:?}");
    }
    assert!(refusal("/version", json!(format!("1.0.0-{}", "a".repeat(300)))).starts_with("/version | "));
    assert_snapshot!(refusal("/summary", json!("two\nlines")), @"/summary | it must be one line");
    assert_snapshot!(refusal("/summary", json!("x".repeat(301))), @"/summary | it has 301 characters; at most 300 are shown");
    assert_snapshot!(refusal("/summary", Value::Null), @" | missing field `summary`");
    assert_snapshot!(refusal("/homepage", json!("javascript:alert(1)")), @"/homepage | `javascript:alert(1)` must be an http or https address without a user name");
    assert!(refusal("/homepage", json!("https://good.example@evil.example/")).starts_with("/homepage | "));
    assert!(refusal("/license", json!("MIT\u{200b}")).starts_with("/license | "));
}

#[test]
fn a_word_of_the_command_line_means_one_thing() {
    assert_snapshot!(refusal("/commands/-", command(&["gpu"])), @"/commands/2/path | `gpu` cannot be a command and the group of `gpu list`");
    assert_snapshot!(refusal("/commands/-", command(&["gpu", "list", "all"])), @"/commands/0/path | `gpu list` cannot be a command and the group of `gpu list all`");
    assert_snapshot!(refusal("/commands/-", command(&["gpu", "ls"])), @"/commands/2/path | `gpu ls` is a command already");
    assert_snapshot!(refusal("/commands/-", command(&["gpu", "Report"])), @"/commands/2/path/1 | `Report` must be a lower case letter, then at most 31 letters, digits or hyphens");
    assert_snapshot!(refusal("/commands/-", command(&["a", "b", "c", "d", "e"])), @"/commands/2/path | it must have 1 to 4 words");
    assert!(refusal("/commands/-", command(&[])).starts_with("/commands/2/path | "));
    assert_snapshot!(refusal("/commands/0/aliases", json!(["reset"])), @"/commands/1/path | `gpu reset` is a command already");
    assert_snapshot!(refusal("/groups/0/path", json!(["cpu"])), @"/groups/0/path | no command is in `cpu`");
    assert!(
        refusal("/groups/-", json!({"path": ["gpu"], "summary": "Again"})).starts_with("/groups/1/path | ")
    );
    assert!(refusal("/groups/0/path", json!(["gpu", "list"])).starts_with("/groups/0/path | "));
    assert_snapshot!(refusal("/commands", json!([])), @"/commands | a pack must have a command");
    let many: Vec<Value> = (0..201).map(|number| command(&[&format!("c{number}")])).collect();
    assert_snapshot!(refusal("/commands", json!(many)), @"/commands | there are 201; at most 200 are read");
}

#[test]
fn examples_answers_and_settings() {
    let example = |line: &str| refusal("/commands/0/examples/0/line", json!(line));
    assert_snapshot!(example("vantage plugin grant acme/gpu-report \"mutation cluster/Mutation.x\""), @"/commands/0/examples/0/line | it must begin with a command of the pack, such as `vantage gpu list`");
    assert!(example("vantage gpu lists").contains("must begin with"));
    assert!(example("vantage gpu list\nrm -rf").contains("must be one line"));
    assert_snapshot!(refusal("/commands/1/answer/key", Value::Null), @"/commands/1/answer/key | a `live` answer needs a key");
    assert_snapshot!(refusal("/commands/0/answer/columns/0/pointer", json!("name")), @"/commands/0/answer/columns/0/pointer | `name` must be a JSON Pointer, such as `/owner/name`");
    assert!(refusal("/commands/0/answer/columns/0/pointer", json!("/a~2")).contains("JSON Pointer"));
    assert_snapshot!(refusal("/commands/0/answer/columns/1/title", json!("NAME")), @"/commands/0/answer/columns/1/title | another column has the title `NAME` too");
    assert_snapshot!(refusal("/commands/0/answer/schema", json!([])), @"/commands/0/answer/schema | it must be an object");
    assert_snapshot!(refusal("/settings/0/kind", json!("file")), @"/settings/0/kind | `file` is no kind for settings");
    assert_snapshot!(refusal("/settings/0/default", json!(7)), @"/settings/0/default | the default of kind `text` must be a string");
}

#[test]
fn operations_pass_the_gate() {
    assert_snapshot!(refusal("/commands/0/operations", json!(["Nothing"])), @"/commands/0/operations/0 | the pack declares no operation `Nothing`");
    assert_snapshot!(refusal("/commands/0/operations", json!(["Reset"])), @"/commands/0/operations/0 | `Reset` is a mutation, and a command with the effect `read` is denied all of them");
    assert_snapshot!(refusal("/operations/0/document", json!("query Other { a }")), @"/operations/0/document | the gate refuses the document <- the operation is declared as `ListClusters` and named `Other` in its document");
    assert_snapshot!(refusal("/operations/0/document", json!("{ a }")), @"/operations/0/document | the gate refuses the document <- the operation must have a name");
    assert_snapshot!(refusal("/operations/0/document", json!("query ListClusters { a @defer }")), @"/operations/0/document | the gate refuses the document <- the directive `@defer` is not allowed; only `@skip` and `@include` are");
    assert_snapshot!(refusal("/operations/0/name", json!("List-Clusters")), @"/operations/0/name | `List-Clusters` must be a GraphQL name, such as `ListClusters`");
    assert_snapshot!(refusal("/operations/0/name", json!("__List")), @"/operations/0/name | `__List` must be a GraphQL name, such as `ListClusters`");
    assert_snapshot!(refusal("/operations/0/api", json!("../admin")), @"/operations/0/document | the gate refuses the document <- `../admin` cannot be the name of an API: expected lower case letters, digits and hyphens");
    let twice = json!({"name": "Reset", "api": "jobs", "purpose": "Again", "document": "query Reset { a }"});
    assert_snapshot!(refusal("/operations/-", twice), @"/operations/2/name | another operation has the name `Reset` too");
    assert_snapshot!(refusal("/operations/0/purpose", json!("")), @"/operations/0/purpose | it must not be empty");
}

#[test]
fn requests_are_what_documents_cannot_say() {
    assert_snapshot!(refusal("/requests/0/capability", json!("query cluster/Query.clusters")), @"/requests/0/capability | `query cluster/Query.clusters` is not for requests: it follows from a document in `operations`");
    assert_snapshot!(refusal("/requests/0/capability", json!("persona password")), @"/requests/0/capability | `persona password` is no capability: expected `persona identity|email|organization|roles`");
    assert_snapshot!(refusal("/requests/0/capability", json!("storage 2MiB")), @"/requests/1/capability | `storage 1MiB` is requested twice");
}

#[test]
fn the_text_itself_is_bounded_and_strict() {
    let parse = |text: &str| Description::parse(text).unwrap_err().to_string();
    assert_snapshot!(parse("nonsense"), @"the pack's description is refused: it is no JSON: expected ident at line 1 column 2");
    assert_snapshot!(parse("[]"), @"the pack's description is refused: it must be an object with a `schema` number");
    assert_snapshot!(parse("{\"schema\": \"1\"}"), @"the pack's description is refused at `/schema`: it must be 1");
    assert_snapshot!(parse(&sample().to_string().replacen("\"id\":", "\"id\":\"acme/other\",\"id\":", 1)), @"the pack's description is refused at `/id`: the name stands twice in its object");
    assert_snapshot!(parse(&format!("{}{}", " ".repeat(DESCRIPTION_LENGTH), "{}")), @"the pack's description is refused: it has 1048578 bytes; at most 1048576 are read");
    let deep = format!("{{\"schema\":1,\"x\":{}{}}}", "[".repeat(500), "]".repeat(500));
    assert!(parse(&deep).ends_with("it nests too deep"));
}
