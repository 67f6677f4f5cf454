//! Team policies: what they deny, when, with what words, and what a broken one denies.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use insta::assert_snapshot;
use serde_json::{Value, json};
use vantage_test_support::World;

use crate::guests::{guest, third_party};
use crate::{VANTAGE, signed_in};

const PAGE: &str = include_str!("../../docs/reference/team-policy.md");

/// Puts a policy where the configuration finds it, without asking the binary whether it is one.
fn written(world: &World, text: &str) -> PathBuf {
    let path = world.home().join("policy.toml");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    path
}

/// A world with that policy in force.
fn with_policy(text: &str) -> World {
    let world = signed_in();
    enforce(&world, text);
    world
}

fn enforce(world: &World, rules: &str) {
    let path = written(world, &format!("version = 1\n{rules}\n"));
    world.run(&["config", "set", "policy", path.to_str().unwrap()]).expect(0);
}

fn file(path: &Path) -> String {
    path.display().to_string()
}

fn example() -> String {
    file(&third_party("gpu_report"))
}

/// The rule by which a command of exit status 5 was denied; nothing was sent, and nobody is told to
/// grant.
fn rule(world: &World, arguments: &[&str]) -> String {
    let before = world.admin("stats")["graphql_requests"].clone();
    let ran = world.run(&[arguments, &["-o", "json"]].concat()).expect(5);
    assert!(!ran.stderr.contains("plugin grant"), "{ran}");
    assert_eq!(world.admin("stats")["graphql_requests"], before, "{arguments:?} sent something\n{ran}");
    let error = ran.json_error();
    let rule = error["details"]["rule"].as_str().unwrap_or_else(|| panic!("no rule in {error}")).to_owned();
    assert!(error["hints"].to_string().contains(&rule), "{error}");
    rule.rsplit_once(": ").map_or(rule.clone(), |(_, key)| key.to_owned())
}

