//! `--schema`: every command that answers with records says what they are. That records are so is
//! compared wherever a test prints some as JSON, by `tests/support/src/shape.rs`.

use clap::{Command, Subcommand};
use serde_json::Value;
use vantage::cli::BuiltIn;

use crate::world;

/// Commands that answer nothing, or with what somebody else describes.
const WITHOUT: [&str; 8] =
    ["login", "logout", "api", "completion", "config edit", "profile use", "plugin exec", "help"];

/// The paths of all commands that have none below them.
fn leaves(command: &Command, path: &str, found: &mut Vec<(String, Command)>) {
    if command.get_subcommands().next().is_none() {
        found.push((path.to_owned(), command.clone()));
    }
    for below in command.get_subcommands() {
        leaves(below, format!("{path} {}", below.get_name()).trim(), found);
    }
}

/// Something for each argument that a command cannot do without: it is not used.
fn line(path: &str, command: &Command) -> Vec<String> {
    let needed = command.get_arguments().filter(|argument| argument.is_required_set());
    let values = needed.flat_map(|argument| {
        let value = match argument.get_id().as_str() {
            "shell" => "bash",
            "lang" => "rust",
            "capabilities" | "capability" => "query cluster/Query.clusters",
            _ => "x",
        };
        let option = argument.get_long().filter(|_| !argument.is_positional());
        option.map(|name| format!("--{name}")).into_iter().chain([value.to_owned()])
    });
    path.split(' ').map(str::to_owned).chain(values).chain(["--schema".to_owned()]).collect()
}

#[test]
fn every_built_in_says_what_its_records_are_or_that_it_has_none() {
    let world = world();
    let mut found = Vec::new();
    leaves(&BuiltIn::augment_subcommands(Command::new("vantage")), "", &mut found);
    assert!(found.len() > 35, "{found:?}");
    for (path, command) in found {
        let line = line(&path, &command);
        let ran = world.run(&line.iter().map(String::as_str).collect::<Vec<_>>());
        if WITHOUT.contains(&path.as_str()) {
            assert!(ran.status != 0 && ran.stdout.is_empty(), "{path}: {ran}");
            continue;
        }
        assert_eq!(ran.status, 0, "{path}: {ran}");
        let schema = ran.json();
        assert_eq!(schema["type"], "object", "{path}");
        let properties = schema["properties"].as_object().unwrap();
        assert!(!properties.is_empty(), "{path}");
        for required in schema["required"].as_array().unwrap() {
            assert!(properties.contains_key(required.as_str().unwrap()), "{path}: {required}");
        }
    }
}

#[test]
fn every_command_of_a_bundled_pack_says_what_its_records_are() {
    let world = world();
    let mut seen = 0;
    for pack in vantage_bundle::PACKS {
        let description: Value = serde_json::from_str(pack.description).unwrap();
        for command in description["commands"].as_array().unwrap() {
            let path = command["path"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
            let mut line: Vec<&str> = path.collect();
            let arguments = command["arguments"].as_array().into_iter().flatten();
            for argument in arguments.filter(|argument| argument["required"] == true) {
                let name = format!("--{}", argument["name"].as_str().unwrap());
                if argument["positional"] != true {
                    line.push(Box::leak(name.into_boxed_str()));
                }
                let choice = argument["choices"].as_array().and_then(|choices| choices[0]["value"].as_str());
                line.push(choice.unwrap_or("1").to_owned().leak());
            }
            line.push("--schema");
            let schema = world.run(&line).expect(0).json();
            assert_eq!(schema["type"], "object", "{line:?}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn a_command_without_records_says_so() {
    insta::assert_snapshot!(world().run(&["login", "--schema"]).expect(3), @"
    exit: 3
    --- stdout
    --- stderr
    error: this command gives no records, so there is no schema
    hint: leave --schema out
    ");
    insta::assert_snapshot!(world().run(&["api", "{ x }", "--schema"]).expect(3), @"
    exit: 3
    --- stdout
    --- stderr
    error: what `api` answers with is not described by a schema of its own
    hint: it is what the document selects, as the API's schema says
    ");
    insta::assert_snapshot!(world().run(&["version", "--schema"]).expect(0), @r#"
    exit: 0
    --- stdout
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "A record of vantage version",
      "type": "object",
      "properties": {
        "version": {
          "type": "string"
        },
        "contract": {
          "type": "string"
        },
        "engine": {
          "type": "string"
        },
        "target": {
          "type": "string"
        }
      },
      "required": [
        "version",
        "contract",
        "engine",
        "target"
      ]
    }
    --- stderr
    "#);
}
