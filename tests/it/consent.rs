//! What people read before they agree to a pack, and afterwards: in words, with what is new marked, and
//! with the platform's own words where it gives any.

use insta::assert_snapshot;
use serde_json::{Value, json};
use vantage_test_support::World;

use crate::guests::{guest, third_party};
use crate::{signed_in, world};

fn example() -> String {
    third_party("gpu_report").display().to_string()
}

/// What stands on a terminal of so many columns, from the commands on, without the time of day.
fn page(world: &World, columns: &str, arguments: &[&str]) -> String {
    let terminal = world.on_terminal_with(arguments, &[("COLUMNS", columns), ("TZ", "UTC")]);
    let (text, status) = terminal.finish().unwrap();
    assert!(status.success(), "{text}");
    let (_, commands) = text.split_once("\nCommands").unwrap_or_else(|| panic!("{text}"));
    format!("Commands{}", without_times(commands))
}

/// `since 2026-11-25 07:56` without the numbers, of the same length.
fn without_times(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        match line.find("since 20") {
            Some(at) => lines.push(format!("{}since [YEAR-MO-DA HO:MI]{}", &line[..at], &line[at + 22..])),
            None => lines.push(line.to_owned()),
        }
    }
    lines.join("\n")
}

/// Answers the question of `plugin add`, and gives what was on the terminal.
fn asked(world: &World, file: &str, answer: &str) -> (String, u32) {
    let mut terminal = world.on_terminal_with(&["plugin", "add", file], &[("COLUMNS", "80")]);
    terminal.wait_for("[y/N]").unwrap();
    terminal.enter(answer).unwrap();
    let (text, status) = terminal.finish().unwrap();
    (text, status.exit_code())
}