#[test]
fn a_capability_is_capped_at_add_at_grant_and_at_each_call() {
    let world = with_policy("capabilities = [\"query cluster\"]\ncontact = \"platform@acme.example\"");
    let file = example();
    assert_eq!(rule(&world, &["plugin", "add", &file, "--grant", "persona email"]), "capabilities");
    assert!(!world.home().join("data/packs/index.toml").exists(), "a denied pack was stored");
    let added = world.run(&["plugin", "add", &file, "--grant-all", "-o", "json"]).expect(0);
    assert_eq!(added.json()["granted"], json!(["query cluster/Query.clusters"]));
    assert!(added.stderr.contains("`persona email` is not granted: denied by policy"), "{added}");
    world.run(&["gpu-report", "summary"]).expect(0);
    assert_eq!(rule(&world, &["gpu-report", "me"]), "capabilities");
    assert_eq!(rule(&world, &["gpu-report", "label", "x", "--description", "y", "--yes"]), "capabilities");
    assert_eq!(rule(&world, &["plugin", "grant", "gpu-report", "persona email"]), "capabilities");
    assert_snapshot!(world.run(&["gpu-report", "me"]).expect(5), @"
    exit: 5
    --- stdout
    --- stderr
    error: pack `acme/gpu-report` was denied: the team policy does not allow `persona email`
    hint: the rule is `[HOME]/policy.toml: capabilities`; ask platform@acme.example
    ");

    // What was granted before the policy came is denied too, and comes back with the policy's end.
    world.run(&["config", "unset", "policy"]).expect(0);
    world.run(&["plugin", "grant", "gpu-report", "persona email"]).expect(0);
    world.run(&["gpu-report", "me"]).expect(0);
    enforce(&world, "capabilities = [\"query\"]");
    assert_eq!(rule(&world, &["gpu-report", "me"]), "capabilities");
    world.run(&["plugin", "revoke", "gpu-report", "persona email"]).expect(0);
    enforce(&world, "");
    let ran = world.run(&["gpu-report", "me"]).expect(5);
    assert!(ran.stderr.contains("plugin grant"), "this time granting helps\n{ran}");
}

#[test]
fn publishers_sources_and_packs_are_denied_at_add_and_at_the_start_of_each_run() {
    let world = signed_in();
    let file = example();
    world.run(&["plugin", "add", &file, "--grant-all"]).expect(0);
    let folder = third_party("gpu_report").canonicalize().unwrap().parent().unwrap().display().to_string();
    let digest = vantage_store::sha256_digest(&std::fs::read(&file).unwrap());
    for (denying, key) in [
        ("publishers = [\"acme-2\"]".to_owned(), "publishers"),
        (format!("sources = [\"{folder}-2\"]"), "sources"),
        ("deny = [\"acme/gpu-report\"]".to_owned(), "deny"),
        ("deny = [\"acme/gpu-report@>=1, <1.3\"]".to_owned(), "deny"),
        (format!("deny = [\"{digest}\"]"), "deny"),
    ] {
        enforce(&world, &denying);
        assert_eq!(rule(&world, &["gpu-report", "summary"]), key, "{denying}");
        assert_eq!(rule(&world, &["plugin", "add", &file, "--grant-all"]), key, "{denying}");
        assert_eq!(rule(&world, &["plugin", "grant", "gpu-report", "persona email"]), key, "{denying}");
        let packs = world.packs();
        assert_eq!(
            (packs["vantage/cluster"].as_str(), packs["acme/gpu-report"].as_str()),
            ("bundled", "denied")
        );
        world.run(&["cluster", "list"]).expect(0);
    }
    for allowing in [
        "publishers = [\"acme\"]".to_owned(),
        format!("sources = [\"{folder}\"]"),
        "deny = [\"acme/gpu-report@>=2\", \"acme/gpu\"]".to_owned(),
    ] {
        enforce(&world, &allowing);
        world.run(&["gpu-report", "summary"]).expect(0);
        world.run(&["plugin", "add", &file, "--grant-all"]).expect(0);
    }
}

#[test]
fn what_a_policy_denies_by_its_bytes_never_runs() {
    // It would not come to an end where it is asked what it is.
    let endless = guest("describe_endless");
    let ran = signed_in().run(&["plugin", "add", &file(&endless), "--grant-all"]).expect(8);
    assert!(ran.stderr.contains("computing"), "{ran}");
    let world = with_policy("sources = [\"/nowhere\"]");
    assert_eq!(rule(&world, &["plugin", "add", &file(&endless), "--grant-all"]), "sources");
}

#[test]
fn a_way_round_is_no_source() {
    let world = with_policy("");
    let (packs, other) = (world.home().join("packs"), world.home().join("other"));
    std::fs::create_dir(&packs).unwrap();
    std::fs::create_dir(&other).unwrap();
    std::fs::copy(third_party("gpu_report"), other.join("x.wasm")).unwrap();
    std::os::unix::fs::symlink(&other, packs.join("link")).unwrap();
    let root = packs.canonicalize().unwrap();
    enforce(&world, &format!("sources = [\"{}\"]", root.display()));
    for around in ["packs/../other/x.wasm", "packs/link/x.wasm", "other/x.wasm"] {
        let around = file(&world.home().join(around));
        assert_eq!(rule(&world, &["plugin", "add", &around, "--grant-all"]), "sources", "{around}");
    }
    std::fs::copy(third_party("gpu_report"), packs.join("x.wasm")).unwrap();
    world
        .run(&["plugin", "add", &file(&world.home().join("other/../packs/x.wasm")), "--grant-all"])
        .expect(0);
    world.run(&["gpu-report", "summary"]).expect(0);
}

#[test]
fn a_change_needs_a_persons_word_whatever_yes_says() {
    let world = with_policy("changes = \"ask\"");
    world.run(&["plugin", "add", &example(), "--grant-all"]).expect(0);
    let label = ["gpu-report", "label", "nosuch", "--description", "y", "--yes"];
    assert_eq!(rule(&world, &label), "changes");
    assert_snapshot!(world.run(&label).expect(5), @"
    exit: 5
    --- stdout
    --- stderr
    error: `vantage gpu-report label nosuch` was denied: the team policy wants a person to agree to every change, and there is nobody to ask
    hint: run it in a terminal, without --no-input; --yes does not answer this
    hint: the rule is `[HOME]/policy.toml: changes`; ask whoever keeps that file
    ");
    // A dry run changes nothing, and reading is no change.
    world.run(&[&label[..], &["--dry-run"]].concat()).expect(0);
    world.run(&["gpu-report", "summary", "--yes"]).expect(0);
    for (word, status) in [("\n", 1), ("y\n", 3)] {
        let mut terminal = world.on_terminal(&label);
        terminal.wait_for("[y/N]").unwrap();
        terminal.enter(word).unwrap();
        let (text, ended) = terminal.finish().unwrap();
        assert_eq!(ended.exit_code(), status, "{text}");
    }
    // Packs that are part of vantage are held by what names them.
    world.run(&["cluster", "delete", "nosuch", "--yes"]).expect(3);
    enforce(&world, "[bundled]\nchanges = \"ask\"");
    assert_eq!(rule(&world, &["cluster", "delete", "nosuch", "--yes"]), "bundled.changes");
    assert_eq!(
        rule(&world, &["cluster", "create", "mine", "--provider", "on_prem", "--yes"]),
        "bundled.changes"
    );
    world.run(&[&label[..]].concat()).expect(3);
}

#[test]
fn packs_that_are_part_of_vantage_are_held_by_what_names_them() {
    let world = with_policy("publishers = []\nsources = []\ncapabilities = []\nchanges = \"ask\"");
    world.run(&["cluster", "list"]).expect(0);
    world.run(&["cluster", "create", "mine", "--provider", "on_prem"]).expect(0);
    enforce(&world, "[bundled]\ncapabilities = [\"query\", \"subscription\"]");
    world.run(&["cluster", "list"]).expect(0);
    assert_eq!(rule(&world, &["cluster", "create", "mine", "--provider", "on_prem"]), "bundled.capabilities");
    enforce(&world, "deny = [\"vantage/cluster\"]");
    assert_eq!(rule(&world, &["cluster", "list"]), "deny");
    assert_eq!(world.packs()["vantage/cluster"], "denied");
}

#[test]
fn a_policy_that_cannot_be_read_denies_all_packs_of_others() {
    let world = with_policy("");
    let path = world.home().join("policy.toml");
    world.run(&["plugin", "add", &example(), "--grant-all"]).expect(0);
    world.run(&["gpu-report", "summary"]).expect(0);
    let broken: [(&str, &str, &dyn Fn()); 6] = [
        ("version = 1\npublisher = []\n", "line 2, column 1: unknown field `publisher`", &|| {}),
        ("version = 2\n", "version 2", &|| {}),
        ("version = \n", "line 1, column 11", &|| {}),
        ("version = 1\n", "others can write it (mode 0666)", &|| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        }),
        ("version = 1\n", "it is not a regular file", &|| {
            std::fs::remove_file(&path).unwrap();
            std::fs::create_dir(&path).unwrap();
        }),
        ("", "it does not exist", &|| std::fs::remove_file(&path).unwrap()),
    ];
    for (text, fault, spoil) in broken {
        let _ = std::fs::remove_dir(&path);
        written(&world, text);
        spoil();
        for arguments in [
            &["gpu-report", "summary"][..],
            &["plugin", "add", &example(), "--grant-all"],
            &["plugin", "grant", "gpu-report", "persona email"],
        ] {
            let ran = world.run(arguments).expect(5);
            assert!(
                ran.stderr.contains(fault) && ran.stderr.contains("[HOME]/policy.toml"),
                "{fault}: {ran}"
            );
            assert!(ran.stderr.contains("hint: ask whoever keeps"), "{ran}");
        }
        world.run(&["cluster", "list"]).expect(0);
        world.run(&["plugin", "revoke", "gpu-report", "persona email"]).expect(0);
        let checks = world.run(&["doctor", "-o", "json"]).expect(1).json();
        let check = checks.as_array().unwrap().iter().find(|check| check["check"] == "team policy").unwrap();
        assert!(check["status"] == "failed" && check["finding"].as_str().unwrap().contains(fault), "{check}");
    }
}

#[test]
fn a_policy_of_somebody_else_is_not_believed() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let world = with_policy("");
    world.run(&["plugin", "add", &example(), "--grant-all"]).expect(0);
    std::os::unix::fs::chown(world.home().join("policy.toml"), Some(54321), None).unwrap();
    let ran = world.run(&["gpu-report", "summary"]).expect(5);
    assert!(ran.stderr.contains("it belongs to user 54321, neither to root nor to user 0"), "{ran}");
}

