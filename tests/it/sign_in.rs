//! Signing in, who is signed in, signing out, and profiles.

use std::fs;

use insta::assert_snapshot;
use serde_json::json;
use vantage_platform::Options;
use vantage_test_support::World;

use crate::{VANTAGE, seeded, signed_in, world};

#[test]
fn login_shows_code_and_link_and_whoami_the_persona() {
    let world = World::new(VANTAGE, Options { auto_approve: true, ..seeded() });
    let ran = world.run(&["login"]).expect(0);
    assert_eq!(ran.stdout, "");
    assert!(
        ran.stderr.contains("code: ") && ran.stderr.contains("link: [PLATFORM]/realms/vantage/device"),
        "{ran}"
    );

    let persona = world.run(&["whoami", "-o", "json"]).expect(0).json();
    assert_eq!(persona["username"], world.ready().user);
    assert_eq!(persona["profile"], "test");
    assert!(persona["organization"].is_string() && persona["roles"].is_array(), "{persona}");
}

#[test]
fn a_second_login_says_so_and_asks_the_provider_nothing() {
    let world = signed_in();
    let before = world.admin("stats");
    let ran = world.run(&["login"]).expect(0);
    assert!(ran.stderr.contains("already signed in"), "{ran}");
    assert_eq!(world.admin("stats")["device_authorizations"], before["device_authorizations"]);
    world.run(&["login", "--force"]).expect(0);
    assert_eq!(world.admin("stats")["device_authorizations"], json!(2));
}

#[test]
fn signed_out_is_exit_4_with_the_line_to_run() {
    let world = world();
    assert_snapshot!(world.run(&["whoami"]).expect(4), @"
    exit: 4
    --- stdout
    --- stderr
    error: not signed in with profile `test`
    hint: `vantage login --profile test` signs in
    ");
    let ran = world.run(&["cluster", "list", "-o", "json"]).expect(4);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.json_error()["kind"], "not-signed-in");
}

#[test]
fn an_expired_access_token_is_refreshed_once() {
    let world = signed_in();
    world.tell("expire", &json!({}));
    world.run(&["cluster", "list"]).expect(0);
    world.run(&["cluster", "list"]).expect(0);
    let stats = world.admin("stats");
    assert_eq!(stats["refreshes"], json!(1), "{stats}");
    assert_eq!(stats["refresh_reuses"], json!(0), "{stats}");
}

#[test]
fn a_session_that_the_provider_ended_is_exit_4() {
    let world = signed_in();
    world.tell("revoke-all", &json!({}));
    let ran = world.run(&["cluster", "list"]).expect(4);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("vantage login"), "{ran}");
}

#[test]
fn logout_revokes_and_forgets() {
    let world = signed_in();
    assert_snapshot!(world.run(&["logout"]).expect(0), @"
    exit: 0
    --- stdout
    --- stderr
    signed out
    ");
    assert_eq!(world.admin("stats")["revocations"], json!(1));
    world.run(&["whoami"]).expect(4);
    assert_eq!(records(&world).len(), 0, "a record of the sign-in is left");
    world.run(&["logout"]).expect(0);
}

#[test]
fn logout_without_the_provider_forgets_and_says_so() {
    let mut world = signed_in();
    world.stop_platform();
    let ran = world.run(&["logout"]).expect(0);
    assert!(ran.stderr.contains("warning") && ran.stderr.contains("could not be told"), "{ran}");
    assert_eq!(records(&world).len(), 0);
}

#[cfg(unix)]
#[test]
fn the_record_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = signed_in();
    let records = records(&world);
    assert_eq!(records.len(), 1);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&records[0]), 0o600);
    assert_eq!(mode(records[0].parent().unwrap()), 0o700);

    fs::set_permissions(&records[0], fs::Permissions::from_mode(0o644)).unwrap();
    let ran = world.run(&["whoami"]);
    assert_ne!(ran.status, 0, "{ran}");
    assert!(ran.stderr.contains("chmod 600"), "{ran}");
}

#[test]
fn the_platform_stopped_is_exit_7() {
    let mut world = signed_in();
    world.stop_platform();
    let ran = world.run(&["cluster", "list", "-o", "json"]).expect(7);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.json_error()["kind"], "unavailable");
}

#[test]
fn what_the_platform_refuses_is_exit_5() {
    let options = Options { user: "sam".to_owned(), ..seeded() };
    let world = World::signed_in(VANTAGE, options);
    for line in [
        &["cluster", "list", "-o", "json"][..],
        &["cluster", "create", "x", "--provider", "on_prem", "-o", "json"],
        &["api", "{ clusters(first: 1) { total } }", "-o", "json"],
    ] {
        let ran = world.run(line).expect(5);
        assert_eq!(ran.stdout, "");
        assert_eq!(ran.json_error()["kind"], "denied", "{ran}");
    }
}

