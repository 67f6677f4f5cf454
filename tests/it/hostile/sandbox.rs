//! What single hostile packs meet that no other meets in the same way.

use std::io::Write;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::meets::{assert_crashes, requests};
use super::stage::Stage;
use super::{memory, watched};
use crate::guests::guest;

/// It finds no world outside, and the system is asked for nothing on its behalf.
pub(super) fn outside(stage: &Stage) {
    stage.add();
    let mut command = stage.world.command(&["outside", "given", "words", "-o", "json"]);
    stage.world.finish(command.env("SECRET", "in the environment")).expect(2);
    let mut command = stage.world.command(&["outside", "-o", "json"]);
    let ran = stage.world.finish(command.env("SECRET", "in the environment")).expect(0);
    let found = ran.json();
    assert_eq!(found.as_array().unwrap().len(), 12, "{found}");
    for found in found.as_array().unwrap() {
        let text = found["found"].as_str().unwrap();
        let nothing = text.starts_with("nothing") || text == "0";
        // A path is no secret: WASI says `/` where there is nothing.
        assert!(nothing || (found["way"] == "folder" && text == "\"/\""), "{found}");
    }
    watched::assert_reaches_nothing_new(stage, &[]);
}

/// What the user types or pipes in is not for packs.
pub(super) fn reads_input(stage: &Stage) {
    stage.add();
    let mut command = stage.world.command(&["reads-input", "-o", "json"]);
    let mut child = stage.world.start(command.stdin(Stdio::piped()));
    child.stdin.take().unwrap().write_all(b"a secret\n").unwrap();
    let ran = stage.world.end(child).expect(0);
    assert_eq!(ran.json(), json!({ "terminal": false, "bytes": 0, "heard": "" }));
}

/// Documents that no user granted are not sent, and one that was granted is: so the pack did run.
pub(super) fn hostile_documents(stage: &Stage) {
    stage.add();
    stage.world.run(&["plugin", "grant", &stage.id(), "dynamic cluster/Query.clusters"]).expect(0);
    stage.take_note();
    let before = requests(stage).as_u64().unwrap();
    let file = stage.world.home().join("documents.json");
    let documents = json!([
        ["cluster", "query Names { clusters(first: 1) { edges { node { name } } } }"],
        ["cluster", "mutation Delete { deleteCluster(clusterName: \"precious\") { __typename } }"],
        ["jobs", "query Jobs { jobSubmissions(first: 1) { total } }"],
        ["../evil", "{ a }"],
        ["cluster", "{".repeat(100_000)],
        ["cluster", "{ a".repeat(100_000)],
    ]);
    std::fs::write(&file, documents.to_string()).unwrap();
    let ran = stage.run(&[&file.display().to_string(), "--yes", "-o", "json"]).expect(0);
    let became: Vec<_> = ran.json().as_array().unwrap().iter().map(|row| row["became"].clone()).collect();
    assert_eq!(became, ["data", "denied", "denied", "invalid", "invalid", "invalid"]);
    assert_eq!(requests(stage).as_u64().unwrap(), before + 1);
}

/// What other packs keep is not to be had by any name; that they still have it is asserted of every pack.
pub(super) fn storage_others(stage: &Stage) {
    stage.add();
    let ran = stage.run(&["-o", "jsonl"]).expect(0);
    let rows: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (keys, rows) = rows.split_last().unwrap();
    for row in rows {
        let refused = row["key"].as_str().unwrap().contains(['\0', '\u{1b}']);
        let expected = if refused { ("invalid", "invalid") } else { ("nothing", "kept") };
        assert_eq!((row["found"].as_str().unwrap(), row["kept"].as_str().unwrap()), expected, "{row}");
    }
    assert_eq!(keys["keys"].as_array().unwrap().len(), rows.len() - 2);
    assert_eq!(stage.world.run(&["keeper", "-o", "json"]).expect(0).json()["runs"], 2);
    stage.take_note();
}

