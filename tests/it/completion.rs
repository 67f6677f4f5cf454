//! Completion: what the program tells a shell, and real shells that complete lines with it.
//!
//! What is asked of a pack has 300 ms, which a machine that is busy with other tests may need for a start of
//! the program alone. So a value is asked for until it comes, as a person presses the key once more; that
//! nothing comes is asserted only where nothing can.

mod refused;
mod shells;

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use vantage_test_support::{Ran, World};

use crate::guests::guest;
use crate::{signed_in, world};

/// How long a value may be asked for before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program, asked as the script of fish asks it.
pub(crate) fn question(world: &World, words: &[&str]) -> Command {
    let place = (words.len() - 1).to_string();
    world.command(&[&["__complete", "fish", place.as_str()], words].concat())
}

/// What it answers: nothing ever goes wrong, and nothing is said beside the answer.
#[track_caller]
pub(crate) fn answered(ran: &Ran) -> String {
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran}");
    ran.stdout.clone()
}

/// The candidates for the last of `words`, each a value and its summary.
#[track_caller]
pub(crate) fn candidates(world: &World, words: &[&str]) -> Vec<String> {
    let answer = answered(&world.bounded(&mut question(world, words)));
    let rows = answer.strip_prefix("values\n").unwrap_or_else(|| panic!("no values: {answer}"));
    rows.lines().map(|row| row.trim_end_matches('\t').replace('\t', " | ")).collect()
}

/// The candidates, once there are any.
#[track_caller]
pub(crate) fn once_there(world: &World, words: &[&str]) -> Vec<String> {
    let began = Instant::now();
    loop {
        let candidates = candidates(world, words);
        if !candidates.is_empty() {
            return candidates;
        }
        assert!(began.elapsed() < PATIENCE, "never a candidate for {words:?}");
    }
}

/// What the audit log has of a pack, oldest first.
pub(crate) fn recorded(world: &World, pack: &str) -> Vec<Value> {
    let listed = world.run(&["plugin", "audit", "--pack", pack, "-o", "json"]).expect(0).json();
    listed.as_array().unwrap().clone()
}

fn with_completer() -> World {
    let world = signed_in();
    world.run(&["plugin", "add", &guest("completer").display().to_string(), "--grant-all"]).expect(0);
    world
}

fn requests(world: &World) -> Value {
    world.admin("stats")["graphql_requests"].clone()
}

#[test]
fn commands_are_those_of_help_and_come_with_their_summaries() {
    let world = world();
    assert_eq!(candidates(&world, &["vantage", "cl"]), ["cluster | Work with clusters"]);
    let all = candidates(&world, &["vantage", ""]);
    for word in ["login | Sign in to the platform", "job | Work with batch jobs", "help | "] {
        assert!(all.iter().any(|row| row.starts_with(word)), "no `{word}` in {all:?}");
    }
    assert!(!all.iter().any(|row| row.starts_with('-') || row.starts_with("__")), "{all:?}");
    assert_eq!(candidates(&world, &["vantage", "-p", "test", "cluster", "wa"]).len(), 1);
    assert_eq!(candidates(&world, &["vantage", "cluster", "l"]), ["list | List clusters"]);
    assert_eq!(candidates(&world, &["vantage", "cluster", "ls"]), ["ls | List clusters"]);
    assert_eq!(candidates(&world, &["vantage", "help", "clus"]), ["cluster | Work with clusters"]);
    assert_eq!(candidates(&world, &["vantage", "help", "cluster", "de"]), ["delete | Delete a cluster"]);
    assert!(candidates(&world, &["vantage", "plugin", "exec", "cluster", "--", "cluster", "g"]).len() == 1);
    // Nothing was built for any of it, and nothing needed a sign-in.
    assert!(!world.home().join("cache/compiled").exists());
}

#[test]
fn options_come_behind_a_dash_the_commands_own_first() {
    let world = world();
    let rows = candidates(&world, &["vantage", "cluster", "list", "-"]);
    let place = |name: &str| {
        let found = rows.iter().position(|row| row.split(" | ").next() == Some(name));
        found.unwrap_or_else(|| panic!("no {name} in {rows:?}"))
    };
    assert!(place("--status") < place("--output") && place("--provider") < place("--columns"), "{rows:?}");
    assert_eq!(candidates(&world, &["vantage", "cluster", "list", "--prov"]).len(), 1);
    assert!(candidates(&world, &["vantage", "whoami", "--organ"])[0].starts_with("--organization | "));
}

