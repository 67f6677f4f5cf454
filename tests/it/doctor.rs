//! `vantage doctor`: what it finds, what it says to do, and how it ends.

use std::fs;

use serde_json::Value;
use vantage_test_support::{Ran, World};

use crate::{signed_in, world};

/// The checks by subject, each with its status, finding and remedy.
#[track_caller]
fn check<'a>(checks: &'a Value, subject: &str) -> &'a Value {
    let found = checks.as_array().unwrap().iter().find(|check| check["check"] == subject);
    found.unwrap_or_else(|| panic!("no check of `{subject}` in {checks:#}"))
}

#[track_caller]
fn checks(ran: &Ran) -> Value {
    ran.json()
}

fn doctor(world: &World) -> Ran {
    world.run(&["doctor", "-o", "json"])
}

#[test]
fn all_is_well_where_it_is() {
    let world = signed_in();
    let ran = doctor(&world).expect(0);
    let checks = checks(&ran);
    for subject in [
        "configuration",
        "config folder",
        "state folder",
        "data folder",
        "cache folder",
        "credential store",
        "keyring",
        "sign-in folder",
        "locks",
        "sign-in",
        "proxy",
        "TLS roots",
        "provider",
        "sign-in by code",
        "revocation",
        "clock",
        "API",
        "packs",
    ] {
        assert_eq!(check(&checks, subject)["status"], "ok", "{ran}");
    }
    assert_eq!(check(&checks, "keyring")["finding"], "none: there is no session bus");
    assert_eq!(check(&checks, "credential store")["finding"], "`auto`, which is `file` here");
    assert_eq!(check(&checks, "API")["finding"], "`[PLATFORM]` answers (HTTP 404, not signed in)");
}

#[test]
fn nobody_signed_in_is_a_warning() {
    let world = world();
    let ran = doctor(&world).expect(0);
    let checks = checks(&ran);
    assert_eq!(check(&checks, "sign-in")["status"], "warning", "{ran}");
    assert_eq!(check(&checks, "sign-in")["remedy"], "vantage login", "{ran}");
    assert!(!world.home().join("state").exists(), "doctor made a folder:\n{ran}");
}

#[test]
fn servers_that_are_gone_are_named_and_fail_it() {
    let mut world = signed_in();
    world.stop_platform();
    let ran = doctor(&world).expect(1);
    let checks = checks(&ran);
    for subject in ["provider", "API"] {
        let check = check(&checks, subject);
        assert_eq!(check["status"], "failed", "{ran}");
        assert!(check["finding"].as_str().unwrap().contains("[PLATFORM]"), "{ran}");
    }
    assert!(ran.stderr.contains("2 checks found what does not work"), "{ran}");
}

#[cfg(unix)]
#[test]
fn folders_that_others_can_use_come_with_the_chmod() {
    use std::os::unix::fs::PermissionsExt;
    let world = signed_in();
    let state = world.home().join("state");
    fs::set_permissions(&state, fs::Permissions::from_mode(0o777)).unwrap();
    let ran = doctor(&world).expect(1);
    let checks = checks(&ran);
    assert_eq!(check(&checks, "state folder")["remedy"], "chmod 700 '[HOME]/state'", "{ran}");
}

#[test]
fn what_lies_around_is_counted_and_left() {
    let world = signed_in();
    let sessions = world.home().join("state/sessions");
    let record = fs::read_dir(&sessions).unwrap().map(|entry| entry.unwrap().path());
    let record = record.into_iter().find(|path| path.extension().is_some_and(|end| end == "json")).unwrap();
    fs::write(&record, "{").unwrap();
    let ran = doctor(&world).expect(1);
    assert_eq!(check(&checks(&ran), "sign-in")["status"], "failed", "{ran}");
    assert_eq!(fs::read_to_string(&record).unwrap(), "{");
    fs::rename(&record, record.with_extension("json.corrupt-1790000000")).unwrap();
    let ran = doctor(&world).expect(0);
    let checks = checks(&ran);
    let left = check(&checks, "files left over");
    assert_eq!(left["status"], "warning", "{ran}");
    assert!(left["remedy"].as_str().unwrap().starts_with("rm '[HOME]/state/sessions/"), "{ran}");
}

#[test]
fn proxies_and_roots_are_shown_without_passwords() {
    let world = world();
    let with = |variables: &[(&str, &str)]| {
        let mut command = world.command(&["doctor", "-o", "json"]);
        command.envs(variables.iter().copied());
        world.finish(&mut command)
    };
    let ran = with(&[("https_proxy", "http://user:canary@proxy.example:3128"), ("NO_PROXY", "localhost")]);
    let finding = "`http://proxy.example:3128` (https_proxy), except for `localhost` (NO_PROXY)";
    assert_eq!(check(&checks(&ran), "proxy")["finding"], finding, "{ran}");
    assert!(!format!("{ran}").contains("canary"), "{ran}");

    let ran = with(&[("SSL_CERT_FILE", "/nonexistent/roots.pem")]).expect(1);
    assert_eq!(check(&checks(&ran), "TLS roots")["status"], "failed", "{ran}");
    let empty = world.home().join("roots.pem");
    fs::write(&empty, "nothing").unwrap();
    let ran = with(&[("SSL_CERT_FILE", empty.to_str().unwrap())]).expect(1);
    assert_eq!(
        check(&checks(&ran), "TLS roots")["finding"],
        "`[HOME]/roots.pem` (SSL_CERT_FILE) has no certificate in PEM form",
        "{ran}"
    );
}
