//! Locks: what one machine writes down, another one follows, and neither is talked into anything.

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use serde_json::{Value, json};
use vantage_test_support::World;

use super::{Bench, without_keys};
use crate::signed_in;

/// A machine whose pack is locked, and the lock.
fn locked() -> (Bench, PathBuf, String) {
    let bench = Bench::new();
    bench.publish(&bench.signed("grows", "test"));
    bench.run(&["plugin", "add", "test/grows", "--grant-all"]).expect(0);
    let file = bench.world.home().join("vantage.lock");
    let output =
        bench.world.command(&["plugin", "lock", "--file", text(&file), "-o", "json"]).output().unwrap();
    let written: Value = serde_json::from_slice(&output.stdout).unwrap();
    let digest = written["digest"].as_str().unwrap().to_owned();
    (bench, file, digest)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What a refused sync says; nothing has changed then.
fn refused(world: &World, line: &[&str], exit: i32) -> String {
    let before = world.packs();
    let ran = world.run(line);
    assert_eq!((ran.status, ran.stdout.as_str()), (exit, ""), "{ran}");
    assert_eq!(world.packs(), before);
    without_keys(&ran.stderr)
}

#[test]
fn another_machine_follows_a_lock_once_somebody_has_agreed() {
    let (bench, file, digest) = locked();
    let here =
        bench.run(&["plugin", "sync", "--file", text(&file), "--locked", "-o", "json"]).expect(0).json();
    assert_eq!(here[0]["status"], "as locked");
    let other = signed_in();
    let sync = ["plugin", "sync", "--file", text(&file)];
    let with = |more: &[&'static str]| -> Vec<&str> { [&sync[..], more].concat() };
    assert_snapshot!(bench.normal(&refused(&other, &with(&["--locked"]), 6)).replace(text(&file), "[LOCK]"), @"
    error: 1 of 1 packs are not as `[LOCK]` says
      cause: test/grows: not installed
    hint: vantage plugin sync makes them match
    ");
    assert_snapshot!(bench.normal(&refused(&other, &sync, 5)), @"
    error: the lock asks for what this machine has not accepted, and there is nobody to ask
      cause: test/grows 1.0.0 from oci://[REGISTRY]/test/grows@sha256:[DIGEST]; signed with key [KEY ID], which is seen for the first time: [KEY]; new: query cluster/Query.clusters; new: persona organization
    hint: look at it, then: vantage plugin sync --accept-lock sha256:[DIGEST]
    ");
    let wrong = format!("sha256:{}", "0".repeat(64));
    refused(&other, &[&sync[..], &["--accept-lock", &wrong]].concat(), 5);
    let agreed = [&sync[..], &["--accept-lock", &digest, "-o", "json"]].concat();
    assert_eq!(other.run(&agreed).expect(0).json()[0]["status"], "synced");
    other.run(&with(&["--locked"])).expect(0);
    // What was agreed to needs nobody's word again.
    assert_eq!(other.run(&with(&["-o", "json"])).expect(0).json()[0]["status"], "as locked");
    assert_eq!(other.packs()["test/grows"], "added");

    other.run(&["plugin", "revoke", "grows", "persona organization"]).expect(0);
    assert_snapshot!(refused(&other, &with(&["--locked"]), 6).replace(text(&file), "[LOCK]"), @"
    error: 1 of 1 packs are not as `[LOCK]` says
      cause: test/grows: not granted: persona organization
    hint: vantage plugin sync makes them match
    ");
    refused(&other, &sync, 5);
    other.run(&agreed).expect(0);
    other.run(&with(&["--locked"])).expect(0);
}

#[test]
fn a_person_is_asked_about_a_lock_and_no_is_the_default() {
    let (bench, file, _) = locked();
    let other = signed_in();
    for (answer, exit) in [("\n", 5), ("y\n", 0)] {
        let mut terminal = other.on_terminal(&["plugin", "sync", "--file", text(&file), "--yes"]);
        terminal.wait_for("[y/N]").unwrap();
        terminal.enter(answer).unwrap();
        let (shown, status) = terminal.finish().unwrap();
        assert_eq!(status.exit_code(), exit, "{shown}");
        assert!(shown.contains("which is seen for the first time"), "{shown}");
        assert!(shown.contains("new: query cluster/Query.clusters"), "{shown}");
        assert_eq!(other.only_bundled(), exit != 0);
    }
    drop(bench);
}

#[test]
fn a_folder_brings_packs_where_no_network_is() {
    let (bench, _, digest) = locked();
    let folder = bench.world.home().join("carried");
    bench.run(&["plugin", "bundle", text(&folder)]).expect(0);
    let again = bench.run(&["plugin", "bundle", text(&folder)]);
    assert!(again.status == 1 && again.stderr.contains("carried"), "{again}");
    let Bench { world, registry } = bench;
    drop(registry);
    let other = signed_in();
    let sync = ["plugin", "sync", "--from", text(&folder)];
    let agreed = [&sync[..], &["--accept-lock", &digest]].concat();
    refused(&other, &sync, 5);

    // Each blob in turn, altered on its way.
    let blobs = folder.join("blobs/sha256");
    let mut altered = 0;
    for entry in fs::read_dir(&blobs).unwrap() {
        let path = entry.unwrap().path();
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        *bad.last_mut().unwrap() ^= 1;
        fs::write(&path, bad).unwrap();
        // What only registries look at (the configuration, the empty one) is not read here.
        let ran = other.run(&agreed);
        altered += usize::from(ran.status != 0);
        assert_eq!(other.only_bundled(), ran.status != 0, "{ran}");
        if ran.status == 0 {
            other.run(&["plugin", "remove", "grows"]).expect(0);
            other.run(&["plugin", "trust", "test", "--remove"]).expect(0);
        }
        fs::write(&path, good).unwrap();
    }
    assert_eq!(altered, 4, "component, manifest, signature and its manifest");
    other.run(&agreed).expect(0);
    other.run(&["grows"]).expect(0);
    let shown = other.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json();
    let here = world.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json();
    assert_eq!(
        (&shown["digest"], shown["source"].as_str().unwrap().split('@').next()),
        (
            &here["digest"],
            here["source"].as_str().unwrap().rsplit_once(':').map(|(repository, _)| repository)
        )
    );
}

/// What vouches for a pack that is not signed is that somebody agreed to its bytes.
#[test]
fn bytes_that_nobody_signed_are_agreed_to_each_time() {
    let world = signed_in();
    let (file, first) = (world.home().join("grows.wasm"), fs::read(crate::guests::guest("grows")).unwrap());
    // The same pack in other bytes: a custom section of two bytes behind it.
    let second = [first.clone(), vec![0, 2, 1, b'x']].concat();
    fs::write(&file, &first).unwrap();
    world.run(&["plugin", "add", text(&file), "--grant-all"]).expect(0);
    let lock = world.home().join("vantage.lock");
    world.run(&["plugin", "lock", "--file", text(&lock)]).expect(0);
    let sync = ["plugin", "sync", "--file", text(&lock)];
    world.run(&sync).expect(0);
    fs::write(&file, &second).unwrap();
    assert_snapshot!(refused(&world, &["plugin", "upgrade", "grows"], 5), @r#"
    error: `test/grows` asks for authority, and there is nobody to ask
    hint: vantage plugin upgrade test/grows --grant "query cluster/Query.clusters" --grant "persona organization"
    "#);
    let pin = |bytes: &[u8]| vantage_store::sha256_digest(bytes);
    fs::write(&lock, fs::read_to_string(&lock).unwrap().replace(&pin(&first), &pin(&second))).unwrap();
    assert_snapshot!(refused(&world, &sync, 5).replace(text(&file), "[FILE]"), @"
    error: the lock asks for what this machine has not accepted, and there is nobody to ask
      cause: test/grows 1.0.0 from [HOME]/grows.wasm; not verified: the pack is not signed
    hint: look at it, then: vantage plugin sync --accept-lock sha256:[DIGEST]
    ");
    world.run(&["plugin", "upgrade", "grows", "--grant-all"]).expect(0);
    world.run(&sync).expect(0);
}

/// Anyone can commit a lock.
#[test]
fn a_lock_that_lies_is_refused() {
    let (bench, file, _) = locked();
    let good = fs::read_to_string(&file).unwrap();
    let other = signed_in();
    let lie = |from: &str, to: &str, exit: i32| {
        assert!(good.contains(from), "{from} in {good}");
        fs::write(&file, good.replace(from, to)).unwrap();
        let told = bench.run(&["plugin", "sync", "--file", text(&file), "--locked"]);
        assert!(!told.stdout.contains("as locked"), "{told}");
        let line = ["plugin", "sync", "--file", text(&file), "--accept-lock", "any"];
        bench.normal(&refused(&other, &line, exit)).replace(text(&file), "[LOCK]")
    };
    assert_snapshot!(lie("version = \"1.0.0\"", "version = \"1.0.1\"", 5), @"error: `test/grows` is not what the lock says: its version is 1.0.0, not 1.0.1");
    let digest = good.lines().find(|line| line.starts_with("digest = ")).unwrap();
    let other_digest = format!("digest = \"sha256:{}\"", "0".repeat(64));
    assert_snapshot!(lie(digest, &other_digest, 5), @"error: `test/grows` is not what the lock says: its digest is sha256:[DIGEST], not sha256:[DIGEST]");
    assert_snapshot!(lie("[packs.\"test/grows\"]", "[packs.\"test/grown\"]", 5), @"error: `test/grown` is not what the lock says: its id is test/grows, not test/grown");
    assert_snapshot!(lie("\"persona organization\"", "\"persona email\"", 5), @r#"error: the lock grants `test/grows` "persona email", which it does not ask for"#);
    assert_snapshot!(lie("\"persona organization\"", "\"persona everything\"", 2), @"
    error: `[LOCK]` cannot be used: it is no lock of packs: line 9: `persona everything` is no capability: expected `persona identity|email|organization|roles`
    hint: vantage plugin lock makes one
    ");
    let key = good.lines().find(|line| line.starts_with("key = ")).unwrap();
    assert_snapshot!(lie(&format!("{key}\n"), "", 5), @"error: `test/grows` is not what the lock says: its key is [KEY ID], not none");
    assert_eq!(json!(other.packs().get("test/grows")), Value::Null);
}
