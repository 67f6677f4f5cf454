//! The pack's commands, run natively on values: no platform, no network, no WebAssembly.

use vantage_plugin::ErrorKind;
use vantage_plugin::testing::Rehearsal;

use super::*;

fn cluster(name: &str, status: &str) -> Value {
    json!({ "name": name, "status": status, "provider": "aws" })
}

#[test]
fn list_reads_all_pages() {
    let pages = [vec![cluster("a", "ready")], vec![cluster("b", "failed")]];
    let run = Rehearsal::new(pack())
        .pages(LIST, pages)
        .run("PACK-NAME list", json!({}));
    assert_eq!(run.result, Ok(()));
    assert_eq!(run.records, [cluster("a", "ready"), cluster("b", "failed")]);
}

#[test]
fn list_keeps_to_the_status_that_is_asked_for() {
    let page = vec![cluster("a", "ready"), cluster("b", "failed")];
    let arguments = json!({ "status": "failed" });
    let run = Rehearsal::new(pack())
        .pages(LIST, [page])
        .run("PACK-NAME list", arguments);
    assert_eq!(run.records, [cluster("b", "failed")]);
}

#[test]
fn show_asks_for_the_one_that_is_named() {
    let found = json!({ "clusters": { "edges": [{ "node": cluster("a", "ready") }] } });
    let run = Rehearsal::new(pack())
        .answer(SHOW, found)
        .run("PACK-NAME show", json!({ "name": "a" }));
    assert_eq!(run.records, [cluster("a", "ready")]);
    let variables = json!({ "filters": { "name": { "eq": "a" } } });
    assert_eq!(run.calls, [("ShowCluster".to_owned(), variables)]);
}

#[test]
fn show_says_what_is_not_there() {
    let none = json!({ "clusters": { "edges": [] } });
    let run = Rehearsal::new(pack())
        .answer(SHOW, none)
        .run("PACK-NAME show", json!({ "name": "a" }));
    let error = run.result.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::NotFound, "cluster `a` was not found")
    );
}
