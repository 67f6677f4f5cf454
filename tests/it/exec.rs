//! `plugin exec`: a pack's command by the pack's name, whoever else has the word; and no server where none
//! is wanted.

use std::fs;

use insta::assert_snapshot;
use vantage_test_support::World;

use crate::guests::guest;
use crate::signed_in;

/// A world whose pack `test/greeter` is called by `word`, as if the word had come with a newer vantage.
fn shadowed(word: &str) -> World {
    let world = signed_in();
    let file = guest("greeter").display().to_string();
    world.run(&["plugin", "add", &file, "--grant-all", "--as", "greetings"]).expect(0);
    let index = world.home().join("data/packs/index.toml");
    let text = fs::read_to_string(&index).unwrap();
    fs::write(&index, text.replace("alias = \"greetings\"", &format!("alias = \"{word}\""))).unwrap();
    world
}

#[test]
fn a_command_that_vantage_took_is_run_by_the_packs_name() {
    let world = shadowed("version");
    let told = world.run(&["version", "-o", "json"]).expect(0);
    assert!(told.json()["engine"].is_string());
    assert_snapshot!(told.stderr, @r#"
    {"warning":"`version` is a command of vantage itself now, and no longer that of pack `test/greeter`"}
    {"note":"hint: vantage plugin exec test/greeter -- version runs the pack's"}
    "#);
    // Once is enough.
    assert_eq!(world.run(&["version"]).expect(0).stderr, "");
    assert_eq!(world.packs()["test/greeter"], "shadowed");
    let own = world.run(&["plugin", "exec", "test/greeter", "--", "version", "--help"]).expect(0);
    assert_snapshot!(own, @"
    exit: 0
    --- stdout
    Greet people by name

    Usage: vantage plugin exec test/greeter -- version [OPTIONS] [NAME]...

    Arguments:
      [NAME]...  Whom to greet

    Options:
      -t, --times <TIMES>  How often [default: 1]
          --warn           Warn, too
      -h, --help           Print help

    Columns: Greeting; with --wide also Turn

    Examples:
      vantage version Ada
          Greets Ada

    Global options, such as -o FORMAT and -p PROFILE: vantage --help
    --- stderr
    ");
    world.run(&["plugin", "exec", "test/greeter", "--", "version", "Ada"]).expect(0);
    let bundled = shadowed("cluster");
    let told = bundled.run(&["cluster", "list"]).expect(0).stderr;
    assert!(told.contains("vantage plugin exec test/greeter -- cluster"), "{told}");
}

#[test]
fn global_options_stand_anywhere_and_the_rest_is_the_packs() {
    let world = signed_in();
    let plain = world.run(&["cluster", "list", "-o", "json", "--limit", "2"]).expect(0).json();
    for line in [
        &["plugin", "exec", "vantage/cluster", "--", "cluster", "list", "-o", "json", "--limit", "2"][..],
        &["-o", "json", "plugin", "--limit", "2", "exec", "cluster", "cluster", "list"],
        &["plugin", "exec", "-o", "json", "cluster", "--", "cluster", "--limit=2", "list"],
    ] {
        assert_eq!(world.run(line).expect(0).json(), plain, "{line:?}");
    }
}

#[test]
fn what_cannot_be_run_says_why() {
    let world = signed_in();
    let refused = |line: &[&str], exit: i32| {
        let ran = world.run(&[&["plugin", "exec"], line].concat()).expect(exit);
        assert_eq!(ran.stdout, "");
        ran.stderr
    };
    assert_snapshot!(refused(&["acme/nosuch", "--", "x"], 3), @"
    error: pack `acme/nosuch` is not installed
    hint: vantage plugin list shows what is installed
    ");
    assert_snapshot!(refused(&["vantage/cluster", "--", "job"], 2), @"
    error: pack `vantage/cluster` has no command `job`
    hint: `vantage/cluster` has cluster: vantage plugin exec vantage/cluster -- COMMAND
    ");
    assert_snapshot!(refused(&["vantage/cluster", "--", "-v"], 2), @"
    error: a command of the pack is missing
    hint: `vantage/cluster` has cluster: vantage plugin exec vantage/cluster -- COMMAND
    ");
    assert_snapshot!(refused(&["vantage/cluster"], 2), @"
    error: the following required arguments were not provided: <COMMAND>...
    hint: usage: vantage plugin exec <PACK> <COMMAND>...
    ");
    assert_snapshot!(refused(&["--", "vantage/cluster", "cluster", "list"], 2), @"
    error: the pack stands before `--`
    hint: as in vantage plugin exec vantage/cluster -- cluster list
    ");
    assert_snapshot!(refused(&["vantage/cluster", "--", "cluster", "lst"], 2), @"
    error: there is no command `lst`
    hint: some similar subcommands exist: `ls`, `list`
    hint: vantage --help lists the commands; vantage plugin add brings new ones
    ");
    let file = guest("greeter").display().to_string();
    world.run(&["plugin", "add", &file, "--grant-all"]).expect(0);
    let run = ["plugin", "exec", "test/greeter", "--", "greet"];
    let mut without = world.command(&run);
    assert_snapshot!(world.finish(without.env("VANTAGE_NO_PLUGINS", "1")).expect(5).stderr, @"
    error: VANTAGE_NO_PLUGINS keeps `test/greeter` from running
    hint: leave VANTAGE_NO_PLUGINS unset to run it
    ");
    world.run(&["plugin", "disable", "test/greeter"]).expect(0);
    assert_snapshot!(refused(&run[2..], 6), @"
    error: pack `test/greeter` is disabled
    hint: vantage plugin enable test/greeter gives it its commands back
    ");
    assert_snapshot!(world.run(&["plugin", "exec", "--help"]).expect(0), @"
    exit: 0
    --- stdout
    Run a command of a pack, whoever else has its name

    Usage: vantage plugin exec <PACK> <COMMAND>...

    Arguments:
      <PACK>        Pack, by id or by a word of its own
      <COMMAND>...  The command, with its arguments

    Options:
      -h, --help  Print help

    The command is what would be typed behind vantage if nobody else had the pack's words.

    Examples:
      vantage plugin exec acme/gpu-report -- gpu-report summary
          Runs the pack's own, also where vantage or another pack has a gpu-report by now

    Global options, such as -o FORMAT and -p PROFILE: vantage --help
    --- stderr
    ");
}

/// Nobody is asked: every server is there, and would answer.
#[test]
fn offline_asks_no_server() {
    let world = signed_in();
    let before = world.admin("stats");
    let mut told = Vec::new();
    for (line, exit) in [
        (&["cluster", "list"][..], 7),
        (&["api", "{ clusters { totalCount } }"], 7),
        (&["login", "--force"], 7),
        (&["plugin", "add", "https://packs.example/x.wasm"], 7),
        (&["plugin", "add", "oci://127.0.0.1:9/test/x"], 7),
        (&["whoami"], 0),
        (&["plugin", "list"], 0),
        (&["doctor"], 0),
    ] {
        let ran = world.run(&[line, &["--offline"]].concat()).expect(exit);
        told.push(format!("{}: {}", line.join(" "), ran.stderr));
        let mut by_variable = world.command(line);
        let again = world.finish(by_variable.env("VANTAGE_OFFLINE", "1")).expect(exit);
        assert_eq!(again.stderr, ran.stderr);
    }
    assert_snapshot!(told.concat(), @"
    cluster list: error: `[PLATFORM]/cluster/graphql` is not asked: this run is offline
    hint: leave --offline out, and VANTAGE_OFFLINE unset, to ask it
    api { clusters { totalCount } }: error: `[PLATFORM]/cluster/graphql` is not asked: this run is offline
    hint: leave --offline out, and VANTAGE_OFFLINE unset, to ask it
    login --force: error: `[PLATFORM]/realms/vantage/.well-known/openid-configuration` is not asked: this run is offline
    hint: leave --offline out, and VANTAGE_OFFLINE unset, to ask it
    plugin add https://packs.example/x.wasm: error: `https://packs.example/x.wasm` is not asked: this run is offline
    hint: leave --offline out, and VANTAGE_OFFLINE unset, to ask it
    plugin add oci://127.0.0.1:9/test/x: error: `http://127.0.0.1:9/v2/test/x/tags/list` is not asked: this run is offline
    hint: leave --offline out, and VANTAGE_OFFLINE unset, to ask it
    whoami: plugin list: doctor:
    ");
    assert_eq!(world.admin("stats"), before);
    let looked = world.run(&["doctor", "--offline", "-o", "json"]).expect(0).json();
    let network = looked.as_array().unwrap().iter().find(|check| check["check"] == "network").unwrap();
    assert_eq!(network["status"], "warning");
}
