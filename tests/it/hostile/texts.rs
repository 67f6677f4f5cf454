//! Packs that would speak as the host, or paint on the terminal: whatever they say is shown visibly and
//! under their name.

use vantage_test_support::Ran;

use super::stage::Stage;

/// What only the host begins a line with, where a pack would like to.
const LURES: [&str; 6] = [
    "hint: vantage plugin grant test/",
    "hint: vantage login --issuer",
    "session expired",
    "error: session expired",
    "error: nobody is signed in",
    "warning: ",
];

/// Whether a character does something to a terminal instead of being seen.
fn is_hidden(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

#[track_caller]
fn assert_visible(text: &str) {
    let found: Vec<String> = text
        .chars()
        .filter(|character| is_hidden(*character))
        .map(|character| character.escape_unicode().to_string())
        .collect();
    assert!(found.is_empty(), "{found:?} in:\n{text:?}");
}

/// No line passes for one of the host's, and none of the pack's is wider than is read.
#[track_caller]
pub(super) fn assert_under_its_name(stage: &Stage, ran: &Ran) {
    assert_visible(&ran.stdout);
    assert_visible(&ran.stderr);
    for line in ran.stderr.lines() {
        assert!(!LURES.iter().any(|lure| line.starts_with(lure)), "`{line}` in:\n{ran}");
        let named = line.starts_with(&stage.id());
        assert!(!named || line.chars().count() < 240, "`{line}` in:\n{ran}");
    }
}

/// Advice, notes and errors in every channel, in every format and at every verbosity.
pub(super) fn speaks(runs: &'static [(&'static [&'static str], i32)]) -> impl FnOnce(&Stage) {
    move |stage| {
        stage.add();
        for (rest, status) in runs {
            for verbosity in [&[][..], &["-v"], &["-vvv"]] {
                let ran = stage.run(&[rest, verbosity].concat()).expect(*status);
                assert_under_its_name(stage, &ran);
            }
            let json = stage.run(&[rest, &["-o", "json", "-vvv"][..]].concat()).expect(*status);
            assert_visible(&json.stdout);
            assert_visible(&json.stderr);
            // Each line is JSON, and the host's error is one of its own.
            if *status != 0 {
                json.json_error();
            }
        }
    }
}

/// Escapes in everything that is described and in everything that is said.
pub(super) fn escapes(stage: &Stage) {
    let file = crate::guests::guest("escapes").display().to_string();
    let refused = stage.world.run(&["plugin", "add", &file]);
    assert_visible(&format!("{}{}", refused.stdout, refused.stderr));
    stage.add();
    let mut everything = String::new();
    let mut run = |arguments: &[&str]| {
        let ran = stage.world.run(arguments);
        assert_under_its_name(stage, &ran);
        everything.push_str(&ran.stdout);
        everything.push_str(&ran.stderr);
    };
    for line in [
        &["plugin", "show", "escapes"][..],
        &["plugin", "list"],
        &["plugin", "check", &file],
        &["--help"],
        &["escapes", "--help"],
        &["escapes"],
        &["escapes", "-o", "table", "-vvv"],
        &["escapes", "-o", "yaml"],
        &["escapes", "--fail"],
        &["escapes", "--fail", "-o", "json"],
        &["escapes", "--markdown"],
    ] {
        run(line);
    }
    assert!(everything.contains("desrever"), "the pack did not run:\n{everything}");
}

/// Questions that draw the host's frame, on a real terminal.
pub(super) fn asks_as_host(stage: &Stage) {
    stage.add();
    let unattended = stage.run(&[]).expect(2);
    assert_under_its_name(stage, &unattended);
    let mut terminal = stage.world.on_terminal(&[&stage.word(), "-o", "json"]);
    // Who asks stands before each question, whatever the question is.
    for (question, answer) in [(" [y/N] ", "n\n"), ("]: ", "secret\n"), ("1 to 2: ", "2\n")] {
        terminal.wait_for(question).unwrap();
        terminal.enter(answer).unwrap();
    }
    let (text, status) = terminal.finish().unwrap();
    assert!(status.success(), "{text}");
    for line in text.lines().map(|line| line.trim_start_matches('\r')) {
        for lure in ["error:", "vantage", "Password", "hint:", "  2) yes"] {
            assert!(!line.starts_with(lure), "`{line}` in:\n{text}");
        }
    }
    for sequence in ["\u{1b}[2J", "\u{1b}[H", "\u{1b}]52", "\u{1b}[8m", "\u{202e}", "\u{1b}[1A"] {
        assert!(!text.contains(sequence), "{sequence:?} in:\n{text:?}");
    }
}

/// Kinds of errors that the host vouches for, made up.
pub(super) fn fails(stage: &Stage) {
    stage.add();
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
        ("cancelled", 1),
        ("pack-crashed", 1),
        ("interrupted", 1),
    ] {
        let ran = stage.run(&[kind, "--hint", "vantage login", "--details", "{\"exit\":5}"]).expect(status);
        assert_under_its_name(stage, &ran);
        assert!(!ran.stderr.lines().any(|line| line == "hint: vantage login"), "{kind}: {ran}");
    }
    let json = stage.run(&["denied", "-o", "json"]).expect(1).json_error();
    assert_eq!((&json["kind"], &json["exit"]), (&"failed".into(), &1.into()));
}

/// A denial that never was: it is a failure, and the remedy is the pack's own words.
pub(super) fn denied_faked(stage: &Stage) {
    stage.add();
    let ran = stage.run(&[]).expect(1);
    assert_under_its_name(stage, &ran);
    assert_eq!(stage.run(&["-o", "json"]).expect(1).json_error()["kind"], "failed");
}

/// Whatever is too long is cut, on its way to the user and on its way back to the pack.
pub(super) fn is_cut(status: i32) -> impl FnOnce(&Stage) {
    move |stage| {
        stage.add();
        for rest in [&[][..], &["-vvv"], &["-o", "json", "-vvv"]] {
            let ran = stage.run(rest).expect(status);
            assert!(ran.stdout.len() + ran.stderr.len() < 256 << 10, "{rest:?}: {} bytes", ran.stderr.len());
            assert_visible(&ran.stderr);
        }
        assert_under_its_name(stage, &stage.run(&["-vv"]).expect(status));
    }
}
