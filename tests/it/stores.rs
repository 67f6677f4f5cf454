//! Where a sign-in is kept: keyrings that answer, hang, are locked or gone; programs; and the way
//! from one to another.

mod bus;

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use vantage_platform::Options;
use vantage_test_support::{Ran, World};

use crate::{VANTAGE, seeded};
use bus::{Home, Impostor};

/// A world whose people approve every code, with `store` in its profile.
fn world(store: &str) -> World {
    let world = World::new(VANTAGE, Options { auto_approve: true, ..seeded() });
    world.run(&["profile", "set", "test", "credential-store", store]).expect(0);
    world
}

/// Runs the binary with a session bus at `address`.
fn on(world: &World, address: &str, arguments: &[&str]) -> Ran {
    let mut command = world.command(arguments);
    command.env("DBUS_SESSION_BUS_ADDRESS", address);
    world.finish(&mut command)
}

/// The one record of the world.
#[track_caller]
fn record(world: &World) -> PathBuf {
    let mut found = records(world);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn records(world: &World) -> Vec<PathBuf> {
    let entries = fs::read_dir(world.home().join("state/sessions")).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "json")).collect()
}

/// The tokens of a record that is not sealed.
fn tokens(path: &Path) -> Vec<String> {
    let record: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let token = |name: &str| record[name].as_str().unwrap_or_else(|| panic!("no {name} in the record"));
    vec![token("access_token").to_owned(), token("refresh_token").to_owned()]
}

/// Fails if `bytes` hold the token, or what it becomes in base64 wherever it begins.
#[track_caller]
fn assert_hidden(bytes: &[u8], token: &str) {
    let text = String::from_utf8_lossy(bytes);
    let part = &token.as_bytes()[..token.len().min(24)];
    assert!(!text.contains(std::str::from_utf8(part).unwrap()), "a token is in the record");
    for before in 0..3 {
        let mut shifted = vec![0; before];
        shifted.extend_from_slice(part);
        for encoded in [STANDARD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            let inner = encoded.trim_end_matches('=');
            assert!(!text.contains(&inner[4..inner.len() - 4]), "a token is in the record, in base64");
        }
    }
}

fn device_flows(world: &World) -> Value {
    world.admin("stats")["device_authorizations"].clone()
}

/// A keyring that cannot be used is exit status 4, says so once, and costs nothing.
#[track_caller]
fn assert_locked(world: &World, ran: &Ran, before: &[u8]) {
    assert_eq!(ran.status, 4, "{ran}");
    assert_eq!(ran.stdout, "", "{ran}");
    assert!(ran.stderr.contains("keyring"), "{ran}");
    assert_eq!(ran.stderr.matches("error: ").count(), 1, "{ran}");
    assert!(!ran.stderr.contains("warning: "), "{ran}");
    assert_eq!(fs::read(record(world)).unwrap(), before, "the record was touched:\n{ran}");
}

#[test]
fn in_the_keyring_the_file_shows_no_token_and_the_next_process_reads_it() {
    let (world, home) = (world("keyring"), Home::new());
    let bus = home.unlocked();
    on(&world, bus.address(), &["login"]).expect(0);
    let sealed = fs::read(record(&world)).unwrap();
    assert_eq!(bus.entries(), 1);
    let persona = on(&world, bus.address(), &["whoami", "-o", "json"]).expect(0).json();
    assert_eq!(persona["username"], world.ready().user);
    on(&world, bus.address(), &["cluster", "list"]).expect(0);
    on(&world, bus.address(), &["profile", "set", "test", "credential-store", "file"]).expect(0);
    for token in tokens(&record(&world)) {
        assert_hidden(&sealed, &token);
    }
    // An address, since a name of three letters may stand in any base64 by chance.
    let address = persona["email"].as_str().unwrap();
    assert!(address.contains('@'), "{persona}");
    assert!(!String::from_utf8_lossy(&sealed).contains(address), "it says who it is");
}

#[test]
fn a_refresh_keeps_the_record_sealed() {
    let (world, home) = (world("keyring"), Home::new());
    let bus = home.unlocked();
    on(&world, bus.address(), &["login"]).expect(0);
    let before = fs::read(record(&world)).unwrap();
    world.tell("expire", &json!({}));
    on(&world, bus.address(), &["cluster", "list"]).expect(0);
    on(&world, bus.address(), &["cluster", "list"]).expect(0);
    let stats = world.admin("stats");
    assert_eq!((&stats["refreshes"], &stats["refresh_reuses"]), (&json!(1), &json!(0)), "{stats}");
    let after = fs::read(record(&world)).unwrap();
    assert_ne!(before, after);
    assert!(!String::from_utf8_lossy(&after).contains("access_token"));
    assert_eq!(bus.entries(), 1);
}

