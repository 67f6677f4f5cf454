//! Packs that misbehave, and what they meet: exit status, message, and a host that goes on.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use vantage_platform::Options;
use vantage_test_support::World;

use crate::{VANTAGE, seeded, signed_in, world};

/// The component of a guest of `tests/guests`.
pub(crate) fn guest(name: &str) -> PathBuf {
    component(&format!("guests/{name}.wasm"))
}

/// The component of a pack of `sdk/*/example`.
pub(crate) fn third_party(name: &str) -> PathBuf {
    component(&format!("{name}.wasm"))
}

fn component(name: &str) -> PathBuf {
    let folder = std::env::var_os("VANTAGE_TEST_GUESTS")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../guests"), PathBuf::from);
    let path = folder.join(name);
    assert!(path.exists(), "{} is missing: run `cargo xtask guests` first", path.display());
    path
}

/// Adds `name` with all that it declares.
fn with_guest(name: &str) -> World {
    let world = signed_in();
    world.run(&["plugin", "add", &guest(name).display().to_string(), "--grant-all"]).expect(0);
    world
}

#[test]
fn a_well_behaved_pack_greets_with_rows_a_note_and_a_warning() {
    let world = with_guest("greeter");
    assert_snapshot!(world.run(&["greeter", "Ada", "Bob", "-t", "2", "--warn"]).expect(0), @"
    exit: 0
    --- stdout
    Hello, Ada!
    Hello, Ada!
    Hello, Bob!
    Hello, Bob!
    --- stderr
    test/greeter: warning: this is a warning
    test/greeter: greeted 2 people
    ");
    let by_its_other_name = world.run(&["greet", "Ada", "-o", "json"]).expect(0).json();
    assert_eq!(by_its_other_name[0]["greeting"], "Hello, Ada!");
    let quiet = world.run(&["greeter", "Ada", "--warn", "--quiet"]).expect(0);
    assert!(!quiet.stderr.contains("greeted") && quiet.stderr.contains("this is a warning"), "{quiet}");
}

/// Everything that asks for what was not granted: exit status 5, and nothing sent.
#[test]
fn what_was_not_granted_is_denied_by_every_interface() {
    for name in ["denied_query", "denied_persona", "denied_storage", "denied_document", "denied_mutation"] {
        let world = signed_in();
        let file = guest(name).display().to_string();
        // Granted is what the pack declares least of: nothing, or an aspect that it goes beyond.
        world.run(&["plugin", "add", &file, "--grant-all"]).expect(0);
        let id = format!("test/{}", name.replace('_', "-"));
        let shown = world.run(&["plugin", "show", &id, "-o", "json"]).expect(0).json();
        for line in shown["capabilities"].as_array().unwrap() {
            if name != "denied_persona" {
                world.run(&["plugin", "revoke", &id, line["capability"].as_str().unwrap()]).expect(0);
            }
        }
        let before = world.admin("stats")["graphql_requests"].clone();
        let word = name.replace('_', "-");
        let ran = world.run(&[&word, "--yes"]).expect(5);
        assert!(ran.stderr.contains(&format!("pack `{id}` was denied")), "{ran}");
        assert_eq!(world.admin("stats")["graphql_requests"], before, "{name} was sent something");
        world.run(&["cluster", "list"]).expect(0);
    }
}

#[test]
fn an_operation_that_was_not_declared_is_the_packs_fault_and_never_sent() {
    let world = with_guest("denied_operation");
    let before = world.admin("stats")["graphql_requests"].clone();
    let ran = world.run(&["denied-operation"]).expect(1);
    assert!(ran.stderr.contains("declares no operation"), "{ran}");
    assert_eq!(world.admin("stats")["graphql_requests"], before);
}

#[test]
fn a_file_that_was_not_named_is_not_opened() {
    let world = with_guest("denied_file");
    let ran = world.run(&["denied-file"]);
    assert!(ran.status == 5 || ran.status == 1, "{ran}");
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_pack_that_hits_a_limit_or_crashes_is_exit_8() {
    for (name, said) in [
        ("memory_hog", "memory"),
        ("deep_recursion", "stack"),
        ("panics", "crashed"),
        ("trap", "crashed"),
        ("handle_after_drop", "crashed"),
        ("handle_forged", "crashed"),
        ("one_crossing", "data in one call"),
    ] {
        let world = with_guest(name);
        let ran = world.run(&[&name.replace('_', "-")]);
        assert_eq!(ran.status, 8, "{name}: {ran}");
        assert!(ran.stderr.contains(said) && ran.stderr.contains("test/"), "{name}: {ran}");
        // The host, what is installed and the sign-in are as they were.
        world.run(&["plugin", "list"]).expect(0);
        world.run(&["cluster", "list"]).expect(0);
    }
}

#[cfg(unix)]
#[test]
fn an_endless_loop_ends_at_ctrl_c() {
    let world = with_guest("endless");
    let mut command = world.command(&["endless"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It runs when it has said so.
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.contains("this will take a while"), "{line}");
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_pack_finds_no_way_out_of_the_sandbox() {
    let world = with_guest("outside");
    let ran = world.run(&["outside", "-o", "json"]).expect(0);
    for found in ran.json().as_array().unwrap() {
        let text = found["found"].as_str().unwrap();
        let nothing = text.starts_with("nothing") || text == "0";
        // A path is no secret: WASI says `/` where there is nothing.
        assert!(nothing || (found["way"] == "folder" && text == "\"/\""), "{found}");
    }
}

#[test]
fn no_text_of_a_pack_reaches_a_terminal_unseen() {
    let world = signed_in();
    let file = guest("escapes").display().to_string();
    let mut everything = String::new();
    let mut run = |arguments: &[&str]| {
        let ran = world.run(arguments);
        everything.push_str(&format!("{}{}", ran.stdout, ran.stderr));
    };
    run(&["plugin", "add", &file]);
    run(&["plugin", "add", &file, "--grant-all"]);
    run(&["plugin", "show", "escapes"]);
    run(&["--help"]);
    run(&["escapes", "--help"]);
    run(&["escapes"]);
    run(&["escapes", "-o", "table", "-vvv"]);
    run(&["escapes", "--fail"]);
    run(&["escapes", "--fail", "-o", "json"]);
    run(&["escapes", "--markdown"]);
    assert!(everything.contains("desrever"), "the pack did not run:\n{everything}");
    let hidden = |character: &char| {
        matches!(character, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}')
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let found: Vec<String> =
        everything.chars().filter(hidden).map(|character| character.escape_unicode().to_string()).collect();
    assert!(found.is_empty(), "{found:?} in:\n{everything:?}");
    // The host alone writes hints and errors.
    assert!(
        !everything
            .lines()
            .any(|line| line.starts_with("hint: vantage plugin grant test/escapes everything"))
    );
    assert!(!everything.lines().any(|line| line.starts_with("error: session expired")));
}

#[test]
fn a_description_that_cannot_be_accepted_is_refused_and_nothing_stored() {
    for name in
        ["describe_invalid", "describe_not_json", "describe_huge", "describe_panic", "describe_endless"]
    {
        let world = world();
        let ran = world.run(&["plugin", "add", &guest(name).display().to_string(), "--grant-all"]);
        assert!(ran.status == 1 || ran.status == 8, "{name}: {ran}");
        assert_eq!(ran.stdout, "");
        assert!(!world.home().join("data/packs/index.toml").exists(), "{name} was stored");
    }
}

#[test]
fn a_pack_is_described_once_when_it_is_added() {
    let world = with_guest("describe_varies");
    let first = world.run(&["plugin", "show", "test/describe-varies", "-o", "json"]).expect(0).stdout;
    world.run(&["describe-varies"]);
    assert_eq!(world.run(&["plugin", "show", "test/describe-varies", "-o", "json"]).expect(0).stdout, first);
}

#[test]
fn floods_end_when_nobody_reads_on() {
    for name in ["flood_rows", "row_burst"] {
        let world = with_guest(name);
        let ran = world.run(&[&name.replace('_', "-"), "-o", "jsonl", "--limit", "5"]).expect(0);
        assert_eq!(ran.stdout.lines().count(), 5, "{name}");
    }
    let world = with_guest("row_burst");
    let ran = world.run(&["row-burst", "-o", "jsonl"]).expect(0);
    assert_eq!(ran.stdout.lines().count(), 100_000);
}

#[test]
fn floods_of_handles_progress_and_streams_are_contained() {
    for name in ["flood_handles", "flood_progress", "flood_streams"] {
        let world = with_guest(name);
        let ran = world.run(&[&name.replace('_', "-")]);
        assert!(ran.status == 0 || ran.status == 8, "{name}: {ran}");
        assert!(ran.stderr.len() < 4 << 20, "{name}: {} bytes on standard error", ran.stderr.len());
        world.run(&["cluster", "list"]).expect(0);
    }
}

#[test]
fn a_pack_keeps_what_it_was_granted_and_no_more() {
    let world = with_guest("keeper");
    assert_eq!(world.run(&["keeper", "-o", "json"]).expect(0).json()["runs"], 1);
    assert_eq!(world.run(&["keeper", "-o", "json"]).expect(0).json()["runs"], 2);
    let full = world.run(&["keeper", "--fill"]).expect(1);
    assert_eq!(full.stdout, "");
    assert_eq!(world.run(&["keeper", "--forget", "-o", "json"]).expect(0).json()["runs"], 1);
}

#[test]
fn files_that_the_user_names_are_read() {
    let world = with_guest("reader");
    let path = world.home().join("two lines.txt");
    std::fs::write(&path, "one\ntwo\n").unwrap();
    let ran = world.run(&["reader", &path.display().to_string(), "-o", "json"]).expect(0).json();
    assert_eq!(ran, serde_json::json!([{ "name": "two lines.txt", "size": 8, "lines": 2 }]));
    assert_snapshot!(world.run(&["reader", "nosuch.txt"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: cannot read `nosuch.txt`
      cause: No such file or directory (os error 2)
    ");
}

#[test]
fn questions_are_asked_on_the_terminal_under_the_packs_name() {
    let world = with_guest("asker");
    assert_snapshot!(world.run(&["asker"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: test/asker: `test/asker` has a question, and there is nobody to answer it
    hint: test/asker: run the command in a terminal, without --no-input
    ");
    let mut terminal = world.on_terminal(&["asker", "-o", "json"]);
    for (question, answer) in
        [("test/asker asks: Are you sure? [y/N] ", "y\n"), ("1 to 2: ", "2\n"), ("[Ada]: ", "\n")]
    {
        terminal.wait_for(question).unwrap();
        terminal.enter(answer).unwrap();
    }
    let (text, status) = terminal.finish().unwrap();
    assert!(status.success() && text.contains("\"green\"") && text.contains("\"Ada\""), "{text}");
}

#[test]
fn pages_are_read_to_the_end_and_a_wrong_pointer_is_an_error() {
    let options = Options { clusters: 35, ..seeded() };
    let world = World::signed_in(VANTAGE, options);
    world.run(&["plugin", "add", &guest("paged").display().to_string(), "--grant-all"]).expect(0);
    let ran = world.run(&["paged", "-o", "jsonl"]).expect(0);
    assert_eq!(ran.stdout.lines().count(), 35);
    assert!(ran.stderr.contains("4 pages"), "{ran}");
    let wrong = world.run(&["paged", "--connection", "/nosuch"]);
    assert!(wrong.status == 1 && wrong.stderr.contains("/nosuch"), "{wrong}");
}

#[test]
fn kinds_that_the_host_vouches_for_cannot_be_made_up() {
    let world = with_guest("fails");
    for (kind, status) in [
        ("not-found", 3),
        ("conflict", 6),
        ("unavailable", 7),
        ("usage", 2),
        ("denied", 1),
        ("unauthenticated", 1),
        ("whatever", 1),
        ("closed", 0),
        ("dry-run", 1),
    ] {
        let ran = world.run(&["fails", kind, "--hint", "vantage login"]);
        assert_eq!(ran.status, status, "{kind}: {ran}");
        assert!(!ran.stderr.lines().any(|line| line == "hint: vantage login"), "{ran}");
    }
}

#[test]
fn json_that_is_none_is_refused_at_the_boundary() {
    let world = with_guest("bad_json");
    let ran = world.run(&["bad-json", "-o", "json"]);
    assert_ne!(ran.status, 130);
    world.run(&["cluster", "list"]).expect(0);
}
