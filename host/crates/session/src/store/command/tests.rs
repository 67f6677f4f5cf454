//! Programs that keep records, and programs that do everything else.

#![expect(clippy::disallowed_methods, reason = "the files of a test have no readers meanwhile")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use super::Program;
use crate::{ErrorKind, SessionError};

const NAME: &str = "4f2a000000000000000000000000000000000000000000000000000000000001";
const RECORD: &str = r#"{"version":1,"access_token":"canary-a","refresh_token":"canary-\"r"}"#;
const HELLO: &str = r#"echo '{"vantage-credential-command": [1]}'; read -r request"#;

/// `/bin/sh` with a script of the test's.
fn shell(script: &str) -> Program {
    Program::new(vec!["/bin/sh".into(), "-c".into(), script.into()], NAME.into(), "lab".into())
}

/// One that says hello, reads the request, and then does `rest`.
fn polite(rest: &str) -> Program {
    shell(&format!("{HELLO}; {rest}"))
}

/// One that is given a second: it uses up whatever it is given.
fn impatient(program: Program) -> Program {
    Program { patience: Duration::from_secs(1), ..program }
}

#[track_caller]
fn problem<T>(result: Result<T, SessionError>) -> String {
    match result {
        Err(error @ SessionError::CredentialCommand { .. }) => {
            assert_eq!(error.kind(), ErrorKind::Unavailable);
            let SessionError::CredentialCommand { problem, .. } = error else { unreachable!() };
            assert!(problem.chars().count() <= 300 && !problem.chars().any(char::is_control), "{problem:?}");
            assert!(!problem.contains("canary"), "{problem}");
            problem
        }
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("it worked"),
    }
}

/// The program that the documentation shows, as it stands there.
fn example(folder: &Path) -> Program {
    let text = include_str!("../../../../../../docs/reference/credential-command.md");
    let (_, rest) = text.split_once("```python\n").expect("an example");
    let (code, _) = rest.split_once("```").expect("its end");
    let path = folder.join("keep");
    fs::write(&path, code).expect("the example");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("its mode");
    let kept = folder.join("kept");
    fs::create_dir(&kept).expect("a folder");
    let line = vec![path.display().to_string(), kept.display().to_string()];
    Program::new(line, NAME.into(), "lab".into())
}

#[test]
fn the_documented_example_keeps_a_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = example(folder.path());
    program.prove().expect("room");
    assert!(program.get().expect("an answer").is_none());
    assert!(!program.delete().expect("an answer"));
    program.store(RECORD.as_bytes()).expect("kept");
    assert_eq!(program.get().expect("an answer").expect("a record").as_slice(), RECORD.as_bytes());
    program.store(b"{\"b\": \"\xc3\xbc\\n\"}").expect("kept");
    assert_eq!(program.get().expect("an answer").expect("a record").as_slice(), b"{\"b\": \"\xc3\xbc\\n\"}");
    assert!(program.delete().expect("an answer"));
    assert!(program.get().expect("an answer").is_none());
}

#[test]
fn secrets_go_through_the_pipe_and_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let seen = folder.path().join("seen");
    let program = polite(&format!(
        r#"printf '%s' "$request" > '{0}.request'; tr '\0' ' ' < /proc/$$/cmdline > '{0}.arguments'; env > '{0}.variables'; echo '{{"ok": {{}}}}'"#,
        seen.display()
    ));
    program.store(RECORD.as_bytes()).expect("an answer");
    let read = |end: &str| fs::read_to_string(seen.with_extension(end)).expect("what was seen");
    assert_eq!(
        read("request"),
        serde_json::json!({"version": 1, "action": "store", "name": NAME, "profile": "lab", "record": RECORD})
            .to_string()
    );
    for end in ["arguments", "variables"] {
        assert!(!read(end).contains("canary"), "{}", read(end));
    }
}

#[test]
fn variables_that_hold_secrets_are_taken_away() {
    let mut command = std::process::Command::new(std::env::current_exe().expect("this binary"));
    command.args(["store::command::tests::variables", "--exact", "--ignored", "--nocapture"]);
    for variable in super::process::SECRET_VARIABLES {
        command.env(variable, "canary");
    }
    let output = command.env("HARMLESS", "canary too").output().expect("this binary");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "started by `variables_that_hold_secrets_are_taken_away` with such variables"]
fn variables() {
    let program = polite(
        r#"env | grep -q '^HARMLESS=' && ! env | grep -E '^VANTAGE_[A-Z_]*=canary' >&2 && echo '{"ok": {}}'"#,
    );
    program.store(RECORD.as_bytes()).expect("no such variable");
}

