//! One pack per toolchain, run against the contract: a contract that a language cannot implement is
//! found here.
//!
//! All packs have the same commands, so that one table runs them all: `list` answers with the
//! platform's clusters, `missing` gives a typed error back, `denied` runs a mutation that was not
//! granted and lets the error travel out, `crash` ends as each language crashes.

use std::env;

use vantage_test_support::World;

use crate::guests::third_party;
use crate::signed_in;

const READ: &str = "query cluster/Query.clusters";

/// A toolchain's component and the word of its pack's command.
const LANGUAGES: &[(&str, &str)] =
    &[("python", "py-report"), ("typescript", "ts-report"), ("go", "go-report"), ("c", "c-report"), ("cpp", "cpp-report")];

/// The toolchains that were not left out by `cargo xtask test --skip`.
fn languages() -> impl Iterator<Item = (&'static str, &'static str)> {
    let skipped = env::var("VANTAGE_TEST_SKIP").unwrap_or_default();
    let kept = move |component: &str| !skipped.split(',').any(|language| language == component);
    LANGUAGES.iter().copied().filter(move |(component, _)| kept(component))
}

fn add(world: &World, component: &str) {
    world.run(&["plugin", "add", &third_party(component).display().to_string(), "--grant", READ]).expect(0);
}

#[test]
fn packs_of_every_language_do_what_the_contract_says() {
    for (component, word) in languages() {
        let world = signed_in();
        add(&world, component);
        let expected = world.run(&["cluster", "list", "-o", "json", "--sort", "name"]).expect(0).json();
        let listed = world.run(&[word, "list", "-o", "json", "--sort", "name"]).expect(0).json();
        let names = |list: &serde_json::Value| {
            list.as_array().unwrap().iter().map(|record| record["name"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&listed), names(&expected), "{word}");
        assert!(names(&listed).len() > 3, "{word}");

        let missing = world.run(&[word, "missing", "nosuch", "-o", "json"]).expect(3);
        assert_eq!(missing.json_error()["kind"], "not-found", "{missing}");
        assert!(missing.stderr.contains("nosuch"), "{missing}");

        let denied = world.run(&[word, "denied", "--yes"]).expect(5);
        assert!(denied.stderr.contains("hint: vantage plugin grant acme/"), "{denied}");

        let crashed = world.run(&[word, "crash"]);
        assert!(crashed.status == 8 || crashed.status == 1, "{crashed}");
        assert_eq!(crashed.stdout, "");
        world.run(&[word, "list"]).expect(0);
    }
}

#[test]
fn packs_of_every_language_page_through_many_records() {
    for (component, word) in languages() {
        let options = vantage_platform::Options { clusters: 1_250, ..crate::seeded() };
        let world = World::signed_in(crate::VANTAGE, options);
        add(&world, component);
        let listed = world.run(&[word, "list", "-o", "jsonl"]).expect(0);
        assert_eq!(listed.stdout.lines().count(), 1_250, "{word}");
    }
}
