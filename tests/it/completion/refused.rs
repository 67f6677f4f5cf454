//! Where there are no values, and nothing is asked, renewed or compiled for them.

use std::fs;

use vantage_platform::Options;
use vantage_test_support::World;

use super::{answered, candidates, once_there, question, requests, with_completer};
use crate::{VANTAGE, seeded, signed_in, world};

const CLUSTERS: &[&str] = &["vantage", "cluster", "get", ""];

#[test]
fn nobody_is_asked_to_sign_in() {
    let world = world();
    assert_eq!(candidates(&world, CLUSTERS), [""; 0]);
    assert_eq!(world.admin("stats")["device_requests"].as_u64().unwrap_or_default(), 0);
}

#[test]
fn nothing_is_compiled() {
    let world = signed_in();
    assert_eq!(candidates(&world, CLUSTERS), [""; 0]);
    let compiled = fs::read_dir(world.home().join("cache/compiled")).map_or(0, Iterator::count);
    assert_eq!(compiled, 0);
}

#[test]
fn a_sign_in_that_has_expired_is_not_renewed() {
    let world = World::signed_in(VANTAGE, Options { auto_approve: true, ..seeded() });
    world.run(&["cluster", "list"]).expect(0);
    once_there(&world, CLUSTERS);
    let stored = || {
        let folder = world.home().join("state/sessions");
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> =
            files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
        assert_eq!(files.len(), 1);
        fs::read(files.remove(0)).unwrap()
    };
    world.tell("expire", &serde_json::json!({}));
    let before = stored();
    assert_eq!(candidates(&world, CLUSTERS), [""; 0]);
    assert_eq!(stored(), before, "the sign-in was renewed");
    // A command renews it, and then there are values again.
    world.run(&["cluster", "list"]).expect(0);
    assert_ne!(stored(), before);
    once_there(&world, CLUSTERS);
}

#[test]
fn what_the_line_and_the_user_say_counts() {
    let world = with_completer();
    world.run(&["cluster", "list"]).expect(0);
    once_there(&world, CLUSTERS);
    let issuer = world.ready().issuer.clone();
    let api = world.ready().api.clone();
    world.run(&["profile", "create", "other", "--issuer", &issuer, "--api", &format!("{api}/x")]).expect(0);
    let before = requests(&world);
    for line in [
        &["vantage", "--offline", "cluster", "get", ""][..],
        &["vantage", "cluster", "get", "--offline", ""],
        &["vantage", "-p", "other", "cluster", "get", ""],
        &["vantage", "-p", "nosuch", "cluster", "get", ""],
        &["vantage", "--organization", "nosuch", "cluster", "get", ""],
        &["vantage", "cluster", "create", ""],
        &["vantage", "nosuch", ""],
        &["vantage", "cluster", "nosuch", ""],
        &["vantage", "cluster", "get", "--help", ""],
    ] {
        assert_eq!(candidates(&world, line), [""; 0], "{line:?}");
    }
    for variable in [("VANTAGE_OFFLINE", "1"), ("VANTAGE_PROFILE", "other"), ("VANTAGE_TOKEN", "nonsense")] {
        let mut command = question(&world, CLUSTERS);
        command.env(variable.0, variable.1);
        assert_eq!(answered(&world.bounded(&mut command)), "values\n", "{variable:?}");
    }
    // The last was sent with the token that was given.
    let sent = requests(&world).as_u64().unwrap() - before.as_u64().unwrap();
    assert!(sent <= 1, "{sent} requests");
}

#[test]
fn what_was_revoked_is_not_asked_for() {
    let world = with_completer();
    once_there(&world, &["vantage", "completer", ""]);
    world.run(&["plugin", "revoke", "completer", "query cluster/Query.clusters"]).expect(0);
    let before = requests(&world);
    assert_eq!(candidates(&world, &["vantage", "completer", ""]), [""; 0]);
    assert_eq!(requests(&world), before);
    world.run(&["plugin", "disable", "completer"]).expect(0);
    assert_eq!(candidates(&world, &["vantage", "completer", ""]), [""; 0]);
}

#[test]
fn what_cannot_be_read_is_passed_over_in_silence() {
    let world = world();
    fs::write(world.home().join("config.toml"), "this is = = not TOML").unwrap();
    assert_eq!(candidates(&world, &["vantage", "cl"]).len(), 1);
    assert_eq!(candidates(&world, &["vantage", "-p", ""]), [""; 0]);
    for line in [
        &["__complete"][..],
        &["__complete", "tcsh", "1", "vantage"],
        &["__complete", "fish"],
        &["__complete", "zsh", "9", "vantage"],
        &["__complete", "bash", "vantage cl"],
    ] {
        let ran = world.run(line).expect(0);
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""), "{line:?}");
    }
}
