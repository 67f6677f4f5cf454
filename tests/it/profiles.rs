//! Profiles: listed, made, changed, renamed and deleted.

use std::fs;

use insta::assert_snapshot;

use crate::{signed_in, world};

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
    {"name":"default","issuer":"https://auth.vantagecompute.ai/realms/vantage","client-id":"default","api":"https://apis.vantagecompute.ai","organization":null,"credential-store":"auto","credential-command":null,"scopes":["openid","offline_access"],"role-claims":["realm_access","resource_access"],"refresh-threshold":null,"apis":null}
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
fn a_profile_starts_with_what_it_is_given() {
    let world = world();
    assert_snapshot!(world.run(&[
        "profile",
        "create",
        "lab",
        "--issuer",
        "https://auth.lab.example/realms/vantage",
        "--api",
        "https://apis.lab.example",
        "--client-id",
        "cli",
        "--organization",
        "acme",
        "--credential-store",
        "command",
        "--credential-command",
        "/opt/vault 'my sign-ins'",
        "--scope",
        "openid",
        "--scope",
        "email",
    ]), @r#"
    exit: 0
    --- stdout
    name	lab
    issuer	https://auth.lab.example/realms/vantage
    client-id	cli
    api	https://apis.lab.example
    organization	acme
    credential-store	command
    credential-command	/opt/vault 'my sign-ins'
    scopes	["openid","email"]
    role-claims	["realm_access","resource_access"]
    refresh-threshold	
    apis	
    --- stderr
    "#);
    assert_snapshot!(fs::read_to_string(world.home().join("config.toml")).unwrap().replace(&world.ready().api, "[PLATFORM]"), @r#"
    version = 1
    active-profile = "test"

    [profiles.default]

    [profiles.test]
    issuer = "[PLATFORM]/realms/vantage"
    api = "[PLATFORM]"

    [profiles.lab]
    issuer = "https://auth.lab.example/realms/vantage"
    client-id = "cli"
    api = "https://apis.lab.example"
    organization = "acme"
    credential-store = "command"
    credential-command = ["/opt/vault", "my sign-ins"]
    scopes = ["openid", "email"]
    "#);
    let lacking =
        ["--issuer", "https://a.example", "--api", "https://a.example", "--credential-store", "command"];
    assert_snapshot!(world.run(&[&["profile", "create", "other"], &lacking[..]].concat()), @"
    exit: 2
    --- stdout
    --- stderr
    error: `credential-store` from the command line cannot be used: `command` needs `credential-command` as well, which is not set
    ");
    assert_snapshot!(world.run(&["profile", "set", "test", "credential-store", "vault"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: `credential-store` from the command line cannot be used: `vault` is none of auto, keyring, file, memory, command
    ");
}

#[test]
fn a_setting_is_taken_back() {
    let world = world();
    world.run(&["profile", "set", "test", "organization", "acme"]).expect(0);
    let changed = world.run(&["profile", "unset", "test", "organization", "-o", "json"]).expect(0);
    assert!(changed.json()["organization"].is_null(), "{changed}");
    let again = world.run(&["profile", "unset", "test", "organization"]).expect(0);
    assert!(again.stderr.contains("`organization` was not set in profile `test`"), "{again}");
    world.run(&["profile", "unset", "test", "organisation"]).expect(2);
    world.run(&["profile", "unset", "lab", "organization"]).expect(3);
}

#[test]
fn unknown_keys_are_warned_of_where_profiles_are_changed() {
    let world = world();
    let config = world.home().join("config.toml");
    let text = fs::read_to_string(&config).unwrap().replace("issuer =", "organisation = \"x\"\nissuer =");
    fs::write(&config, text).unwrap();
    let lab = ["profile", "create", "lab", "--issuer", "https://a.example", "--api", "https://a.example"];
    for line in
        [&lab[..], &["profile", "set", "test", "organization", "a"], &["profile", "rename", "lab", "b"]]
    {
        let ran = world.run(line).expect(0);
        let warnings = ran.stderr.matches("did you mean `organization`?").count();
        assert_eq!(warnings, 1, "{ran}");
    }
}

#[test]
fn a_renamed_profile_stays_the_one_in_use() {
    let world = world();
    let renamed = world.run(&["profile", "rename", "test", "lab", "-o", "json"]).expect(0).json();
    assert_eq!(renamed["name"], "lab");
    assert_eq!(world.run(&["config", "get", "profile"]).expect(0).stdout, "lab\n");
    assert_snapshot!(world.run(&["profile", "rename", "lab", "default"]), @"
    exit: 6
    --- stdout
    --- stderr
    error: profile `default` exists already
    hint: `vantage profile set default KEY VALUE` changes it
    hint: `vantage profile use default` makes it the one in use
    ");
    assert_snapshot!(world.run(&["profile", "rename", "lab", "My Lab"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: `My Lab` cannot be the name of a profile
    hint: a name has 1 to 64 of the characters a-z, 0-9, `.`, `_` and `-`, and starts with a letter or digit
    ");
    fs::write(world.home().join("config.toml"), "version = 1\n").unwrap();
    assert_snapshot!(world.run(&["profile", "rename", "default", "lab"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: profile `default` is built in, and not written in the configuration
    hint: `vantage profile set default KEY VALUE` writes it down; then it can be renamed
    hint: `vantage profile create NAME --issuer URL --api URL` makes one of another name
    ");
}

#[test]
fn deleting_a_profile_asks_and_no_is_the_default() {
    let world = world();
    let lab = ["profile", "create", "lab", "--issuer", "https://a.example", "--api", "https://a.example"];
    world.run(&lab).expect(0);
    let exists = || world.run(&["profile", "show", "lab"]).status == 0;
    assert_snapshot!(world.run(&["profile", "delete", "lab"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: `vantage profile delete lab` asks for confirmation, and there is nobody to ask
    hint: --yes confirms it
    ");
    assert_snapshot!(world.run(&["profile", "delete", "test", "--yes"]), @"
    exit: 6
    --- stdout
    --- stderr
    error: profile `test` is the one in use
    hint: `vantage profile use OTHER` first chooses another
    ");
    assert_snapshot!(world.run(&["profile", "delete", "nosuch", "--yes"]), @"
    exit: 3
    --- stdout
    --- stderr
    error: profile `nosuch` does not exist; there are: default, lab, test
    hint: `vantage profile create NAME --issuer URL --api URL` makes a new one
    ");

    let mut terminal = world.on_terminal(&["profile", "delete", "lab"]);
    terminal.wait_for("`vantage profile delete lab` cannot be undone. Go on? [y/N]").unwrap();
    terminal.enter("\n").unwrap();
    let (text, status) = terminal.finish().unwrap();
    assert!(status.exit_code() == 1 && exists(), "{text}");

    let mut terminal = world.on_terminal(&["profile", "delete", "lab"]);
    terminal.wait_for("[y/N]").unwrap();
    terminal.enter("y\n").unwrap();
    let (text, status) = terminal.finish().unwrap();
    assert!(status.exit_code() == 0 && !exists(), "{text}");

    world.run(&lab).expect(0);
    let deleted = world.run(&["profile", "delete", "lab", "--yes", "-o", "json"]).expect(0);
    assert_eq!(deleted.stdout, "{\"deleted\":\"lab\"}\n");
}

#[test]
fn a_renamed_profile_stays_signed_in_for_every_organization() {
    let world = signed_in();
    world.run(&["login", "--organization", "globex"]).expect(0);
    let renamed = world.run(&["profile", "rename", "test", "lab"]).expect(0);
    assert_eq!(renamed.stderr, "", "where a sign-in is kept was told when it was made");
    for line in [&["whoami", "-o", "json"][..], &["whoami", "-o", "json", "--organization", "globex"]] {
        assert_eq!(world.run(line).expect(0).json()["profile"], "lab");
    }
    assert_eq!(world.admin("stats")["device_authorizations"], 2);
    world.run(&["profile", "rename", "lab", "test"]).expect(0);
    world.run(&["whoami"]).expect(0);
}

#[test]
fn another_store_takes_the_sign_in_along_but_memory_refuses_it() {
    let world = signed_in();
    world.run(&["profile", "set", "test", "credential-store", "file"]).expect(0);
    assert_eq!(world.run(&["whoami", "-o", "json"]).expect(0).json()["source"], "sign-in in file");
    let config = fs::read_to_string(world.home().join("config.toml")).unwrap();
    assert_snapshot!(world.run(&["config", "set", "credential-store", "memory"]), @"
    exit: 6
    --- stdout
    --- stderr
    error: profile `test` is signed in, and the store `memory` keeps no sign-in
    hint: vantage logout --profile test signs out first
    ");
    assert_eq!(fs::read_to_string(world.home().join("config.toml")).unwrap(), config);
    world.run(&["whoami"]).expect(0);
    world.run(&["logout"]).expect(0);
    world.run(&["config", "set", "credential-store", "memory"]).expect(0);
}

#[cfg(unix)]
#[test]
fn a_sign_in_goes_back_where_the_configuration_cannot_be_saved() {
    let world = signed_in();
    // A name to which no file beside it can add a character; modes would not stop root.
    let (config, long) = (world.home().join("config.toml"), world.home().join("c".repeat(255)));
    fs::rename(&config, &long).unwrap();
    std::os::unix::fs::symlink(&long, &config).unwrap();
    world.run(&["profile", "rename", "test", "lab"]).expect(1);
    world.run(&["profile", "set", "test", "credential-store", "file"]).expect(1);
    assert_eq!(world.run(&["whoami", "-o", "json"]).expect(0).json()["profile"], "test");
}

#[test]
fn a_deleted_profile_is_signed_out() {
    let world = signed_in();
    world.run(&["login", "--organization", "globex"]).expect(0);
    world.run(&["profile", "use", "default"]).expect(0);
    assert_snapshot!(world.run(&["profile", "delete", "test", "--yes"]), @"
    exit: 0
    --- stdout
    deleted	test
    --- stderr
    profile `test`: signed out
    profile `test`, organization `globex`: signed out
    ");
    assert_eq!(world.admin("stats")["revocations"], 2);
    let left = fs::read_dir(world.home().join("state/sessions")).unwrap();
    let left: Vec<_> = left
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
