//! `vantage api`: documents of the user's own.

use std::io::Write;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use crate::signed_in;

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
    ignoring.env_clear().envs(line.get_envs().filter_map(|(name, value)| Some((name, value?))));
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
    error: subscriptions cannot be run by `vantage api` yet
    hint: run a query, and repeat it
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
