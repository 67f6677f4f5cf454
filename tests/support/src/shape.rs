//! Holds what commands print as JSON to what `--schema` says of it, in every test that runs one.
//!
//! Only built-ins and bundled packs: guests say what they like. `world.rs` calls it for each command that
//! succeeded; a command without a schema is passed over, and `tests/it/shapes.rs` knows which those are.

use std::process::Command;

use serde_json::Value;

use crate::ran::Ran;

/// The first words of what is looked at.
const OWN: [&str; 8] = ["whoami", "profile", "config", "plugin", "doctor", "version", "cluster", "job"];

/// The records that a command line has printed; none where it does not print JSON, or not records.
pub(crate) fn records(arguments: &[String], ran: &Ran) -> Vec<Value> {
    let is = |name: &str| arguments.iter().any(|argument| argument == name);
    let own = arguments.first().is_some_and(|word| OWN.contains(&word.as_str()));
    let otherwise = ["--jq", "--schema", "--help", "-h", "--dry-run", "exec", "--limit"];
    if !own || ran.status != 0 || ran.stdout.is_empty() || otherwise.into_iter().any(is) {
        return Vec::new();
    }
    let format = arguments.windows(2).find(|pair| pair[0] == "-o").map(|pair| pair[1].as_str());
    match format {
        Some("jsonl") => ran.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
        Some("json") => match serde_json::from_str(&ran.stdout) {
            Ok(Value::Array(records)) => records,
            Ok(record) => vec![record],
            Err(_) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Compares `records` with the schema that `command`, which is not run otherwise, tells.
///
/// # Panics
/// Where one does not fit, or has a member that the schema does not know.
#[track_caller]
pub(crate) fn compare(records: &[Value], command: &mut Command) {
    let output = command.output().unwrap();
    let Ok(schema) = serde_json::from_slice::<Value>(&output.stdout) else {
        return;
    };
    let validator = jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{error}: {schema:#}"));
    for record in records {
        if let Err(error) = validator.validate(record) {
            panic!(
                "{error} at `{}` of {record:#}\nis not what --schema says: {schema:#}",
                error.instance_path()
            );
        }
        for member in record.as_object().into_iter().flat_map(|record| record.keys()) {
            assert!(
                !schema["properties"][member].is_null(),
                "--schema does not know `{member}` of {record:#}"
            );
        }
    }
}
