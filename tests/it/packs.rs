//! Adding packs from others: consent, grants, denial, removal.

use std::path::PathBuf;

use insta::assert_snapshot;
use serde_json::json;
use vantage_test_support::World;

use crate::guests::{guest, third_party};
use crate::{signed_in, world};

const READ: &str = "query cluster/Query.clusters";

fn example() -> PathBuf {
    third_party("gpu_report")
}

fn added(world: &World) -> String {
    let file = example().display().to_string();
    world.run(&["plugin", "add", &file, "--grant-all"]).expect(0);
    file
}

#[test]
fn a_pack_is_added_with_its_consent_shown() {
    let world = signed_in();
    let file = example().display().to_string();
    let mut terminal = world.on_terminal(&["plugin", "add", &file]);
    terminal.wait_for("[y/N]").unwrap();
    terminal.enter("y\n").unwrap();
    let (text, status) = terminal.finish().unwrap();
    assert!(status.success(), "{text}");
    for shown in
        ["acme/gpu-report", READ, "mutation cluster/Mutation.updateCluster", "persona email", "not signed"]
    {
        assert!(text.contains(shown), "no `{shown}` in:\n{text}");
    }
    world.run(&["gpu-report", "summary"]).expect(0);
}

#[test]
fn a_padded_name_cannot_speak_as_the_host() {
    let world = signed_in();
    let file = world.home().join(format!("x{}publisher verified: acme.wasm", " ".repeat(120)));
    std::fs::copy(example(), &file).unwrap();
    let mut terminal = world.on_terminal(&["plugin", "add", &file.display().to_string()]);
    terminal.wait_for("[y/N]").unwrap();
    terminal.enter("n\n").unwrap();
    let (text, _) = terminal.finish().unwrap();
    let forged: Vec<&str> = text.lines().filter(|line| line.contains("publisher verified")).collect();
    assert!(!forged.is_empty(), "{text}");
    assert!(
        forged.iter().all(|line| line.starts_with("          | ") || line.starts_with("  from")),
        "{text}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn a_publisher_that_could_be_taken_for_another_is_told() {
    let world = signed_in();
    let greeter = guest("greeter").display().to_string();
    let first = world.run(&["plugin", "add", &greeter, "--grant-all"]).expect(0);
    assert!(!first.stderr.contains("look twice"), "{first}");
    // The same component with another id of the same length, as its maker could have written it.
    let mut bytes = std::fs::read(guest("follower")).unwrap();
    let (from, to) = (b"test/follower".as_slice(), b"tesl/follower".as_slice());
    let at = bytes.windows(from.len()).position(|found| found == from).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to);
    let file = world.home().join("follower.wasm");
    std::fs::write(&file, bytes).unwrap();
    let second = world.run(&["plugin", "add", file.to_str().unwrap(), "--grant-all"]).expect(0);
    assert!(
        second.stderr.starts_with(
            "warning: the publisher `tesl` is new here, and could be taken for `test`: look twice"
        ),
        "{second}"
    );
    let third = world.run(&["plugin", "add", file.to_str().unwrap(), "--grant-all"]).expect(0);
    assert!(!third.stderr.contains("look twice"), "{third}");
}

#[test]
fn packs_are_compiled_before_anybody_waits() {
    let world = signed_in();
    added(&world);
    std::fs::remove_dir_all(world.home().join("cache")).unwrap();
    let warm = |status: &str| {
        let records = world.run(&["plugin", "warm", "-o", "json"]).expect(0).json();
        let records = records.as_array().unwrap();
        assert_eq!(records.len(), world.packs().len());
        assert!(records.iter().all(|record| record["status"] == status), "{records:?}");
    };
    warm("compiled");
    warm("was there");
    assert!(world.run(&["gpu-report", "summary", "-v"]).expect(0).stderr.contains("plugin.load"));
}

#[test]
fn what_is_part_of_vantage_wins_over_packs_that_were_there_before() {
    let world = signed_in();
    let file = guest("greeter").display().to_string();
    world.run(&["plugin", "add", &file, "--grant-all", "--as", "greetings"]).expect(0);
    // As if the word had come with a newer vantage.
    let index = world.home().join("data/packs/index.toml");
    let text = std::fs::read_to_string(&index).unwrap();
    for word in ["version", "cluster"] {
        std::fs::write(&index, text.replace("alias = \"greetings\"", &format!("alias = \"{word}\"")))
            .unwrap();
        assert!(world.run(&["version", "-o", "json"]).expect(0).json()["engine"].is_string());
        world.run(&["cluster", "list"]).expect(0);
        world.run(&["--help"]).expect(0);
        assert_eq!(world.packs()["test/greeter"], "shadowed");
    }
    let told = world.run(&["plugin", "list"]).expect(0).stderr;
    assert!(told.contains("vantage has commands named as those of `test/greeter`"), "{told}");
}

