//! The bundled cluster pack, through the runtime, against the local platform.

use insta::assert_snapshot;
use serde_json::json;
use vantage_platform::Options;
use vantage_test_support::World;

use crate::{VANTAGE, seeded, signed_in};

#[test]
fn clusters_are_listed_as_tab_separated_values_into_a_pipe() {
    assert_snapshot!(signed_in().run(&["cluster", "list"]).expect(0), @"
    exit: 0
    --- stdout
    brisk-jetty-05	ready	aws	ada@acme.example	2025-12-26T18:38:24Z
    calm-lagoon-02	ready	localhost	ada@acme.example	2025-06-05T18:49:39Z
    gentle-otter-04	ready	gcp	ada@acme.example	2025-03-21T12:17:35Z
    hollow-meadow-01	ready	aws	ada@acme.example	2025-05-31T12:11:07Z
    keen-basin-03	stopped	gcp	grace@globex.example	2025-12-11T14:33:15Z
    lucid-meadow-06	ready	localhost	grace@globex.example	2025-11-11T03:52:48Z
    olive-alder-07	ready	localhost	ada@acme.example	2025-11-22T13:07:33Z
    --- stderr
    ");
}

#[test]
fn clusters_are_counted_beyond_one_page() {
    let world = World::signed_in(VANTAGE, Options { clusters: 250, ..seeded() });
    let listed = world.run(&["cluster", "list", "-o", "json"]).expect(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 250);
    let limited = world.run(&["cluster", "list", "-o", "json", "--limit", "3"]).expect(0).json();
    assert_eq!(limited.as_array().unwrap().len(), 3);
}

#[test]
fn every_format_holds_the_same_records() {
    let world = signed_in();
    let count = world.run(&["cluster", "list", "-o", "json"]).expect(0).json().as_array().unwrap().len();
    assert!(count > 3);
    let lines = |format| world.run(&["cluster", "list", "-o", format]).expect(0).stdout.lines().count();
    assert_eq!(lines("jsonl"), count);
    assert_eq!(lines("csv"), count + 1);
    assert_eq!(lines("tsv"), count);
    assert_eq!(lines("table"), count + 1);
    let yaml = world.run(&["cluster", "list", "-o", "yaml"]).expect(0).stdout;
    assert_eq!(yaml.lines().filter(|line| line.starts_with("- ")).count(), count);
}

#[test]
fn a_cluster_is_created_shown_and_deleted() {
    let world = signed_in();
    let created = world
        .run(&["cluster", "create", "mine", "--provider", "on_prem", "--description", "a test", "-o", "json"])
        .expect(0)
        .json();
    assert_eq!(created["name"], "mine");
    let shown = world.run(&["cluster", "get", "mine", "-o", "json"]).expect(0).json();
    assert_eq!(shown["description"], "a test");
    assert_snapshot!(world.run(&["cluster", "create", "mine", "--provider", "on_prem"]).expect(6), @"
    exit: 6
    --- stdout
    --- stderr
    error: Cluster name mine is already in use
    ");
    assert_snapshot!(world.run(&["cluster", "delete", "mine"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: `vantage cluster delete mine` asks for confirmation, and there is nobody to ask
    hint: --yes confirms it; --dry-run shows what it would do
    ");
    assert_eq!(
        world.run(&["cluster", "delete", "mine", "--yes", "-o", "json"]).expect(0).json(),
        json!({"deleted": "mine"})
    );
    assert_snapshot!(world.run(&["cluster", "get", "mine"]).expect(3), @"
    exit: 3
    --- stdout
    --- stderr
    error: cluster `mine` was not found
    hint: vantage cluster list shows the clusters that you can see
    ");
}

#[test]
fn an_error_is_json_where_json_was_asked_for() {
    let world = signed_in();
    let ran = world.run(&["cluster", "get", "nosuch", "-o", "json"]).expect(3);
    assert_eq!(ran.stdout, "");
    let error = ran.json_error();
    assert_eq!((&error["kind"], &error["exit"]), (&json!("not-found"), &json!(3)));
}

#[test]
fn a_dry_run_shows_the_mutation_and_sends_nothing() {
    let world = signed_in();
    let before = world.admin("stats")["graphql_requests"].clone();
    let ran = world.run(&["cluster", "create", "mine", "--provider", "on_prem", "--dry-run"]).expect(0);
    assert!(ran.stderr.contains("mutation") && ran.stderr.contains("\"mine\""), "{ran}");
    assert_eq!(ran.stdout, "");
    assert_eq!(world.admin("stats")["graphql_requests"], before);
}

#[test]
fn columns_and_order_are_decided_outside_the_command() {
    let world = signed_in();
    let ran =
        world.run(&["cluster", "list", "-o", "csv", "--columns", "status,name", "--sort", "-name"]).expect(0);
    let names: Vec<&str> = ran.stdout.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    assert!(names.len() > 3 && names.is_sorted_by(|one, other| one >= other), "{ran}");
    assert_snapshot!(world.run(&["cluster", "list", "--columns", "nosuch"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: there is no column `nosuch`
    hint: the columns are name, status, provider, owner, description, created, type, client, account
    ");
}

#[test]
fn what_reaches_the_platform_is_the_hosts_own_print() {
    let world = signed_in();
    world.run(&["cluster", "list"]).expect(0);
    let requests = world.admin("requests");
    let last = requests.as_array().unwrap().last().unwrap().clone();
    assert!(last["query"].as_str().unwrap().contains("clusters"), "{last}");
    assert!(last["operationName"].is_string(), "{last}");
}

#[test]
fn a_reader_that_closes_early_ends_the_run_quietly() {
    let world = World::signed_in(VANTAGE, Options { clusters: 2_000, ..seeded() });
    let mut command = world.command(&["cluster", "list", "-o", "jsonl"]);
    let mut child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    {
        let mut reader = std::io::BufReader::new(child.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut reader, &mut line).unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(line.starts_with('{'), "{line}");
}

#[test]
fn a_destroying_command_asks_on_the_terminal() {
    let world = signed_in();
    world.run(&["cluster", "create", "mine", "--provider", "on_prem"]).expect(0);
    let mut terminal = world.on_terminal(&["cluster", "delete", "mine"]);
    terminal.wait_for("`vantage cluster delete mine` cannot be undone. Go on? [y/N]").unwrap();
    terminal.enter("n\n").unwrap();
    let (text, status) = terminal.finish().unwrap();
    assert!(!status.success() && text.contains("nothing was changed"), "{text}");
    let mut terminal = world.on_terminal(&["cluster", "delete", "mine"]);
    terminal.wait_for("[y/N]").unwrap();
    terminal.enter("y\n").unwrap();
    let (text, status) = terminal.finish().unwrap();
    assert!(status.success(), "{text}");
    world.run(&["cluster", "get", "mine"]).expect(3);
}
