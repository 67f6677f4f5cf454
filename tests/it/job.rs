//! The bundled job pack against the local platform: every verb, and watches through whatever happens
//! to them.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};
use vantage_platform::Options;
use vantage_test_support::{Ran, World};

use crate::{VANTAGE, seeded, signed_in};

const WATCH: &str = "subscription jobs/Subscription.jobSubmissionChanged";

/// A world whose jobs take their steps in a tenth of a second.
fn fast() -> World {
    World::signed_in(VANTAGE, Options { job_step: Duration::from_millis(100), ..seeded() })
}

/// A world whose jobs stay as they are for as long as a test takes.
pub(crate) fn still() -> World {
    World::signed_in(VANTAGE, Options { job_step: Duration::from_secs(3600), ..seeded() })
}

fn with_input(world: &World, line: &[&str], input: &str) -> Ran {
    let mut command = world.command(line);
    let mut child = world.start(command.stdin(Stdio::piped()));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    world.end(child)
}

/// A script of this text, and a job that runs it; gives the job's number.
pub(crate) fn submit(world: &World, text: &str) -> String {
    let line = ["job", "script", "create", "test", "--file", "-", "-o", "json"];
    let script = with_input(world, &line, text).expect(0).json();
    let cluster = world.run(&["cluster", "list", "-o", "json", "--limit", "1"]).expect(0).json();
    let (script, cluster) = (script["id"].to_string(), cluster[0]["name"].as_str().unwrap().to_owned());
    let line =
        ["job", "submission", "create", "test", "--script", &script, "--cluster", &cluster, "-o", "json"];
    world.run(&line).expect(0).json()["id"].to_string()
}

pub(crate) const GOOD: &str = "#!/bin/sh\nsrun hostname\n";

