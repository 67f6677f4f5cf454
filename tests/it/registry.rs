//! Packs from a registry that nobody here wrote, from publishing to going back, and what comes of a
//! registry, a publisher or a server that cannot be trusted.

mod hostile;
#[cfg(target_os = "linux")]
mod interrupted;
mod locked;
mod oras;
mod rotation;
mod several;
mod strict;

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use serde_json::{Value, json};
use vantage_test_support::registry::{Registry, USER};
use vantage_test_support::{Ran, World};

use crate::guests::guest;
use crate::signed_in;

/// A world with a registry for the publisher `test`, and a key to sign with.
struct Bench {
    world: World,
    registry: Registry,
}

impl Bench {
    fn new() -> Self {
        let (world, registry) = (signed_in(), Registry::open());
        let configuration = world.home().join("config.toml");
        let text = fs::read_to_string(&configuration).unwrap();
        fs::write(&configuration, format!("{text}\n[registries]\ntest = \"oci://{}/test\"\n", registry.host))
            .unwrap();
        let bench = Self { world, registry };
        bench.keygen("test");
        bench
    }

    fn keygen(&self, name: &str) {
        keygen(&self.world, name);
    }

    fn signed(&self, name: &str, key: &str) -> String {
        signed(&self.world, name, key)
    }

    fn repository(&self) -> String {
        format!("oci://{}/test/grows", self.registry.host)
    }

