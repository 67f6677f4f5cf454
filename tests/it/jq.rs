//! `--jq`: answers filtered by jq's language, for built-ins and packs alike.

use std::process::{Command, Stdio};

use insta::assert_snapshot;
use vantage_platform::Options;
use vantage_test_support::World;

use crate::guests::guest;
use crate::{VANTAGE, seeded, signed_in, world};

#[test]
fn strings_are_printed_raw_and_all_else_as_json() {
    let world = signed_in();
    let run = |line: &[&str]| world.run(line).expect(0);
    assert_snapshot!(run(&["cluster", "list", "--jq", ".[:2][] | .name"]), @"
    exit: 0
    --- stdout
    brisk-jetty-05
    calm-lagoon-02
    --- stderr
    ");
    assert_snapshot!(run(&["cluster", "list", "--jq", "length, (.[0] | {name, status}), map(.status) "]), @r#"
    exit: 0
    --- stdout
    7
    {"name":"brisk-jetty-05","status":"ready"}
    ["ready","ready","ready","ready","stopped","ready","ready"]
    --- stderr
    "#);
    assert_snapshot!(run(&["cluster", "get", "calm-lagoon-02", "--jq", ".status"]), @"
    exit: 0
    --- stdout
    ready
    --- stderr
    ");
    assert_snapshot!(run(&["version", "--jq", "keys"]), @r#"
    exit: 0
    --- stdout
    ["contract","engine","target","version"]
    --- stderr
    "#);
    assert_snapshot!(run(&["plugin", "list", "--sort", "-id", "--jq", ".[].id"]), @"
    exit: 0
    --- stdout
    vantage/job
    vantage/cluster
    --- stderr
    ");
    assert_snapshot!(run(&["profile", "list", "--jq", ".[] | select(.active).name"]), @"
    exit: 0
    --- stdout
    test
    --- stderr
    ");
    let api = ["api", "{ clusters(first: 1) { total } }", "--jq", ".clusters.total"];
    assert_eq!(run(&api).stdout, "7\n");
    // Lists are gathered before the filter sees them, and limited before that.
    assert_eq!(run(&["cluster", "list", "--limit", "3", "--jq", "length"]).stdout, "3\n");
    assert_eq!(run(&["cluster", "list", "--status", "nosuch", "--jq", "length"]).stdout, "0\n");
}

#[test]
fn with_json_lines_records_are_filtered_one_by_one() {
    let world = signed_in();
    let ran = world.run(&["cluster", "list", "-o", "jsonl", "--limit", "2", "--jq", "type, .name"]).expect(0);
    assert_eq!(ran.stdout, "object\nbrisk-jetty-05\nobject\ncalm-lagoon-02\n");
}

#[test]
fn what_cannot_be_filtered_is_refused_before_anything_is_asked() {
    let world = signed_in();
    let asked = || world.admin("stats")["graphql_requests"].clone();
    let before = asked();
    for (line, snapshot) in [
        (&["cluster", "list", "--jq", ".[0"][..], "`[` is not closed at its end"),
        (&["cluster", "list", "--jq", ".[] | nosuch"], "there is no filter `nosuch` at character 7"),
        (&["cluster", "list", "--jq", "env.HOME"], "there is no filter `env` at character 1"),
        (&["cluster", "list", "--jq", ".", "-o", "csv"], "`--jq` gives JSON, and cannot be used with `csv`"),
        (&["cluster", "list", "--jq", ".", "--columns", "name"], "`--columns` cannot be used with `json`"),
        (
            &["cluster", "delete", "calm-lagoon-02", "--yes", "--jq", ".", "-o", "table"],
            "cannot be used with `table`",
        ),
    ] {
        let ran = world.run(line).expect(2);
        assert_eq!(ran.stdout, "", "{ran}");
        assert!(ran.stderr.contains(snapshot), "no `{snapshot}` in {ran}");
    }
    assert_eq!(asked(), before);
    assert_snapshot!(world.run(&["cluster", "list", "--jq", ".[].name.first"]).expect(1), @r#"
    exit: 1
    --- stdout
    --- stderr
    error: the filter of `--jq` failed: cannot index "brisk-jetty-05" with "first"
    hint: -o json without --jq shows what it was given
    "#);
    // Who usually wants tables wants JSON here.
    let mut usually = world.command(&["cluster", "list", "--jq", "length"]);
    assert_eq!(world.finish(usually.env("VANTAGE_OUTPUT", "table")).expect(0).stdout, "7\n");
}

#[test]
fn a_filter_of_a_failed_command_prints_nothing() {
    let ran = world().run(&["cluster", "list", "--jq", "length"]).expect(4);
    assert_eq!(ran.stdout, "", "{ran}");
}

#[test]
fn what_a_pack_says_is_made_visible_on_a_terminal() {
    let world = signed_in();
    world.run(&["plugin", "add", &guest("escapes").display().to_string(), "--grant-all"]).expect(0);
    let (drawn, _) = world.on_terminal(&["escapes", "--jq", ".. | strings"]).finish().unwrap();
    assert!(!drawn.contains("\u{1b}]52"), "{drawn:?}");
    assert!(drawn.contains("\\u{1b}"), "{drawn:?}");
}

#[test]
fn a_filter_without_end_ends_with_its_reader() {
    let world = world();
    let mut shell = Command::new("sh");
    let script = "{ \"$@\"; echo $? >&2; } | head -n 2";
    shell.args(["-c", script, "sh", VANTAGE, "version", "--jq", "repeat(1)"]);
    shell.env_clear().env("VANTAGE_HOME", world.home()).env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    let output = shell.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n1\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "0\n");
}

#[test]
fn a_long_list_is_filtered_line_by_line() {
    let world = World::signed_in(VANTAGE, Options { clusters: 300, ..seeded() });
    let ran = world.run(&["cluster", "list", "-o", "jsonl", "--jq", ".name"]).expect(0);
    assert_eq!(ran.stdout.lines().count(), 300);
}
