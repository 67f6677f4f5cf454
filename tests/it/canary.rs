//! No token leaves the session crate: the platform issues tokens that contain a canary, and no
//! stream, log, file or guest shows it; the store's own file is the one exception.

use std::fs;
use std::path::Path;

use base64::Engine;
use vantage_platform::Options;
use vantage_test_support::World;

use crate::guests::{guest, third_party};
use crate::{VANTAGE, seeded};

/// What every token holds verbatim, also where it is encoded.
fn canary() -> String {
    vantage_platform::canary_of("no token leaves the session")
}

fn world() -> World {
    let options = Options { canary: Some(canary()), ..seeded() };
    World::signed_in(VANTAGE, options)
}

fn contains_canary(bytes: &[u8]) -> bool {
    let canary = canary();
    let encoded = base64::engine::general_purpose::STANDARD.encode(&canary);
    let text = String::from_utf8_lossy(bytes);
    text.contains(&canary) || text.contains(&encoded[..encoded.len() - 4])
}

#[test]
fn the_platforms_tokens_do_contain_the_canary() {
    let world = world();
    let mut records = 0;
    each_file(&world.home().join("state/sessions"), &mut |path, bytes| {
        if path.extension().is_some_and(|end| end == "json") {
            assert!(
                contains_canary(bytes),
                "the record holds no canary: the other tests would prove nothing"
            );
            records += 1;
        }
    });
    assert_eq!(records, 1);
}

#[test]
fn no_output_at_full_verbosity_shows_a_token() {
    let world = world();
    let pack = third_party("gpu_report").display().to_string();
    let lines: &[&[&str]] = &[
        &["login", "--force"],
        &["whoami"],
        &["whoami", "-o", "json"],
        &["cluster", "list"],
        &["cluster", "get", "nosuch"],
        &["cluster", "create", "mine", "--provider", "on_prem"],
        &["api", "{ clusters(first: 1) { edges { node { name } } } }"],
        &["api", "{ nosuch }"],
        &["plugin", "add", &pack, "--grant-all"],
        &["gpu-report", "summary"],
        &["gpu-report", "me"],
        &["doctor"],
        &["config", "list"],
        &["logout"],
        &["whoami"],
    ];
    for line in lines {
        for verbosity in ["-v", "-vvv"] {
            let mut arguments = line.to_vec();
            arguments.push(verbosity);
            let output = world.command(&arguments).output().unwrap();
            assert!(!contains_canary(&output.stdout), "{line:?} {verbosity} shows a token on stdout");
            assert!(!contains_canary(&output.stderr), "{line:?} {verbosity} shows a token on stderr");
        }
    }
}

#[test]
fn a_refresh_and_a_refused_refresh_show_no_token() {
    let world = world();
    world.tell("expire", &serde_json::json!({}));
    let refreshed = world.command(&["cluster", "list", "-vvv"]).output().unwrap();
    assert!(refreshed.status.success());
    world.tell("revoke-all", &serde_json::json!({}));
    let refused = world.command(&["cluster", "list", "-vvv"]).output().unwrap();
    for output in [refreshed, refused] {
        assert!(!contains_canary(&output.stdout) && !contains_canary(&output.stderr));
    }
}

#[test]
fn no_file_but_the_record_holds_a_token() {
    let world = world();
    for name in ["greeter", "flood_rows"] {
        world.run(&["plugin", "add", &guest(name).display().to_string(), "--grant-all"]).expect(0);
    }
    world.run(&["cluster", "list"]).expect(0);
    world.run(&["greeter", "hello"]);
    let mut seen = 0;
    each_file(world.home(), &mut |path, bytes| {
        seen += 1;
        let record = path.parent().is_some_and(|folder| folder.ends_with("state/sessions"));
        assert!(record || !contains_canary(bytes), "{} holds a token", path.display());
    });
    assert!(seen > 5, "only {seen} files were looked at");
}

#[test]
fn no_guests_memory_holds_a_token() {
    let world = world();
    world.run(&["plugin", "add", &guest("scanner").display().to_string(), "--grant-all"]).expect(0);
    let name = world.run(&["cluster", "list", "-o", "json"]).expect(0).json()[0]["name"].clone();
    let backwards = |text: &str| text.chars().rev().collect::<String>();
    let (present, canary) = (backwards(name.as_str().unwrap()), backwards(&canary()));
    let found = world.run(&["scanner", &present, &canary, "-o", "json"]).expect(0).json();
    assert!(found["bytes"].as_u64().unwrap() > 1 << 20, "{found}");
    assert_eq!(found["found"], serde_json::json!([true, false]), "the name is there, the canary is not");
}

fn each_file(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, look);
        } else {
            look(&path, &fs::read(&path).unwrap());
        }
    }
}
