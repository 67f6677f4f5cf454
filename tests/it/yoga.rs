//! The platform's APIs on servers that nobody here wrote: graphql-yoga, graphql-ws and graphql-sse.
//!
//! The local platform speaks GraphQL as this project reads its specifications; these speak it as their
//! authors do. Tokens are the local platform's, and once those of a certified provider.

use std::sync::Arc;

use serde_json::{Value, json};
use vantage_platform::{ManualClock, Options};
use vantage_test_support::oidc::Realm;
use vantage_test_support::yoga::Yoga;
use vantage_test_support::{Ran, World};

use crate::guests::{guest, third_party};
use crate::provider::{is_skipped, servers, sign_in};
use crate::{VANTAGE, seeded};

/// What is said of a token that these servers refuse.
const REFUSED: &str = "error: the token from VANTAGE_TOKEN cannot be used: the platform did not accept it";

/// Somebody who is signed in at the local platform, and has these servers for their APIs; `None` where
/// the tests of the servers are left out.
fn started(options: &[&str]) -> Option<(World, Yoga)> {
    if is_skipped("servers") {
        return None;
    }
    let world = World::new(VANTAGE, Options { auto_approve: true, ..seeded() });
    let issuer = world.ready().issuer.clone();
    let yoga = Yoga::start(&servers(), &issuer, options);
    world.run(&["profile", "create", "yoga", "--issuer", &issuer, "--api", yoga.api(), "--use"]).expect(0);
    world.run(&["login"]).expect(0);
    Some((world, yoga))
}

/// The text without the address of the servers, which differs from run to run.
fn normal(ran: Ran, yoga: &Yoga) -> Ran {
    let normal = |text: &str| text.replace(yoga.api(), "[YOGA]");
    Ran { stdout: normal(&ran.stdout), stderr: normal(&ran.stderr), ..ran }
}

#[test]
fn clusters_are_listed_page_by_page_and_shown() {
    let Some((world, yoga)) = started(&["--clusters", "250"]) else { return };
    let listed = world.run(&["cluster", "list", "-o", "json"]).expect(0).json();
    let names: Vec<&str> =
        listed.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(
        (names.len(), names.first(), names.last()),
        (250, Some(&"cluster-000001"), Some(&"cluster-000250"))
    );
    assert!(names.is_sorted());
    let pages: Vec<Value> = yoga.log().iter().map(|asked| asked.variables["after"].clone()).collect();
    assert_eq!(pages.len(), 3, "{pages:?}");

    let shown = world.run(&["cluster", "get", "cluster-000007", "-o", "json"]).expect(0).json();
    assert_eq!(shown["name"], "cluster-000007");
    world.run(&["cluster", "get", "nosuch"]).expect(3);
    let created = world.run(&["cluster", "create", "mine", "--provider", "on_prem", "-o", "json"]).expect(0);
    assert_eq!(created.json()["name"], "mine");
    world.run(&["cluster", "create", "mine", "--provider", "on_prem"]).expect(6);
    world.run(&["cluster", "delete", "mine", "--yes"]).expect(0);
    assert!(yoga.log().iter().all(|asked| asked.transport == "http"));
}

#[test]
fn documents_are_answered_or_refused_as_the_server_says() {
    let Some((world, yoga)) = started(&["--clusters", "3"]) else { return };
    let run = |line: &[&str]| normal(world.run(line), &yoga);
    let total = run(&["api", "{ clusters(first: 1) { total } }", "-o", "json"]).expect(0).json();
    assert_eq!(total, json!({ "clusters": { "total": 3 } }));
    // It is the server that refuses these: nothing is asked of the gate for the user's own documents.
    for (document, said) in [
        ("{ nosuch }", "error: Cannot query field \"nosuch\" on type \"Query\"."),
        ("{ clusters(first: 101) { total } }", "error: `first` must be from 0 to 100"),
        ("query Q { clusters {", "error: Syntax Error: Expected Name, found <EOF>."),
        ("query Q($a: Int!) { clusters(first: $a) { total } }", "error: Variable \"$a\" of required type"),
    ] {
        let ran = run(&["api", document]).expect(1);
        assert!(ran.stderr.starts_with(said) && !ran.stdout.contains("total"), "{ran}");
    }
    assert_eq!(yoga.log().len(), 5);
}

