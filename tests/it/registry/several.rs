//! Several locks on one machine, and what a lock no longer names; packs that look like others.

use std::fs;
use std::path::PathBuf;

use insta::assert_snapshot;
use serde_json::{Value, json};
use vantage_test_support::World;

use super::Bench;
use crate::guests::guest;
use crate::signed_in;

/// Writes a lock of what is added in a world; gives its file and its digest.
fn lock(world: &World, name: &str) -> (String, String) {
    let file = place(world, name).display().to_string();
    let output = world.command(&["plugin", "lock", "--file", &file, "-o", "json"]).output().unwrap();
    let written: Value = serde_json::from_slice(&output.stdout).unwrap();
    (file, written["digest"].as_str().unwrap().to_owned())
}

fn place(world: &World, name: &str) -> PathBuf {
    let folder = world.home().join(name);
    fs::create_dir_all(&folder).unwrap();
    folder.join("vantage.lock")
}

fn sync(world: &World, (file, digest): &(String, String), exit: i32) -> Value {
    let line = ["plugin", "sync", "--file", file, "--accept-lock", digest, "-o", "json"];
    let ran = world.run(&line).expect(exit);
    if exit == 0 { ran.json() } else { ran.json_error() }
}

#[test]
fn what_a_lock_no_longer_names_goes_if_the_lock_brought_it() {
    let bench = Bench::new();
    bench.publish(&bench.signed("grows", "test"));
    bench.run(&["plugin", "add", "test/grows", "--grant-all"]).expect(0);
    let keeper = bench.signed("keeper", "test");
    let greeter = guest("greeter").display().to_string();
    bench.run(&["plugin", "add", &keeper, "--grant-all"]).expect(0);
    let both = lock(&bench.world, "team");
    let other = signed_in();
    // One that the user added, which no lock takes away.
    other.run(&["plugin", "add", &greeter, "--grant-all"]).expect(0);
    sync(&other, &both, 0);
    assert_eq!(other.run(&["keeper", "-o", "json"]).expect(0).json()["runs"], 1);
    let shown = other.run(&["plugin", "show", "keeper", "-o", "json"]).expect(0).json();
    assert_eq!(shown["lock"], both.0);

    bench.run(&["plugin", "remove", "keeper"]).expect(0);
    let one = lock(&bench.world, "team");
    let told = other.run(&["plugin", "sync", "--file", &one.0, "--locked"]).expect(6);
    assert_snapshot!(told.stderr.replace(&one.0, "[LOCK]"), @"
    error: 1 of 2 packs are not as `[LOCK]` says
      cause: test/keeper: not in the lock any more
    hint: vantage plugin sync makes them match
    ");
    let synced = sync(&other, &one, 0);
    assert_eq!(synced[1]["status"], "removed");
    let packs = other.packs();
    assert!(!packs.contains_key("test/keeper") && packs.contains_key("test/greeter"), "{packs:?}");
    assert_eq!(sync(&other, &one, 0).as_array().unwrap().len(), 1);
    // What it kept is there when the lock names it again.
    bench.run(&["plugin", "add", &keeper, "--grant-all"]).expect(0);
    sync(&other, &lock(&bench.world, "team"), 0);
    assert_eq!(other.run(&["keeper", "-o", "json"]).expect(0).json()["runs"], 2);
    // What the user adds is the user's from then on.
    other.run(&["plugin", "add", &keeper, "--grant-all"]).expect(0);
    bench.run(&["plugin", "remove", "keeper"]).expect(0);
    sync(&other, &lock(&bench.world, "team"), 0);
    assert_eq!(other.packs()["test/keeper"], "added");
}

#[test]
fn two_locks_that_differ_are_told_and_nothing_is_changed() {
    let bench = Bench::new();
    bench.publish(&bench.signed("grows", "test"));
    bench.run(&["plugin", "add", "test/grows", "--grant-all"]).expect(0);
    let first = lock(&bench.world, "first");
    bench.publish(&bench.signed("grows_further", "test"));
    bench.run(&["plugin", "upgrade", "grows", "--grant-all"]).expect(0);
    let second = lock(&bench.world, "second");
    let other = signed_in();
    sync(&other, &first, 0);
    let told = sync(&other, &second, 6);
    let told = format!("{}\n{}", told["message"].as_str().unwrap(), told["hints"]);
    assert_snapshot!(told.replace(&first.0, "[FIRST]"), @r#"
    `test/grows` is here as `[FIRST]` has it, at 1.0.0, and this lock has it otherwise, at 1.1.0
    ["make the two locks agree","or vantage plugin remove test/grows, and sync the lock that is to count"]
    "#);
    assert_eq!(other.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json()["version"], "1.0.0");
    // A lock that is gone pins nothing.
    fs::remove_file(&first.0).unwrap();
    sync(&other, &second, 0);
    assert_eq!(other.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json()["version"], "1.1.0");
}

#[test]
fn what_is_here_to_the_byte_needs_no_network() {
    let bench = Bench::new();
    bench.publish(&bench.signed("grows", "test"));
    bench.run(&["plugin", "add", "test/grows", "--grant-all"]).expect(0);
    let first = lock(&bench.world, "team");
    bench.publish(&bench.signed("grows_further", "test"));
    bench.run(&["plugin", "upgrade", "grows", "--grant-all"]).expect(0);
    let Bench { world, registry } = bench;
    drop(registry);
    let line = ["plugin", "sync", "--file", &first.0, "--accept-lock", &first.1, "--offline"];
    world.run(&line).expect(0);
    assert_eq!(world.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json()["version"], "1.0.0");
    let ran = signed_in().run(&line).expect(7);
    assert!(ran.stderr.contains("is not asked: this run is offline"), "{ran}");
}

#[test]
fn an_upgrade_keeps_what_other_profiles_grant() {
    let bench = Bench::new();
    let world = &bench.world;
    bench.publish(&bench.signed("grows_further", "test"));
    bench.run(&["plugin", "add", "test/grows", "--grant-all"]).expect(0);
    let ready = world.ready();
    let (issuer, api) = (ready.issuer.clone(), ready.api.clone());
    let line = ["profile", "create", "lab", "--issuer", &issuer, "--api", &api, "--organization", "lab"];
    world.run(&line).expect(0);
    world.run(&["plugin", "grant", "grows", "persona email", "-p", "lab"]).expect(0);
    // The next version asks for the same.
    let file = bench.signed("grows_further", "test");
    let mut bytes = fs::read(&file).unwrap();
    let at = bytes.windows(5).position(|window| window == b"1.1.0").unwrap();
    bytes[at..at + 5].copy_from_slice(b"1.1.1");
    fs::write(&file, bytes).unwrap();
    let secret = world.home().join("test/vantage.key").display().to_string();
    bench.run(&["plugin", "sign", &file, "--secret", &secret]).expect(0);
    bench.publish(&file);
    let upgraded = bench.run(&["plugin", "upgrade", "grows", "-o", "json"]).expect(0).json();
    assert_eq!(upgraded[0]["version"], "1.1.1");
    let granted = |profile: &str| {
        let shown = bench.run(&["plugin", "show", "grows", "-p", profile, "-o", "json"]).expect(0).json();
        let each = shown["capabilities"].as_array().unwrap().iter();
        each.filter(|one| one["granted"] == true).map(|one| one["capability"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(granted("test").len(), 2);
    assert_eq!(granted("lab"), [json!("persona email")]);
}

#[test]
fn what_could_be_taken_for_something_else_is_told() {
    let world = signed_in();
    let file = guest("greeter").display().to_string();
    let add = ["plugin", "add", &file, "--as", "clutser"];
    let ran = world.run(&add).expect(5);
    assert_snapshot!(ran.stderr.replace(&file, "[FILE]"), @"
    warning: the command `clutser` could be taken for `cluster`, which is there already: look twice
    error: `test/greeter` asks for authority, and there is nobody to ask
    hint: vantage plugin add [FILE] --as clutser --grant-all
    ");
    assert!(world.only_bundled());
}