#[test]
fn a_job_is_submitted_listed_shown_cancelled_and_deleted() {
    let world = still();
    let id = submit(&world, GOOD);
    let shown = world.run(&["job", "submission", "get", &id, "-o", "json"]).expect(0).json();
    assert_eq!((&shown["name"], &shown["status"]), (&json!("test"), &json!("CREATED")));
    let listed = world.run(&["job", "submission", "ls", "--name", "test", "-o", "json"]).expect(0).json();
    assert_eq!(listed, json!([shown]));
    assert_eq!(
        world.run(&["job", "submission", "list", "-o", "json"]).expect(0).json()[0]["id"],
        shown["id"]
    );
    world.run(&["job", "submission", "cancel", &id]).expect(2);
    let cancelled = world.run(&["job", "submission", "cancel", &id, "--yes", "-o", "json"]).expect(0).json();
    assert_eq!(cancelled["status"], "CANCELLED");
    assert_snapshot!(world.run(&["job", "submission", "cancel", "1000000", "--yes"]).expect(3), @"
    exit: 3
    --- stdout
    --- stderr
    error: Job submission 1000000 was not found
    hint: vantage job submission list shows the submissions that you can see
    ");
    world.run(&["job", "submission", "cancel", &id, "--yes"]).expect(6);
    let deleted = world.run(&["job", "submission", "delete", &id, "--yes", "-o", "json"]).expect(0).json();
    assert_eq!(deleted, json!({ "deleted": shown["id"] }));
    world.run(&["job", "submission", "get", &id]).expect(3);
}

#[test]
fn a_dry_run_shows_what_would_be_sent_and_sends_nothing() {
    let world = still();
    let id = submit(&world, GOOD);
    let before = world.admin("stats")["graphql_requests"].clone();
    let ran = world.run(&["--dry-run", "job", "submission", "cancel", &id]).expect(0);
    assert!(ran.stderr.contains("dry run: not sent to api `jobs`:"), "{ran}");
    assert!(ran.stderr.contains("cancelJobSubmission(id: $id)"), "{ran}");
    assert!(ran.stderr.contains(&format!("variables: {{\"id\":{id}}}")), "{ran}");
    assert_eq!((ran.stdout.as_str(), &world.admin("stats")["graphql_requests"]), ("", &before));
}

#[test]
fn scripts_and_templates_are_made_changed_and_deleted() {
    let world = signed_in();
    for noun in ["template", "script"] {
        let run = |line: &[&str]| world.run(&[&["job", noun], line, &["-o", "json"]].concat());
        let file = world.home().join("job.sh");
        std::fs::write(&file, GOOD).unwrap();
        let made =
            run(&["create", "mine", "--file", file.to_str().unwrap(), "-d", "a test"]).expect(0).json();
        let id = made["id"].to_string();
        let shown = run(&["get", &id]).expect(0).json();
        assert_eq!((&shown["description"], &shown["files"][0]["content"]), (&json!("a test"), &json!(GOOD)));
        let changed = run(&["update", &id, "--name", "ours", "--archive"]).expect(0).json();
        assert_eq!((&changed["name"], &changed["isArchived"]), (&json!("ours"), &json!(true)));
        let listed = run(&["list", "--name", "ours"]).expect(0).json();
        assert_eq!(listed[0]["id"], made["id"], "{listed}");
        run(&["update", &id]).expect(2);
        assert_eq!(run(&["delete", &id, "--yes"]).expect(0).json(), json!({ "deleted": made["id"] }));
        run(&["get", &id]).expect(3);
        run(&["create", "mine", "--file", "/nonexistent"]).expect(2);
    }
    assert_snapshot!(world.run(&["job", "script", "create", "mine"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: a script needs `--file` with its text, or a `--template`
    ");
    world.run(&["job", "script", "create", "mine", "--template", "1"]).expect(0);
    world.run(&["job", "script", "create", "mine", "--template", "1000"]).expect(3);
}

fn states(ran: &Ran) -> Vec<String> {
    let events = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    events.map(|event| event["status"].as_str().unwrap().to_owned()).collect()
}

/// A watch that is under way.
pub(crate) struct Watching {
    pub(crate) child: Child,
    events: BufReader<ChildStdout>,
}

impl Watching {
    pub(crate) fn start(world: &World, line: &[&str]) -> Self {
        let mut child = world.start(&mut world.command(&[&["job", "submission", "watch"], line].concat()));
        let events = BufReader::new(child.stdout.take().unwrap());
        Self { child, events }
    }

    /// Waits for the next event.
    pub(crate) fn next(&mut self) -> Value {
        let mut line = String::new();
        self.events.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("`{line}`: {error}"))
    }

    /// Waits for the end, and gives all that came after what was read already.
    fn end(self, world: &World) -> Ran {
        let Self { child, mut events } = self;
        let mut rest = String::new();
        events.read_to_string(&mut rest).unwrap();
        let ran = Ran::new(&child.wait_with_output().unwrap(), |text| world.normal(text));
        Ran { stdout: rest, ..ran }
    }
}

#[test]
fn a_job_is_followed_to_its_end_as_json_lines() {
    for websockets in [true, false] {
        let options = Options { job_step: Duration::from_millis(100), websockets, ..seeded() };
        let world = World::signed_in(VANTAGE, options);
        let id = submit(&world, GOOD);
        let ran = world.run(&["job", "submission", "watch", &id]).expect(0);
        let states = states(&ran);
        assert_eq!((states.last().map(String::as_str), ran.stderr.as_str()), (Some("DONE"), ""), "{ran}");
        assert!(states.iter().any(|state| state == "SUBMITTED"), "{ran}");
        // One that is over is shown as it is.
        let again = world.run(&["job", "submission", "watch", &id, "--exit-status"]).expect(0);
        assert_eq!(self::states(&again), ["DONE"]);
    }
}

#[test]
fn a_job_that_fails_is_told_and_fails_the_watch_where_that_was_asked_for() {
    let world = fast();
    let id = submit(&world, "#!/bin/sh\nexit 3\n");
    let ran = world.run(&["job", "submission", "watch", &id]).expect(0);
    assert_eq!(states(&ran).last().map(String::as_str), Some("ABORTED"));
    let said = format!("job {id} ended as ABORTED: The job failed with exit status 3");
    assert_eq!(ran.stderr, format!("{said}\n"));
    let failed = world.run(&["job", "submission", "watch", &id, "--exit-status"]).expect(1);
    assert_eq!(failed.stderr, format!("error: {said}\n"));
    assert_snapshot!(world.run(&["job", "submission", "watch", "1000000"]).expect(3), @"
    exit: 3
    --- stdout
    --- stderr
    error: job submission 1000000 was not found
    hint: vantage job submission list shows the submissions that you can see
    ");
}

#[test]
fn a_connection_that_breaks_loses_no_final_state() {
    for websockets in [true, false] {
        let options = Options { job_step: Duration::from_millis(600), websockets, ..seeded() };
        let world = World::signed_in(VANTAGE, options);
        let id = submit(&world, GOOD);
        let mut watching = Watching::start(&world, &[&id]);
        watching.next();
        world.tell("streams/drop", &json!({}));
        let ran = watching.end(&world).expect(0);
        assert_eq!(states(&ran).last().map(String::as_str), Some("DONE"), "{ran}");
    }
}

#[test]
fn a_platform_that_starts_anew_loses_no_final_state() {
    let home = tempfile::tempdir().unwrap();
    let options = Options {
        job_step: Duration::from_millis(300),
        database: Some(home.path().join("world.db")),
        keep_sessions: true,
        ..seeded()
    };
    let mut world = World::signed_in(VANTAGE, options.clone());
    let id = submit(&world, GOOD);
    let mut watching = Watching::start(&world, &[&id]);
    watching.next();
    world.tell("streams/drop", &json!({}));
    world.stop_platform();
    world.start_platform(Options { auto_approve: true, ..options });
    let ran = watching.end(&world).expect(0);
    assert_eq!(states(&ran).last().map(String::as_str), Some("DONE"), "{ran}");
}

#[test]
fn a_grant_that_is_revoked_ends_a_watch() {
    let world = still();
    let id = submit(&world, GOOD);
    let mut watching = Watching::start(&world, &[&id]);
    watching.next();
    world.run(&["plugin", "revoke", "job", WATCH]).expect(0);
    assert_snapshot!(watching.end(&world).expect(5), @r#"
    exit: 5
    --- stdout
    --- stderr
    error: pack `vantage/job` was denied: `subscription jobs/Subscription.jobSubmissionChanged` is not granted
    hint: vantage plugin grant vantage/job "subscription jobs/Subscription.jobSubmissionChanged" allows it
    "#);
    // Other commands of the pack go on.
    world.run(&["job", "submission", "get", &id]).expect(0);
    world.run(&["job", "submission", "watch", &id]).expect(5);
    world.run(&["plugin", "grant", "job", WATCH]).expect(0);
    Watching::start(&world, &[&id]).next();
}

#[cfg(unix)]
#[test]
fn control_c_ends_a_watch_at_once() {
    let world = still();
    let id = submit(&world, GOOD);
    let mut watching = Watching::start(&world, &[&id]);
    watching.next();
    let interrupted = Command::new("kill").args(["-INT", &watching.child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let ran = watching.end(&world).expect(130);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "error: interrupted\n"));
}

#[test]
fn tokens_that_expire_are_renewed_under_a_watch() {
    let options = Options {
        job_step: Duration::from_millis(1500),
        access_token_ttl: Duration::from_secs(2),
        ..seeded()
    };
    let world = World::signed_in(VANTAGE, options);
    let id = submit(&world, GOOD);
    let ran = world.run(&["job", "submission", "watch", &id]).expect(0);
    assert_eq!(states(&ran).last().map(String::as_str), Some("DONE"), "{ran}");
    let stats = world.admin("stats");
    assert!(stats["refreshes"].as_u64().unwrap() > 0 && stats["refresh_reuses"] == 0, "{stats}");
}

#[test]
fn a_terminal_shows_one_row_that_is_drawn_over() {
    let world = fast();
    let id = submit(&world, GOOD);
    let (drawn, status) = world.on_terminal(&["job", "submission", "watch", &id]).finish().unwrap();
    assert!(status.success(), "{drawn}");
    // Every frame but the first goes up over the one before: the titles and one row.
    assert!(drawn.matches("\u{1b}[2A\u{1b}[J").count() >= 2, "{drawn:?}");
    let last = drawn.rsplit("\u{1b}[J").next().unwrap();
    assert!(last.starts_with("\u{1b}[1mID") || last.starts_with("ID"), "{last:?}");
    assert!(last.contains("DONE") && last.lines().count() == 2, "{last:?}");
}

#[test]
fn a_cluster_is_watched_until_it_is_ready() {
    let world = World::signed_in(VANTAGE, Options { ready_after: Duration::from_millis(400), ..seeded() });
    world.run(&["cluster", "create", "mine", "--provider", "on_prem"]).expect(0);
    let ran = world.run(&["cluster", "watch", "mine", "--until", "ready"]).expect(0);
    assert_eq!(states(&ran).last().map(String::as_str), Some("ready"), "{ran}");
    world.run(&["cluster", "watch", "nosuch"]).expect(3);
    world.run(&["cluster", "watch", "--until", "ready"]).expect(2);
    let limited = world.run(&["cluster", "watch", "--limit", "3"]).expect(0);
    assert_eq!(limited.stdout.lines().count(), 3, "{limited}");
}