#[test]
fn a_record_of_the_largest_size_passes() {
    let record = format!(r#"{{"a":"{}"}}"#, "x".repeat(200 * 1024));
    let answer = r#"length=$(printf '%s' "$request" | wc -c); [ "$length" -gt 200000 ] && echo '{"ok": {}}'"#;
    polite(answer).store(record.as_bytes()).expect("kept");
    let record = "x".repeat(300 * 1024);
    assert!(problem(polite(answer).store(record.as_bytes())).starts_with("the record makes a line of"));
}

#[test]
fn every_kind_of_refusal_is_told_apart() {
    let refusing =
        |kind: &str| polite(&format!(r#"echo '{{"error": {{"kind": "{kind}", "message": "so it is"}}}}'"#));
    assert!(refusing("not-found").get().expect("an answer").is_none());
    assert!(!refusing("not-found").delete().expect("an answer"));
    refusing("unsupported").prove().expect("the question is optional");
    for kind in ["unavailable", "denied", "unsupported", "other", "of-a-later-version"] {
        assert_eq!(problem(refusing(kind).get()), "so it is");
        assert_eq!(problem(refusing(kind).store(RECORD.as_bytes())), "so it is");
        assert_eq!(problem(refusing(kind).delete()), "so it is");
    }
    assert_eq!(problem(polite(r#"echo '{"error": {"kind": "denied"}}'"#).get()), "it refuses");
}

#[test]
fn what_is_no_answer_is_said() {
    let cases = [
        (shell("true"), "it said no hello"),
        (shell("exit 3"), "it said no hello; it ended with exit status 3"),
        (shell("exec 1>&-; exec cat >/dev/null"), "it said no hello"),
        (shell("echo hello"), "its first line is not the hello of a credential command"),
        (
            shell(r#"echo '{"vantage-credential-command": [2, 3]}'"#),
            "it speaks versions [2, 3] of the protocol, and not 1",
        ),
        (polite("true"), "it did not answer"),
        (
            polite("echo 'not a vault' >&2; exit 7"),
            "it did not answer; it ended with exit status 7; its last words: not a vault",
        ),
        (polite("echo '{}'"), "its answer is none of this protocol"),
        (polite(r#"echo '{"ok": {}, "error": {"kind": "other"}}'"#), "its answer is none of this protocol"),
        (polite(r#"printf '{"ok": {'"#), "its answer is none of this protocol"),
        (polite(r#"printf '\377\376\n'"#), "its answer is none of this protocol"),
        (polite(r#"echo '{"ok": {}}'"#), "its answer has no record"),
        (polite(r#"echo '{"ok": {"record": "a\u0000b"}}'"#), "its record has characters that no record has"),
        (polite(r#"echo '{"ok": {"record": "\u001b[2J"}}'"#), "its record has characters that no record has"),
        (polite(r#"echo '{"ok": {"record": "\ud800"}}'"#), "its answer is none of this protocol"),
        (polite("head -c 300000 /dev/zero | tr '\\0' a"), "it wrote a line longer than 262144 bytes"),
        (Program::new(Vec::new(), NAME.into(), "lab".into()), "no program is named"),
        (
            Program::new(vec!["/nonexistent/vault".into()], NAME.into(), "lab".into()),
            "it cannot be started: No such file or directory (os error 2)",
        ),
    ];
    for (program, expected) in cases {
        let found = problem(program.get());
        assert_eq!(
            found
                .split("; it was ended")
                .next()
                .and_then(|found| found.split("; it ended with exit status 141").next()),
            Some(expected),
            "{:?}",
            program.line
        );
    }
}

#[test]
fn output_without_end_is_cut_off() {
    for endless in ["yes", "yes >&2", "cat /dev/zero"] {
        problem(impatient(shell(endless)).get());
    }
    // Complaining without end does not keep an answer from being heard.
    polite(r#"yes >&2 & echo '{"ok": {}}'; kill $!"#).store(RECORD.as_bytes()).expect("an answer");
}

#[test]
fn one_that_hangs_is_ended_with_all_that_it_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    let path = pipe.display();
    // Both keep the pipe open for writing: reading it to its end is waiting for theirs.
    let program =
        polite(&format!("mkfifo '{path}'; cat '{path}' <>'{path}' >/dev/null 2>&1 & exec cat <>'{path}'"));
    let found = problem(impatient(program).get());
    assert!(found.starts_with("it did not answer"), "{found}");
    let alive = fs::read_dir("/proc").expect("processes").flatten().any(|entry| {
        fs::read(entry.path().join("cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&*pipe.to_string_lossy()))
    });
    assert!(!alive, "a process of its group is left");
}

#[test]
fn an_answer_counts_though_the_program_goes_on() {
    polite(r#"echo '{"ok": {}}'; exec cat <>/dev/ptmx"#).store(RECORD.as_bytes()).expect("an answer");
    // And though it never reads what it is asked.
    let deaf = shell(r#"echo '{"vantage-credential-command": [1]}'; echo '{"ok": {}}'; exit 1"#);
    deaf.store(RECORD.as_bytes()).expect("an answer");
}

#[test]
fn tokens_in_its_words_are_not_repeated() {
    let long = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
    for said in ["no canary-a", r#"no canary-\"r"#, long] {
        let program = polite(&format!(r#"echo '{{"error": {{"kind": "other", "message": "{said}"}}}}'"#));
        let found = problem(program.store(RECORD.as_bytes()));
        assert!(found.contains("[redacted]") && !found.contains("eyJ"), "{found}");
    }
    let found = problem(polite("echo 'lost canary-a' >&2").store(RECORD.as_bytes()));
    assert!(found.ends_with("its last words: lost [redacted]"), "{found}");
    let found = problem(polite(&format!("echo 'lost {long} at /home/user/vault' >&2")).get());
    assert!(found.ends_with("its last words: lost [redacted] at /home/user/vault"), "{found}");
}

#[test]
fn the_way_to_try_it_by_hand_changes_nothing_and_can_be_pasted() {
    let folder = tempfile::tempdir().expect("a folder");
    let seen = folder.path().join("it's seen");
    let script = format!(r#"read -r request; printf '%s' "$request" > "{}""#, seen.display());
    let error = impatient(shell(&script)).store(RECORD.as_bytes()).expect_err("no hello");
    let SessionError::CredentialCommand { attempt, .. } = &error else { panic!("{error}") };
    assert_eq!(error.hints(), [format!("`{attempt}` asks it by hand")]);
    assert!(!attempt.contains("canary"));
    fs::remove_file(&seen).ok();
    let status = std::process::Command::new("/bin/sh").args(["-c", attempt]).status().expect("a shell");
    assert!(status.success(), "{attempt}");
    let request = fs::read_to_string(&seen).expect("what the program was asked");
    assert!(request.contains(r#""action":"prove""#), "{request}");
}
