//! Keys and signatures: what `minisign` makes of ours, and we of `minisign`'s; and what a pack's check says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use insta::assert_snapshot;
use serde_json::json;
use vantage_test_support::World;

use crate::guests::guest;
use crate::world;

/// A folder with a pack, and nothing else.
fn folder(world: &World) -> PathBuf {
    let folder = world.home().join("pack");
    fs::create_dir(&folder).unwrap();
    fs::copy(guest("grows"), folder.join("grows.wasm")).unwrap();
    folder
}

/// A line of the binary, run in a folder.
fn run(world: &World, folder: &Path, line: &[&str]) -> vantage_test_support::Ran {
    world.finish(world.command(line).current_dir(folder))
}

fn minisign(folder: &Path, line: &[&str]) -> Output {
    let mut command = Command::new("minisign");
    command.args(line).current_dir(folder).env_clear().stdin(std::process::Stdio::null());
    command
        .output()
        .unwrap_or_else(|error| panic!("cannot run `minisign`: {error}; `cargo xtask servers` installs it"))
}

#[test]
fn minisign_accepts_what_we_sign() {
    let world = world();
    let folder = folder(&world);
    run(&world, &folder, &["plugin", "keygen", "--no-password"]).expect(0);
    run(&world, &folder, &["plugin", "sign", "grows.wasm", "--secret", "vantage.key"]).expect(0);
    let verified = minisign(&folder, &["-V", "-p", "minisign.pub", "-m", "grows.wasm"]);
    let said = String::from_utf8_lossy(&verified.stdout);
    assert!(verified.status.success(), "{said}{}", String::from_utf8_lossy(&verified.stderr));
    assert!(said.contains("Trusted comment: pack test/grows 1.0.0 sha256:"), "{said}");
    // The secret key is one that minisign reads too.
    let signed = minisign(&folder, &["-S", "-W", "-s", "vantage.key", "-m", "minisign.pub"]);
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(folder.join("vantage.key")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    assert_snapshot!(run(&world, &folder, &["plugin", "keygen", "--no-password"]).expect(6).stderr, @"
    error: `vantage.key` exists already
    hint: --force replaces it; what was signed with the old key stays signed with that
    ");
}

#[test]
fn we_accept_what_minisign_signs_if_it_says_for_which_pack() {
    let world = world();
    let folder = folder(&world);
    let made = minisign(&folder, &["-G", "-W", "-p", "minisign.pub", "-s", "secret.key"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let digest = vantage_store::sha256_digest(&fs::read(folder.join("grows.wasm")).unwrap());
    let sign = |comment: &str, kind: &str| {
        let line = [
            "-S",
            kind,
            "-W",
            "-s",
            "secret.key",
            "-m",
            "grows.wasm",
            "-x",
            "grows.wasm.minisig",
            "-t",
            comment,
        ];
        let signed = minisign(&folder, &line);
        assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
    };
    let add = ["plugin", "add", "grows.wasm", "--grant-all", "-o", "json"];
    let refused = |comment: &str, kind: &str| {
        sign(comment, kind);
        let told = run(&world, &folder, &["plugin", "add", "grows.wasm", "--grant-all"]).expect(5);
        assert!(world.only_bundled());
        told.stderr
    };
    assert_snapshot!(refused("timestamp:1 file:grows.wasm", "-H"), @"
    error: the signature of `[HOME]/pack/grows.wasm` is refused
      cause: the signature does not say which pack it is for: its trusted comment is `timestamp:1 file:grows.wasm`
    hint: its publisher signs it with vantage plugin sign, which says which pack it is
    ");
    assert_snapshot!(refused(&format!("pack test/grows 1.0.1 {digest}"), "-H"), @"
    error: the signature of `[HOME]/pack/grows.wasm` is refused
      cause: the signature is for version `1.0.1`, and this is `1.0.0`
    hint: get the pack and its signature again, from the same place
    ");
    assert_snapshot!(refused(&format!("pack test/grown 1.0.0 {digest}"), "-H"), @"
    error: the signature of `[HOME]/pack/grows.wasm` is refused
      cause: the signature is for pack `test/grown`, and this is `test/grows`
    hint: get the pack and its signature again, from the same place
    ");
    assert_snapshot!(refused(&format!("pack test/grows 1.0.0 sha256:{}", "0".repeat(64)), "-H"), @"
    error: the signature of `[HOME]/pack/grows.wasm` is refused
      cause: the signature is for digest `sha256:[DIGEST]`, and this is `sha256:[DIGEST]`
    hint: get the pack and its signature again, from the same place
    ");
    assert_snapshot!(refused(&format!("pack test/grows 1.0.0 {digest}"), "-l"), @"
    error: the signature of `[HOME]/pack/grows.wasm` is refused
      cause: the signature is of minisign's older kind, which is not accepted
    hint: its publisher signs it with vantage plugin sign, or with minisign -S -H
    ");
    sign(&format!("pack test/grows 1.0.0 {digest}"), "-H");
    let added = run(&world, &folder, &add).expect(0).json();
    assert!(added["key-id"].as_str().is_some_and(|id| id.len() == 16), "{added}");
}

#[test]
fn a_password_is_asked_for_where_there_is_no_file_without_one() {
    let world = world();
    let folder = folder(&world);
    let unattended = run(&world, &folder, &["plugin", "keygen"]);
    assert_snapshot!(unattended.expect(2).stderr, @"
    error: a password is needed for the secret key, and there is nobody to ask
    hint: set VANTAGE_SIGNING_PASSWORD, or run it in a terminal, without --no-input
    hint: --no-password makes a key that whoever has the file can sign with
    ");
    let with = |line: &[&str], password: &str| {
        world.finish(world.command(line).current_dir(&folder).env("VANTAGE_SIGNING_PASSWORD", password))
    };
    with(&["plugin", "keygen"], "correct horse").expect(0);
    let sign = ["plugin", "sign", "grows.wasm", "--secret", "vantage.key"];
    let wrong = with(&sign, "wrong horse");
    assert!(wrong.status != 0 && !folder.join("grows.wasm.minisig").exists(), "{wrong}");
    assert!(!wrong.stderr.contains("horse"), "{wrong}");
    with(&sign, "correct horse").expect(0);
}

#[test]
fn a_check_says_what_users_will_meet() {
    let world = world();
    let folder = folder(&world);
    let checked = run(&world, &folder, &["plugin", "check", "grows.wasm", "-o", "json"]).expect(0).json();
    assert_eq!((&checked["id"], &checked["problems"]), (&json!("test/grows"), &json!([])));
    fs::write(folder.join("grows.wasm.minisig"), "nonsense").unwrap();
    run(&world, &folder, &["plugin", "check", "grows.wasm"]).expect(1);
    fs::write(folder.join("no.wasm"), "nonsense").unwrap();
    let told = run(&world, &folder, &["plugin", "check", "no.wasm"]).expect(1);
    // All that was found stands on standard output, as with `doctor`.
    assert!(told.stdout.contains("not a WebAssembly component"), "{told}");
    run(&world, &folder, &["plugin", "check", "nosuch.wasm"]).expect(3);
}
