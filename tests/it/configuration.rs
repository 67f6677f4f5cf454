//! Settings: shown with their origin, changed one by one, and edited by hand.

use std::fs;
use std::path::PathBuf;

use insta::assert_snapshot;
use vantage_test_support::World;

use crate::world;

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
    role-claims	realm_access resource_access	the built-in defaults
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
fn a_setting_is_printed_bare_or_with_its_origin() {
    let world = world();
    assert_eq!(world.run(&["config", "get", "api"]).expect(0).stdout, "[PLATFORM]\n");
    assert_eq!(
        world.run(&["config", "get", "client-id", "-o", "json"]).expect(0).stdout,
        "{\"key\":\"client-id\",\"value\":\"default\",\"origin\":\"the built-in defaults\"}\n"
    );
    assert_eq!(
        world.run(&["config", "get", "api", "-o", "tsv", "--columns", "origin"]).expect(0).stdout,
        "origin\tthe profile\n"
    );
    let mut command = world.command(&["config", "get", "organization", "-o", "json"]);
    command.env("VANTAGE_ORGANIZATION", "acme");
    assert_eq!(world.finish(&mut command).expect(0).json()["origin"], "the variable `VANTAGE_ORGANIZATION`");
    assert_eq!(world.run(&["config", "get", "profiles.default.credential-store"]).expect(0).stdout, "auto\n");
    assert_eq!(world.run(&["config", "get", "active-profile"]).expect(0).stdout, "test\n");
    assert_snapshot!(world.run(&["config", "get", "organization"]), @"
    exit: 3
    --- stdout
    --- stderr
    error: `organization` is not set
    hint: vantage config set organization VALUE sets it
    ");
    assert_snapshot!(world.run(&["config", "get", "organisation"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: `organisation` is not a setting of a profile
    hint: did you mean `organization`?
    ");
    world.run(&["config", "get", "profiles.nosuch.api"]).expect(3);
}

#[test]
fn a_setting_of_the_profile_in_use_is_changed_and_says_what_it_was() {
    let world = world();
    let config = || fs::read_to_string(world.home().join("config.toml")).unwrap();
    assert_snapshot!(world.run(&["config", "set", "organization", "acme"]), @"
    exit: 0
    --- stdout
    key	organization
    value	acme
    before	
    profile	test
    --- stderr
    ");
    assert_snapshot!(world.run(&["config", "set", "organization", "beta", "-o", "json"]), @r#"
    exit: 0
    --- stdout
    {"key":"organization","value":"beta","before":"acme","profile":"test"}
    --- stderr
    "#);
    assert_snapshot!(world.run(&["config", "unset", "organization", "-o", "json"]), @r#"
    exit: 0
    --- stdout
    {"key":"organization","value":null,"before":"beta","profile":"test"}
    --- stderr
    "#);
    assert_snapshot!(world.run(&["config", "unset", "organization"]), @"
    exit: 0
    --- stdout
    key	organization
    value	
    before	
    profile	test
    --- stderr
    `organization` was not set in profile `test`
    ");
    let before = config();
    for (line, status) in [
        (["config", "set", "organisation", "x"], 2),
        (["config", "set", "profile", "default"], 2),
        (["config", "set", "api", "http://a.example"], 2),
        (["config", "set", "active-profile", "nosuch"], 3),
        (["config", "set", "profiles.nosuch.api", "https://a.example"], 3),
        (["config", "set", "profiles.test", "x"], 2),
    ] {
        world.run(&line).expect(status);
    }
    assert_eq!(config(), before);

    let other = world.run(&["config", "set", "profiles.default.apis.jobs", "https://jobs.example"]).expect(0);
    assert!(other.stdout.contains("profile\tdefault"), "{other}");
    assert_eq!(
        world.run(&["config", "get", "profiles.default.apis.jobs"]).expect(0).stdout,
        "https://jobs.example\n"
    );
    assert_snapshot!(world.run(&["config", "set", "active-profile", "default", "-o", "json"]), @r#"
    exit: 0
    --- stdout
    {"key":"active-profile","value":"default","before":"test","profile":null}
    --- stderr
    "#);
    world.run(&["config", "set", "active-profile", "test"]).expect(0);
    assert_snapshot!(world.run(&["config", "unset", "active-profile", "-o", "json"]), @r#"
    exit: 0
    --- stdout
    {"key":"active-profile","value":"default","before":"test","profile":null}
    --- stderr
    "#);
    world.run(&["config", "set", "client-id", "x", "--profile", "test"]).expect(0);
    assert_eq!(world.run(&["config", "get", "profiles.test.client-id"]).expect(0).stdout, "x\n");
}

#[test]
fn a_variable_above_a_changed_setting_is_named() {
    let world = world();
    let mut command = world.command(&["config", "set", "organization", "acme", "-o", "json"]);
    command.env("VANTAGE_ORGANIZATION", "beta");
    let ran = world.finish(&mut command).expect(0);
    assert_eq!(ran.json()["value"], "acme");
    assert!(
        ran.stderr.contains(
            "the variable `VANTAGE_ORGANIZATION` stands above the profile: `organization` is still `beta`"
        ),
        "{ran}"
    );
}

#[test]
fn a_value_that_cannot_be_used_can_be_replaced() {
    let world = world();
    fs::write(world.home().join("config.toml"), "[profiles.default]\napi = 5\n").unwrap();
    world.run(&["config", "get", "api"]).expect(2);
    let ran = world.run(&["config", "set", "api", "https://a.example", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["before"], "5");
    world.run(&["config", "get", "api"]).expect(0);
}

/// An editor that is a shell `script`; its first argument is `--wait`, and its path has spaces.
#[cfg(unix)]
fn editor(world: &World, script: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let program = world.home().join("editor");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    format!("'{}' --wait", program.display())
}

#[cfg(unix)]
fn copies(world: &World) -> Vec<PathBuf> {
    let paths = fs::read_dir(world.home()).unwrap().map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("config-")))
        .collect()
}

#[cfg(unix)]
#[test]
fn an_edited_configuration_replaces_the_file_once_it_makes_sense() {
    let world = world();
    let config = || fs::read_to_string(world.home().join("config.toml")).unwrap();
    let before = config();
    // The first time it makes a mistake, the second time it mends it.
    let script = r#"if grep -q 'a b' "$2"; then echo "$(sed 's/a b/acme/' < "$2")" > "$2"; else echo 'organization = "a b"' >> "$2"; fi"#;
    let editor = editor(&world, script);
    let variables = [("EDITOR", editor.as_str()), ("PATH", "/usr/bin:/bin")];

    let mut terminal = world.on_terminal_with(&["config", "edit"], &variables);
    terminal.wait_for("Edit it again? [y/N]").unwrap();
    assert!(terminal.drawn().contains("line 9, column 16"), "{}", terminal.drawn());
    terminal.enter("y\n").unwrap();
    let (text, status) = terminal.finish().unwrap();
    assert!(status.exit_code() == 0 && text.contains("saved `"), "{text}");
    assert_eq!(config(), format!("{before}organization = \"acme\"\n"));
    assert_eq!(copies(&world), Vec::<PathBuf>::new());
}

#[cfg(unix)]
#[test]
fn a_mistake_that_is_left_is_kept_in_the_copy() {
    let world = world();
    let config = || fs::read_to_string(world.home().join("config.toml")).unwrap();
    let before = config();
    let editor = editor(&world, "echo 'issuer = ' > \"$2\"");
    let mut terminal =
        world.on_terminal_with(&["config", "edit"], &[("VISUAL", &editor), ("EDITOR", "/nonexistent")]);
    terminal.wait_for("Edit it again? [y/N]").unwrap();
    assert!(terminal.drawn().contains("line 1, column"), "{}", terminal.drawn());
    terminal.enter("\n").unwrap();
    let (text, status) = terminal.finish().unwrap();
    let copies = copies(&world);
    assert_eq!((status.exit_code(), copies.len()), (2, 1), "{text}");
    assert!(text.contains(&format!("what you wrote is in `{}`", copies[0].display())), "{text}");
    assert_eq!(fs::read_to_string(&copies[0]).unwrap(), "issuer = \n");
    assert_eq!(config(), before);
}

/// A token is in the environment of whoever has no other way to sign in, and no business of an editor's.
#[cfg(unix)]
#[test]
fn an_editor_is_not_told_of_tokens() {
    let world = world();
    let editor = editor(&world, "env > \"$(dirname \"$0\")/seen\"");
    let secrets = ["VANTAGE_TOKEN", "VANTAGE_SIGNING_PASSWORD", "VANTAGE_CLIENT_SECRET_FILE"];
    let mut variables: Vec<(&str, &str)> = secrets.iter().map(|name| (*name, "canary")).collect();
    variables.extend([("EDITOR", editor.as_str()), ("PATH", "/usr/bin:/bin"), ("HARMLESS", "canary")]);
    let (text, _) = world.on_terminal_with(&["config", "edit"], &variables).finish().unwrap();
    let seen =
        fs::read_to_string(world.home().join("seen")).unwrap_or_else(|error| panic!("{error}: {text}"));
    let with_canary: Vec<&str> = seen.lines().filter(|line| line.ends_with("=canary")).collect();
    assert_eq!(with_canary, ["HARMLESS=canary"]);
}

#[cfg(unix)]
#[test]
fn an_editor_that_does_nothing_or_fails_leaves_nothing() {
    let world = world();
    for (script, status, said) in
        [("exit 0", 0, "nothing was changed"), ("exit 3", 1, "ended with exit status: 3")]
    {
        let editor = editor(&world, script);
        let terminal = world.on_terminal_with(&["config", "edit"], &[("EDITOR", &editor)]);
        let (text, ended) = terminal.finish().unwrap();
        assert!(ended.exit_code() == status && text.contains(said), "{text}");
        assert_eq!(copies(&world), Vec::<PathBuf>::new());
    }
    let terminal = world.on_terminal_with(&["config", "edit"], &[("EDITOR", "/nonexistent")]);
    let (text, ended) = terminal.finish().unwrap();
    assert!(ended.exit_code() == 1 && text.contains("cannot be started"), "{text}");
}

#[test]
fn without_a_terminal_there_is_no_editor() {
    let world = world();
    let mut command = world.command(&["config", "edit"]);
    command.env("EDITOR", "/bin/true");
    assert_snapshot!(world.finish(&mut command), @"
    exit: 2
    --- stdout
    --- stderr
    error: `vantage config edit` needs a terminal
    hint: vantage config set KEY VALUE changes a setting
    hint: vantage config path says where the file is
    ");
}