#[test]
fn no_is_the_default_and_leaves_nothing() {
    let world = signed_in();
    let file = example().display().to_string();
    let mut terminal = world.on_terminal(&["plugin", "add", &file, "--yes"]);
    terminal.wait_for("[y/N]").unwrap();
    terminal.enter("\n").unwrap();
    let (text, status) = terminal.finish().unwrap();
    assert_eq!(status.exit_code(), 5, "{text}");
    assert!(world.only_bundled());
    world.run(&["gpu-report", "summary"]).expect(2);
}

#[test]
fn without_a_terminal_the_line_that_would_grant_is_printed() {
    let world = signed_in();
    let file = example().display().to_string();
    let ran = world.run(&["plugin", "add", &file, "--yes"]).expect(5);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains(&format!("hint: vantage plugin add {file} --grant \"")), "{ran}");
    let ran = world.run(&["plugin", "add", &file, "-o", "json"]).expect(5);
    assert!(ran.json_error()["details"]["capabilities"].as_array().unwrap().contains(&json!(READ)), "{ran}");
}

#[test]
fn what_is_not_granted_is_denied_with_its_remedy() {
    let world = signed_in();
    let file = example().display().to_string();
    world.run(&["plugin", "add", &file, "--grant", READ]).expect(0);
    world.run(&["gpu-report", "summary"]).expect(0);
    let before = world.admin("stats")["graphql_requests"].clone();
    assert_snapshot!(world.run(&["gpu-report", "label", "x", "--description", "y", "--yes"]).expect(5), @r#"
    exit: 5
    --- stdout
    --- stderr
    error: pack `acme/gpu-report` was denied: `mutation cluster/Mutation.updateCluster` is not granted
    hint: vantage plugin grant acme/gpu-report "mutation cluster/Mutation.updateCluster" allows it
    "#);
    assert_snapshot!(world.run(&["gpu-report", "me"]).expect(5), @r#"
    exit: 5
    --- stdout
    --- stderr
    error: pack `acme/gpu-report` was denied: `persona email` is not granted
    hint: vantage plugin grant acme/gpu-report "persona email" allows it
    "#);
    assert_eq!(world.admin("stats")["graphql_requests"], before, "a denied call was sent");
    world.run(&["plugin", "grant", "gpu-report", "persona email"]).expect(0);
    world.run(&["gpu-report", "me"]).expect(0);
    world.run(&["plugin", "revoke", "acme/gpu-report", READ]).expect(0);
    world.run(&["gpu-report", "summary"]).expect(5);
}

#[test]
fn a_capability_that_the_pack_does_not_declare_cannot_be_granted() {
    let world = signed_in();
    let file = example().display().to_string();
    assert_snapshot!(world.run(&["plugin", "add", &file, "--grant", "mutation cluster/Mutation.deleteCluster"]).expect(2), @r#"
    exit: 2
    --- stdout
    --- stderr
    error: `acme/gpu-report` does not ask for "mutation cluster/Mutation.deleteCluster"
    hint: it declares "query cluster/Query.clusters", "mutation cluster/Mutation.updateCluster", "persona email"
    "#);
    assert_snapshot!(world.run(&["plugin", "add", &file, "--grant", "everything"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value `everything` for `--grant <CAPABILITY>`: `everything` is no capability: expected a line that begins with `query`, `mutation`, `subscription`, `dynamic`, `persona` or `storage`
    ");
}

#[test]
fn a_bundled_packs_authority_can_be_taken_and_given_back() {
    let world = signed_in();
    world.run(&["plugin", "revoke", "cluster", "mutation cluster/Mutation.createCluster"]).expect(0);
    world.run(&["cluster", "create", "mine", "--provider", "on_prem"]).expect(5);
    world.run(&["cluster", "list"]).expect(0);
    world.run(&["plugin", "grant", "cluster", "mutation cluster/Mutation.createCluster"]).expect(0);
    world.run(&["cluster", "create", "mine", "--provider", "on_prem"]).expect(0);
    world.run(&["plugin", "remove", "cluster"]).expect(2);
}

#[test]
fn packs_are_listed_shown_and_removed() {
    let world = signed_in();
    added(&world);
    let packs = world.packs();
    assert_eq!((packs["vantage/cluster"].as_str(), packs["acme/gpu-report"].as_str()), ("bundled", "added"));
    let shown = world.run(&["plugin", "show", "gpu-report", "-o", "json"]).expect(0).json();
    assert_eq!(shown["id"], "acme/gpu-report");
    assert!(
        shown["capabilities"].as_array().unwrap().iter().all(|line| line["granted"] == json!(true)),
        "{shown}"
    );
    assert!(world.run(&["--help"]).expect(0).stdout.contains("gpu-report"));
    world.run(&["plugin", "remove", "gpu-report"]).expect(0);
    world.run(&["plugin", "show", "gpu-report"]).expect(3);
    world.run(&["plugin", "remove", "gpu-report"]).expect(3);
    assert!(!world.run(&["--help"]).expect(0).stdout.contains("gpu-report"));
}

#[test]
fn grants_belong_to_the_profile_for_which_they_were_given() {
    let world = signed_in();
    added(&world);
    world
        .run(&["profile", "create", "other", "--issuer", "https://a.example", "--api", "https://b.example"])
        .expect(0);
    let shown = world.run(&["plugin", "show", "gpu-report", "-p", "other", "-o", "json"]).expect(0).json();
    assert!(
        shown["capabilities"].as_array().unwrap().iter().all(|line| line["granted"] == json!(false)),
        "{shown}"
    );
}

#[test]
fn a_word_that_is_taken_is_refused_and_another_offered() {
    let world = signed_in();
    let file = example().display().to_string();
    world.run(&["plugin", "add", &guest("greeter").display().to_string(), "--grant-all"]).expect(0);
    assert_snapshot!(world.run(&["plugin", "add", &file, "--grant-all", "--as", "greeter"]).expect(6), @"
    exit: 6
    --- stdout
    --- stderr
    error: the command `greeter` of pack `acme/gpu-report` is taken by pack `test/greeter`
    hint: --as gpu-report adds the pack under another name
    ");
    world.run(&["plugin", "list"]).expect(0);
    world.run(&["plugin", "add", &file, "--grant-all", "--as", "gpus"]).expect(0);
    world.run(&["gpus", "summary"]).expect(0);
    world.run(&["gpu-report", "summary"]).expect(2);
    let ran = world.run(&["plugin", "add", &file, "--grant-all", "--as", "cluster"]);
    assert_ne!(ran.status, 0, "{ran}");
}

#[test]
fn packs_of_others_can_be_left_out() {
    let world = signed_in();
    added(&world);
    let mut command = world.command(&["gpu-report", "summary"]);
    command.env("VANTAGE_NO_PLUGINS", "1");
    world.finish(&mut command).expect(2);
}

#[test]
fn a_broken_pack_disturbs_no_other_command() {
    let world = signed_in();
    added(&world);
    let objects = world.home().join("data/packs/objects/sha256");
    for folder in std::fs::read_dir(objects).unwrap() {
        for object in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = object.unwrap().path();
            std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(100).unwrap();
        }
    }
    std::fs::remove_dir_all(world.home().join("cache")).unwrap();
    let ran = world.run(&["gpu-report", "summary"]);
    assert!(ran.status == 1 && ran.stderr.contains("plugin"), "{ran}");
    world.run(&["cluster", "list"]).expect(0);
    assert_eq!(world.packs()["acme/gpu-report"], "broken");
}

#[test]
fn an_unknown_pack_is_not_found() {
    assert_snapshot!(world().run(&["plugin", "show", "acme/nosuch"]).expect(3), @"
    exit: 3
    --- stdout
    --- stderr
    error: pack `acme/nosuch` is not installed
    hint: vantage plugin list shows what is installed
    ");
}

/// A change by a pack from others counts as one that cannot be undone: No unless a person, or `--yes`,
/// says otherwise.
#[test]
fn what_a_pack_of_others_changes_is_asked_about() {
    let world = signed_in();
    for file in [example(), guest("denied_mutation")] {
        world.run(&["plugin", "add", &file.display().to_string(), "--grant-all"]).expect(0);
    }
    let sent = || world.admin("stats")["graphql_requests"].clone();
    let before = sent();
    for (line, mutation) in [
        (&["gpu-report", "label", "nosuch", "--description", "y"][..], "updateCluster"),
        (&["denied-mutation-openly"], "deleteCluster"),
    ] {
        let ran = world.run(line).expect(2);
        assert!(ran.stderr.contains("there is nobody to ask") && ran.stderr.contains("--yes"), "{ran}");
        for answer in ["\n", "n\n", "maybe\n"] {
            let mut terminal = world.on_terminal(line);
            terminal.wait_for("[y/N]").unwrap();
            terminal.enter(answer).unwrap();
            let (text, status) = terminal.finish().unwrap();
            assert_eq!(status.exit_code(), 1, "{text}");
            assert!(text.contains("nothing was changed"), "{text}");
        }
        let ran = world.run(&[line, &["--no-input"]].concat()).expect(2);
        assert!(ran.stderr.contains("--yes"), "{ran}");
        // A dry run asks nothing, sends nothing, and shows what would be sent with its variables.
        let ran = world.run(&[line, &["--dry-run"]].concat()).expect(0);
        assert!(ran.stdout.is_empty() && ran.stderr.contains(mutation), "{ran}");
        assert!(ran.stderr.contains("dry run: not sent") && ran.stderr.contains("variables: {"), "{ran}");
        assert_eq!(sent(), before, "something was sent");
    }
    world.run(&["denied-mutation-openly", "--yes"]).expect(0);
    assert_ne!(sent(), before, "--yes goes on");
}