#[test]
fn without_a_token_that_is_good_here_there_is_no_answer() {
    let Some((world, yoga)) = started(&["--clusters", "3"]) else { return };
    let with = |token: &str, line: &[&str]| {
        let mut command = world.command(line);
        normal(world.finish(command.env("VANTAGE_TOKEN", token)), &yoga)
    };
    for line in [&["cluster", "list"][..], &["api", "{ clusters { total } }"]] {
        let ran = with("not-a-token", line).expect(4);
        assert_eq!(ran.stderr.lines().next(), Some(REFUSED), "{ran}");
    }
    world.run(&["logout"]).expect(0);
    world.run(&["cluster", "list"]).expect(4);
    assert_eq!(yoga.log(), []);
    world.run(&["login"]).expect(0);
    world.run(&["cluster", "list"]).expect(0);
}

#[test]
fn tokens_that_are_over_are_renewed_once_and_then_given_up() {
    if is_skipped("servers") {
        return;
    }
    // Every token of this issuer was over years ago, and only the servers know.
    let clock = Arc::new(ManualClock::new("2020-09-13T12:26:40Z".parse().unwrap()));
    let world = World::new(VANTAGE, Options { auto_approve: true, clock, ..seeded() });
    let issuer = world.ready().issuer.clone();
    let yoga = Yoga::start(&servers(), &issuer, &[]);
    world.run(&["profile", "create", "late", "--issuer", &issuer, "--api", yoga.api(), "--use"]).expect(0);
    world.run(&["login"]).expect(0);
    let before = world.admin("stats")["refreshes"].as_u64().unwrap();
    let ran = normal(world.run(&["--no-input", "cluster", "list"]), &yoga).expect(4);
    assert!(ran.stderr.contains("vantage login"), "{ran}");
    assert_eq!(world.admin("stats")["refreshes"], before + 1, "{ran}");
    assert_eq!(yoga.log(), []);
}

#[test]
fn a_token_of_the_certified_provider_opens_them() {
    if is_skipped("servers") {
        return;
    }
    let world = World::new(VANTAGE, seeded());
    let realm = Realm::new(&servers(), &json!({}));
    let yoga = Yoga::start(&servers(), realm.issuer(), &["--clusters", "3"]);
    let line = ["profile", "create", "both", "--issuer", realm.issuer(), "--api", yoga.api(), "--use"];
    world.run(&line).expect(0);
    sign_in(&world, &realm, &["login"]).expect(0);
    assert_eq!(world.run(&["cluster", "list", "-o", "tsv"]).expect(0).stdout.lines().count(), 3);
    follow_to_the_end(&world, &yoga, "websocket");
}