#[test]
fn values_that_the_program_knows_itself() {
    let world = with_completer();
    let values = |words: &[&str]| {
        let rows = candidates(&world, words);
        rows.iter().map(|row| row.split(" | ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(values(&["vantage", "-o", "js"]), ["json", "jsonl"]);
    assert_eq!(values(&["vantage", "whoami", "--output=y"]), ["--output=yaml"]);
    assert_eq!(values(&["vantage", "whoami", "-oc"]), ["-ocsv"]);
    assert_eq!(values(&["vantage", "--color", ""]), ["auto", "always", "never"]);
    assert_eq!(values(&["vantage", "-p", ""]), ["default", "test"]);
    assert_eq!(values(&["vantage", "profile", "use", "t"]), ["test"]);
    assert_eq!(values(&["vantage", "config", "set", "cred"]), ["credential-store", "credential-command"]);
    assert_eq!(values(&["vantage", "config", "get", "pol"]), ["policy"]);
    assert_eq!(values(&["vantage", "completion", ""]), ["bash", "zsh", "fish", "elvish", "powershell"]);
    assert_eq!(values(&["vantage", "plugin", "remove", ""]), ["test/completer"]);
    assert_eq!(values(&["vantage", "plugin", "show", "vantage/c"]), ["vantage/cluster"]);
    assert_eq!(values(&["vantage", "cluster", "list", "--columns", "name,st"]), ["name,status"]);
    assert_eq!(values(&["vantage", "cluster", "list", "--provider", "a"]), ["aws", "azure"]);
    for (words, expected) in [
        (&["vantage", "api", "--variables", ""][..], "files\n"),
        (&["vantage", "job", "script", "create", "x", "--file="], "files\n"),
        (&["vantage", "plugin", "check", "a"], "files\n"),
        (&["vantage", "plugin", "bundle", ""], "folders\n"),
    ] {
        assert_eq!(answered(&world.bounded(&mut question(&world, words))), expected, "{words:?}");
    }
}

#[test]
fn a_pack_of_others_has_words_and_choices_without_being_started() {
    let world = with_completer();
    let before = requests(&world);
    assert_eq!(candidates(&world, &["vantage", "comple"]).len(), 2);
    assert_eq!(candidates(&world, &["vantage", "completer", "--si"]), ["--size | How large"]);
    assert_eq!(
        candidates(&world, &["vantage", "completer", "--size", ""]),
        ["small | Fits: everywhere", "smaller still | $(touch pwned) `touch pwned` %F{red}"]
    );
    // It would answer for this one too, and ask the platform; its description does not say so.
    assert_eq!(candidates(&world, &["vantage", "completer", "--plain", ""]), [""; 0]);
    assert_eq!((requests(&world), recorded(&world, "completer")), (before, Vec::new()));
    // One that says so is asked; else what stands above would prove nothing.
    assert!(once_there(&world, &["vantage", "completer", ""])[0].ends_with(" | place"));
    assert!(!recorded(&world, "completer").is_empty());
}

#[test]
fn values_by_packs_are_the_platforms_and_what_is_on_the_line_counts() {
    let world = with_completer();
    let first = world.run(&["cluster", "list", "-o", "json"]).expect(0).json()[0].clone();
    let (name, status) = (first["name"].as_str().unwrap(), first["status"].as_str().unwrap());
    let row = format!("{name} | {status}");
    for command in ["get", "delete", "watch"] {
        let rows = once_there(&world, &["vantage", "cluster", command, ""]);
        assert!(rows.contains(&row), "no `{row}` in {rows:?}");
    }
    assert_eq!(once_there(&world, &["vantage", "cluster", "get", name]), [row.as_str()]);
    let recorded = recorded(&world, "vantage/cluster");
    let of_completion = recorded.iter().filter(|line| line["command"] == "completion cluster get");
    assert!(
        of_completion.clone().count() > 0 && of_completion.clone().all(|line| line["decision"] == "allowed")
    );

    let rows = once_there(&world, &["vantage", "completer", "here", "--size", "small", "--word", "two"]);
    assert_eq!(rows, [r#"two words | {"place":"here","size":"small"}"#]);
    let rows = once_there(&world, &["vantage", "completer", "--word=two"]);
    assert_eq!(rows, [r#"--word=two words | {}"#]);
}

#[test]
fn numbers_of_jobs_scripts_and_templates_are_completed() {
    let world = signed_in();
    world.run(&["job", "submission", "list"]).expect(0);
    let listed = |what: &str| world.run(&["job", what, "list", "-o", "json"]).expect(0).json();
    for what in ["submission", "script", "template"] {
        let first = listed(what)[0].clone();
        let begin = format!("{} | {}", first["id"], first["name"].as_str().unwrap());
        let rows = once_there(&world, &["vantage", "job", what, "get", ""]);
        assert!(rows.iter().any(|row| row.starts_with(&begin)), "no `{begin}` in {rows:?}");
    }
    let cluster = listed("submission")[0]["clusterName"].as_str().unwrap().to_owned();
    let rows = once_there(&world, &["vantage", "job", "submission", "create", "x", "--cluster", ""]);
    assert!(rows.contains(&cluster), "no `{cluster}` in {rows:?}");
}
