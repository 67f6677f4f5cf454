//! Keys and signatures: what `minisign` makes of ours, and we of `minisign`'s; and what a pack's check says.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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
    command.args(line).current_dir(folder).env_clear().stdin(Stdio::null());
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
    // What locked it is what unlocks it for minisign, which takes a password from a pipe.
    let line = ["-S", "-s", "vantage.key", "-m", "minisign.pub", "-t", "x"];
    assert!(unlocked(&folder, &line, "correct horse\n").status.success());
    assert!(!unlocked(&folder, &line, "wrong horse\n").status.success());
}

/// A line of minisign that reads a password.
fn unlocked(folder: &Path, line: &[&str], typed: &str) -> Output {
    let mut command = Command::new("minisign");
    command.args(line).current_dir(folder).env_clear().stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_key_that_minisign_locked_is_unlocked() {
    let world = world();
    let folder = folder(&world);
    let line = ["-G", "-p", "minisign.pub", "-s", "secret.key"];
    assert!(unlocked(&folder, &line, "correct horse\ncorrect horse\n").status.success());
    let mut sign = world.command(&["plugin", "sign", "grows.wasm", "--secret", "secret.key"]);
    world.finish(sign.current_dir(&folder).env("VANTAGE_SIGNING_PASSWORD", "correct horse")).expect(0);
    assert!(minisign(&folder, &["-V", "-p", "minisign.pub", "-m", "grows.wasm"]).status.success());
}

#[test]
fn a_password_is_typed_unseen() {
    let world = world();
    let folder = folder(&world);
    let (secret, public) = (folder.join("typed.key"), folder.join("typed.pub"));
    let (secret, public) = (secret.display().to_string(), public.display().to_string());
    let keygen = ["plugin", "keygen", "--secret", &secret, "--public", &public];
    let typed = |line: &[&str], answers: &[(&str, &str)]| {
        let mut terminal = world.on_terminal(line);
        for (question, answer) in answers {
            terminal.wait_for(question).unwrap();
            terminal.enter(answer).unwrap();
        }
        let (text, status) = terminal.finish().unwrap();
        assert!(!text.contains("horse"), "{text}");
        (text, status.exit_code())
    };
    let (first, again) = ("Password for the secret key: ", "The same password again: ");
    let (text, status) = typed(&keygen, &[(first, "right horse\n"), (again, "other horse\n")]);
    assert!(status == 2 && text.contains("the two passwords differ"), "{text}");
    let (text, status) = typed(&keygen, &[(first, "right horse\n"), (again, "\u{4}")]);
    assert!(status == 130 && text.contains("the terminal was closed"), "{text}");
    let (text, status) = typed(&keygen, &[(first, "right ho\u{3}")]);
    assert_eq!(status, 130, "{text}");
    assert!(!Path::new(&secret).exists() && !Path::new(&public).exists());
    let (text, status) = typed(&keygen, &[(first, "right horse\n"), (again, "right horse\n")]);
    assert_eq!(status, 0, "{text}");
    let pack = folder.join("grows.wasm").display().to_string();
    let sign = ["plugin", "sign", &pack, "--secret", &secret, "-vvv"];
    let (text, status) = typed(&sign, &[("typed.key: ", "left horse\n")]);
    assert!(status == 2 && text.contains("the password does not unlock"), "{text}");
    let (text, status) = typed(&sign, &[("typed.key: ", "right horse\n")]);
    assert_eq!(status, 0, "{text}");
    assert!(minisign(&folder, &["-V", "-p", "typed.pub", "-m", "grows.wasm"]).status.success());
}

#[test]
fn a_signature_goes_where_it_is_told_and_over_nothing_that_was_named() {
    let world = world();
    let folder = folder(&world);
    run(&world, &folder, &["plugin", "keygen", "--no-password"]).expect(0);
    let before =
        (fs::read(folder.join("grows.wasm")).unwrap(), fs::read(folder.join("vantage.key")).unwrap());
    let sign = ["plugin", "sign", "grows.wasm", "--secret", "vantage.key"];
    let signed = run(&world, &folder, &[&sign[..], &["--signature", "other.sig", "-o", "json"]].concat());
    let signed = signed.expect(0).json();
    assert_eq!((&signed["signature"], &signed["id"]), (&json!("other.sig"), &json!("test/grows")));
    assert!(!folder.join("grows.wasm.minisig").exists());
    let verified = minisign(&folder, &["-V", "-p", "minisign.pub", "-m", "grows.wasm", "-x", "other.sig"]);
    assert!(verified.status.success());
    for named in ["./grows.wasm", "../pack/vantage.key"] {
        let told = run(&world, &folder, &[&sign[..], &["--signature", named]].concat()).expect(2);
        assert!(told.stderr.contains("the signature would replace"), "{told}");
    }
    assert_eq!(fs::read(folder.join("grows.wasm")).unwrap(), before.0);
    assert_eq!(fs::read(folder.join("vantage.key")).unwrap(), before.1);
}

#[test]
fn no_half_of_a_pair_is_lost_or_left() {
    let world = world();
    let folder = folder(&world);
    let keygen = |secret: &str, public: &str, more: &[&str]| {
        let line = ["plugin", "keygen", "--no-password", "--secret", secret, "--public", public];
        run(&world, &folder, &[&line[..], more].concat())
    };
    // One file under two names: the second would be written over the first.
    keygen("one.key", "../pack/one.key", &["--force"]).expect(2);
    assert!(!folder.join("one.key").exists());
    fs::write(folder.join("there.pub"), "kept").unwrap();
    keygen("new.key", "there.pub", &[]).expect(6);
    keygen("new.key", "nosuch/new.pub", &[]).expect(1);
    assert!(!folder.join("new.key").exists());
    assert_eq!(fs::read_to_string(folder.join("there.pub")).unwrap(), "kept");
    keygen("new.key", "there.pub", &["--force"]).expect(0);
    assert_ne!(fs::read_to_string(folder.join("there.pub")).unwrap(), "kept");
    assert_eq!(vantage_test_support::unfinished(&folder), Vec::<PathBuf>::new());
}

#[test]
fn a_check_says_what_users_will_meet() {
    let world = world();
    let folder = folder(&world);
    let checked = run(&world, &folder, &["plugin", "check", "grows.wasm", "-o", "json"]).expect(0).json();
    assert_eq!((&checked["id"], &checked["problems"]), (&json!("test/grows"), &json!([])));
    // What it takes to describe it, of what it may have for that.
    let used = &checked["used"];
    assert!(used["memory"].as_u64().unwrap() > 0 && used["computing_ms"].as_f64().unwrap() > 0.0, "{used}");
    assert_eq!(
        (&used["memory_allowed"], &used["computing_ms_allowed"]),
        (&json!(256 << 20), &json!(5_000.0))
    );
    let drawn = run(&world, &folder, &["plugin", "check", "grows.wasm", "-o", "table"]);
    assert_eq!(drawn.status, 0, "{drawn}");
    // Two instances say the same, whatever the pack tries: clock and seed are fixed.
    let varies = guest("describe_varies").display().to_string();
    let checked = run(&world, &folder, &["plugin", "check", &varies, "-o", "json"]).expect(0).json();
    assert_eq!(checked["problems"], json!([]));
    fs::write(folder.join("grows.wasm.minisig"), "nonsense").unwrap();
    run(&world, &folder, &["plugin", "check", "grows.wasm"]).expect(1);
    fs::write(folder.join("no.wasm"), "nonsense").unwrap();
    let told = run(&world, &folder, &["plugin", "check", "no.wasm"]).expect(1);
    // All that was found stands on standard output, as with `doctor`.
    assert!(told.stdout.contains("not a WebAssembly component"), "{told}");
    run(&world, &folder, &["plugin", "check", "nosuch.wasm"]).expect(3);
}

/// Whatever `plugin add` refuses of a signature, the check refuses too.
#[test]
fn a_check_judges_the_signature_as_adding_does() {
    let world = world();
    let folder = folder(&world);
    let keygen = ["plugin", "keygen", "--no-password", "--force"];
    run(&world, &folder, &keygen).expect(0);
    run(&world, &folder, &["plugin", "sign", "grows.wasm", "--secret", "vantage.key"]).expect(0);
    let checked = || run(&world, &folder, &["plugin", "check", "grows.wasm", "-o", "json"]);
    let add = || run(&world, &folder, &["plugin", "add", "grows.wasm", "--grant-all"]);
    assert_eq!(checked().expect(0).json()["signature"]["status"], "signed");
    add().expect(0);

    let public = fs::read(folder.join("minisign.pub")).unwrap();
    fs::remove_file(folder.join("minisign.pub")).unwrap();
    add().expect(5);
    let told = checked().expect(1);
    assert!(told.stdout.contains("which is not beside it as `minisign.pub`"), "{told}");
    fs::write(folder.join("minisign.pub"), public).unwrap();
    checked().expect(0);

    // Another key than the one that this machine knows the publisher by, and none at all.
    run(&world, &folder, &keygen).expect(0);
    run(&world, &folder, &["plugin", "sign", "grows.wasm", "--secret", "vantage.key"]).expect(0);
    add().expect(5);
    assert_eq!(checked().expect(1).json()["signature"]["status"], "signed");
    fs::remove_file(folder.join("grows.wasm.minisig")).unwrap();
    add().expect(5);
    assert_eq!(checked().expect(1).json()["signature"]["status"], "unsigned");
}
