//! Where the time goes, and that nothing is built which is not needed. No test asserts a time.

use crate::{signed_in, world};

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
