//! Help, versions and errors of usage: what needs no sign-in, no network and no engine.

use insta::assert_snapshot;

use crate::world;

#[test]
fn the_overview_groups_commands_by_what_they_are() {
    assert_snapshot!(world().run(&["--help"]).expect(0), @"");
}

#[test]
fn a_packs_commands_have_the_same_help_as_built_ins() {
    let world = world();
    assert_snapshot!(world.run(&["cluster", "--help"]).expect(0), @"");
    assert_snapshot!(world.run(&["cluster", "list", "--help"]).expect(0), @"");
    assert_snapshot!(world.run(&["help", "profile", "create"]).expect(0), @"");
}

#[test]
fn an_unknown_command_names_the_near_one() {
    assert_snapshot!(world().run(&["clustr", "list"]).expect(2), @"");
    assert_snapshot!(world().run(&["cluster", "lst"]).expect(2), @"");
}

#[test]
fn errors_of_usage_are_json_where_json_was_asked_for() {
    let ran = world().run(&["nosuch", "-o", "json"]).expect(2);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.json_error()["kind"], "usage");
    assert_eq!(ran.json_error()["exit"], 2);
}

#[test]
fn missing_and_surplus_arguments_are_named() {
    let world = world();
    assert_snapshot!(world.run(&["cluster", "get"]).expect(2), @"");
    assert_snapshot!(world.run(&["cluster", "list", "--colour"]).expect(2), @"");
    assert_snapshot!(world.run(&["cluster", "list", "-o", "xml"]).expect(2), @"");
}

#[test]
fn help_and_version_need_no_home() {
    let world = world();
    for arguments in [&["--help"][..], &["--version"], &["cluster", "--help"], &["version"]] {
        let mut command = world.command(arguments);
        command.env_remove("VANTAGE_HOME");
        world.finish(&mut command).expect(0);
    }
}

#[test]
fn every_built_in_has_help_with_a_summary_and_usage() {
    let world = world();
    for line in [
        "login", "logout", "whoami", "api", "profile list", "profile show", "profile create", "profile use",
        "config list", "config path", "plugin add", "plugin list", "plugin show", "plugin remove", "plugin grant",
        "plugin revoke", "doctor", "version",
    ] {
        let mut arguments: Vec<&str> = line.split(' ').collect();
        arguments.push("--help");
        let ran = world.run(&arguments).expect(0);
        assert!(ran.stdout.contains("Usage: vantage ") && ran.stdout.lines().next().is_some_and(|line| line.len() > 10), "{ran}");
        assert_eq!(ran.stderr, "");
    }
}
