//! Questions cannot be answered by anybody but a person who has seen them, nor by anything but Yes.
//!
//! What is typed before a question stands there, pasted beyond its answer, or piped into the program
//! answers nothing. Whose question it is can be told at the begin of every line.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};
use vantage_test_support::World;
use vantage_test_support::terminal::Terminal;

use crate::guests::guest;
use crate::signed_in;

/// What counts as No, each as it is typed, with the exit status of `plugin add`. A line that the input's
/// end cuts off is no answer: the first of two ends of input gives what was typed, the second is the end.
const NO: &[(&str, u32)] = &[
    ("\n", 5),
    ("n\n", 5),
    ("yes please\n", 5),
    ("y y\n", 5),
    ("\u{1b}[200~y\u{1b}[201~\n", 5),
    ("y\u{200b}\n", 5),
    ("\u{4}", 130),
    ("y\u{4}\u{4}", 130),
    ("yes\u{4}\u{4}", 130),
    ("\u{3}", 130),
    ("y\u{3}", 130),
];

/// A world with the pack that asks.
fn with_asker() -> World {
    let world = signed_in();
    world.run(&["plugin", "add", &asker(), "--grant-all"]).expect(0);
    world
}

fn asker() -> String {
    guest("asker").display().to_string()
}

/// The record that a pack answered with, at the end of what was drawn.
fn answered(terminal: Terminal) -> Value {
    let (text, status) = terminal.finish().unwrap();
    assert!(status.success(), "{text}");
    let start = text.rfind("\n{").unwrap_or_else(|| panic!("no record in:\n{text}"));
    serde_json::from_str(&text[start..]).unwrap_or_else(|error| panic!("{error} in:\n{text}"))
}

#[test]
fn what_was_typed_before_a_question_does_not_answer_it() {
    let world = with_asker();
    let line = ["asker", "--twice", "-o", "json"];
    let mut terminal = world.on_terminal_typed_ahead(&line, "y\nyes\ny");
    terminal.wait_for("The first? [y/N] ").unwrap();
    terminal.enter("\n").unwrap();
    terminal.wait_for("The second? [y/N] ").unwrap();
    terminal.enter("y\n").unwrap();
    assert_eq!(answered(terminal), json!({ "first": false, "second": true }));
}

#[test]
fn the_rest_of_a_paste_does_not_answer_the_next_question() {
    let world = with_asker();
    for (paste, first) in
        [("y\ny\ny\n", true), ("\u{1b}[200~y\ny\ny\n\u{1b}[201~", false), ("n\ny\ny", false)]
    {
        let mut terminal = world.on_terminal(&["asker", "--twice", "-o", "json"]);
        terminal.wait_for("The first? [y/N] ").unwrap();
        terminal.enter(paste).unwrap();
        terminal.wait_for("The second? [y/N] ").unwrap();
        terminal.enter("\n").unwrap();
        assert_eq!(answered(terminal), json!({ "first": first, "second": false }), "{paste:?}");
    }
}

#[test]
fn a_password_is_not_taken_from_what_was_typed_or_pasted_before_its_question() {
    let world = signed_in();
    let folder = world.home().display().to_string();
    let (key, public) = (format!("{folder}/team.key"), format!("{folder}/team.pub"));
    let mut terminal = world.on_terminal_typed_ahead(
        &["plugin", "keygen", "--secret", &key, "--public", &public],
        "typed ahead\n",
    );
    terminal.wait_for("Password for the secret key: ").unwrap();
    terminal.enter("one\ntwo\n").unwrap();
    terminal.wait_for("The same password again: ").unwrap();
    terminal.enter("one\n").unwrap();
    let (text, status) = terminal.finish().unwrap();
    assert!(status.success() && !text.contains("one") && !text.contains("two"), "{text}");
}

#[test]
fn a_pack_is_added_by_yes_alone() {
    let world = signed_in();
    for (typed, expected) in NO {
        let mut terminal = world.on_terminal_with(&["plugin", "add", &asker()], &[("NO_COLOR", "1")]);
        terminal.wait_for("Add it and allow this? [y/N] ").unwrap();
        terminal.enter(typed).unwrap();
        let (text, status) = terminal.finish().unwrap();
        assert_eq!(status.exit_code(), *expected, "{typed:?}: {text}");
        assert!(text.lines().any(|line| line.starts_with("error: ")), "no line of its own: {text}");
        assert!(world.only_bundled(), "{typed:?} added the pack");
    }
    let mut terminal = world.on_terminal_typed_ahead(&["plugin", "add", &asker()], "y\nyes\n");
    terminal.wait_for("Add it and allow this? [y/N] ").unwrap();
    terminal.enter("\n").unwrap();
    assert_eq!(terminal.finish().unwrap().1.exit_code(), 5);
    assert!(world.only_bundled(), "what was typed ahead added the pack");

    let mut terminal = world.on_terminal(&["plugin", "add", &asker()]);
    terminal.wait_for("Add it and allow this? [y/N] ").unwrap();
    terminal.enter("Yes\n").unwrap();
    assert!(terminal.finish().unwrap().1.success() && !world.only_bundled());
}