#[test]
fn a_locked_keyring_loses_nothing() {
    let (world, home) = (world("keyring"), Home::new());
    on(&world, home.unlocked().address(), &["login"]).expect(0);
    let before = fs::read(record(&world)).unwrap();
    let locked = home.locked();
    for line in [&["whoami"][..], &["cluster", "list"], &["login"]] {
        assert_locked(&world, &on(&world, locked.address(), line), &before);
    }
    drop(locked);
    on(&world, home.unlocked().address(), &["whoami"]).expect(0);
    assert_eq!(device_flows(&world), json!(1));
}

#[test]
fn no_session_bus_loses_nothing() {
    let (world, home) = (world("keyring"), Home::new());
    on(&world, home.unlocked().address(), &["login"]).expect(0);
    let before = fs::read(record(&world)).unwrap();
    assert_locked(&world, &world.run(&["whoami"]), &before);
    let gone = format!("unix:path={}", world.home().join("gone").display());
    assert_locked(&world, &on(&world, &gone, &["whoami"]), &before);
}

#[test]
fn a_bus_that_never_answers_is_asked_once() {
    let (world, home) = (world("keyring"), Home::new());
    on(&world, home.unlocked().address(), &["login"]).expect(0);
    let before = fs::read(record(&world)).unwrap();
    for line in [&["whoami"][..], &["cluster", "list"]] {
        let silent = Impostor::silent();
        assert_locked(&world, &on(&world, silent.address(), line), &before);
        assert_eq!(silent.callers(), 1, "{line:?}");
    }
    let babbling = Impostor::babbling();
    assert_locked(&world, &on(&world, babbling.address(), &["whoami"]), &before);
}

#[test]
fn auto_takes_the_keyring_where_there_is_one() {
    let (world, home) = (world("auto"), Home::new());
    let bus = home.unlocked();
    let ran = on(&world, bus.address(), &["login"]).expect(0);
    assert!(!ran.stderr.contains("keyring"), "{ran}");
    assert_eq!(bus.entries(), 1);
    on(&world, bus.address(), &["whoami"]).expect(0);
    // What was decided at sign-in holds: out of reach is not another store.
    let before = fs::read(record(&world)).unwrap();
    assert_locked(&world, &world.run(&["whoami"]), &before);
}

#[test]
fn auto_takes_the_file_elsewhere_and_says_so_once() {
    let none = world("auto");
    let silent = Impostor::silent();
    let babbling = Impostor::babbling();
    let home = Home::new();
    drop(home.unlocked());
    let locked = home.locked();
    for address in [None, Some(silent.address()), Some(babbling.address()), Some(locked.address())] {
        let run = |arguments: &[&str]| match address {
            Some(address) => on(&none, address, arguments),
            None => none.run(arguments),
        };
        let ran = run(&["login", "--force"]).expect(0);
        assert_eq!(ran.stderr.matches("no keyring").count(), 1, "{ran}");
        assert_eq!(tokens(&record(&none)).len(), 2);
        let asked = silent.callers();
        let ran = run(&["whoami"]).expect(0);
        assert_eq!(ran.stderr, "", "{ran}");
        assert_eq!(silent.callers(), asked, "a plain file needs no keyring");
    }
    assert_eq!(silent.callers(), 1, "once in a command, however often it would be of use");
}

#[test]
fn a_key_that_is_gone_or_another_leaves_the_record_where_it_is() {
    let (world, home) = (world("keyring"), Home::new());
    let bus = home.unlocked();
    on(&world, bus.address(), &["login"]).expect(0);
    let path = record(&world);
    let before = fs::read(&path).unwrap();
    let sealed: Value = serde_json::from_slice(&before).unwrap();
    let entry =
        format!("{}-{}", path.file_stem().unwrap().display(), sealed["sealing_key"].as_str().unwrap());
    bus.replace(&entry);
    assert_locked(&world, &on(&world, bus.address(), &["whoami"]), &before);
    bus.clear();
    assert_eq!(bus.entries(), 0);
    assert_locked(&world, &on(&world, bus.address(), &["whoami"]), &before);
    assert_eq!(device_flows(&world), json!(1));
}

#[test]
fn a_damaged_record_whose_key_is_right_is_set_aside() {
    let (world, home) = (world("keyring"), Home::new());
    let bus = home.unlocked();
    on(&world, bus.address(), &["login"]).expect(0);
    let path = record(&world);
    let mut sealed: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let body = sealed["record"].as_str().unwrap().to_owned();
    let flipped = if body.ends_with("A=") { "B=" } else { "A=" };
    sealed["record"] = format!("{}{flipped}", &body[..body.len() - 2]).into();
    fs::write(&path, sealed.to_string()).unwrap();
    let ran = on(&world, bus.address(), &["whoami"]);
    assert_ne!(ran.status, 0, "{ran}");
    assert!(ran.stderr.contains("set aside"), "{ran}");
    assert_eq!(records(&world).len(), 0);
    on(&world, bus.address(), &["login"]).expect(0);
    on(&world, bus.address(), &["whoami"]).expect(0);
}