/// It looks through its whole memory, and finds the text that it was given and no token.
pub(super) fn scanner(stage: &Stage) {
    stage.add();
    let record: Value =
        serde_json::from_slice(&std::fs::read(stage.world.stored("test").path()).unwrap()).unwrap();
    let token = record.to_string();
    assert!(token.contains("access"), "no token to look for: {token}");
    let name = stage.world.run(&["cluster", "list", "-o", "json"]).expect(0).json()[0]["name"].clone();
    let backwards = |text: &str| text.chars().rev().collect::<String>();
    let tokens: Vec<String> = texts(&record)
        .into_iter()
        .filter(|text| text.len() > 100)
        .map(|text| backwards(&text[..60]))
        .collect();
    assert!(!tokens.is_empty(), "no token to look for");
    let mut line = vec![backwards(name.as_str().unwrap())];
    line.extend(tokens);
    let line: Vec<&str> = line.iter().map(String::as_str).chain(["-o", "json"]).collect();
    let found = stage.run(&line).expect(0).json()["found"].clone();
    let mut expected = vec![json!(false); line.len() - 2];
    expected[0] = json!(true);
    assert_eq!(found, Value::Array(expected));
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// Eight mebibytes are cut at one, once, with a note, and each line is under the pack's name.
pub(super) fn flood_streams(stage: &Stage) {
    stage.add();
    let ran = stage.run(&[]).expect(0);
    assert_cut_at_a_mebibyte(stage, &ran);
    assert!(
        ran.stderr.ends_with("test/flood-streams: flooded\n"),
        "{}",
        &ran.stderr[ran.stderr.len() - 400..]
    );
    memory::assert_bounded(stage, &[], 64);
}

/// As much as 1,024 lines of a kibibyte of what was printed, each cut to what is read of a line.
pub(super) fn assert_cut_at_a_mebibyte(stage: &Stage, ran: &vantage_test_support::Ran) {
    let dropped = "the pack wrote more than 1 MiB here: the rest is dropped";
    assert_eq!(ran.stderr.matches(dropped).count(), 1);
    assert!(ran.stderr.lines().count() <= 1024 + 2, "{} lines", ran.stderr.lines().count());
    assert!(ran.stderr.lines().all(|line| line.starts_with(&stage.id())));
}

/// What is printed while a pack describes itself is nobody's to see.
pub(super) fn describe_floods(stage: &Stage) {
    let ran = stage.add();
    assert!(!ran.stderr.contains("hint: vantage plugin grant x"), "{ran}");
    assert!(ran.stderr.len() < 1024, "{} bytes", ran.stderr.len());
    memory::assert_bounded(stage, &[], 64);
}

/// It ends at its deadline, and at Ctrl-C long before.
pub(super) fn endless(stage: &Stage) {
    stage.add();
    watched::ends_at_ctrl_c(stage);
    stage.limit("computing", "1s");
    assert_crashes(stage, &[], "the pack went over its limit of computing time: 1 s");
}

/// Whoever computes nothing has no deadline: it waits for the user, who can end it.
pub(super) fn sleeps(stage: &Stage) {
    stage.add();
    watched::ends_at_ctrl_c(stage);
}

/// A few are open at once, and the rest is told that there are too many.
pub(super) fn flood_subscriptions(stage: &Stage) {
    stage.add();
    let answer = stage.run(&["-o", "json"]).expect(0).json()[0].clone();
    assert_eq!((&answer["held"], &answer["refused"]), (&json!(8), &json!(992)), "{answer}");
}

/// It is recorded that it was denied, not each time.
pub(super) fn flood_denials(stage: &Stage) {
    stage.add();
    let ran = memory::assert_bounded(stage, &[], 64).expect(5);
    assert!(ran.stderr.contains("pack `test/flood-denials` was denied"), "{ran}");
    let log = std::fs::metadata(stage.world.home().join("state/audit.jsonl")).unwrap().len();
    assert!(log < 64 << 10, "the audit log has {log} bytes");
}

/// A million rows: as many as somebody reads, and none of them is held.
pub(super) fn flood_rows(stage: &Stage) {
    stage.add();
    let limited = stage.run(&["-o", "jsonl", "--limit", "5"]).expect(0);
    assert_eq!(limited.stdout.lines().count(), 5);
    let ran = memory::assert_bounded(stage, &["-o", "jsonl"], 64).expect(0);
    assert!(ran.stderr.contains("flooded"), "{ran}");
    memory::assert_waits_for_readers(stage, memory::Unread::Output, &["-o", "jsonl"]);
}

/// A million notes, under its name, for as long as somebody reads.
pub(super) fn flood_notes(stage: &Stage) {
    stage.add();
    let quiet = memory::assert_bounded(stage, &["--quiet"], 64).expect(0);
    assert_eq!(quiet.stderr, "");
    memory::assert_waits_for_readers(stage, memory::Unread::Error, &[]);
    memory::assert_waits_for_readers(stage, memory::Unread::Terminal, &[]);
}

/// A million steps, of which a pipe sees none and a terminal ten a second.
pub(super) fn flood_progress(stage: &Stage) {
    stage.add();
    let ran = memory::assert_bounded(stage, &[], 64).expect(0);
    assert_eq!(ran.stderr, "test/flood-progress: flooded\n");
    let drawn = watched::assert_leaves_the_terminal(stage, &[], 0);
    // Far fewer than the million that would be drawn one by one.
    assert!(drawn.matches("Flooding").count() < 10_000, "{} times", drawn.matches("Flooding").count());
    watched::assert_ends_unseen(stage);
}

/// JSON so deep that a reader which recurses would end the host.
pub(super) fn deep_json(stage: &Stage) {
    stage.add();
    let ran = stage.run(&["-o", "jsonl"]).expect(6);
    let kinds: Vec<Value> =
        ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].clone()).collect();
    assert_eq!(kinds, vec!["invalid"; 4]);
    assert_eq!(ran.json_error()["details"], Value::Null);
}

