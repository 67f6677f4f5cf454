//! Every document of `corpus/` is decided as its first line says.
//!
//! That line is a comment: `allowed` with the capabilities that the document needs (`nothing` where
//! it needs none, `anonymous` where its operation has no name), or `denied` with the gate's error.
//! The rest of the file, byte for byte, is the document. Bombs would be too long for files; they are
//! in `bombs.rs`.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use vantage_policy::gate::{GateError, Operation};

/// What the gate makes of a document, in the words of the corpus.
fn decide(document: &str) -> String {
    match Operation::read_dynamic("cluster", document) {
        Ok(operation) => {
            let anonymous = if operation.name.is_empty() { "anonymous " } else { "" };
            let lines: Vec<String> = operation.capabilities().iter().map(ToString::to_string).collect();
            let needs = if lines.is_empty() { "nothing".to_owned() } else { lines.join(", ") };
            format!("allowed {anonymous}{needs}")
        }
        Err(error) => format!("denied {}", variant(&error)),
    }
}

fn variant(error: &GateError) -> String {
    format!("{error:?}").chars().take_while(char::is_ascii_alphabetic).collect()
}

#[test]
fn every_document_is_decided_as_its_file_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut failures = Vec::new();
    let mut documents = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "graphql") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let (first, document) = text.split_once('\n').unwrap();
        let expected = first.strip_prefix("# ").unwrap();
        let decided = decide(document);
        if decided != expected {
            failures.push(format!("{}: expected {expected}, got {decided}", path.display()));
        }
        check_print(document);
        documents += 1;
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(documents > 100, "only {documents} documents were found");
}

/// The print of a document reads as the document does, and prints as itself.
fn check_print(document: &str) {
    let Ok(operation) = Operation::read_dynamic("cluster", document) else {
        return;
    };
    let again = Operation::read_dynamic("cluster", &operation.document);
    assert_eq!(again, Ok(operation));
}

#[test]
fn bounds_hold_to_the_byte() {
    let document = |length: usize| {
        let start = "query Q { f } # ";
        format!("{start}{}", "x".repeat(length - start.len()))
    };
    assert_eq!(decide(&document(64 * 1024)), "allowed query cluster/Query.f");
    assert_eq!(decide(&document(64 * 1024 + 1)), "denied Length");
    let fields = |count: usize| format!("query Q {{ f {{ {} }} }}", "x ".repeat(count));
    assert_eq!(decide(&fields(1_999)), "allowed query cluster/Query.f");
    assert_eq!(decide(&fields(2_000)), "denied Budget");
    let aliases = |count: usize| format!("query Q {{ f {{ {} }} }}", "a: x ".repeat(count));
    assert_eq!(decide(&aliases(50)), "allowed query cluster/Query.f");
    assert_eq!(decide(&aliases(51)), "denied Budget");
    assert_eq!(decide(""), "denied Syntax");
}

/// A selection set as text, with the names of its fields as they are, whatever their aliases.
fn selections() -> impl Strategy<Value = (String, Vec<String>)> {
    let value = prop_oneof![
        "[0-9]{1}".prop_map(String::from),
        Just("$v".to_owned()),
        "[A-Z]{1,4}".prop_map(String::from),
        "[ -~&&[^\"\\\\]]{0,12}".prop_map(|text| format!("\"{text}\"")),
        "[ -~\n\t\u{80}-\u{2fff}]{0,20}"
            .prop_map(|text| format!("\"\"\"{}\"\"\"", text.replace('\\', "/").replace('"', "'"))),
        Just("{a: [1, $v], b: \"\\u202e\\n\"}".to_owned()),
    ];
    let field = (prop::option::of("[a-z]{1,4}"), "[a-z_]{1,3}x", prop::option::of(value), any::<bool>());
    let field = field.prop_map(|(alias, name, value, nested)| {
        let alias = alias.map(|alias| format!("{alias}: ")).unwrap_or_default();
        let value = value.map(|value| format!("(arg: {value})")).unwrap_or_default();
        let below = if nested { " { __typename inner ... on Type { other } }" } else { "" };
        (format!("{alias}{name}{value}{below} "), vec![name])
    });
    let leaf = prop::collection::vec(field, 1..4).prop_map(concat);
    leaf.prop_recursive(3, 8, 3, |inner| {
        let wrapped = (inner, 0..4usize).prop_map(|((text, names), how)| {
            let text = match how {
                0 => format!("... {{ {text} }} "),
                1 => format!("... on Query {{ {text} }} "),
                2 => format!("... @include(if: $v) {{ {text} }} "),
                _ => format!("... on Query @skip(if: true) {{ {text} ...F }} "),
            };
            (text, names)
        });
        prop::collection::vec(wrapped, 1..3).prop_map(concat)
    })
}

fn concat(parts: Vec<(String, Vec<String>)>) -> (String, Vec<String>) {
    let names = parts.iter().flat_map(|(_, names)| names.clone()).collect();
    (parts.into_iter().map(|(text, _)| text).collect(), names)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn roots_are_the_names_that_were_written_and_prints_are_stable((text, mut names) in selections()) {
        let document = format!("query Q($v: Boolean) {{ {text} ...F }} fragment F on Query {{ fragmented }}");
        match Operation::read("Q", "cluster", &document) {
            Ok(operation) => {
                names.push("fragmented".to_owned());
                names.sort();
                names.dedup();
                prop_assert_eq!(&operation.roots, &names);
                let again = Operation::read("Q", "cluster", &operation.document).unwrap();
                prop_assert_eq!(again, operation);
            }
            Err(GateError::Budget { .. }) => {}
            Err(error) => return Err(TestCaseError::fail(format!("{error}: {document}"))),
        }
    }

    #[test]
    fn any_text_is_decided(text in "[{}()\\[\\]$@!:.#\"\\\\a-z0-9 \n\r\u{feff}é]{0,80}") {
        check_print(&text);
    }

    #[test]
    fn any_damage_to_a_document_is_decided(at in 0..200usize, with in "[{}()\"@.\\\\u]{0,3}") {
        let document = "query Q($a: Int = 1, $b: [String!]) { x: clusters(first: $a, n: {s: \"\\u0041\\n\", l: [1.5e3]}) \
                        { ...F @skip(if: $b) } } fragment F on Cluster { name(b: \"\"\"block\"\"\") }";
        let at = at.min(document.len());
        check_print(&format!("{}{with}{}", &document[..at], &document[at..]));
    }
}