/// Submits a job, follows it with a pack, and checks that it was by this transport, to its end.
fn follow_to_the_end(world: &World, yoga: &Yoga, transport: &str) -> Vec<String> {
    let line = ["plugin", "add", &guest("follower").display().to_string(), "--grant-all"];
    world.run(&line).expect(0);
    let id = submit(world);
    let mut command = world.command(&["follower", &id.to_string(), "-o", "jsonl"]);
    let ran = world.bounded(&mut command).expect(0);
    let events: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let states: Vec<String> = events.iter().map(state).collect();
    assert_eq!(states.last().map(String::as_str), Some("DONE COMPLETED"), "{ran}");
    let life =
        ["CREATED ", "SUBMITTED PENDING", "SUBMITTED RUNNING", "SUBMITTED COMPLETING", "DONE COMPLETED"];
    let places: Vec<_> = states.iter().map(|state| life.iter().position(|known| known == state)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{ran}");
    assert!(events.iter().all(|event| event["id"] == id), "{ran}");
    let log = yoga.log();
    let streams: Vec<_> = log.iter().filter(|asked| asked.query.starts_with("subscription")).collect();
    assert!(!streams.is_empty() && streams.iter().all(|asked| asked.transport == transport), "{streams:?}");
    states
}

fn submit(world: &World) -> u64 {
    let document = "mutation Submit { createJobSubmission(createJobSubmissionInput: \
                    {name: \"hello\", jobScriptId: 1, clusterName: \"cluster-000001\"}) \
                    { ... on JobSubmission { id } } }";
    let submitted = world.run(&["api", document, "--api", "jobs", "-o", "json"]).expect(0).json();
    submitted["createJobSubmission"]["id"].as_u64().unwrap()
}

fn state(event: &Value) -> String {
    format!("{} {}", event["status"].as_str().unwrap(), event["slurmJobState"].as_str().unwrap_or_default())
}

#[test]
fn a_job_is_followed_over_a_websocket() {
    let Some((world, yoga)) = started(&["--keep-alive", "20"]) else { return };
    let states = follow_to_the_end(&world, &yoga, "websocket");
    // Nothing was lost, so nothing came twice.
    assert!(states.is_sorted_by(|one, other| one != other), "{states:?}");
}

#[test]
fn a_job_is_followed_by_server_sent_events_where_there_are_no_websockets() {
    let Some((world, yoga)) = started(&["--no-websocket"]) else { return };
    follow_to_the_end(&world, &yoga, "sse");
}

#[test]
fn a_job_is_followed_by_the_events_of_another_library() {
    let Some((world, yoga)) = started(&["--no-websocket", "--sse", "graphql-sse"]) else { return };
    follow_to_the_end(&world, &yoga, "sse");
}

#[test]
fn a_connection_that_breaks_loses_no_final_state() {
    for (options, transport) in
        [(&["--hang-up-after", "1"][..], "websocket"), (&["--hang-up-after", "1", "--no-websocket"], "sse")]
    {
        let Some((world, yoga)) = started(options) else { return };
        follow_to_the_end(&world, &yoga, transport);
        let streams = yoga.log().iter().filter(|asked| asked.query.starts_with("subscription")).count();
        assert_eq!(streams, 2, "{transport}");
    }
}

#[test]
fn a_subscription_that_the_server_refuses_is_an_error() {
    for options in [&[][..], &["--no-websocket"]] {
        let Some((world, yoga)) = started(options) else { return };
        let line = ["plugin", "add", &guest("follower").display().to_string(), "--grant-all"];
        world.run(&line).expect(0);
        let ran = world.bounded(&mut world.command(&["follower", "99"])).expect(1);
        assert!(ran.stderr.contains("no submission 99"), "{options:?}: {ran}");
        let mut command = world.command(&["follower", "1"]);
        let ran = normal(world.bounded(command.env("VANTAGE_TOKEN", "not-a-token")), &yoga).expect(4);
        assert!(ran.stdout.is_empty(), "{options:?}: {ran}");
    }
}

#[test]
fn a_packs_documents_are_compared_with_what_the_servers_tell_of_themselves() {
    let Some((world, _yoga)) = started(&[]) else { return };
    for (pack, documents) in [("gpu_report", 2), ("python", 4)] {
        let pack = third_party(pack).display().to_string();
        if pack.contains("python") && is_skipped("python") {
            continue;
        }
        let checked = world.run(&["plugin", "check", &pack, "-o", "json"]).expect(0).json();
        let compared = &checked["schema"][0];
        assert_eq!(
            (&compared["documents"], &compared["misfits"]),
            (&json!(documents), &json!([])),
            "{checked}"
        );
    }
}
