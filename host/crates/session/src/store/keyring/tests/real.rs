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
        .args(["--", "/bin/sh", "-c", &format!("{before}\nexec \"$@\""), "sh"])
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

const UNLOCKED: &str =
    "printf %s secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null || exit 1";
/// Makes a keyring with a password, and starts another daemon that does not know it.
const LOCKED: &str =
    "printf %s secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null || exit 1
gnome-keyring-daemon --replace --components=secrets >/dev/null || exit 1";

#[test]
fn keeps_and_forgets_a_key() {
    on_a_bus("unlocked", UNLOCKED, false);
}

#[test]
fn a_locked_one_is_told_from_a_missing_key() {
    on_a_bus("locked", LOCKED, false);
}

#[test]
fn a_bus_without_one_is_told_from_one_that_fails() {
    on_a_bus("absent", "", true);
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
