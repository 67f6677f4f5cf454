//! What most hostile packs meet: a crash in the host's words, a refusal, a denial, or nothing at all.

use serde_json::Value;

use super::stage::Stage;
use crate::guests::guest;

/// It runs, and ends with exit status 8 in the host's words, of which `cause` is one.
pub(super) fn crashes(cause: &'static str) -> impl FnOnce(&Stage) {
    move |stage| {
        stage.add();
        assert_crashes(stage, &[], cause);
    }
}

/// As [`crashes`], for one that would go on for the 30 seconds that packs have by default.
pub(super) fn is_stopped(rest: &'static [&'static str]) -> impl FnOnce(&Stage) {
    move |stage| {
        stage.add();
        stage.limit("computing", "1s");
        assert_crashes(stage, rest, "the pack went over its limit of computing time: 1 s");
    }
}

/// One run that ends with exit status 8.
pub(super) fn assert_crashes(stage: &Stage, rest: &[&str], cause: &str) {
    let ran = stage.run(rest).expect(8);
    let (text, json) = (ran.stderr.as_str(), rest.contains(&"json") || rest.contains(&"jsonl"));
    if json {
        let error = ran.json_error();
        assert_eq!(error["kind"], "pack-crashed", "{ran}");
        assert_eq!(error["causes"][0], cause, "{ran}");
        return;
    }
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.starts_with("error: ")).unwrap();
    assert!(lines[at].starts_with(&format!("error: pack `{}` ", stage.id())), "{ran}");
    assert!(lines[at].ends_with(" crashed"), "{ran}");
    assert_eq!(lines[at + 1], format!("  cause: {cause}"), "{ran}");
    assert!(lines[at + 2].starts_with("hint: "), "{ran}");
    // Nothing of the host's own is among what is shown, and it has not panicked itself.
    assert!(!text.contains("stack backtrace") && !text.contains("/rustc/"), "{ran}");
}

/// It is not even added: `plugin add` ends with `status` and says `words`.
pub(super) fn refused(status: i32, words: &'static str) -> impl FnOnce(&Stage) {
    move |stage| {
        let ran = stage.try_add(&guest(&stage.word().replace('-', "_"))).expect(status);
        assert_eq!(ran.stdout, "", "{ran}");
        assert!(ran.stderr.contains(words), "no `{words}` in:\n{ran}");
        stage.run(&[]).expect(2);
    }
}

/// It asks for what it was not granted: exit status 5, and nothing is sent.
pub(super) fn denied(stage: &Stage) {
    stage.add();
    // It keeps only what it goes beyond anyway: an aspect of the persona.
    let shown = stage.world.run(&["plugin", "show", &stage.id(), "-o", "json"]).expect(0).json();
    for line in shown["capabilities"].as_array().unwrap() {
        let capability = line["capability"].as_str().unwrap();
        if !capability.starts_with("persona") {
            stage.world.run(&["plugin", "revoke", &stage.id(), capability]).expect(0);
        }
    }
    stage.take_note();
    let before = requests(stage);
    let ran = stage.run(&["--yes"]).expect(5);
    assert!(ran.stderr.contains(&format!("pack `{}` was denied", stage.id())), "{ran}");
    assert_eq!(requests(stage), before, "something was sent");
}

/// It fails with `status` and words of which `words` are some, and nothing is sent.
pub(super) fn says(status: i32, words: &'static str) -> impl FnOnce(&Stage) {
    move |stage| {
        stage.add();
        let before = requests(stage);
        let ran = stage.run(&[]).expect(status);
        assert!(ran.stderr.contains(words), "no `{words}` in:\n{ran}");
        assert_eq!(requests(stage), before, "something was sent");
    }
}

/// It ends with success and this answer.
pub(super) fn answers(expected: Value) -> impl FnOnce(&Stage) {
    move |stage| {
        stage.add();
        let ran = stage.run(&["-o", "json"]).expect(0);
        assert_eq!(ran.json(), expected, "{ran}");
    }
}

/// How many requests the platform has answered.
pub(super) fn requests(stage: &Stage) -> Value {
    stage.world.admin("stats")["graphql_requests"].clone()
}
