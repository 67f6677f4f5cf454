//! Against gnome-keyring itself, on a session bus and in a home of its own.
//!
//! Each test starts this binary anew below `dbus-run-session`, since the bus is found by variables.
//! Needs the Debian packages dbus and gnome-keyring; what is missing fails the test.

#![expect(clippy::disallowed_methods, reason = "the files of a test have no readers meanwhile")]

use std::process::Command;

use crate::store::keyring::{Keyring, KeyringError, SealingKey};

const NAME: &str = "4f2a000000000000000000000000000000000000000000000000000000000001";

/// A bus on which no program can be started by asking for it.
const BARE_BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// Opens the keyring of the home, and makes it where there is none.
const UNLOCKED: &str = r#"
start() {
    printf %s secret | gnome-keyring-daemon --foreground $1 --components=secrets >/dev/null 2>&1 &
    daemon=$!
    until has_owner | grep -q 'boolean true'; do kill -0 "$daemon" || exit 1; done
}
has_owner() {
    dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
        org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets
}
start --unlock
"#;
/// Makes a keyring with a password, and then starts a daemon that is not told it.
const RESTARTED: &str = r#"
kill "$daemon"
wait "$daemon"
while has_owner | grep -q 'boolean true'; do :; done
start
"#;

/// By itself the daemon can miss the end of a bus that was short.
const END: &str = r#"[ -z "$daemon" ] || { kill "$daemon"; wait "$daemon"; }"#;

/// Runs the ignored test `name` of this file on a bus, after the shell commands of `before`.
#[track_caller]
fn on_a_bus(name: &str, before: &str, bare: bool) {
    let home = tempfile::tempdir().expect("a home");
    let configuration = home.path().join("bus.conf");
    std::fs::write(&configuration, BARE_BUS).expect("a configuration");
    let mut command = Command::new("dbus-run-session");
    if bare {
        command.arg(format!("--config-file={}", configuration.display()));
    }
    let test = format!("store::keyring::tests::real::{name}");
    command
        .args(["--", "/bin/sh", "-c", &format!("{before}\n\"$@\"\nstatus=$?\n{END}\nexit $status"), "sh"])
        .arg(std::env::current_exe().expect("this binary"))
        .args([&test, "--exact", "--ignored", "--nocapture"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home.path());
    for variable in ["XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"] {
        command.env(variable, home.path());
    }
    let output = command.output().expect("dbus-run-session, of the Debian package dbus");
    let said = String::from_utf8_lossy(&output.stdout);
    let passed = output.status.success() && said.contains("1 passed");
    assert!(passed, "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn keeps_and_forgets_a_key() {
    on_a_bus("unlocked", UNLOCKED, false);
}

#[test]
fn a_locked_one_is_told_from_a_missing_key() {
    on_a_bus("locked", &format!("{UNLOCKED}{RESTARTED}"), false);
}

#[test]
fn a_bus_without_one_is_told_from_one_that_fails() {
    on_a_bus("absent", "", true);
}

#[test]
fn a_bus_that_never_answers_is_asked_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bus");
    let listener = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["store::keyring::tests::real::silent", "--exact", "--ignored"]);
    command.env_clear().env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", path.display()));
    let output = command.output().expect("this binary");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    // Nobody took the connections meanwhile, so that they wait in line.
    listener.set_nonblocking(true).expect("a socket");
    assert_eq!(listener.incoming().map_while(Result::ok).count(), 1);
}

#[test]
#[ignore = "started by `a_bus_that_never_answers_is_asked_once`"]
fn silent() {
    let keyring = Keyring::new(true);
    assert_eq!(keyring.get(NAME), Err(KeyringError::Silent));
    assert_eq!(keyring.set(NAME, &SealingKey::default()), Err(KeyringError::Silent));
    assert_eq!(Keyring::new(true).probe(), Err(KeyringError::Silent), "the patience is the process's");
}

#[test]
#[ignore = "started by `keeps_and_forgets_a_key` on a bus of its own"]
fn unlocked() {
    let keyring = Keyring::new(true);
    assert_eq!(keyring.probe(), Ok(()));
    assert_eq!(keyring.get(NAME), Ok(None), "asking created something");
    let (first, second) = (SealingKey::new([1; 32]), SealingKey::new([2; 32]));
    assert_eq!(keyring.set(NAME, &first), Ok(()));
    assert_eq!(keyring.get(NAME), Ok(Some(first)));
    assert_eq!(keyring.set(NAME, &second), Ok(()));
    assert_eq!(Keyring::new(true).get(NAME), Ok(Some(second)), "another handle sees it, once");
    assert_eq!(keyring.get("another"), Ok(None));
    assert_eq!(keyring.delete(NAME), Ok(true));
    assert_eq!(keyring.delete(NAME), Ok(false));
}

#[test]
#[ignore = "started by `a_locked_one_is_told_from_a_missing_key` on a bus of its own"]
fn locked() {
    let keyring = Keyring::new(true);
    assert!(matches!(keyring.probe(), Err(KeyringError::Locked(_))), "{:?}", keyring.probe());
    let refused = keyring.set(NAME, &SealingKey::default());
    assert!(matches!(refused, Err(KeyringError::Locked(_) | KeyringError::Silent)), "{refused:?}");
}

#[test]
#[ignore = "started by `a_bus_without_one_is_told_from_one_that_fails` on a bus of its own"]
fn absent() {
    let keyring = Keyring::new(true);
    let nobody = KeyringError::Absent("no program on the session bus keeps secrets");
    assert_eq!(keyring.probe(), Err(nobody.clone()));
    assert_eq!(keyring.get(NAME), Err(nobody.clone()));
    assert_eq!(keyring.set(NAME, &SealingKey::default()), Err(nobody));
}
