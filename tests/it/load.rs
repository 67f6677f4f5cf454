//! Many requests and long lists: what is bounded stays bounded. How long they take is a matter for
//! `cargo xtask bench`.

use vantage_platform::Options;
use vantage_test_support::World;

use crate::guests::guest;
use crate::{VANTAGE, seeded};

#[test]
fn eight_requests_of_many_are_under_way_at_once() {
    let world = World::signed_in(VANTAGE, seeded());
    world.run(&["plugin", "add", &guest("fan_out").display().to_string(), "--grant-all"]).expect(0);
    // Long enough for eight to be under way before the first is answered.
    world.tell("faults", &serde_json::json!({ "latency": "500ms" }));
    let ran = world.run(&["fan-out", "--calls", "20", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["answered"], 20);
    assert_eq!(world.admin("stats")["graphql_in_flight_peak"], 8);
}

#[test]
fn a_reader_that_leaves_ends_the_run_and_the_fetching() {
    use std::io::{BufRead, BufReader};

    let world = World::signed_in(VANTAGE, Options { clusters: 20_000, ..seeded() });
    for format in ["jsonl", "json", "csv", "tsv", "yaml"] {
        let asked = || world.admin("stats")["graphql_requests"].as_u64().unwrap();
        let before = asked();
        let mut child = world.start(&mut world.command(&["cluster", "list", "-o", format]));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(!lines.next().unwrap().unwrap().is_empty());
        drop(lines);
        assert!(child.wait().unwrap().success(), "{format}");
        // All of them are 200 pages.
        let pages = asked() - before;
        assert!(pages < 100, "{format}: {pages} pages were asked for");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_long_list_takes_bounded_memory() {
    let clusters = if std::env::var_os("VANTAGE_TEST_LONG").is_some() { 100_000 } else { 10_000 };
    let world = World::signed_in(VANTAGE, Options { clusters, ..seeded() });
    // What is compiled once is out of the way then.
    world.run(&["cluster", "list", "--limit", "1"]).expect(0);
    for (format, others) in [("jsonl", 0), ("csv", 1), ("json", 2)] {
        bounded(&world, format, clusters, others);
    }
}

/// Reads a list of so many records, and of `others` lines that are none, and looks at the memory that was
/// taken near its end.
#[cfg(target_os = "linux")]
fn bounded(world: &World, format: &str, clusters: usize, others: usize) {
    use std::io::{BufRead, BufReader};

    let mut child = world.start(&mut world.command(&["cluster", "list", "-o", format]));
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // Whoever stops reading before the end keeps the process where it can be looked at.
    let before_the_end = clusters - 2_000;
    assert_eq!(lines.by_ref().take(before_the_end).filter(|line| line.is_ok()).count(), before_the_end);
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kibibytes: usize = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kibibytes <= 64 * 1024, "{format}: {kibibytes} KiB");
    assert_eq!(lines.count(), clusters - before_the_end + others, "{format}");
    assert!(child.wait().unwrap().success());
}
