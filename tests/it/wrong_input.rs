//! Wrong input of every kind: a clear error, exit status 1 or 2, and what was there before intact.

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use vantage_test_support::World;

use crate::guests::{guest, third_party};
use crate::signed_in;

/// Adds a file with these bytes and gives what was printed; nothing may have been added.
fn add(world: &World, name: &str, bytes: &[u8]) -> String {
    let path = world.home().join(name);
    fs::write(&path, bytes).unwrap();
    let ran = world.run(&["plugin", "add", &path.display().to_string(), "--grant-all"]);
    assert!(ran.status == 1 || ran.status == 2, "{ran}");
    assert_eq!(ran.stdout, "");
    assert!(world.only_bundled(), "something was added");
    ran.to_string()
}

#[test]
fn a_source_that_is_no_pack_is_refused() {
    let world = signed_in();
    let pack = fs::read(third_party("gpu_report")).unwrap();
    assert_snapshot!(add(&world, "notes.txt", b"Dear pack, please be a component.\n"), @"
    exit: 1
    --- stdout
    --- stderr
    error: not a WebAssembly component: this is a text file
    hint: a command pack is one file, a component, usually named `….wasm`
    ");
    assert_snapshot!(add(&world, "empty.wasm", b""), @"
    exit: 1
    --- stdout
    --- stderr
    error: not a WebAssembly component: the file is empty
    hint: a command pack is one file, a component, usually named `….wasm`
    ");
    assert_snapshot!(add(&world, "core.wasm", b"\0asm\x01\0\0\0"), @"
    exit: 1
    --- stdout
    --- stderr
    error: this is a core WebAssembly module, not a component
    hint: build for `wasm32-wasip2`, or wrap the module with `wasm-tools component new`
    ");
    assert_snapshot!(add(&world, "other.wasm", b"\0asm\x0d\0\x01\0"), @"
    exit: 1
    --- stdout
    --- stderr
    error: the component is not a command pack: it does not export `vantage:plugin/commands@1.0.0`
    hint: a command pack implements the world `command-pack` of `vantage:plugin`
    ");
    let truncated = add(&world, "truncated.wasm", &pack[..pack.len() / 2]);
    assert!(truncated.contains("truncated or malformed"), "{truncated}");
    let folder = world.run(&["plugin", "add", "/", "--grant-all"]).expect(2);
    assert!(
        folder.stderr.contains("not a regular file") || folder.stderr.contains("is a folder"),
        "{folder}"
    );
    let missing = world.run(&["plugin", "add", "./nosuch.wasm", "--grant-all"]);
    assert!(missing.status == 2 || missing.status == 3, "{missing}");
}

#[test]
fn a_pack_whose_description_is_wrong_is_refused_and_says_where() {
    let world = signed_in();
    let bytes = fs::read(guest("describe_invalid")).unwrap();
    let refused = add(&world, "wrong.wasm", &bytes);
    assert!(refused.contains("description"), "{refused}");
}

#[test]
fn a_broken_configuration_names_file_line_and_column() {
    let world = signed_in();
    let config = world.home().join("config.toml");
    let before = fs::read_to_string(&config).unwrap();
    fs::write(&config, "version = 1\nactive-profile = \n").unwrap();
    assert_snapshot!(world.run(&["whoami"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: `[HOME]/config.toml` is not valid TOML at line 2, column 18: string values must be quoted, expected literal string
    ");
    world.run(&["--help"]).expect(0);
    world.run(&["profile", "use", "test"]).expect(2);
    assert_eq!(fs::read_to_string(&config).unwrap(), "version = 1\nactive-profile = \n");
    fs::write(&config, before).unwrap();
    world.run(&["whoami"]).expect(0);
}

#[test]
fn an_unknown_key_is_warned_of_with_the_nearest() {
    let world = signed_in();
    let config = world.home().join("config.toml");
    let text = fs::read_to_string(&config).unwrap().replace("issuer =", "organisation = \"x\"\nissuer =");
    fs::write(&config, text).unwrap();
    let ran = world.run(&["whoami"]).expect(0);
    assert!(ran.stderr.contains("organisation") && ran.stderr.contains("organization"), "{ran}");
}

#[test]
fn a_corrupt_sign_in_is_set_aside_and_the_user_told_to_sign_in() {
    for damage in [&b""[..], b"{", b"{\"version\": 1", b"\xff\xfe\0\0", b"[]"] {
        let world = signed_in();
        let record = record(&world);
        fs::write(&record, damage).unwrap();
        let ran = world.run(&["whoami"]);
        assert!(ran.status == 1 || ran.status == 4, "{ran}");
        assert!(ran.stderr.contains("vantage login"), "{ran}");
        let kept: Vec<PathBuf> = files(record.parent().unwrap(), "corrupt");
        assert_eq!(kept.len(), 1, "{ran}");
        assert_eq!(fs::read(&kept[0]).unwrap(), damage);
        world.run(&["login"]).expect(0);
        world.run(&["whoami"]).expect(0);
    }
}

#[test]
fn a_newer_index_of_packs_is_left_alone() {
    let world = signed_in();
    let file = third_party("gpu_report").display().to_string();
    world.run(&["plugin", "add", &file, "--grant-all"]).expect(0);
    let index = world.home().join("data/packs/index.toml");
    let newer = fs::read_to_string(&index).unwrap().replacen("version = 3", "version = 99", 1);
    fs::write(&index, &newer).unwrap();
    let ran = world.run(&["plugin", "remove", "gpu-report"]);
    assert_ne!(ran.status, 0, "{ran}");
    assert!(ran.stderr.contains("99"), "{ran}");
    assert_eq!(fs::read_to_string(&index).unwrap(), newer);
    world.run(&["cluster", "list"]).expect(0);
}

/// Runs in a mount namespace of its own, where the home is a tmpfs with no room left.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let world = signed_in();
    let file = third_party("gpu_report").display().to_string();
    let script = r#"
        set -e
        size=$(du -sk "$VANTAGE_HOME" | cut -f1)
        mkdir "$VANTAGE_HOME/../full-$$"; full="$VANTAGE_HOME/../full-$$"
        mount -t tmpfs -o size=$((size + 192))k,mode=700 tmpfs "$full"
        cp -a "$VANTAGE_HOME/." "$full/"
        dd if=/dev/zero of="$full/filler" bs=1k 2>/dev/null || true
        before=$(cd "$full" && find . -type f -name '*.toml' -o -type f -path './state/*' -type f | sort | xargs -d '\n' cat | cksum)
        set +e
        VANTAGE_HOME="$full" "$0" plugin add "$1" --grant-all; echo "add: $?" >&2
        VANTAGE_HOME="$full" "$0" profile create lab --issuer https://a.example --api https://b.example; echo "create: $?" >&2
        VANTAGE_HOME="$full" "$0" login --force; echo "login: $?" >&2
        after=$(cd "$full" && find . -type f -name '*.toml' -o -type f -path './state/*' -type f | sort | xargs -d '\n' cat | cksum)
        [ "$before" = "$after" ] && echo intact >&2
        VANTAGE_HOME="$full" "$0" whoami >/dev/null; echo "whoami: $?" >&2
        umount "$full"; rmdir "$full"
    "#;
    let mut unshared = std::process::Command::new("unshare");
    unshared.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, crate::VANTAGE, &file]);
    unshared.env("VANTAGE_HOME", world.home());
    let ran = world.finish(&mut unshared);
    for expected in ["add: 1", "create: 1", "intact", "whoami: 0"] {
        assert!(ran.stderr.contains(expected), "no `{expected}` in:\n{ran}");
    }
    assert!(!ran.stderr.contains("login: 0") && ran.stderr.contains("No space left"), "{ran}");
}

#[test]
fn a_home_that_cannot_be_written_is_said() {
    let world = signed_in();
    let occupied = world.home().join("occupied");
    fs::write(&occupied, "").unwrap();
    let mut command = world.command(&[
        "profile",
        "create",
        "lab",
        "--issuer",
        "https://a.example",
        "--api",
        "https://b.example",
    ]);
    command.env("VANTAGE_HOME", &occupied);
    let ran = world.finish(&mut command);
    assert!(ran.status == 1 && ran.stderr.contains("occupied"), "{ran}");
    let mut command = world.command(&["whoami"]);
    command.env_remove("VANTAGE_HOME");
    let ran = world.finish(&mut command);
    assert_ne!(ran.status, 0);
}

fn record(world: &World) -> PathBuf {
    let mut records = files(&world.home().join("state/sessions"), "json");
    assert_eq!(records.len(), 1);
    records.remove(0)
}

fn files(folder: &Path, mark: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let marked = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if mark == "json" { name.ends_with(".json") } else { name.contains(mark) }
    };
    entries.filter(marked).collect()
}
