//! A publisher's new key: the old one can name it, and nothing else opens the way but the user.

use std::fs;

use insta::assert_snapshot;

use super::{Bench, without_keys};

/// A key in a folder of its own, which follows that of `test` for the publisher that is named.
fn successor(bench: &Bench, publisher: &str) -> String {
    let folder = bench.world.home().join("next");
    fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    let old = bench.world.home().join("test/vantage.key").display().to_string();
    let (secret, public) = (path("vantage.key"), path("minisign.pub"));
    let line = ["plugin", "keygen", "--no-password", "--secret", &secret, "--public", &public, "--force"];
    let made =
        bench.run(&[&line[..], &["--succeeds", &old, "--publisher", publisher, "-o", "json"]].concat());
    let made = made.expect(0).json();
    assert_eq!(made["succession-file"], "[HOME]/next/minisign.pub.minisig");
    bench.signed("grows_further", "next")
}

#[test]
fn a_key_that_the_old_one_names_is_taken_in_its_place() {
    let bench = Bench::new();
    bench.publish(&bench.signed("grows", "test"));
    bench.run(&["plugin", "add", "test/grows", "--grant-all"]).expect(0);
    bench.publish(&successor(&bench, "test"));
    let upgraded = bench.run(&["plugin", "upgrade", "grows", "--grant-all"]).expect(0);
    assert_snapshot!(without_keys(&bench.normal(&upgraded.stderr)), @"
    more than 1.0.0 was granted: reaches further: query cluster/Query.clusters: clusters(first: $), clusters.edges.node.creationParameters ($ is any value); new: persona email; no longer: persona organization
    `test/grows` is signed with key [KEY ID], which follows [KEY ID]: that key says so
    upgraded `test/grows` from 1.0.0 to 1.1.0
    ");
    let trusted = bench.run(&["plugin", "trust", "-o", "json"]).expect(0).json();
    assert_eq!(trusted.as_array().unwrap().len(), 1, "{trusted}");
    let shown = bench.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json();
    assert_eq!(trusted[0]["key-id"], shown["key-id"]);
    // From now on the old key signs nothing new.
    let told = bench.refused(&["plugin", "add", "test/grows@=1.0.0", "--grant-all"], 5);
    assert!(told.starts_with("error: `test` signs what comes from"), "{told}");
    // What it signed before can be gone back to, and the record goes along in a bundle.
    bench.run(&["plugin", "rollback", "grows"]).expect(0);
    bench.run(&["plugin", "rollback", "grows", "--to", "1.1.0"]).expect(0);
    let folder = bench.world.home().join("carried").display().to_string();
    bench.run(&["plugin", "bundle", &folder]).expect(0);
    let index = fs::read_to_string(bench.world.home().join("data/packs/index.toml")).unwrap();
    assert!(index.contains("succession = "), "{index}");
    let other = Bench::new();
    let first = bench.world.home().join("test/grows.wasm").display().to_string();
    other.run(&["plugin", "add", &first, "--grant-all"]).expect(0);
    let origin = format!("oci://{}/test", bench.registry.host);
    let key = fs::read_to_string(bench.world.home().join("test/minisign.pub")).unwrap();
    let key = key.lines().last().unwrap();
    other.run(&["plugin", "trust", "test", "--from", &origin, "--key", key]).expect(0);
    let line = ["plugin", "sync", "--from", &folder, "--offline"];
    let told = other.run(&line).expect(5);
    assert!(told.stderr.contains(": that key says so"), "{told}");
    let output = bench.world.command(&["plugin", "bundle", &format!("{folder}2"), "-o", "json"]).output();
    let lock: serde_json::Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    let digest = lock["digest"].as_str().unwrap();
    other.run(&[&line[..], &["--accept-lock", digest]].concat()).expect(0);
    assert_eq!(other.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json()["version"], "1.1.0");
}

#[test]
fn a_record_for_another_publisher_or_of_another_key_opens_nothing() {
    let bench = Bench::new();
    bench.publish(&bench.signed("grows", "test"));
    bench.run(&["plugin", "add", "test/grows", "--grant-all"]).expect(0);
    bench.publish(&successor(&bench, "tests"));
    let refused = bench.refused(&["plugin", "upgrade", "grows", "--grant-all"], 5);
    assert_snapshot!(refused, @"
    error: `test` signs what comes from `oci://[REGISTRY]/test` with key [KEY ID], and this is signed with [KEY ID]
    hint: ask its publisher, elsewhere than where the pack is, whether that is right
    hint: if it is: vantage plugin trust test --from oci://[REGISTRY]/test --key [KEY]
    ");
    // A key of the attacker's own, which names another of theirs.
    let file = bench.world.home().join("test/minisign.pub");
    bench.keygen("evil");
    for name in ["vantage.key", "minisign.pub"] {
        fs::copy(bench.world.home().join("evil").join(name), file.with_file_name(name)).unwrap();
    }
    let other = Bench { world: bench.world, registry: vantage_test_support::registry::Registry::open() };
    let signed = successor(&other, "test");
    let told = other.refused(&["plugin", "add", &signed, "--grant-all"], 5);
    assert!(told.contains("with another key"), "{told}");
}

#[test]
fn a_new_key_does_not_replace_the_one_that_signs_for_it() {
    let bench = Bench::new();
    let old = bench.world.home().join("test/vantage.key").display().to_string();
    let before = fs::read(&old).unwrap();
    let keygen = |more: &[&str], exit: i32| {
        let line = ["plugin", "keygen", "--no-password", "--secret", &old, "--force"];
        bench.normal(&bench.run(&[&line[..], more].concat()).expect(exit).stderr)
    };
    assert_snapshot!(keygen(&["--succeeds", &old, "--publisher", "test"], 2), @"
    error: the new key would replace `[HOME]/test/vantage.key`
    hint: --secret names another file
    ");
    assert_snapshot!(keygen(&["--succeeds", &old], 2), @"
    error: the following required arguments were not provided: --publisher <NAME>
    hint: usage: vantage plugin keygen --succeeds <FILE> --publisher <NAME> --no-password --secret <FILE> --force
    ");
    assert_snapshot!(keygen(&["--succeeds", &old, "--publisher", "Test/x"], 2), @"error: invalid value `Test/x` for `--publisher <NAME>`: a publisher is a word of a-z, 0-9 and -, beginning with a letter");
    assert_eq!(fs::read(&old).unwrap(), before);
}
