//! Logs that are not as they were written, or not the user's own: what is told, and what is never done.

use std::fs;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::json;
use vantage_platform::Options;
use vantage_test_support::World;

use super::{lines, log, members, verified};
use crate::guests::third_party;
use crate::{VANTAGE, seeded, signed_in};

/// Writes the log anew with its lines changed.
fn edit(world: &World, change: impl FnOnce(&mut Vec<String>)) {
    let mut lines: Vec<String> = fs::read_to_string(log(world)).unwrap().lines().map(str::to_owned).collect();
    change(&mut lines);
    fs::write(log(world), lines.join("\n") + "\n").unwrap();
}

#[test]
fn a_whole_log_is_said_to_be_whole_and_what_that_does_not_show() {
    let world = signed_in();
    for _ in 0..3 {
        world.run(&["cluster", "list"]).expect(0);
    }
    assert_snapshot!(world.run(&["plugin", "audit", "--verify"]).expect(0), @"
    exit: 0
    --- stdout
    whole	true
    lines	3
    files	1
    first	1
    last	3
    torn	0
    problems	0
    places	[]
    meaning	no line was altered, taken out or cut off since it was written; whoever may write the files could have made all of them anew, which this does not show
    --- stderr
    ");
}

#[test]
fn an_altered_line_is_found_and_named() {
    let world = signed_in();
    for _ in 0..3 {
        world.run(&["cluster", "list"]).expect(0);
    }
    edit(&world, |lines| lines[1] = lines[1].replace("cluster list", "cluster get"));
    assert_snapshot!(world.run(&["plugin", "audit", "--verify"]).expect(1), @r#"
    exit: 1
    --- stdout
    whole	false
    lines	2
    files	1
    first	1
    last	3
    torn	0
    problems	1
    places	["`[HOME]/state/audit.jsonl` line 2: was altered: its hash is not that of its content"]
    meaning	the log is not as it was written; an accident and an edit look the same
    --- stderr
    error: the audit log is not as it was written
      cause: `[HOME]/state/audit.jsonl` line 2: was altered: its hash is not that of its content
    hint: a new log begins when all files of this one are moved away: those beside `[HOME]/state/audit.jsonl` that begin with `audit.`
    "#);
    let ran = world.run(&["plugin", "audit", "--verify", "-o", "json"]).expect(1);
    assert_eq!(members(&ran.json(), &["whole", "lines", "problems"]), json!([false, 2, 1]));
    let problem = &ran.json_error()["details"]["problems"][0];
    assert_eq!((&problem["line"], &problem["path"]), (&json!(2), &json!("[HOME]/state/audit.jsonl")));
    // What stands in it is not shown, and what is left out is said.
    let shown = world.run(&["plugin", "audit"]).expect(0);
    assert_eq!(shown.stdout.lines().count(), 2);
    assert_snapshot!(shown.stderr, @"warning: the audit log is not as it was written in one place: vantage plugin audit --verify says where");
    // Going on does not heal it.
    world.run(&["cluster", "list"]).expect(0);
    world.run(&["plugin", "audit", "--verify"]).expect(1);
}

#[test]
fn lines_that_are_gone_are_found_at_the_end_and_in_between() {
    for (gone, expected) in
        [(2, "line number 3 is missing at the end"), (1, "line number 2 is missing before")]
    {
        let world = signed_in();
        for _ in 0..3 {
            world.run(&["cluster", "list"]).expect(0);
        }
        assert_eq!(verified(&world)["lines"], 3);
        edit(&world, |lines| drop(lines.remove(gone)));
        let ran = world.run(&["plugin", "audit", "--verify"]).expect(1);
        assert!(ran.stderr.contains(expected), "{ran}");
    }
}

#[test]
fn every_place_is_named_and_of_many_the_number() {
    let world = signed_in();
    for _ in 0..2 {
        world.run(&["cluster", "list"]).expect(0);
    }
    let mut text = fs::read_to_string(log(&world)).unwrap().replace("cluster list", "cluster get");
    text.push_str(&"no line\n".repeat(30));
    fs::write(log(&world), text).unwrap();
    fs::remove_file(world.home().join("state/audit.head")).unwrap();
    let ran = world.run(&["plugin", "audit", "--verify", "-o", "json"]).expect(1);
    let record = ran.json();
    assert_eq!(members(&record, &["whole", "lines", "problems"]), json!([false, 0, 33]));
    let places = record["places"].as_array().unwrap();
    assert_eq!((places.len(), &places[20]), (21, &json!("and 13 more")));
    assert!(places[1].as_str().unwrap().starts_with("`[HOME]/state/audit.jsonl` line 2: "), "{places:?}");
    assert_eq!(ran.json_error()["causes"], record["places"]);
}

#[test]
fn a_line_that_was_torn_is_no_alteration_and_the_next_goes_on() {
    let world = signed_in();
    world.run(&["cluster", "list"]).expect(0);
    let mut text = fs::read(log(&world)).unwrap();
    text.extend_from_slice(br#"{"version":1,"sequence":2,"ti"#);
    fs::write(log(&world), text).unwrap();
    world.run(&["cluster", "list"]).expect(0);
    assert_eq!(members(&verified(&world), &["whole", "torn", "problems"]), json!([true, 1, 0]));
    assert_eq!(lines(&world, &[]).len(), 2);
}

#[cfg(unix)]
#[test]
fn what_is_not_ones_own_is_never_written_through_and_the_command_goes_on() {
    let world = signed_in();
    let elsewhere = world.home().join("elsewhere");
    fs::write(&elsewhere, "mine").unwrap();
    std::os::unix::fs::symlink(&elsewhere, log(&world)).unwrap();
    let file = third_party("gpu_report").display().to_string();
    world.run(&["plugin", "add", &file, "--grant-all"]).expect(0);
    let ran = world.run(&["cluster", "list"]).expect(0);
    assert_eq!(ran.stdout.lines().count(), 7);
    assert_snapshot!(ran.stderr, @"warning: the audit log was not written: `[HOME]/state/audit.jsonl` is not used: it is a symbolic link; see what it is with ls -ld '[HOME]/state/audit.jsonl'");
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "mine");
    assert_snapshot!(world.run(&["plugin", "audit"]).expect(1), @"
    exit: 1
    --- stdout
    --- stderr
    error: `[HOME]/state/audit.jsonl` is not used: it is a symbolic link
    hint: see what it is with ls -ld '[HOME]/state/audit.jsonl'
    ");

    fs::remove_file(log(&world)).unwrap();
    fs::write(log(&world), "").unwrap();
    fs::set_permissions(log(&world), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    assert_snapshot!(world.run(&["cluster", "list", "--limit", "0"]).expect(0).stderr, @"warning: the audit log was not written: `[HOME]/state/audit.jsonl` is not used: others can read it (mode 0644); see what it is with ls -ld '[HOME]/state/audit.jsonl'; chmod go-rwx '[HOME]/state/audit.jsonl' keeps others from reading");
}

#[cfg(unix)]
#[test]
fn a_log_that_cannot_be_written_is_told_once_in_a_run() {
    let world = World::signed_in(VANTAGE, Options { clusters: 350, ..seeded() });
    fs::create_dir(log(&world)).unwrap();
    let ran = world.run(&["cluster", "list", "-o", "json"]).expect(0);
    assert_eq!(ran.json().as_array().unwrap().len(), 350);
    assert_eq!(ran.stderr.matches("the audit log was not written").count(), 1, "{ran}");
}

#[test]
fn commands_that_run_at_once_leave_one_whole_chain() {
    let world = signed_in();
    let mut running: Vec<_> = (0..8)
        .map(|_| {
            let mut command = world.command(&["cluster", "list"]);
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in running.drain(..) {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(members(&verified(&world), &["whole", "lines", "last"]), json!([true, 8, 8]));
}
