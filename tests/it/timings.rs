//! Where the time goes, and that nothing is built which is not needed. No test asserts a time.

use serde_json::Value;
use vantage_platform::Options;
use vantage_test_support::World;

use crate::{VANTAGE, seeded, signed_in, world};

#[test]
fn a_warm_list_shows_spans_for_load_instantiate_and_call() {
    let world = signed_in();
    world.run(&["cluster", "list"]).expect(0);
    let ran = world.run(&["cluster", "list", "-v"]).expect(0);
    for span in ["plugin.load", "plugin.instantiate", "plugin.call", "graphql"] {
        assert!(ran.stderr.contains(span), "no `{span}` in:\n{ran}");
    }
    assert!(!ran.stderr.contains("plugin.compile"), "{ran}");
}

#[test]
fn a_run_says_how_much_of_its_limits_it_used() {
    let world = signed_in();
    let ran = world.run(&["cluster", "list", "-v"]).expect(0);
    let used = ran.stderr.lines().find(|line| line.starts_with("vantage/cluster used: memory ")).unwrap();
    assert!(used.contains(" of 256 MiB, computing ") && used.ends_with(" of 30s"), "{used}");
    let ran = world.run(&["cluster", "list", "-v", "-o", "json"]).expect(0);
    let lines = ran.stderr.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let used = lines.map(|line| line["used"].clone()).find(|used| !used.is_null()).unwrap();
    assert!(used["memory"].as_u64().unwrap() > 0, "{used}");
    assert_eq!(
        (&used["memory_allowed"], &used["computing_ms_allowed"]),
        (&(256 << 20).into(), &30_000.0.into())
    );
    assert!(!world.run(&["cluster", "list"]).expect(0).stderr.contains("used"));
}

#[test]
fn no_engine_starts_where_no_pack_runs() {
    let world = signed_in();
    for line in [&["whoami", "-v"][..], &["plugin", "list", "-v"], &["plugin", "show", "cluster", "-v"]] {
        let ran = world.run(line).expect(0);
        assert!(!ran.stderr.contains("plugin."), "{ran}");
    }
    // Help ends before anything is traced; an engine would leave its compiled code behind.
    let world = crate::world();
    world.run(&["--help"]).expect(0);
    world.run(&["cluster", "--help"]).expect(0);
    world.run(&["cluster", "list", "--help", "-v"]).expect(0);
    assert!(!world.home().join("cache").exists() && !world.home().join("data").exists());
}

#[test]
fn timings_are_json_where_json_was_asked_for() {
    let world = world();
    let ran = world.run(&["whoami", "-v", "-o", "json"]).expect(4);
    assert_eq!(ran.json_error()["exit"], 4);
}

#[test]
fn where_the_time_went_tells_requests_apart_and_counts_what_is_alike() {
    let world = World::signed_in(VANTAGE, Options { clusters: 250, ..seeded() });
    world.run(&["cluster", "list"]).expect(0);
    let ran = world.run(&["cluster", "list", "-v", "-o", "json"]).expect(0);
    let lines = ran.stderr.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut told = lines.filter(|line| !line["timings"].is_null());
    let told = told.next().unwrap();
    let row = |name: &str| {
        let mut rows = told["timings"].as_array().unwrap().iter();
        rows.find(|row| row["name"] == name).cloned().unwrap_or_else(|| panic!("no {name} in {told:#}"))
    };
    for name in ["start", "configuration", "auth.credentials", "plugin.load", "plugin.instantiate", "render"]
    {
        row(name);
    }
    assert_eq!(row("graphql ListClusters")["count"], 3);
    assert_eq!((&row("wait")["count"], &row("body")["count"]), (&3.into(), &3.into()));
    assert_eq!(row("connect")["count"], 1);
    assert!(row("body")["bytes"].as_u64().unwrap() > 10_000, "{told:#}");
    assert_eq!(told["requests"], 3);
    assert_eq!(told["bytes"], row("body")["bytes"]);
    #[cfg(target_os = "linux")]
    assert!(told["peak_memory"].as_u64().unwrap() > 1 << 20, "{told:#}");
    let text = world.run(&["cluster", "list", "-v"]).expect(0).stderr;
    assert!(text.contains("graphql ListClusters ×3"), "{text}");
    assert!(text.lines().any(|line| line.contains("3 requests, ")), "{text}");
    let none = world.run(&["version", "-v"]).expect(0).stderr;
    assert!(none.contains("no requests"), "{none}");
}

#[test]
fn timings_are_written_to_a_file_that_browsers_read() {
    let world = signed_in();
    let file = world.home().join("trace.json");
    let name = file.to_str().unwrap();
    let ran = world.run(&["cluster", "list", "--timings", name]).expect(0);
    assert_eq!(ran.stderr, "", "{ran}");
    let trace: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    for name in ["start", "plugin.call vantage/cluster", "graphql ListClusters", "wait", "render"] {
        let event = events.iter().find(|event| event["name"] == name);
        let event = event.unwrap_or_else(|| panic!("no {name} in {trace:#}"));
        assert_eq!(event["ph"], "X");
        assert!(event["ts"].is_number() && event["dur"].is_number() && event["tid"].is_number(), "{event}");
    }
    assert_eq!(trace["otherData"]["requests"], 1);
    // Also of what fails; and it replaces what was there.
    world.run(&["cluster", "get", "nosuch", "--timings", name]).expect(3);
    let failed = std::fs::read_to_string(&file).unwrap();
    assert!(failed.contains("graphql GetCluster"), "{failed}");
    let mut left = std::fs::read_dir(world.home()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!left.any(|name| name.to_string_lossy().starts_with(".timings-")));
}

#[test]
fn files_that_cannot_be_written_are_told_before_anything_is_asked() {
    let world = signed_in();
    let nowhere = world.home().join("nowhere/file");
    let folder = world.home().to_str().unwrap();
    for option in ["--timings", "--log-file"] {
        for name in [nowhere.to_str().unwrap(), folder] {
            let ran = world.run(&["cluster", "delete", "calm-lagoon-02", "--yes", option, name]).expect(1);
            assert!(ran.stderr.contains("cannot be written to"), "{ran}");
            assert!(ran.stderr.contains(&format!("hint: {option} takes the name of a file")), "{ran}");
        }
    }
    world.run(&["cluster", "get", "calm-lagoon-02"]).expect(0);
}

#[test]
fn diagnostics_go_to_a_file_and_nothing_of_them_to_the_terminal() {
    let world = signed_in();
    let file = world.home().join("vantage.log");
    let line = ["cluster", "list", "-vvv", "--log-file", file.to_str().unwrap()];
    let ran = world.run(&line).expect(0);
    assert!(ran.stderr.contains("plugin.call") && !ran.stderr.contains("TRACE"), "{ran}");
    let log = std::fs::read_to_string(&file).unwrap();
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "{log}");
    world.run(&line).expect(0);
    let more = std::fs::read_to_string(&file).unwrap();
    assert!(more.starts_with(&log) && more.len() > log.len(), "what was there is kept");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // Without -v it has the diagnostics all the same; the world looks for tokens in it when it ends.
    let quiet = world.home().join("quiet.log");
    let ran = world.run(&["cluster", "list", "--log-file", quiet.to_str().unwrap()]).expect(0);
    assert_eq!(ran.stderr, "", "{ran}");
    assert!(quiet.exists());
}
