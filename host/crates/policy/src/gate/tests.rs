//! What the gate says of single documents; `tests/corpus.rs` has the many.

use insta::assert_snapshot;

use super::*;

const PAGE: &str = r#"
    # A comment that goes no further.
    query Page($first: Int = 100, $after: String, $mine: Boolean!) {
      all: clusters(after: $after, first: $first, filter: {state: READY, tags: ["a b", $after]}) {
        edges { node { ...Parts ... on Managed @include(if: $mine) { secret } } }
        pageInfo { hasNextPage endCursor }
      }
      __typename
      cluster(name: "x\u00e9\"") { name }
    }
    fragment Parts on Cluster { __typename title: name owner { name } }
    fragment Unused on Query { secrets }
"#;

fn read(document: &str) -> Operation {
    Operation::read_dynamic("cluster", document).unwrap()
}

fn refusal(document: &str) -> String {
    Operation::read_dynamic("cluster", document).unwrap_err().to_string()
}

#[test]
fn an_operation_knows_what_it_reaches() {
    let operation = Operation::read("Page", "cluster", PAGE).unwrap();
    assert_eq!((operation.name.as_str(), operation.kind), ("Page", OperationKind::Query));
    assert_eq!(operation.roots, ["cluster", "clusters"]);
    assert_eq!(operation.variables, ["first", "after", "mine"]);
    let lines: Vec<&str> = operation.reach.lines().collect();
    assert_snapshot!(lines.join("\n"), @r#"
    cluster(name: "x\u{E9}\"")
    cluster.name
    clusters(after: $, filter: {state: READY, tags: ["a b", $]}, first: $)
    clusters.edges
    clusters.edges.node
    clusters.edges.node on Cluster
    clusters.edges.node on Managed
    clusters.edges.node.name
    clusters.edges.node.owner
    clusters.edges.node.owner.name
    clusters.edges.node.secret
    clusters.pageInfo
    clusters.pageInfo.endCursor
    clusters.pageInfo.hasNextPage
    "#);
    let capabilities: Vec<String> = operation.capabilities().iter().map(ToString::to_string).collect();
    assert_eq!(capabilities, ["query cluster/Query.cluster", "query cluster/Query.clusters"]);
    let dynamic: Vec<String> = operation.dynamic_capabilities().iter().map(ToString::to_string).collect();
    assert_eq!(dynamic, ["dynamic cluster/Query.cluster", "dynamic cluster/Query.clusters"]);
}

#[test]
fn the_print_is_one_line_of_what_is_reached() {
    assert_snapshot!(read(PAGE).document, @r#"query Page($first: Int = 100, $after: String, $mine: Boolean!) { all: clusters(after: $after, first: $first, filter: {state: READY, tags: ["a b", $after]}) { edges { node { ...Parts ... on Managed @include(if: $mine) { secret } } } pageInfo { hasNextPage endCursor } } __typename cluster(name: "xé\"") { name } } fragment Parts on Cluster { __typename title: name owner { name } }"#);
    assert_snapshot!(
        read("query B { f(text: \"\"\"\n      two\n        lines\n    \"\"\") }").document,
        @r#"query B { f(text: "two\n  lines") }"#
    );
}

#[test]
fn the_declared_name_must_be_the_documents() {
    assert_eq!(Operation::read("Q", "cluster", "{ clusters }"), Err(GateError::Anonymous));
    let error = Operation::read("Other", "cluster", "query Q { clusters }").unwrap_err();
    assert_snapshot!(error, @"the operation is declared as `Other` and named `Q` in its document");
    assert!(matches!(Operation::read("Q", "Cluster!", "query Q { clusters }"), Err(GateError::Api { .. })));
}

#[test]
fn refusals_say_what_and_what_is_allowed() {
    assert_snapshot!(refusal("query Q {\n  clusters {\n}"), @"line 3, column 1: expected at least one Selection in Selection Set");
    assert_snapshot!(refusal("query Q { # é\n  a(b: \"é\" after) { name }\n}"), @"line 2, column 12: unexpected `after`");
    assert_snapshot!(refusal("query Q { a(after) }"), @"line 1, column 13: unexpected `after`");
    assert_snapshot!(refusal("query Q {\n\n  e(a: \"\n\") }"), @"line 3, column 8: a string without an end");
    assert_snapshot!(refusal("query Q { a } query R { b }"), @"the document must hold exactly one operation, it holds 2");
    assert_snapshot!(refusal("query Q { ... on Cluster { b } }"), @"a fragment at the root must be on `Query`, this one is on `Cluster`");
    assert_snapshot!(refusal("query Q { a @defer }"), @"the directive `@defer` is not allowed; only `@skip` and `@include` are");
    assert_snapshot!(refusal(&format!("query Q {}{}", "{ f ".repeat(16), "}".repeat(16))), @"the operation has more than 15 levels of fields once its fragments are expanded");
    assert_snapshot!(refusal("type T { a: Int }"), @"only operations and fragments may be defined, nothing of a schema");
    assert_snapshot!(refusal("query Q { a(x: $b) }"), @"the variable `$b` is not declared");
    assert_snapshot!(refusal(&format!("query Q {}", "{ f ".repeat(100))), @"line 1, column 267: parser recursion limit reached");
}

#[test]
fn variables_are_declared_names_and_printed_anew() {
    let operation = read("query Q($a: Int, $b: In) { f(a: $a, b: $b) }");
    assert_eq!(operation.check_variables(" { } ").unwrap(), "{}");
    assert_eq!(
        operation
            .check_variables("{ \"b\": {\"x\": [1.0, 12345678901234567890]}, \"\\u0061\": null }")
            .unwrap(),
        "{\"b\":{\"x\":[1.0,12345678901234567890]},\"a\":null}"
    );
}

#[test]
fn variables_that_are_refused() {
    let operation = read("query Q($a: Int) { f(a: $a) }");
    let refusal = |json: &str| operation.check_variables(json).unwrap_err().to_string();
    assert_snapshot!(refusal("[]"), @"the variables are refused: it must be a JSON object");
    assert_snapshot!(refusal("{\"a\": 1, \"b\": 2}"), @"the variables are refused at `/b`: the operation declares no such variable");
    assert_snapshot!(refusal("{\"a\": 1, \"\\u0061\": 2}"), @"the variables are refused at `/a`: the name stands twice in its object");
    assert_snapshot!(refusal("{\"a\": {\"x\": 1, \"x\": 2}}"), @"the variables are refused at `/a/x`: the name stands twice in its object");
    assert_snapshot!(refusal("{\"a\": 1"), @"the variables are refused: it is no JSON: EOF while parsing an object at line 1 column 7");
    assert_snapshot!(refusal("null"), @"the variables are refused: it must be a JSON object");
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(operation.check_variables(&nested(63)).is_ok());
    assert!(operation.check_variables(&nested(64)).is_err());
    let long = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
    assert!(operation.check_variables(&long(VARIABLES_LENGTH)).is_ok());
    assert!(operation.check_variables(&long(VARIABLES_LENGTH + 1)).is_err());
}

#[test]
fn a_reach_that_would_fill_grants_is_refused() {
    let name = |letter: char| letter.to_string().repeat(120);
    let mut document = "query Q { ...F0 }".to_owned();
    for level in 0..10 {
        let on = if level == 0 { "Query" } else { "X" };
        let below = format!("{{ ...F{} }}", level + 1);
        document += &format!("fragment F{level} on {on} {{ {} {below} {} {below} }}", name('a'), name('b'));
    }
    document += "fragment F10 on X { c }";
    assert!(matches!(Operation::read("Q", "cluster", &document), Err(GateError::Budget { .. })));
}