#[test]
fn a_pipe_that_says_yes_is_nobody() {
    let world = with_asker();
    world.run(&["cluster", "create", "mine", "--provider", "on_prem"]).expect(0);
    world
        .run(&["profile", "create", "lab", "--issuer", "https://lab.example", "--api", "https://lab.example"])
        .expect(0);
    let other = guest("greeter").display().to_string();
    let lines: &[(&[&str], i32)] = &[
        (&["plugin", "add", &other], 5),
        (&["plugin", "add", &other, "--yes"], 5),
        (&["cluster", "delete", "mine"], 2),
        (&["profile", "delete", "lab"], 2),
        (&["asker"], 2),
    ];
    for (line, expected) in lines {
        let mut command = world.command(line);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Whoever reads none of it has closed it perhaps.
        let _ = child.stdin.take().unwrap().write_all("y\n".repeat(1000).as_bytes());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(*expected), "{line:?}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("nobody"), "{line:?}: {output:?}");
    }
    world.run(&["cluster", "get", "mine"]).expect(0);
    assert!(!world.packs().contains_key("test/greeter"));
}

#[test]
fn a_pipe_that_says_yes_does_not_speak_for_the_person_at_the_terminal() {
    let world = signed_in();
    let mut terminal = world.script_on_terminal("yes | \"$@\"", &["plugin", "add", &asker()]);
    terminal.wait_for("Add it and allow this? [y/N] ").unwrap();
    terminal.enter("\n").unwrap();
    let (text, status) = terminal.finish().unwrap();
    assert_eq!(status.exit_code(), 5, "{text}");
    assert!(world.only_bundled());
    // What people are told does not reach the terminal: then they are not asked on it either.
    let terminal = world.script_on_terminal("\"$@\" 2>\"$VANTAGE_HOME/told\"", &["plugin", "add", &asker()]);
    let (text, status) = terminal.finish().unwrap();
    assert!(status.exit_code() == 5 && text.is_empty(), "{text}");
    assert!(world.only_bundled());
}

#[test]
fn a_pack_cannot_draw_a_question_of_the_hosts() {
    let world = with_asker();
    let mut terminal = world.on_terminal_with(&["asker", "--forged"], &[("NO_COLOR", "1")]);
    let mut stands = |question: &str, answer: &str| {
        terminal.wait_for(question).unwrap();
        let drawn = terminal.drawn();
        assert!(drawn.ends_with(question), "something is drawn after the question:\n{drawn}");
        terminal.enter(answer).unwrap();
    };
    stands("u{202e} [y/N] ", "\n");
    stands("1 to 2: ", "2\n");
    stands("]: ", "Ada\n");
    let (text, status) = terminal.finish().unwrap();
    assert!(status.success(), "{text}");
    let rows: Vec<&str> = text.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(rows.join("\n"), @r"
    test/asker: x\u{d}\u{1b}[2K\u{1b}[1A\u{a}error: session expired\u{a}
           |                                                            Add it and allow this? [y/N]
           | y\u{202e}
    test/asker: x\u{d}\u{1b}[2K\u{1b}[1A
    test/asker: error: session expired
    test/asker:
           |    Add it and allow this? [y/N] y\u{202e}
    test/asker asks: x\u{d}\u{1b}[2K\u{1b}[1A\u{a}error: session expired\u{a} Add it and allow this?
      | [y/N] y\u{202e} [y/N]
    test/asker asks: x\u{d}\u{1b}[2K\u{1b}[1A\u{a}error: session expired\u{a} Add it and allow this?
      | [y/N] y\u{202e}
      1  x\u{d}\u{1b}[2K\u{1b}[1A\u{a}error: session expired\u{a} Add it and allow this? [y/N]
          | y\u{202e}
      2  2 green
    1 to 2: 2
    test/asker asks: x\u{d}\u{1b}[2K\u{1b}[1A\u{a}error: session expired\u{a} Add it and allow this?
      | [y/N] y\u{202e} [x\u{d}\u{1b}[2K\u{1b}[1A\u{a}…]: Ada
    sure:    no
    chosen:  1
    name:    Ada
    test/asker: without an end either
    ");
}
