//! The audit log: what runs leave in it, what it never holds, and how it is filtered. What `--verify`
//! finds, and what is not written through, is in `audit/damage.rs`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};
use vantage_platform::Options;
use vantage_test_support::World;

use crate::guests::{guest, third_party};
use crate::{VANTAGE, seeded, signed_in, world};

mod damage;

const PAGE: &str = include_str!("../../docs/reference/audit-log.md");

fn log(world: &World) -> PathBuf {
    world.home().join("state/audit.jsonl")
}

/// The lines of the log, as `plugin audit` gives them.
fn lines(world: &World, filters: &[&str]) -> Vec<Value> {
    let ran = world.run(&[&["plugin", "audit", "-o", "json"], filters].concat()).expect(0);
    serde_json::from_value(ran.json()).unwrap()
}

/// These members of a line, or of each line.
fn members(line: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| line[*name].clone()).collect()
}

fn each(lines: &[Value], names: &[&str]) -> Value {
    lines.iter().map(|line| members(line, names)).collect()
}

const BRIEF: &[&str] = &["command", "kind", "operation", "decision", "rule", "outcome"];

fn verified(world: &World) -> Value {
    world.run(&["plugin", "audit", "--verify", "-o", "json"]).expect(0).json()
}

#[test]
fn a_run_leaves_a_line_for_each_request() {
    let world = signed_in();
    world.run(&["cluster", "list", "--status", "ready"]).expect(0);
    world.run(&["cluster", "get", "secret-name"]).expect(3);
    let lines = lines(&world, &[]);
    assert_eq!(
        each(&lines, BRIEF),
        json!([
            ["cluster list", "query", "ListClusters", "allowed", null, "ok"],
            ["cluster get", "query", "GetCluster", "allowed", null, "ok"],
        ])
    );
    let line = &lines[0];
    assert_eq!(
        members(line, &["version", "sequence", "profile", "pack", "fields"]),
        json!([1, 1, "test", "vantage/cluster", ["cluster/Query.clusters"]])
    );
    let shown = world.run(&["plugin", "show", "cluster", "-o", "json"]).expect(0).json();
    assert_eq!((&line["digest"], &line["pack_version"]), (&shown["digest"], &shown["version"]));
    assert!(line["bytes"].as_u64().unwrap() > 100 && line["seconds"].as_f64().unwrap() > 0.0, "{line}");
    assert_eq!(lines[1]["previous"], lines[0]["hash"]);
    for (member, _) in line.as_object().unwrap() {
        assert!(PAGE.contains(&format!("`{member}`")), "the reference has no `{member}`");
    }
    assert!(line["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{line}");
}

#[test]
fn tables_have_what_people_look_for_and_pipes_the_same() {
    let world = signed_in();
    world.run(&["cluster", "list"]).expect(0);
    let table = world.run(&["plugin", "audit", "-o", "table"]).expect(0).stdout;
    let titles: Vec<&str> = table.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(titles, ["TIME", "PACK", "COMMAND", "OPERATION", "DECISION", "DURATION", "BYTES"]);
    let fields = world.run(&["plugin", "audit"]).expect(0).stdout;
    let fields: Vec<&str> = fields.trim_end().split('\t').collect();
    assert_eq!(fields[1..5], ["vantage/cluster", "cluster list", "ListClusters", "allowed"]);
    assert_eq!(fields.len(), 7);
}

#[test]
fn nothing_that_was_said_is_in_the_log() {
    let world = signed_in();
    let create =
        ["cluster", "create", "secret-name", "--provider", "on_prem", "--description", "secret-text"];
    world.run(&create).expect(0);
    world.run(&[&create[..], &["--dry-run"]].concat()).expect(0);
    world.run(&["cluster", "get", "secret-name"]).expect(0);
    world.run(&["cluster", "delete", "secret-name", "--yes"]).expect(0);
    let file = third_party("gpu_report").display().to_string();
    world.run(&["plugin", "add", &file, "--grant-all"]).expect(0);
    world.run(&["gpu-report", "me"]).expect(0);
    let text = fs::read_to_string(log(&world)).unwrap();
    assert!(text.lines().count() > 4, "{text}");
    for told in ["secret", "ada", "127.0.0.1", "http", "Bearer", "eyJ"] {
        assert!(!text.contains(told), "`{told}` is in the log:\n{text}");
    }
}

#[test]
fn a_dry_run_is_recorded_as_shown() {
    let world = signed_in();
    world.run(&["cluster", "create", "mine", "--provider", "on_prem", "--dry-run"]).expect(0);
    assert_eq!(
        each(&lines(&world, &[]), BRIEF),
        json!([["cluster create", "mutation", "CreateCluster", "allowed", null, "shown"]])
    );
}

#[test]
fn a_failure_is_recorded_with_its_kind() {
    let mut world = signed_in();
    world.stop_platform();
    world.run(&["cluster", "list"]).expect(7);
    assert_eq!(
        each(&lines(&world, &[]), BRIEF),
        json!([["cluster list", "query", "ListClusters", "allowed", null, "unavailable"]])
    );
}

#[test]
fn what_was_not_granted_is_recorded_with_rule_and_capability() {
    let world = signed_in();
    let file = third_party("gpu_report").display().to_string();
    world.run(&["plugin", "add", &file, "--grant", "query cluster/Query.clusters"]).expect(0);
    world.run(&["gpu-report", "summary"]).expect(0);
    world.run(&["gpu-report", "label", "x", "--description", "y", "--yes"]).expect(5);
    world.run(&["gpu-report", "me"]).expect(5);
    let denied = lines(&world, &["--decision", "denied"]);
    assert_eq!(
        each(&denied, &["command", "kind", "rule", "capability", "fields"]),
        json!([
            [
                "gpu-report label",
                "mutation",
                "not-granted",
                "mutation cluster/Mutation.updateCluster",
                ["cluster/Mutation.updateCluster"],
            ],
            ["gpu-report me", "persona", "not-granted", "persona email", null],
        ])
    );
    // The reason why nothing more is in a line that was denied: nothing was sent.
    assert_eq!(each(&denied, &["seconds", "bytes"]), json!([[null, null], [null, null]]));
    world.run(&["plugin", "grant", "gpu-report", "persona email"]).expect(0);
    world.run(&["gpu-report", "me"]).expect(0);
    assert_eq!(
        each(&lines(&world, &["--operation", "persona email", "--decision", "allowed"]), BRIEF),
        json!([["gpu-report me", "persona", "persona email", "allowed", null, "ok"]])
    );
}

#[cfg(unix)]
#[test]
fn what_a_teams_policy_denies_is_recorded_as_such() {
    let world = signed_in();
    let file = third_party("gpu_report").display().to_string();
    world.run(&["plugin", "add", &file, "--grant-all"]).expect(0);
    let policy = world.home().join("policy.toml");
    fs::write(&policy, "version = 1\ncapabilities = [\"query cluster\"]\n").unwrap();
    fs::set_permissions(&policy, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    world.run(&["config", "set", "policy", policy.to_str().unwrap()]).expect(0);
    world.run(&["gpu-report", "me"]).expect(5);
    assert_eq!(
        each(&lines(&world, &[]), &["operation", "decision", "rule", "capability"]),
        json!([["persona email", "denied", "team-policy", "persona email"]])
    );
}

#[test]
fn every_interface_that_denies_leaves_a_line() {
    for (name, kind, rule, count) in [
        ("denied_document", "dynamic", "not-granted", 1),
        ("denied_persona", "persona", "not-granted", 3),
        ("denied_storage", "storage", "not-granted", 1),
        ("denied_mutation", "mutation", "not-listed", 1),
        ("denied_operation", "operation", "not-declared", 1),
    ] {
        let world = signed_in();
        world.run(&["plugin", "add", &guest(name).display().to_string(), "--grant-all"]).expect(0);
        let word = name.replace('_', "-");
        world.run(&[&word, "--yes"]);
        let denied = lines(&world, &["--decision", "denied"]);
        let expected = json!(vec![[kind, rule]; count]);
        assert!(PAGE.contains(&format!("| `{rule}`")), "the reference has no `{rule}`");
        assert_eq!(each(&denied, &["kind", "rule"]), expected, "{name}: {denied:?}");
    }
}

#[test]
fn documents_made_while_running_are_named_by_their_coordinates_and_counted_where_they_repeat() {
    let world = signed_in();
    let dynamic = "dynamic cluster/Query.clusters";
    let pack = guest("hostile_documents").display().to_string();
    world.run(&["plugin", "add", &pack, "--grant", dynamic]).expect(0);
    let allowed = "query Secret($secret: Int) { secret: clusters(first: 1) { edges { node { name } } } }";
    let denied = "mutation Secret { secret: deleteCluster(clusterName: \"secret\") { __typename } }";
    let documents = [allowed, denied, denied, "query Secret {", denied];
    let file = world.home().join("documents.json");
    fs::write(&file, json!(documents.map(|document| ["cluster", document])).to_string()).unwrap();
    world.run(&["hostile-documents", &file.display().to_string(), "--yes"]).expect(0);
    assert_eq!(
        each(&lines(&world, &[]), &["kind", "operation", "decision", "rule", "capability", "repeated"]),
        json!([
            ["dynamic", "cluster/Query.clusters", "allowed", null, null, null],
            [
                "dynamic",
                "cluster/Mutation.deleteCluster",
                "denied",
                "not-granted",
                "dynamic cluster/Mutation.deleteCluster",
                null,
            ],
            ["document", null, "denied", "gate", null, null],
            [
                "dynamic",
                "cluster/Mutation.deleteCluster",
                "denied",
                "not-granted",
                "dynamic cluster/Mutation.deleteCluster",
                2,
            ],
        ])
    );
    assert_eq!(lines(&world, &["--operation", "cluster/Query.clusters"]).len(), 1);
    assert!(!fs::read_to_string(log(&world)).unwrap().to_lowercase().contains("secret"));
}

/// A submission in this state, with a pack that follows it.
fn submission(world: &World, status: &str) -> String {
    world.run(&["plugin", "add", &guest("follower").display().to_string(), "--grant-all"]).expect(0);
    let document = "{ jobSubmissions(first: 100) { edges { node { id status } } } }";
    let found = world.run(&["api", "--api", "jobs", document, "-o", "json"]).expect(0).json();
    let edges = found["jobSubmissions"]["edges"].as_array().unwrap();
    let found = edges.iter().find(|edge| edge["node"]["status"] == status);
    found.unwrap_or_else(|| panic!("none is {status}: {edges:?}"))["node"]["id"].to_string()
}

#[test]
fn a_subscription_leaves_a_line_at_its_start_and_one_at_its_end() {
    let world = signed_in();
    let id = submission(&world, "DONE");
    world.run(&["follower", &id]).expect(0);
    assert_eq!(
        each(&lines(&world, &["--pack", "follower"]), &["kind", "operation", "outcome", "events"]),
        json!([["subscription", "Follow", "started", null], ["subscription", "Follow", "ok", 1]])
    );
    world.run(&["follower", "4096"]).expect(1);
    let lines = lines(&world, &["--pack", "test/follower"]);
    assert_eq!(members(lines.last().unwrap(), &["outcome", "events"]), json!(["errors", 1]));
}

#[cfg(unix)]
#[test]
fn what_ctrl_c_cuts_off_is_recorded_as_cancelled() {
    let options = Options { job_step: Duration::from_secs(3600), ..seeded() };
    let world = World::signed_in(VANTAGE, options);
    let id = submission(&world, "SUBMITTED");
    let mut command = world.command(&["follower", &id, "-o", "jsonl"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It waits for the next event when the first was written.
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("SUBMITTED"), "{line}");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(
        each(&lines(&world, &[]), &["operation", "decision", "outcome", "events"]),
        json!([["Follow", "allowed", "started", null], ["Follow", "allowed", "cancelled", 1]])
    );
    assert_eq!(verified(&world)["whole"], true);
}

#[test]
fn lines_are_filtered_by_pack_time_decision_and_operation() {
    let world = signed_in();
    world.run(&["cluster", "list"]).expect(0);
    world.run(&["cluster", "get", "nosuch"]).expect(3);
    let count = |filters: &[&str]| lines(&world, filters).len();
    assert_eq!(count(&[]), 2);
    assert_eq!((count(&["--pack", "cluster"]), count(&["--pack", "vantage/cluster"])), (2, 2));
    assert_eq!(count(&["--pack", "acme/other"]), 0);
    assert_eq!((count(&["--decision", "allowed"]), count(&["--decision", "denied"])), (2, 0));
    assert_eq!(count(&["--operation", "GetCluster"]), 1);
    assert_eq!((count(&["--since", "2h"]), count(&["--since", "2026-01-01T00:00:00Z"])), (2, 2));
    let second = lines(&world, &[])[1]["time"].as_str().unwrap().to_owned();
    let later: jiff::Timestamp = second.parse().unwrap();
    let later = (later + jiff::SignedDuration::from_secs(3600)).to_string();
    assert_eq!((count(&["--since", &second]), count(&["--since", &later])), (1, 0));
    assert_eq!(count(&["--pack", "cluster", "--operation", "GetCluster", "--decision", "denied"]), 0);
    // The newest is the last, and the order can be turned round.
    assert_eq!(lines(&world, &["--sort", "-time", "--limit", "1"])[0]["sequence"], 2);
}

#[test]
fn wrong_filters_are_refused() {
    let world = world();
    assert_snapshot!(world.run(&["plugin", "audit", "--since", "soon"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value `soon` for `--since <TIME>`: a time, as in `2026-01-31T12:00:00Z`, `2026-01-31` or `3d` (ago)
    ");
    assert_snapshot!(world.run(&["plugin", "audit", "--decision", "maybe"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value `maybe` for `--decision <DECISION>` [possible values: allowed, denied]
    ");
    assert_snapshot!(world.run(&["plugin", "audit", "--verify", "--pack", "cluster"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: the argument `--verify` cannot be used with `--pack <PACK>`
    hint: usage: vantage plugin audit --verify
    ");
}

#[test]
fn an_empty_log_is_no_error_and_looking_makes_none() {
    let world = world();
    assert_snapshot!(world.run(&["plugin", "audit"]).expect(0), @"
    exit: 0
    --- stdout
    --- stderr
    No entries.
    ");
    assert_eq!(lines(&world, &[]), Vec::<Value>::new());
    let verified = verified(&world);
    assert_eq!((&verified["whole"], &verified["lines"]), (&json!(true), &json!(0)));
    assert!(!log(&world).exists());
}