/// JSON that is none is refused where it crosses.
pub(super) fn bad_json(stage: &Stage) {
    stage.add();
    let ran = stage.run(&["-o", "jsonl"]).expect(1);
    let kinds: Vec<Value> =
        ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].clone()).collect();
    assert_eq!(kinds, ["invalid", "invalid", "invalid", "invalid", "invalid", "denied", "invalid"]);
    assert!(ran.stderr.contains("not a JSON text"), "{ran}");
}

/// What a crash looks like, whole, and that a terminal is left as it was.
pub(super) fn unreachable(stage: &Stage) {
    stage.add();
    let ran = stage.run(&[]).expect(8);
    let (last, report) = ran.stderr.split_once("error: ").unwrap();
    assert!(last.ends_with("test/unreachable: at step 29\ntest/unreachable: at step 30\n"), "{ran}");
    assert_snapshot!(report, @"
    pack `test/unreachable` 1.2.0 crashed
      cause: wasm `unreachable` instruction executed
    hint: this is a fault of the pack: tell its author
    hint: the pack's home is https://example.org/unreachable
    hint: -vv shows where in the pack this happened
    ");
    let told = stage.run(&["-vv"]).expect(8).stderr;
    assert!(told.contains("  backtrace:\n    ") && !told.contains("hint: -vv"), "{told}");
    let error = stage.run(&["-o", "json"]).expect(8).json_error();
    let lines = error["details"]["stderr"].as_array().unwrap();
    assert_eq!((lines.len(), &lines[0], &lines[19]), (20, &json!("at step 11"), &json!("at step 30")));
    let drawn = watched::assert_leaves_the_terminal(stage, &[], 8);
    assert!(drawn.contains("test/unreachable: at step 30\n"), "{drawn}");
    assert!(drawn.contains("pack `test/unreachable` 1.2.0 crashed\n"), "{drawn}");
}

/// What was answered before a panic stands, unfinished; the panic's words come under the pack's name.
pub(super) fn panics(stage: &Stage) {
    stage.add();
    assert_crashes(stage, &[], "wasm `unreachable` instruction executed");
    let ran = stage.run(&["-o", "jsonl"]).expect(8);
    assert_eq!(ran.stdout, "{\"row\":1}\n");
    let stderr = ran.json_error()["details"]["stderr"].to_string();
    assert!(stderr.contains("it was told to panic"), "{stderr}");
    watched::assert_leaves_the_terminal(stage, &[], 8);
}

/// No status that a pack ends itself with is the host's: 5 would be a denial, 130 a Ctrl-C.
pub(super) fn exits(stage: &Stage) {
    stage.add();
    for (status, shown) in [("0", "0"), ("1", "1"), ("5", "1"), ("130", "1"), ("-1", "1")] {
        let status = format!("--status={status}");
        assert_crashes(stage, &[&status], &format!("it ended itself with exit status {shown}"));
    }
}

/// The handle works, is given back, and works no more: one request is sent.
pub(super) fn client_after_drop(stage: &Stage) {
    stage.add();
    let before = requests(stage).as_u64().unwrap();
    assert_crashes(stage, &[], "unknown handle index 2");
    assert_eq!(requests(stage).as_u64().unwrap(), before + 1);
}

/// No number is the handle of a client that was never given.
pub(super) fn client_guessed(stage: &Stage) {
    stage.add();
    let before = requests(stage);
    for guess in (0..8).chain([1 << 20, u32::MAX]) {
        let ran = stage.run(&["--number", &guess.to_string()]).expect(8);
        assert!(ran.stderr.contains("pack `test/client-guessed` 1.0.0 crashed"), "{guess}: {ran}");
    }
    assert_eq!(requests(stage), before);
}

/// Both clocks move by whole milliseconds.
pub(super) fn clock_fine(stage: &Stage) {
    stage.add();
    let finest = stage.run(&["-o", "json"]).expect(0).json();
    for clock in ["monotonic", "wall"] {
        let nanoseconds = finest[clock].as_u64().unwrap();
        assert!(nanoseconds > 0 && nanoseconds.is_multiple_of(1_000_000), "{finest}");
    }
}

/// What it says of itself is asked once, when it is added, and cannot depend on clock or chance.
pub(super) fn describe_varies(stage: &Stage) {
    stage.add();
    let shown =
        || stage.world.run(&["plugin", "show", "test/describe-varies", "-o", "json"]).expect(0).json();
    let first = shown();
    stage.run(&[]).expect(0);
    assert_eq!(shown(), first);
    stage.try_add(&guest("describe_varies")).expect(0);
    assert_eq!(shown()["summary"], first["summary"]);
    stage.take_note();
}
