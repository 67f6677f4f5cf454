//! `vantage api`: documents of the user's own.

use std::io::Write;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use std::time::Duration;

use serde_json::{Value, json};
use vantage_platform::Options;
use vantage_test_support::{Ran, World, with_environment};

use crate::{VANTAGE, seeded, signed_in};

const COUNT: &str = "query Count { clusters(first: 1) { total } }";

#[test]
fn data_is_the_answer() {
    let world = signed_in();
    let data = world.run(&["api", COUNT, "-o", "json"]).expect(0).json();
    assert!(data["clusters"]["total"].as_u64().unwrap() > 3, "{data}");
}

#[test]
fn documents_come_from_files_and_standard_input_and_take_variables() {
    let world = signed_in();
    let path = world.home().join("list.graphql");
    std::fs::write(&path, "query List($first: Int!) { clusters(first: $first) { edges { node { name } } } }")
        .unwrap();
    let argument = format!("@{}", path.display());
    let data = world.run(&["api", &argument, "-F", "first=2", "-o", "json"]).expect(0).json();
    assert_eq!(data["clusters"]["edges"].as_array().unwrap().len(), 2);

    let mut command = world.command(&["api", "-", "-o", "json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(COUNT.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("total"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_heard_while_a_document_or_a_file_is_waited_for() {
    let world = signed_in();
    let reader = crate::guests::guest("reader").display().to_string();
    world.run(&["plugin", "add", &reader, "--grant-all"]).expect(0);
    let fifo = world.home().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let document = format!("@{}", fifo.display());
    for line in [&["api", &document][..], &["reader", &fifo.display().to_string()]] {
        let child = world.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Opening for writing waits for the reader, so the command is in its read when this goes on.
        let writer = std::fs::OpenOptions::new().write(true).open(&fifo).unwrap();
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{line:?}");
        drop(writer);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_was_ignored_before_the_start_stays_ignored() {
    let world = signed_in();
    let fifo = world.home().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let line = world.command(&["api", &format!("@{}", fifo.display())]);
    let mut ignoring = Command::new("/bin/sh");
    ignoring.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(line.get_program()).args(line.get_args());
    let mut ignoring = with_environment(ignoring, &line);
    let child = ignoring.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Opening for writing waits for the reader, so the command is in its read when this goes on.
    let mut writer = std::fs::OpenOptions::new().write(true).open(&fifo).unwrap();
    assert!(Command::new("kill").args(["-HUP", &child.id().to_string()]).status().unwrap().success());
    writer.write_all(b"{ clusters(first: 1) { total } }").unwrap();
    drop(writer);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn errors_of_graphql_go_to_standard_error() {
    let world = signed_in();
    let ran = world.run(&["api", "{ nosuch }"]).expect(1);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("nosuch"), "{ran}");
    assert_snapshot!(world.run(&["api", "subscription { clusterStatusChanged { name } }"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: the document is a subscription
    hint: --subscribe follows it
    ");
    assert_snapshot!(world.run(&["api", COUNT, "-F", "first"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value `first` for `--variable <NAME=VALUE>`: NAME=VALUE expected
    ");
    assert_snapshot!(world.run(&["api", "@nosuch.graphql"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: cannot read `nosuch.graphql`
      cause: No such file or directory (os error 2)
    ");
    assert_snapshot!(world.run(&["api", COUNT, "--api", "../evil"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: `../evil` cannot be the name of an API
    hint: a name is like `cluster`: a-z, 0-9 and `-`
    ");
}

const ECHO: &str = "query List($first: Int!, $filters: JSONScalar) { clusters(first: $first, filters: $filters) { edges { node { name } } } }";

fn with_input(world: &World, line: &[&str], input: &str) -> Ran {
    let mut command = world.command(line);
    let mut child = world.start(command.stdin(Stdio::piped()));
    // A line that is refused reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    world.end(child)
}

/// The variables of the last request, as the platform got them.
fn variables(world: &World) -> Value {
    world.admin("requests").as_array().unwrap().last().unwrap()["variables"].clone()
}

#[test]
fn variables_come_from_options_files_and_standard_input() {
    let world = signed_in();
    let file = |name: &str, text: &str| {
        let path = world.home().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let object = file("variables.json", r#"{"first": 3, "filters": {"name": {"eq": "x"}}}"#);
    world.run(&["api", ECHO, "--variables", &object]).expect(0);
    assert_eq!(variables(&world), json!({ "first": 3, "filters": { "name": { "eq": "x" } } }));
    world.run(&["api", ECHO, "--variables", &object, "-F", "first=1"]).expect(0);
    assert_eq!(variables(&world)["first"], 1);
    with_input(&world, &["api", ECHO, "--variables", "-"], r#"{"first": 2}"#).expect(0);
    assert_eq!(variables(&world), json!({ "first": 2 }));

    let text = "query Text($text: JSONScalar) { clusters(first: 1, filters: $text) { total } }";
    let script = file("text", "#!/bin/sh\n1\n");
    world.run(&["api", text, "-F", &format!("text=@{script}")]);
    assert_eq!(variables(&world), json!({ "text": "#!/bin/sh\n1\n" }));
    with_input(&world, &["api", text, "-F", "text=@-"], "from a pipe");
    assert_eq!(variables(&world), json!({ "text": "from a pipe" }));
    world.run(&["api", text, "-f", "text=1"]);
    assert_eq!(variables(&world), json!({ "text": "1" }));
    world.run(&["api", text, "-f", "text=@file"]);
    assert_eq!(variables(&world), json!({ "text": "@file" }));
}

#[test]
fn input_that_cannot_be_read_is_said_and_nothing_is_sent() {
    let world = signed_in();
    let list = world.home().join("list.json");
    std::fs::write(&list, "[1]").unwrap();
    let list = list.display().to_string();
    let before = world.admin("stats")["graphql_requests"].clone();
    let refused = |line: &[&str]| with_input(&world, &[&["api"], line].concat(), "{").expect(2).stderr;
    assert_snapshot!(refused(&["-", "-F", "a=@-"]), @"
    error: standard input is named more than once, and can be read once only
    hint: put one of them into a file, as in -F name=@FILE
    ");
    assert_snapshot!(refused(&[ECHO, "--variables", &list]), @r#"
    error: `[HOME]/list.json` holds no variables: it is not a JSON object
    hint: --variables takes a JSON object, as in {"first": 10}
    "#);
    assert_snapshot!(refused(&[ECHO, "--variables", "-"]), @r#"
    error: standard input holds no variables: EOF while parsing an object at line 1 column 1
    hint: --variables takes a JSON object, as in {"first": 10}
    "#);
    assert_snapshot!(refused(&[ECHO, "--variables", "/nonexistent"]), @"
    error: cannot read `/nonexistent`
      cause: No such file or directory (os error 2)
    ");
    assert_snapshot!(refused(&[ECHO, "-F", "a=@/nonexistent"]), @"
    error: cannot read `/nonexistent`
      cause: No such file or directory (os error 2)
    ");
    assert_snapshot!(refused(&[ECHO, "--connection", "/clusters"]), @"
    error: the following required arguments were not provided: --paginate
    hint: usage: vantage api --paginate --connection <POINTER> <DOCUMENT>
    ");
    assert_eq!(world.admin("stats")["graphql_requests"], before);
}

const PAGES: &str = "query ($first: Int!, $after: String) { clusters(first: $first, after: $after) { edges { node { name } } pageInfo { hasNextPage endCursor } } }";

#[test]
fn a_list_is_followed_to_its_end() {
    let world = World::signed_in(VANTAGE, Options { clusters: 250, ..seeded() });
    let all = world.run(&["api", PAGES, "--paginate", "-o", "json"]).expect(0).json();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 250);
    let listed = world.run(&["cluster", "list", "-o", "json"]).expect(0).json();
    assert!(all.iter().zip(listed.as_array().unwrap()).all(|(one, other)| one["name"] == other["name"]));
    let lines = world.run(&["api", PAGES, "--paginate", "-F", "first=20", "-o", "jsonl"]).expect(0);
    assert_eq!(lines.stdout.lines().count(), 250);
    let table = world.run(&["api", PAGES, "--paginate", "-o", "table", "--columns", "name"]).expect(0);
    assert_eq!(table.stdout.lines().count(), 251);
    // The page that follows what was asked for is on its way, and no more.
    let before = world.admin("stats")["graphql_requests"].as_u64().unwrap();
    let few =
        world.run(&["api", PAGES, "--paginate", "-F", "first=2", "--limit", "3", "-o", "jsonl"]).expect(0);
    assert_eq!(few.stdout.lines().count(), 3);
    let asked = world.admin("stats")["graphql_requests"].as_u64().unwrap() - before;
    assert!((2..=3).contains(&asked), "{asked}");
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let world = World::signed_in(VANTAGE, Options { clusters: 3, ..seeded() });
    let refused =
        |line: &[&str], status| world.run(&[&["api"], line, &["--paginate"]].concat()).expect(status).stderr;
    let before = world.admin("stats")["graphql_requests"].clone();
    assert_snapshot!(refused(&["{ clusters(first: 1) { total } }"], 2), @"
    error: the document has no variable `$after`, by which pages are asked for
    hint: declare it and pass it on, as in `query ($after: String) { clusters(first: 100, after: $after) { … } }`
    ");
    assert_snapshot!(refused(&["mutation ($after: String) { deleteCluster(clusterName: $after) { __typename } }"], 2), @"
    error: only a query has pages
    hint: leave --paginate out
    ");
    assert_snapshot!(refused(&["query {"], 2), @"error: line 1, column 8: expected at least one Selection in Selection Set");
    assert_snapshot!(refused(&[PAGES, "--connection", "clusters"], 2), @"
    error: --connection takes a JSON Pointer
    hint: as in --connection /clusters
    ");
    assert_eq!(world.admin("stats")["graphql_requests"], before);
    assert_snapshot!(refused(&["query ($after: String) { clusters(first: 1, after: $after) { total } }"], 2), @"
    error: the answer has no list with pages
    hint: select `pageInfo { hasNextPage endCursor }` beside `edges` or `nodes`
    ");
    let two = "query ($after: String) { a: clusters(first: 1, after: $after) { edges { node { name } } pageInfo { hasNextPage endCursor } } b: clusters(first: 1) { edges { node { name } } pageInfo { hasNextPage } } }";
    assert_snapshot!(refused(&[two], 2), @"
    error: the answer has several lists with pages: /a, /b
    hint: --connection /a follows the first
    ");
    let first = world.run(&["api", two, "--paginate", "--connection", "/a", "-o", "jsonl"]).expect(0);
    assert_eq!(first.stdout.lines().count(), 3);
    assert_snapshot!(refused(&[PAGES, "--connection", "/nosuch"], 2), @"error: no connection in the answer: there is nothing at `/nosuch`");
    assert_snapshot!(refused(&[PAGES, "-F", "first=1000"], 1), @"error: `first` must be from 0 to 100, and is 1000; go on with `after`");
}

#[test]
fn a_dry_run_shows_what_a_change_would_send() {
    let world = signed_in();
    let before = world.admin("stats")["graphql_requests"].clone();
    let mutation = "mutation Delete($name: String!) { deleteCluster(clusterName: $name) { __typename } }";
    assert_snapshot!(world.run(&["--dry-run", "api", mutation, "-F", "name=x"]).expect(0), @r#"
    exit: 0
    --- stdout
    --- stderr
    dry run: not sent to api `cluster`:
      mutation Delete($name: String!) { deleteCluster(clusterName: $name) { __typename } }
      variables: {"name":"x"}
    "#);
    assert_eq!(world.admin("stats")["graphql_requests"], before);
    world.run(&["--dry-run", "api", COUNT]).expect(0);
}

const FOLLOW: &str = "subscription { jobSubmissionChanged { id status } }";

#[test]
fn a_subscription_is_followed() {
    for websockets in [true, false] {
        let world = World::signed_in(
            VANTAGE,
            Options { job_step: Duration::from_millis(200), websockets, ..seeded() },
        );
        let limited = world.run(&["api", FOLLOW, "--api", "jobs", "--subscribe", "--limit", "2"]).expect(0);
        let events: Vec<Value> =
            limited.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events.len(), 2, "{limited}");
        assert!(events.iter().all(|event| event["jobSubmissionChanged"]["id"].is_u64()), "{limited}");
        let submit = "mutation { createJobSubmission(createJobSubmissionInput: {name: \"a\", jobScriptId: 1, clusterName: \"NAME\"}) { ... on JobSubmission { id } } }";
        let clusters = world.run(&["cluster", "list", "-o", "json"]).expect(0).json();
        let submit = submit.replace("NAME", clusters[0]["name"].as_str().unwrap());
        let made = world.run(&["api", &submit, "--api", "jobs", "-o", "json"]).expect(0).json();
        let id = made["createJobSubmission"]["id"].to_string();
        let one = "subscription ($id: Int) { jobSubmissionChanged(id: $id) { status } }";
        let ran =
            world.run(&["api", one, "--api", "jobs", "--subscribe", "-F", &format!("id={id}")]).expect(0);
        let last: Value = serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap();
        assert_eq!(last["jobSubmissionChanged"]["status"], "DONE", "{ran}");
    }
}

#[test]
fn what_is_no_subscription_and_what_the_platform_refuses_of_one() {
    let world = signed_in();
    let run = |line: &[&str], status| world.run(&[&["api"], line].concat()).expect(status);
    assert_snapshot!(run(&[FOLLOW, "--api", "jobs"], 2).stderr, @"
    error: the document is a subscription
    hint: --subscribe follows it
    ");
    assert_snapshot!(run(&[COUNT, "--subscribe"], 2).stderr, @"
    error: the document is a query, not a subscription
    hint: leave --subscribe out
    ");
    assert_snapshot!(run(&[FOLLOW, "--subscribe", "--paginate"], 2).stderr, @"
    error: the argument `--subscribe` cannot be used with `--paginate`
    hint: usage: vantage api --subscribe <DOCUMENT>
    ");
    assert_snapshot!(run(&["subscription { nosuch }", "--api", "jobs", "--subscribe"], 1), @r#"
    exit: 1
    --- stdout
    --- stderr
    error: Unknown field "nosuch" on type "Subscription".
    "#);
    let one = "subscription { jobSubmissionChanged(id: 1000000) { status } }";
    assert_snapshot!(run(&[one, "--api", "jobs", "--subscribe"], 1), @"
    exit: 1
    --- stdout
    --- stderr
    error: JobSubmission 1000000 was not found
    ");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_subscription() {
    use std::io::{BufRead, BufReader};
    let world = World::signed_in(VANTAGE, Options { job_step: Duration::from_secs(3600), ..seeded() });
    let mut child = world.start(&mut world.command(&["api", FOLLOW, "--api", "jobs", "--subscribe"]));
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("jobSubmissionChanged"), "{line}");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
