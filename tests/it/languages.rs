//! One pack per toolchain, run against the contract: a contract that a language cannot implement is
//! found here.
//!
//! All packs have the same commands, so that one function checks them all: `list` answers with the
//! platform's clusters, `watch` follows one by a subscription until it is ready, `missing` gives a typed error back, `denied` runs a mutation that was not
//! granted and lets the error travel out, `crash` ends as each language crashes.

use std::env;

use serde_json::Value;
use vantage_platform::Options;
use vantage_test_support::World;

use crate::guests::third_party;
use crate::{VANTAGE, seeded};

const READ: &str = "query cluster/Query.clusters";
const FOLLOW: &str = "subscription cluster/Subscription.clusterStatusChanged";

/// More than twelve pages of 100, so that collectors and buffers of the guest have work to do.
const CLUSTERS: usize = 1_250;

/// How a pack ends whose own code fails: as a crash, where the language traps; as an error that its
/// SDK made of it, where the language throws.
#[derive(Clone, Copy)]
enum Fault {
    Traps,
    Throws,
}

#[test]
fn a_pack_in_python_does_what_the_contract_says() {
    check("python", "py-report", Fault::Throws);
}

#[test]
fn a_pack_in_typescript_does_what_the_contract_says() {
    check("typescript", "ts-report", Fault::Throws);
}

#[test]
fn a_pack_in_go_does_what_the_contract_says() {
    check("go", "go-report", Fault::Throws);
}

#[test]
fn a_pack_in_c_does_what_the_contract_says() {
    check("c", "c-report", Fault::Traps);
}

#[test]
fn a_pack_in_cpp_does_what_the_contract_says() {
    check("cpp", "cpp-report", Fault::Traps);
}

fn check(component: &str, word: &str, fault: Fault) {
    // Said by `cargo xtask test --skip`, which tells that it skips.
    if env::var("VANTAGE_TEST_SKIP").unwrap_or_default().split(',').any(|skipped| skipped == component) {
        return;
    }
    let world = World::signed_in(VANTAGE, Options { clusters: CLUSTERS, ..seeded() });
    world.run(&["plugin", "add", &third_party(component).display().to_string(), "--grant", READ]).expect(0);

    let expected = world.run(&["cluster", "list", "-o", "json", "--sort", "name"]).expect(0).json();
    let listed = world.run(&[word, "list", "-o", "json", "--sort", "name"]).expect(0).json();
    assert_eq!(names(&listed).len(), CLUSTERS);
    assert_eq!(names(&listed), names(&expected));
    let limited = world.run(&[word, "list", "-o", "jsonl", "--limit", "3"]).expect(0);
    assert_eq!(limited.stdout.lines().count(), 3);

    let ready = expected.as_array().unwrap().iter().find(|cluster| cluster["status"] == "ready").unwrap();
    let watch = [word, "watch", ready["name"].as_str().unwrap(), "-o", "jsonl"];
    assert!(world.run(&watch).expect(5).stderr.contains(FOLLOW));
    world.run(&["plugin", "grant", word, FOLLOW]).expect(0);
    let watched = world.run(&watch).expect(0);
    assert_eq!(serde_json::from_str::<Value>(&watched.stdout).unwrap()["name"], ready["name"], "{watched}");

    let missing = world.run(&[word, "missing", "nosuch", "-o", "json"]).expect(3);
    assert_eq!(missing.json_error()["kind"], "not-found", "{missing}");
    assert!(missing.stderr.contains("nosuch"), "{missing}");

    let denied = world.run(&[word, "denied", "--yes"]).expect(5);
    assert!(
        denied.stderr.contains(&format!("hint: vantage plugin grant acme/{word} \"mutation cluster/")),
        "{denied}"
    );

    let crashed = world.run(&[word, "crash"]).expect(match fault {
        Fault::Traps => 8,
        Fault::Throws => 1,
    });
    assert_eq!(crashed.stdout, "");
    assert!(crashed.stderr.contains(&format!("acme/{word}")), "{crashed}");
    world.run(&[word, "list", "--limit", "1"]).expect(0);
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|record| record["name"].as_str().unwrap()).collect()
}
