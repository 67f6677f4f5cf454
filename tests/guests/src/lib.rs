//! Small packs, well- and ill-behaved, one component each: what the host meets in its tests.
//!
//! Each file in `examples` is a guest, built for WebAssembly with
//! `cargo build -p vantage-guests --examples --target wasm32-wasip2 --profile pack`. This library is
//! only what they share: their list, and descriptions for those that go below the SDK's typed level.
//! A guest's id is `test/NAME` and its command `NAME`, in kebab case.

use serde_json::{Value, json};

/// Calls a macro with the names of all guests, as identifiers: `every_guest!(callback);`.
///
/// A test binary that has a module for each cannot forget one.
#[macro_export]
macro_rules! every_guest {
    ($callback:path) => {
        $callback! {
            asker
            asks_as_host
            bad_json
            bad_text
            client_after_drop
            client_guessed
            clock_fine
            completer
            completes_badly
            deaf
            deep_json
            deep_recursion
            denied_document
            denied_faked
            denied_file
            denied_mutation
            denied_operation
            denied_persona
            denied_query
            denied_storage
            describe_calls
            describe_counter
            describe_endless
            describe_exits
            describe_floods
            describe_foreign_example
            describe_hog
            describe_huge
            describe_invalid
            describe_not_json
            describe_panic
            describe_reserved
            describe_sleeps
            describe_varies
            double_drop
            endless
            endless_calls
            endless_init
            error_huge
            escapes
            exits
            fails
            fan_out
            flood_calls
            flood_denials
            flood_displays
            flood_handles
            flood_logs
            flood_markdown
            flood_notes
            flood_progress
            flood_rows
            flood_storage
            flood_streams
            flood_subscriptions
            flood_warnings
            follower
            greeter
            grows
            grows_further
            handle_after_drop
            handle_forged
            hint_faked
            hostile_documents
            jumps
            keeper
            list_aliased
            memory_hog
            names_huge
            odd_document
            one_crossing
            out_of_bounds
            outside
            paged
            panics
            random_huge
            reader
            reads_input
            row_burst
            rows_huge
            scanner
            sign_in_faked
            sleeps
            storage_others
            trap
            unreachable
            who
        }
    };
}

macro_rules! listed {
    ($($name:ident)*) => {
        /// The names of all guests as crates have them, sorted: `deep_recursion`.
        pub const GUESTS: &[&str] = &[$(stringify!($name)),*];
    };
}

every_guest!(listed);

/// The description of a pack with one command that reads and answers with records, as JSON.
///
/// For guests that implement the contract's exports themselves.
pub fn description(name: &str, summary: &str) -> Value {
    json!({
        "schema": 1,
        "id": format!("test/{name}"),
        "version": "1.0.0",
        "summary": summary,
        "commands": [{
            "path": [name],
            "summary": summary,
            "effect": "read",
            "answer": { "shape": "many" },
        }],
    })
}

/// The same with a query of the names of clusters, `Clusters`, that the pack's first command may run.
pub fn with_clusters(mut description: Value) -> Value {
    description["operations"] = json!([{
        "name": "Clusters",
        "api": "cluster",
        "document": "query Clusters { clusters(first: 1) { edges { node { name } } } }",
        "purpose": "reads the names of your clusters",
    }]);
    description["commands"][0]["operations"] = json!(["Clusters"]);
    description
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::GUESTS;

    #[test]
    fn every_guest_has_a_file_an_entry_in_the_manifest_and_a_place_in_the_list() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files: Vec<String> = std::fs::read_dir(folder.join("examples"))
            .unwrap()
            .map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        files.sort();
        assert_eq!(files, GUESTS);
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let entries: Vec<_> = manifest.lines().filter_map(|line| line.strip_prefix("name = \"")).collect();
        let expected: Vec<_> = GUESTS.iter().map(|name| format!("{name}\"")).collect();
        assert_eq!(entries[1..], expected);
    }
}