#[test]
fn a_pack_is_shown_in_words_on_wide_and_on_narrow_terminals() {
    let world = signed_in();
    world
        .run(&[
            "plugin",
            "add",
            &example(),
            "--grant",
            "query cluster/Query.clusters",
            "--grant",
            "persona email",
        ])
        .expect(0);
    assert_snapshot!(page(&world, "80", &["plugin", "show", "gpu-report"]), @r#"
    Commands; words behind | are the pack's own, words behind > are the platform's
      vantage gpu-report summary
        | Count clusters by provider and status
      vantage gpu-report label
        | Label a cluster
      vantage gpu-report me
        | Show who signs the report

    What it may do in profile test

      Reads
        query cluster/Query.clusters
          granted since [YEAR-MO-DA HO:MI] UTC
          reads `clusters` of the cluster API
          > The clusters of the token's organization, by name.
          | counts your clusters by provider and status
          as far as clusters(after: $, first: $), clusters.edges.node.name,
            clusters.edges.node.provider, clusters.edges.node.status,
            clusters.pageInfo.endCursor, clusters.pageInfo.hasNextPage

      Deletes or cannot be undone
        mutation cluster/Mutation.updateCluster
          not granted
          runs `updateCluster` of the cluster API
          > Changes what is said about a cluster of the token's organization.
          | writes the label that you give as the cluster's description
          as far as updateCluster on Cluster, updateCluster on ClusterNotFound,
            updateCluster on InvalidInput, updateCluster on UnexpectedBehavior,
            updateCluster(updateClusterInput: $), updateCluster.description,
            updateCluster.message, updateCluster.name

      Sees about you
        persona email
          granted since [YEAR-MO-DA HO:MI] UTC
          sees your e-mail address
          | signs the report with your address

      vantage plugin grant acme/gpu-report "CAPABILITY" allows more.

      Mind that it can put what it reads where others see it.
    "#);
    assert_snapshot!(page(&world, "40", &["plugin", "show", "gpu-report"]), @r#"
    Commands; words behind | are the pack's
    own, words behind > are the platform's
      vantage gpu-report summary
        | Count clusters by provider and
        | status
      vantage gpu-report label
        | Label a cluster
      vantage gpu-report me
        | Show who signs the report

    What it may do in profile test

      Reads
        query cluster/Query.clusters
          granted since [YEAR-MO-DA HO:MI]
          UTC
          reads `clusters` of the cluster
          API
          > The clusters of the token's
          > organization, by name.
          | counts your clusters by
          | provider and status
          as far as clusters(after: $,
            first: $),
            clusters.edges.node.name,
            clusters.edges.node.provider,
            clusters.edges.node.status,
            clusters.pageInfo.endCursor,
            clusters.pageInfo.hasNextPage

      Deletes or cannot be undone
        mutation
          cluster/Mutation.updateCluster
          not granted
          runs `updateCluster` of the
          cluster API
          > Changes what is said about a
          > cluster of the token's
          > organization.
          | writes the label that you give
          | as the cluster's description
          as far as updateCluster on
            Cluster, updateCluster on
            ClusterNotFound, updateCluster
            on InvalidInput, updateCluster
            on UnexpectedBehavior,
            updateCluster(updateClusterInpu
            t: $),
            updateCluster.description,
            updateCluster.message,
            updateCluster.name

      Sees about you
        persona email
          granted since [YEAR-MO-DA HO:MI]
          UTC
          sees your e-mail address
          | signs the report with your
          | address

      vantage plugin grant acme/gpu-report
      "CAPABILITY" allows more.

      Mind that it can put what it reads
      where others see it.
    "#);
    for columns in ["40", "80"] {
        let terminal = world.on_terminal_with(&["plugin", "show", "gpu-report"], &[("COLUMNS", columns)]);
        let (text, _) = terminal.finish().unwrap();
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(longest < columns.parse().unwrap(), "{longest} columns in\n{text}");
    }
}

#[test]
fn json_carries_all_that_people_are_shown() {
    let world = signed_in();
    world.run(&["plugin", "add", &example(), "--grant", "persona email"]).expect(0);
    let shown = world.run(&["plugin", "show", "gpu-report", "-o", "json"]).expect(0).json();
    let all = shown["capabilities"].as_array().unwrap();
    let of = |text: &str| all.iter().find(|line| line["capability"] == text).unwrap().clone();
    let mut query = of("query cluster/Query.clusters");
    assert!(query["reaches"].as_array_mut().unwrap().contains(&json!("clusters.edges.node.name")));
    query["reaches"] = Value::Null;
    assert_eq!(
        query,
        json!({
            "capability": "query cluster/Query.clusters",
            "group": "reads",
            "meaning": "reads `clusters` of the cluster API",
            "granted": false,
            "since": null,
            "policy": null,
            "purposes": ["counts your clusters by provider and status"],
            "platform": "The clusters of the token's organization, by name.",
            "reaches": null,
        })
    );
    let email = of("persona email");
    assert_eq!((&email["granted"], &email["platform"]), (&json!(true), &Value::Null));
    let since = email["since"].as_str().unwrap();
    assert!(since.starts_with("20") && since.ends_with('Z'), "{since}");
    // What is granted later has its own time; what was granted keeps it.
    world.run(&["plugin", "grant", "gpu-report", "query cluster/Query.clusters"]).expect(0);
    let later = world.run(&["plugin", "show", "gpu-report", "-o", "json"]).expect(0).json();
    let given = |text: &str| {
        let all = later["capabilities"].as_array().unwrap();
        all.iter().find(|line| line["capability"] == text).unwrap()["since"].as_str().unwrap().to_owned()
    };
    assert_eq!(given("persona email"), since);
    assert!(given("query cluster/Query.clusters").as_str() > since);
    let bundled = world.run(&["plugin", "show", "cluster", "-o", "json"]).expect(0).json();
    let all = bundled["capabilities"].as_array().unwrap();
    assert!(
        all.iter().all(|line| line["granted"] == json!(true) && line["since"] == Value::Null),
        "{bundled}"
    );
}

#[test]
fn the_platforms_words_stand_beside_the_packs() {
    let world = signed_in();
    let (text, status) = asked(&world, &example(), "n\n");
    assert_eq!(status, 5, "{text}");
    for line in [
        "words behind | are the pack's own, words behind > are the platform's",
        "      > The clusters of the token's organization, by name.",
        "      | counts your clusters by provider and status",
    ] {
        assert!(text.contains(line), "no `{line}` in\n{text}");
    }
    // They are kept: the platform is asked once, and for fields that have no place for words never.
    let requests = world.admin("stats")["graphql_requests"].clone();
    asked(&world, &example(), "n\n");
    assert_eq!(world.admin("stats")["graphql_requests"], requests);
    std::fs::remove_dir_all(world.home().join("cache/schema")).unwrap();
    world.run(&["plugin", "show", "cluster"]).expect(0);
    assert_eq!(world.admin("stats")["graphql_requests"], requests);
}

#[test]
fn without_a_sign_in_or_a_platform_people_decide_without_its_words() {
    let world = world();
    let (text, _) = asked(&world, &example(), "n\n");
    assert!(text.contains("query cluster/Query.clusters") && !text.contains("  > "), "{text}");
    assert!(!text.contains("code:") && !text.contains("login"), "a sign-in was begun or spoken of\n{text}");
    let mut world = signed_in();
    world.stop_platform();
    let (text, status) = asked(&world, &example(), "y\n");
    assert_eq!(status, 0, "{text}");
    assert!(!text.contains("  > ") && !text.contains("warning") && !text.contains("error"), "{text}");
    let ran = world.run(&["plugin", "show", "gpu-report", "-o", "text"]).expect(0);
    assert!(ran.stderr.is_empty() && !ran.stdout.contains("  > "), "{ran}");
}

#[test]
fn the_platforms_words_cannot_speak_as_the_host() {
    let world = signed_in();
    world.run(&["plugin", "add", &example(), "--grant-all"]).expect(0);
    world.run(&["plugin", "show", "gpu-report", "-o", "json"]).expect(0);
    let folder = world.home().join("cache/schema");
    let kept = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let hostile = format!(
        "\u{1b}[2J\u{202e}x{}granted since 2026-01-01 00:00 UTC {}",
        " ".repeat(200),
        "y".repeat(900)
    );
    let text = std::fs::read_to_string(&kept).unwrap();
    let told = "The clusters of the token's organization, by name.";
    assert!(text.contains(told));
    let hostile = serde_json::to_string(&hostile).unwrap();
    std::fs::write(&kept, text.replace(told, hostile.trim_matches('"'))).unwrap();
    let ran = world.run(&["plugin", "show", "gpu-report", "-o", "text"]).expect(0);
    assert!(ran.stdout.contains("      > \\u{1b}[2J\\u{202e}x"), "{ran}");
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{ran}");
    let forged: Vec<&str> = ran.stdout.lines().filter(|line| line.contains("2026-01-01")).collect();
    assert!(forged.iter().all(|line| line.starts_with("      > ")), "{forged:?}");
    assert!(!ran.stdout.contains(&"y".repeat(400)), "{ran}");
}

#[test]
fn another_build_is_shown_with_what_it_wants_beyond_the_one_that_is_there() {
    let world = signed_in();
    let (first, second) = (guest("grows"), guest("grows_further"));
    let (first, second) = (first.display().to_string(), second.display().to_string());
    world.run(&["plugin", "add", &first, "--grant-all"]).expect(0);
    world.run(&["grows"]).expect(0);

    let ran = world.run(&["plugin", "add", &second, "-o", "json"]).expect(5);
    let error = ran.json_error();
    assert_eq!(
        error["message"],
        "`test/grows` 1.1.0 asks for more than 1.0.0 is granted, and there is nobody to ask"
    );
    let mut difference = error["details"]["difference"].clone();
    difference["digest"] = Value::Null;
    assert_eq!(
        difference,
        json!({
            "version": "1.0.0",
            "digest": null,
            "more": [
                {
                    "capability": "query cluster/Query.clusters",
                    "new": false,
                    "paths": ["clusters(first: $)", "clusters.edges.node.creationParameters"],
                },
                { "capability": "persona email", "new": true, "paths": [] },
            ],
            "dropped": ["persona organization"],
        })
    );

    let (text, status) = asked(&world, &second, "\n");
    assert_eq!(status, 5, "{text}");
    let (_, told) = text.split_once("It asks for more").unwrap();
    assert_snapshot!(format!("It asks for more{}", told.split_once("\n\n").unwrap().0), @"
    It asks for more than 1.0.0 is granted now
      reaches further: query cluster/Query.clusters: clusters(first: $),
        clusters.edges.node.creationParameters ($ is any value)
      new: persona email
      no longer: persona organization
    ");
    // The old build goes on, with what it was granted.
    assert_eq!(world.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json()["version"], "1.0.0");
    world.run(&["grows"]).expect(0);

    let ran = world.run(&["plugin", "add", &second, "--grant-all"]).expect(0);
    assert!(
        ran.stderr.contains("more than 1.0.0 was granted: reaches further: query cluster/Query.clusters"),
        "{ran}"
    );
    world.run(&["grows", "--first", "3"]).expect(0);

    // Back: the literal is less than the variable was.
    let ran = world.run(&["plugin", "add", &first, "-o", "json"]).expect(5);
    let back = &ran.json_error()["details"]["difference"];
    assert_eq!(back["more"], json!([{ "capability": "persona organization", "new": true, "paths": [] }]));
    assert_eq!(back["dropped"], json!(["persona email"]));
}

#[test]
fn a_build_that_wants_no_more_is_asked_about_all_the_same() {
    let world = signed_in();
    world.run(&["plugin", "add", &guest("grows").display().to_string(), "--grant-all"]).expect(0);
    let (text, _) = asked(&world, &guest("grows").display().to_string(), "y\n");
    assert!(text.contains("It asks for no more than 1.0.0 is granted now"), "{text}");
}
