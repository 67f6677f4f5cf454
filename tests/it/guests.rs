//! Packs that mean well: what they answer, keep, read and ask. Those that do not are in `hostile`.

use std::path::PathBuf;

use insta::assert_snapshot;
use vantage_platform::Options;
use vantage_test_support::World;

use crate::{VANTAGE, seeded, signed_in};

/// The component of a guest of `tests/guests`.
pub(crate) fn guest(name: &str) -> PathBuf {
    component(&format!("guests/{name}.wasm"))
}

/// The component of a pack of `sdk/*/example`.
pub(crate) fn third_party(name: &str) -> PathBuf {
    component(&format!("{name}.wasm"))
}

/// Where the components of all packs lie.
pub(crate) fn folder() -> PathBuf {
    std::env::var_os("VANTAGE_TEST_GUESTS")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../guests"), PathBuf::from)
}

fn component(name: &str) -> PathBuf {
    let path = folder().join(name);
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

#[test]
fn many_rows_end_when_nobody_reads_on() {
    let world = with_guest("row_burst");
    let ran = world.run(&["row-burst", "-o", "jsonl", "--limit", "5"]).expect(0);
    assert_eq!(ran.stdout.lines().count(), 5);
    let ran = world.run(&["row-burst", "-o", "jsonl"]).expect(0);
    assert_eq!(ran.stdout.lines().count(), 100_000);
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