#[test]
fn a_setting_that_is_no_policy_is_refused_and_one_that_is_passed_over_is_none() {
    let world = signed_in();
    assert_snapshot!(world.run(&["config", "set", "policy", "/nonexistent/policy.toml"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: `/nonexistent/policy.toml` cannot be the team policy: it does not exist
    hint: the configuration was not changed
    ");
    world.run(&["config", "get", "policy"]).expect(3);
    let path = file(&written(&world, "version = 1\n"));
    world.run(&["config", "set", "policy", &path]).expect(0);
    assert_eq!(world.run(&["config", "get", "policy"]).expect(0).stdout, "[HOME]/policy.toml\n");
    let listed = world.run(&["config", "list", "-o", "json"]).expect(0).json();
    let setting = listed.as_array().unwrap().iter().find(|setting| setting["key"] == "policy").unwrap();
    assert_eq!(setting["origin"], "the configuration");
    let unset = world.run(&["config", "unset", "policy", "-o", "json"]).expect(0).json();
    assert_eq!((&unset["before"], &unset["value"]), (&json!("[HOME]/policy.toml"), &Value::Null));
    world.run(&["config", "get", "policy"]).expect(3);
    let configuration = world.home().join("config.toml");
    let text = std::fs::read_to_string(&configuration).unwrap();
    std::fs::write(&configuration, format!("policy = 5\n{text}")).unwrap();
    let ran = world.run(&["cluster", "list"]).expect(2);
    assert!(ran.stderr.contains("`policy` from `[HOME]/config.toml` line 1, column 10"), "{ran}");
}

/// Runs a command where `policy` is the machine's own.
fn on_a_machine_with(world: &World, policy: &str, arguments: &[&str]) -> vantage_test_support::Ran {
    let script = "mount -t tmpfs tmpfs /etc && mkdir /etc/vantage && printf '%s' \"$0\" > /etc/vantage/policy.toml && exec \"$@\"";
    let mut unshared = Command::new("unshare");
    if !rustix::process::geteuid().is_root() {
        unshared.args(["--user", "--map-root-user"]);
    }
    unshared.args(["--mount", "sh", "-c", script, policy, VANTAGE]).args(arguments);
    unshared.env("VANTAGE_HOME", world.home()).env("HOME", world.home());
    world.finish(&mut unshared)
}

#[cfg(target_os = "linux")]
#[test]
fn the_machines_policy_and_the_configurations_both_apply() {
    let world = with_policy("capabilities = [\"query\", \"persona\"]");
    world.run(&["plugin", "add", &example(), "--grant-all"]).expect(0);
    let summary = ["gpu-report", "summary"];
    on_a_machine_with(&world, "version = 1\ncapabilities = [\"query\"]\n", &summary).expect(0);
    assert_snapshot!(
        on_a_machine_with(&world, "version = 1\ncapabilities = [\"query\"]\n", &["gpu-report", "me"]).expect(5),
        @"
    exit: 5
    --- stdout
    --- stderr
    error: pack `acme/gpu-report` was denied: the team policy does not allow `persona email`
    hint: the rule is `/etc/vantage/policy.toml: capabilities`; ask whoever keeps that file
    "
    );
    let ran = on_a_machine_with(&world, "version = 1\ncapabilities = [\"persona\"]\n", &summary).expect(5);
    assert!(ran.stderr.contains("`/etc/vantage/policy.toml: capabilities`"), "{ran}");
    let ran = on_a_machine_with(&world, "version = 1\ncapabilitys = []\n", &summary).expect(5);
    assert!(ran.stderr.contains("`/etc/vantage/policy.toml` cannot be used: line 2, column 1"), "{ran}");
    on_a_machine_with(&world, "version = 1\ncapabilitys = []\n", &["cluster", "list"]).expect(0);
    // The configuration's alone.
    let label = ["gpu-report", "label", "x", "--description", "y", "--yes"];
    let ran = on_a_machine_with(&world, "version = 1\n", &label).expect(5);
    assert!(ran.stderr.contains("`[HOME]/policy.toml: capabilities`"), "{ran}");
}

#[test]
fn what_is_denied_is_marked_in_the_question_and_no_part_of_what_is_new() {
    let world = with_policy("capabilities = [\"query\"]");
    world.run(&["plugin", "add", &file(&guest("grows")), "--grant-all"]).expect(0);
    let second = file(&guest("grows_further"));
    let error = world.run(&["plugin", "add", &second, "-o", "json"]).expect(5).json_error();
    let details = &error["details"];
    assert_eq!(
        details["denied"],
        json!([{ "capability": "persona email", "rule": "[HOME]/policy.toml: capabilities" }])
    );
    let more = details["difference"]["more"].as_array().unwrap();
    assert_eq!(more.len(), 1, "{more:?}");
    assert_eq!(more[0]["capability"], "query cluster/Query.clusters");
    let hints = error["hints"].to_string();
    assert!(hints.contains("--grant") && !hints.contains("persona"), "{hints}");
    let mut terminal = world.on_terminal(&["plugin", "add", &second]);
    terminal.wait_for("[y/N]").unwrap();
    terminal.enter("y\n").unwrap();
    let (text, status) = terminal.finish().unwrap();
    let text = world.normal(&text);
    assert!(
        status.success() && text.contains("denied by policy: [HOME]/policy.toml: capabilities"),
        "{text}"
    );
    let shown = world.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json();
    let granted =
        |line: &Value| line["granted"] == json!(line["capability"] == "query cluster/Query.clusters");
    assert!(shown["capabilities"].as_array().unwrap().iter().all(granted), "{shown}");
}

#[test]
fn show_names_the_rule_that_denies() {
    let world = signed_in();
    world.run(&["plugin", "add", &example(), "--grant", "query cluster/Query.clusters"]).expect(0);
    enforce(&world, "capabilities = [\"query\", \"mutation\"]\ncontact = \"platform@acme.example\"");
    let shown = world.run(&["plugin", "show", "gpu-report", "-o", "json"]).expect(0).json();
    let of = |verb: &str| {
        let all = shown["capabilities"].as_array().unwrap();
        let line = all.iter().find(|line| line["capability"].as_str().unwrap().starts_with(verb)).unwrap();
        (line["granted"].clone(), line["policy"]["rule"].clone(), line["policy"]["contact"].clone())
    };
    let rule = json!("[HOME]/policy.toml: capabilities");
    assert_eq!(of("query"), (json!(true), Value::Null, Value::Null));
    assert_eq!(of("mutation"), (json!(false), Value::Null, Value::Null));
    assert_eq!(of("persona"), (json!(false), rule, json!("platform@acme.example")));
    let text = world.run(&["plugin", "show", "gpu-report", "-o", "text"]).expect(0).stdout;
    let spoken = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "query cluster/Query.clusters granted since",
        "mutation cluster/Mutation.updateCluster not granted runs",
        "vantage plugin grant acme/gpu-report \"CAPABILITY\" allows more.",
        "persona email denied by policy: [HOME]/policy.toml: capabilities",
    ] {
        assert!(spoken.contains(said), "no `{said}` in\n{text}");
    }
}

#[test]
fn the_examples_of_the_reference_are_policies() {
    let world = signed_in();
    let examples: Vec<&str> =
        PAGE.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(examples.len() >= 3, "the examples were not found");
    for example in &examples {
        let path = file(&written(&world, example));
        world.run(&["config", "set", "policy", &path]).expect(0);
    }
    // Every key has its paragraph: the list is what the binary says that it knows.
    let path = file(&written(&world, "version = 1\nnosuch = 1\n"));
    let ran = world.run(&["config", "set", "policy", &path]).expect(2);
    let keys: Vec<&str> = ran.stderr.lines().next().unwrap().split('`').skip(1).step_by(2).collect();
    assert!(keys.len() > 8, "{ran}");
    for key in keys.iter().filter(|key| !key.contains(['/', ']']) && **key != "nosuch") {
        assert!(PAGE.contains(&format!("| `{key}`")), "`{key}` is not in the reference");
    }
}