#[test]
fn a_sign_in_is_carried_from_store_to_store() {
    let (world, home) = (world("file"), Home::new());
    let bus = home.unlocked();
    let kept = vault(&world);
    on(&world, bus.address(), &["login"]).expect(0);
    let plain = tokens(&record(&world));
    let set = |store: &str| {
        on(&world, bus.address(), &["profile", "set", "test", "credential-store", store]).expect(0);
        on(&world, bus.address(), &["whoami"]).expect(0);
    };
    set("keyring");
    assert_eq!(bus.entries(), 1);
    assert!(!fs::read_to_string(record(&world)).unwrap().contains(&plain[0]));
    set("command");
    assert_eq!((bus.entries(), records(&world).len()), (0, 0), "the old place is not empty");
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 1);
    set("file");
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 0, "the old place is not empty");
    assert_eq!(tokens(&record(&world)), plain, "the tokens are the same");
    assert_eq!(device_flows(&world), json!(1));
}

#[test]
fn logout_leaves_nothing_in_file_and_keyring() {
    let (world, home) = (world("keyring"), Home::new());
    let bus = home.unlocked();
    on(&world, bus.address(), &["login"]).expect(0);
    on(&world, bus.address(), &["logout"]).expect(0);
    assert_eq!((bus.entries(), records(&world).len()), (0, 0));
    assert_eq!(world.admin("stats")["revocations"], json!(1));
    on(&world, bus.address(), &["whoami"]).expect(4);
}

/// `strace` (the Debian package) answers in the place of the kernel, as file systems without locks do.
#[cfg(target_os = "linux")]
#[test]
fn where_files_cannot_be_locked_no_token_is_spent() {
    let world = world("file");
    world.run(&["login"]).expect(0);
    let before = fs::read(record(&world)).unwrap();
    world.tell("expire", &json!({}));
    for error in ["ENOLCK", "EOPNOTSUPP", "ENOSYS"] {
        let mut command = std::process::Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e"]);
        command.arg(format!("inject=flock:error={error}")).arg(VANTAGE).args(["cluster", "list"]);
        command.env_clear().env("VANTAGE_HOME", world.home()).stdin(std::process::Stdio::null());
        let ran = world.finish(&mut command);
        assert_eq!(ran.status, 7, "{error}: {ran}");
        assert!(ran.stderr.contains("files cannot be locked where"), "{error}: {ran}");
        assert!(ran.stderr.contains("VANTAGE_CREDENTIAL_STORE=memory"), "{error}: {ran}");
    }
    assert_eq!(world.admin("stats")["refreshes"], json!(0));
    assert_eq!(fs::read(record(&world)).unwrap(), before);
    world.run(&["cluster", "list"]).expect(0);
}

/// The program of the documentation, named in the world's profile; where it keeps records.
pub(crate) fn vault(world: &World) -> PathBuf {
    let text = include_str!("../../docs/reference/credential-command.md");
    let code = text.split_once("```python\n").unwrap().1.split_once("```").unwrap().0;
    let program = world.home().join("keep");
    fs::write(&program, code).unwrap();
    let kept = world.home().join("kept");
    fs::create_dir(&kept).unwrap();
    world.has_tokens_in(&kept);
    // The environment of tests is cleared, so that the interpreter is named rather than looked for.
    let line = format!("/usr/bin/python3 '{}' '{}'", program.display(), kept.display());
    world.run(&["profile", "set", "test", "credential-command", &line]).expect(0);
    kept
}

#[test]
fn a_program_keeps_the_sign_in_through_a_refresh() {
    let world = world("file");
    let kept = vault(&world);
    world.run(&["profile", "set", "test", "credential-store", "command"]).expect(0);
    world.run(&["login"]).expect(0);
    assert_eq!(records(&world).len(), 0, "nothing of it is in a file of ours");
    let file = fs::read_dir(&kept).unwrap().next().unwrap().unwrap().path();
    let first = tokens(&file);
    world.tell("expire", &json!({}));
    world.run(&["cluster", "list"]).expect(0);
    world.run(&["cluster", "list"]).expect(0);
    let stats = world.admin("stats");
    assert_eq!((&stats["refreshes"], &stats["refresh_reuses"]), (&json!(1), &json!(0)), "{stats}");
    assert_ne!(tokens(&file), first);
    world.run(&["logout"]).expect(0);
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 0);
}

#[test]
fn a_program_that_fails_costs_no_token() {
    let world = world("file");
    let kept = vault(&world);
    world.run(&["profile", "set", "test", "credential-store", "command"]).expect(0);
    world.run(&["login"]).expect(0);
    world.tell("expire", &json!({}));
    let aside = world.home().join("aside");
    fs::rename(world.home().join("keep"), &aside).unwrap();
    let ran = world.run(&["cluster", "list"]);
    assert_eq!(ran.status, 7, "{ran}");
    assert!(ran.stderr.contains("credential command") && ran.stderr.contains("by hand"), "{ran}");
    assert_eq!(world.admin("stats")["refreshes"], json!(0), "{ran}");
    fs::rename(&aside, world.home().join("keep")).unwrap();
    world.run(&["cluster", "list"]).expect(0);
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 1);
}