    /// Publishes a pack; the answer has digests as they are.
    fn publish(&self, file: &str) -> Value {
        let line = ["plugin", "publish", file, &self.repository(), "-o", "json"];
        let output = self.world.command(&line).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn run(&self, line: &[&str]) -> Ran {
        self.world.run(line)
    }

    /// A text with what differs from run to run replaced.
    fn normal(&self, text: &str) -> String {
        text.replace(&self.registry.host, "[REGISTRY]")
    }

    /// What a refused line says, of which nothing is stored.
    fn refused(&self, line: &[&str], exit: i32) -> String {
        let before = self.run(&["plugin", "list", "-o", "json"]).stdout;
        let ran = self.run(line);
        assert_eq!(ran.status, exit, "{line:?}: {ran}");
        assert_eq!(ran.stdout, "", "{line:?}");
        assert_eq!(self.run(&["plugin", "list", "-o", "json"]).stdout, before, "{line:?}");
        without_keys(&self.normal(&ran.stderr))
    }
}

/// A folder with a key pair of this name.
fn keygen(world: &World, name: &str) {
    let folder = world.home().join(name);
    fs::create_dir_all(&folder).unwrap();
    let (secret, public) = (folder.join("vantage.key"), folder.join("minisign.pub"));
    let line = ["plugin", "keygen", "--no-password", "--secret"];
    let line = [&line[..], &[secret.to_str().unwrap(), "--public", public.to_str().unwrap()]].concat();
    world.run(&line).expect(0);
}

/// A build of the guest in the folder of a key, signed with it.
fn signed(world: &World, name: &str, key: &str) -> String {
    let folder = world.home().join(key);
    let file = folder.join(format!("{name}.wasm"));
    fs::copy(guest(name), &file).unwrap();
    let file = file.to_str().unwrap().to_owned();
    let secret = folder.join("vantage.key");
    world.run(&["plugin", "sign", &file, "--secret", secret.to_str().unwrap()]).expect(0);
    file
}

/// Docker's configuration after `docker login HOST`: the folder that holds it.
fn docker_login(world: &World, host: &str, (user, password): (&str, &str)) -> PathBuf {
    let folder = world.home().join("docker");
    fs::create_dir_all(&folder).unwrap();
    let auths = json!({ "auths": { host: { "auth": STANDARD.encode(format!("{user}:{password}")) } } });
    fs::write(folder.join("config.json"), auths.to_string()).unwrap();
    folder
}

/// Keys and their ids differ from run to run.
fn without_keys(text: &str) -> String {
    let is_id = |word: &str| word.len() == 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let word = |word: &str| {
        let bare = word.trim_matches([',', ':', '.', ';']);
        match bare {
            _ if bare.starts_with("RW") && bare.len() == 56 => word.replace(bare, "[KEY]"),
            _ if is_id(bare) => word.replace(bare, "[KEY ID]"),
            _ => word.to_owned(),
        }
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_pack_lives_from_publishing_to_its_next_version() {
    let bench = Bench::new();
    let first = bench.publish(&bench.signed("grows", "test"));
    assert_eq!(first["version"], "1.0.0");
    let added =
        bench.run(&["plugin", "add", "test/grows@^1.0", "--grant-all", "-o", "json"]).expect(0).json();
    assert_eq!(added["source"], json!(format!("{}:1.0.0", bench.repository())));
    assert_eq!(added["key-id"], first["key-id"]);
    let trusted = bench.run(&["plugin", "trust", "-o", "json"]).expect(0).json();
    assert_eq!((&trusted[0]["publisher"], &trusted[0]["key-id"]), (&json!("test"), &first["key-id"]));
    let status = |bench: &Bench| {
        let found = bench.run(&["plugin", "outdated", "-o", "json"]).expect(0).json();
        (found[0]["status"].clone(), found[0]["latest"].clone())
    };
    assert_eq!(status(&bench), (json!("newest"), json!("1.0.0")));

    bench.publish(&bench.signed("grows_further", "test"));
    assert_eq!(status(&bench), (json!("outdated"), json!("1.1.0")));
    let refused = bench.run(&["plugin", "upgrade", "grows", "-o", "json"]).expect(5);
    assert_eq!(refused.stdout, "");
    let error = refused.json_error();
    assert_eq!(error["details"]["difference"]["version"], "1.0.0");
    assert_eq!(error["details"]["difference"]["more"].as_array().unwrap().len(), 2, "{error}");
    assert_eq!(
        error["hints"][0],
        "vantage plugin upgrade test/grows --grant \"query cluster/Query.clusters\" --grant \"persona email\""
    );
    assert_eq!(bench.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json()["version"], "1.0.0");
    bench.run(&["grows"]).expect(0);

    let upgraded = bench
        .run(&["plugin", "upgrade", "grows", "--grant", "query cluster/Query.clusters", "-o", "json"])
        .expect(0)
        .json();
    assert_eq!(
        upgraded,
        json!([{ "id": "test/grows", "from": "1.0.0", "version": "1.1.0", "status": "upgraded" }])
    );
    bench.run(&["grows", "--first", "3"]).expect(0);

    let shown = bench.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json();
    assert_eq!(shown["key-id"], first["key-id"]);
    let versions = shown["versions"].as_array().unwrap().iter().map(|one| one["version"].clone());
    assert_eq!(versions.collect::<Vec<_>>(), [json!("1.0.0"), json!("1.1.0")]);
    let text = bench.run(&["plugin", "show", "grows", "-o", "text"]).expect(0).stdout;
    assert!(
        text.contains("\n  also kept 1.0.0\n") && text.contains("\n  publisher signed with key "),
        "{text}"
    );

    let back = bench.run(&["plugin", "rollback", "grows", "-o", "json"]).expect(0).json();
    assert_eq!((&back["from"], &back["version"]), (&json!("1.1.0"), &json!("1.0.0")));
    // With the grants that it had: the older one reads whose clusters they are.
    let shown = bench.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json();
    assert!(shown["capabilities"].as_array().unwrap().iter().all(|one| one["granted"] == true), "{shown}");
    assert_snapshot!(bench.refused(&["plugin", "rollback", "grows"], 3), @"error: pack `test/grows` has no earlier version to go back to; it has 1.0.0, 1.1.0");
    assert_snapshot!(bench.refused(&["plugin", "rollback", "grows", "--to", "2.0.0"], 3), @"error: pack `test/grows` has no version 2.0.0 to go back to; it has 1.0.0, 1.1.0");
    bench.run(&["plugin", "rollback", "grows", "--to", "1.1.0"]).expect(0);
    bench.run(&["grows", "--first", "3"]).expect(0);
    let again = bench.run(&["plugin", "upgrade", "-o", "json"]).expect(0).json();
    assert_eq!(again[0]["status"], "newest");
}

#[test]
fn a_pack_rests_and_is_looked_over() {
    let bench = Bench::new();
    let file = bench.signed("grows", "test");
    bench.run(&["plugin", "add", &file, "--grant-all"]).expect(0);
    bench.run(&["plugin", "disable", "grows"]).expect(0);
    assert_eq!(bench.world.packs()["test/grows"], "disabled");
    bench.run(&["grows"]).expect(2);
    bench.run(&["plugin", "enable", "test/grows"]).expect(0);
    bench.run(&["grows"]).expect(0);
    assert_snapshot!(bench.refused(&["plugin", "disable", "cluster"], 2), @"
    error: `vantage/cluster` is part of vantage and is always enabled
    hint: vantage plugin revoke vantage/cluster CAPABILITY takes away what it may do
    ");
    let verified = bench.run(&["plugin", "verify", "-o", "json"]).expect(0).json();
    assert_eq!((&verified[0]["status"], &verified[0]["active"]), (&json!("whole"), &json!(true)));
    bench.run(&["plugin", "verify", "nosuch"]).expect(3);
    let objects = bench.world.home().join("data/packs/objects/sha256");
    let folder = |path: PathBuf| fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let component =
        folder(objects).flat_map(folder).find(|path| path.extension().is_some_and(|end| end == "wasm"));
    let component = component.unwrap();
    fs::OpenOptions::new().write(true).open(&component).unwrap().set_len(100).unwrap();
    let told = bench.refused(&["plugin", "verify"], 1);
    assert!(told.starts_with("error: 1 of 1 stored versions are damaged"), "{told}");
    fs::remove_file(&component).unwrap();
    let told = bench.refused(&["plugin", "verify", "grows"], 1);
    assert!(told.contains("is missing"), "{told}");
}

#[test]
fn a_version_that_is_published_stays_as_it_is() {
    let bench = Bench::new();
    let file = bench.signed("grows", "test");
    let (first, again) = (bench.publish(&file), bench.publish(&file));
    assert_eq!(first["manifest"], again["manifest"]);
    let other = bench.world.home().join("test/other.wasm");
    // The same pack in other bytes: a custom section of two bytes behind it.
    fs::write(&other, [fs::read(&file).unwrap(), vec![0, 2, 1, b'x']].concat()).unwrap();
    assert_snapshot!(bench.refused(&["plugin", "publish", other.to_str().unwrap(), &bench.repository()], 6), @"
    warning: the pack is not signed: nobody can tell that it is yours
    error: `oci://[REGISTRY]/test/grows:1.0.0` is taken: it holds sha256:[DIGEST]
    hint: a version that is published stays as it is: give the pack another one
    ");
    let tag = format!("{}:1.0.0", bench.repository());
    assert_snapshot!(bench.refused(&["plugin", "publish", &file, &tag], 2), @"
    error: `oci://[REGISTRY]/test/grows:1.0.0` names a version; the pack has one already
    hint: leave the tag, the digest or the range out
    ");
    assert_snapshot!(bench.refused(&["plugin", "publish", &file, &file], 2), @"
    error: `[HOME]/test/grows.wasm` is no repository
    hint: as in oci://ghcr.io/acme/gpu-report
    ");
}

#[test]
fn what_is_not_there_is_not_found() {
    let bench = Bench::new();
    assert_snapshot!(bench.refused(&["plugin", "add", "test/nosuch"], 3), @"error: `oci://[REGISTRY]/test/nosuch` does not exist");
    bench.publish(&bench.signed("grows", "test"));
    assert_snapshot!(bench.refused(&["plugin", "add", "test/grows@^2"], 3), @"error: `oci://[REGISTRY]/test/grows@^2` has no version that matches; it has 1.0.0");
    assert_snapshot!(bench.refused(&["plugin", "add", &format!("{}:9", bench.repository())], 3), @"error: `oci://[REGISTRY]/test/grows:9` does not exist");
    assert_snapshot!(bench.refused(&["plugin", "add", "other/grows"], 2), @r#"
    error: `other/grows` is no source of a pack: no registry is configured for `other`: `[registries]` names one, as in other = "oci://HOST/other"
    hint: a pack is ./FILE.wasm, https://HOST/FILE.wasm, oci://HOST/REPOSITORY[:TAG] or PUBLISHER/NAME[@RANGE]
    "#);
}

#[test]
fn what_was_altered_in_the_registry_is_refused() {
    let bench = Bench::new();
    let published = bench.publish(&bench.signed("grows", "test"));
    let blob = bench.registry.blob(published["digest"].as_str().unwrap());
    let good = fs::read(&blob).unwrap();
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    fs::write(&blob, bad).unwrap();
    let refused = bench.refused(&["plugin", "add", "test/grows", "--grant-all"], 5);
    assert!(refused.contains("is not what was asked for: it has the digest"), "{refused}");
    fs::write(&blob, &good[..middle]).unwrap();
    bench.refused(&["plugin", "add", "test/grows", "--grant-all"], 5);
    let manifest = bench.registry.blob(published["manifest"].as_str().unwrap());
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&blob, good).unwrap();
    fs::write(&manifest, text.replace("test/grows", "test/grown")).unwrap();
    let pinned = format!("{}@{}", bench.repository(), published["manifest"].as_str().unwrap());
    bench.refused(&["plugin", "add", &pinned, "--grant-all"], 5);
    fs::write(&manifest, text).unwrap();
    bench.run(&["plugin", "add", &pinned, "--grant-all"]).expect(0);
}

#[test]
fn another_key_or_none_is_refused_until_the_user_says_otherwise() {
    let bench = Bench::new();
    bench.publish(&bench.signed("grows", "test"));
    bench.run(&["plugin", "add", "test/grows", "--grant-all"]).expect(0);
    bench.keygen("other");
    let other = bench.signed("grows_further", "other");
    bench.publish(&other);
    assert_snapshot!(bench.refused(&["plugin", "upgrade", "grows", "--grant-all"], 5), @"
    error: `test` signs what comes from `oci://[REGISTRY]/test` with key [KEY ID], and this is signed with [KEY ID]
    hint: ask its publisher, elsewhere than where the pack is, whether that is right
    hint: if it is: vantage plugin trust test --from oci://[REGISTRY]/test --key [KEY]
    ");
    let unsigned = guest("grows_further").display().to_string();
    assert_snapshot!(bench.refused(&["plugin", "add", &unsigned, "--grant-all"], 5), @"
    error: `test` signs its packs with key [KEY ID], and this one is not signed
    hint: ask its publisher, elsewhere than where the pack is, whether that is right
    hint: if it is: vantage plugin trust test --from file --unsigned
    ");
    assert_snapshot!(bench.refused(&["plugin", "add", &other, "--grant-all"], 5), @"
    error: packs of `test` come from `oci://[REGISTRY]/test`, and this one comes from `file` with another key
    hint: ask its publisher, elsewhere than where the pack is, whether that is right
    hint: if it is: vantage plugin trust test --from file --key [KEY]
    ");
    let key = fs::read_to_string(bench.world.home().join("other/minisign.pub")).unwrap();
    let key = key.lines().last().unwrap();
    let origin = format!("oci://{}/test", bench.registry.host);
    bench.run(&["plugin", "trust", "test", "--from", &origin, "--key", key]).expect(0);
    bench.run(&["plugin", "upgrade", "grows", "--grant-all"]).expect(0);
    // The first key is no longer good there.
    assert_snapshot!(bench.refused(&["plugin", "add", "test/grows@=1.0.0", "--grant-all"], 5), @"
    error: `test` signs what comes from `oci://[REGISTRY]/test` with key [KEY ID], and this is signed with [KEY ID]
    hint: ask its publisher, elsewhere than where the pack is, whether that is right
    hint: if it is: vantage plugin trust test --from oci://[REGISTRY]/test --key [KEY]
    ");
    assert_eq!(
        bench
            .run(&["plugin", "trust", "test", "--remove", "-o", "json"])
            .expect(0)
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    bench.run(&["plugin", "add", "test/grows@=1.0.0", "--grant-all"]).expect(0);
}

#[test]
fn a_range_never_leads_back() {
    let bench = Bench::new();
    bench.publish(&bench.signed("grows_further", "test"));
    bench.run(&["plugin", "add", "test/grows", "--grant-all"]).expect(0);
    bench.publish(&bench.signed("grows", "test"));
    assert_snapshot!(bench.refused(&["plugin", "add", "test/grows@<1.1", "--grant-all"], 5), @"
    error: `test/grows` 1.0.0 is older than 1.1.0, which `oci://[REGISTRY]/test` had before
    hint: to go back all the same, name the version exactly, as in @=1.0.0
    ");
    bench.run(&["plugin", "remove", "grows"]).expect(0);
    // What was seen is remembered longer than the pack.
    bench.refused(&["plugin", "add", "test/grows@~1.0", "--grant-all"], 5);
    bench.run(&["plugin", "add", "test/grows@=1.0.0", "--grant-all"]).expect(0);
}

#[test]
fn a_signature_holds_for_one_pack_one_version_and_these_bytes() {
    let bench = Bench::new();
    let file = bench.signed("grows", "test");
    let add = ["plugin", "add", &file, "--grant-all"];
    let path = format!("{file}.minisig");
    let good = fs::read_to_string(&path).unwrap();
    fs::write(&path, good.replace("1.0.0", "1.0.1")).unwrap();
    assert_snapshot!(bench.refused(&add, 5), @"
    error: the signature of `[HOME]/test/grows.wasm` is refused
      cause: the signature or its trusted comment was altered, or is not of the key that it names
    hint: get the pack and its signature again; if that does not help, tell its publisher
    ");
    bench.signed("grows_further", "test");
    fs::copy(file.replace("grows.wasm", "grows_further.wasm.minisig"), &path).unwrap();
    assert_snapshot!(bench.refused(&add, 5), @"
    error: the signature of `[HOME]/test/grows.wasm` is refused
      cause: the signature belongs to other bytes: the pack was altered, or the signature is that of another
    hint: get the pack and its signature again; if that does not help, tell its publisher
    ");
    fs::write(&path, "nonsense").unwrap();
    assert_snapshot!(bench.refused(&add, 5), @"
    error: the signature of `[HOME]/test/grows.wasm` is refused
      cause: the signature is not in minisign's format: it has not four lines
    hint: get the pack and its signature again; if that does not help, tell its publisher
    ");
    fs::write(&path, &good).unwrap();
    let public = bench.world.home().join("test/minisign.pub");
    let key = fs::read_to_string(&public).unwrap();
    fs::remove_file(&public).unwrap();
    assert_snapshot!(bench.refused(&add, 5), @"
    error: `[HOME]/test/grows.wasm` is signed with key [KEY ID], which does not come with it
    hint: --key names it: the line of the publisher's public key
    ");
    let key = key.lines().last().unwrap();
    bench.run(&[&add[..], &["--key", key]].concat()).expect(0);
}

#[test]
fn a_registry_that_wants_to_know_who_asks_gets_dockers_credentials() {
    let bench = Bench { registry: Registry::guarded(), ..Bench::new() };
    let file = bench.signed("grows", "test");
    let refused = bench.refused(&["plugin", "publish", &file, &bench.repository()], 5);
    assert!(
        refused.contains("hint: docker login [REGISTRY] keeps credentials that are used here too"),
        "{refused}"
    );
    let docker = docker_login(&bench.world, &bench.registry.host, USER);
    let pair = STANDARD.encode(format!("{}:{}", USER.0, USER.1));
    let run = |line: &[&str]| bench.world.finish(bench.world.command(line).env("DOCKER_CONFIG", &docker));
    run(&["plugin", "publish", &file, &bench.repository()]).expect(0);
    let ran = run(&["plugin", "add", &bench.repository(), "--grant-all", "-vvv"]).expect(0);
    assert!(!ran.stderr.contains(USER.1) && !ran.stderr.contains(&pair), "{ran}");
    docker_login(&bench.world, &bench.registry.host, ("nobody", "worse"));
    run(&["plugin", "upgrade"]).expect(5);
}