#[test]
fn profiles_are_listed_shown_and_chosen() {
    let world = world();
    assert_snapshot!(world.run(&["profile", "list"]).expect(0), @"
    exit: 0
    --- stdout
    default	false	https://auth.vantagecompute.ai/realms/vantage	https://apis.vantagecompute.ai	
    test	true	[PLATFORM]/realms/vantage	[PLATFORM]	
    --- stderr
    ");
    assert_snapshot!(world.run(&["profile", "show", "default", "-o", "json"]).expect(0), @r#"
    exit: 0
    --- stdout
    {"name":"default","issuer":"https://auth.vantagecompute.ai/realms/vantage","client-id":"default","api":"https://apis.vantagecompute.ai","organization":null,"credential-store":"auto","scopes":["openid","offline_access"]}
    --- stderr
    "#);
    let unknown = world.run(&["profile", "use", "lab"]);
    assert_snapshot!(unknown, @"
    exit: 3
    --- stdout
    --- stderr
    error: profile `lab` does not exist; there are: default, test
    hint: `vantage profile create NAME --issuer URL --api URL` makes a new one
    ");
    let twice = world.run(&[
        "profile",
        "create",
        "test",
        "--issuer",
        "https://a.example",
        "--api",
        "https://b.example",
    ]);
    assert_snapshot!(twice, @"
    exit: 6
    --- stdout
    --- stderr
    error: profile `test` exists already
    hint: `vantage profile set test KEY VALUE` changes it
    hint: `vantage profile use test` makes it the one in use
    ");
    let plain = world.run(&[
        "profile",
        "create",
        "lab",
        "--issuer",
        "http://a.example",
        "--api",
        "https://b.example",
    ]);
    assert_snapshot!(plain, @"
    exit: 2
    --- stdout
    --- stderr
    error: `issuer` from the command line cannot be used: http is for loopback addresses only; use https
    ");
}

#[test]
fn a_setting_of_a_profile_is_changed_and_a_wrong_one_refused() {
    let world = world();
    let changed =
        world.run(&["profile", "set", "test", "organization", "acme", "-o", "json"]).expect(0).json();
    assert_eq!(changed["organization"], "acme");
    let config = fs::read_to_string(world.home().join("config.toml")).unwrap();
    assert_snapshot!(world.run(&["profile", "set", "test", "organisation", "acme"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: `organisation` is not a setting of a profile
    hint: did you mean `organization`?
    ");
    assert_snapshot!(world.run(&["profile", "set", "test", "api", "ftp://a.example"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: `api` from the command line cannot be used: only https addresses can be used
    ");
    assert_eq!(fs::read_to_string(world.home().join("config.toml")).unwrap(), config);
}

#[test]
fn settings_say_where_they_come_from() {
    let world = world();
    let mut command = world.command(&["config", "list"]);
    command.env("VANTAGE_CLIENT_ID", "other");
    assert_snapshot!(world.finish(&mut command).expect(0), @"
    exit: 0
    --- stdout
    profile	test	the profile
    issuer	[PLATFORM]/realms/vantage	the profile
    client-id	other	the variable `VANTAGE_CLIENT_ID`
    api	[PLATFORM]	the profile
    credential-store	auto	the built-in defaults
    scopes	openid offline_access	the built-in defaults
    --- stderr
    ");
    assert_snapshot!(world.run(&["config", "path"]).expect(0), @"
    exit: 0
    --- stdout
    config	[HOME]/config.toml
    data	[HOME]/data
    state	[HOME]/state
    cache	[HOME]/cache
    --- stderr
    ");
}

#[test]
fn a_token_does_not_follow_an_endpoint_that_was_not_there_at_sign_in() {
    let world = signed_in();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut command = world.command(&["cluster", "list"]);
    command.env("VANTAGE_API", format!("http://{}", listener.local_addr().unwrap()));
    let ran = world.finish(&mut command);
    assert_ne!(ran.status, 0, "{ran}");
    assert!(listener.accept().is_err(), "the other origin was spoken to:\n{ran}");
}

fn records(world: &World) -> Vec<std::path::PathBuf> {
    let Ok(folder) = fs::read_dir(world.home().join("state/sessions")) else {
        return Vec::new();
    };
    folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect()
}
