//! The binary: its line when it is ready, its end by a signal, and what it says when it cannot.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use vantage_platform::Ready;

use crate::client::Visitor;
use crate::job_documents::{stands, submit};

const BINARY: &str = env!("CARGO_BIN_EXE_vantage-platform");

fn run(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).output().unwrap()
}

/// A process that does not outlive its test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where the process has ended, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn one_line_tells_that_it_is_ready() {
    let arguments = ["--port", "0", "--auto-approve", "--clusters", "120", "--seed", "5"];
    let child = Command::new(BINARY).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut process = Process(child.unwrap());
    let mut stdout = BufReader::new(process.0.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let api = format!("http://127.0.0.1:{}", ready["port"]);
    let members: Vec<_> = ready.as_object().unwrap().keys().collect();
    assert_eq!(members, ["issuer", "api", "client_id", "port", "user"]);
    assert_eq!((&ready["api"], &ready["issuer"]), (&json!(api), &json!(format!("{api}/realms/vantage"))));
    assert_eq!((&ready["client_id"], &ready["user"]), (&json!("default"), &json!("ada")));
    assert_eq!(reqwest::get(format!("{api}/admin/stats")).await.unwrap().status(), 200);

    #[cfg(unix)]
    {
        let id = process.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(process.0.wait().unwrap().success());
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }
}

/// Starts the binary, and waits for its line.
fn start(arguments: &[&str]) -> (Process, Ready) {
    let child = Command::new(BINARY).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut process = Process(child.unwrap());
    let mut line = String::new();
    BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (process, serde_json::from_str(&line).unwrap())
}

#[tokio::test]
async fn a_job_ends_although_the_platform_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.sqlite");
    let common = ["--database", file.to_str().unwrap(), "--keep-sessions", "--auto-approve"];
    let (first, ready) = start(&[&common[..], &["--job-step", "100ms"]].concat());
    let visitor = Visitor::new(ready.clone());
    let tokens = visitor.sign_in("openid").await;
    let id = submit(&visitor, &tokens, "#!/bin/sh\n").await["id"].clone();
    // Killed, so that it can say and write nothing more.
    drop(first);

    let port = ready.port.to_string();
    let (_second, again) = start(&[&common[..], &["--port", &port]].concat());
    assert_eq!(again, ready);
    // Its connections are new too.
    let visitor = Visitor::new(again);
    let mut tries = 0;
    while stands(&visitor, &tokens, &id).await != ("DONE".to_owned(), Some("COMPLETED".to_owned())) {
        tries += 1;
        assert!(tries < 1_000, "{:?}", stands(&visitor, &tokens, &id).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn schemas_are_printed() {
    for (api, committed) in crate::schema::COMMITTED {
        let output = run(&["--schema", api]);
        assert!(output.status.success());
        assert_eq!(String::from_utf8(output.stdout).unwrap(), committed);
    }
    let unknown = run(&["--schema", "nosuch"]);
    assert_eq!((unknown.status.code(), unknown.stdout.as_slice()), (Some(1), &[][..]));
    assert!(String::from_utf8(unknown.stderr).unwrap().contains("there is no API `nosuch`"));
}

#[test]
fn what_cannot_be_served_ends_with_a_reason_and_a_hint() {
    let output = run(&["--canary", "CANARY"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &[][..]));
    assert!(
        stderr.contains("error: canary `CANARY`") && stderr.contains("hint: `Q0FOQVJZX19f` can"),
        "{stderr}"
    );
    for wrong in [
        ["--fail", "moon"],
        ["--echo", "moon"],
        ["--job-step", "soon"],
        ["--latency", "soon"],
        ["--poll-interval", "x"],
    ] {
        assert_eq!(run(&wrong).status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(run(&["--poll-interval", "0"]).status.code(), Some(1));
    let stderr = String::from_utf8(run(&["--keep-sessions"]).stderr).unwrap();
    assert!(stderr.contains("option `keep-sessions`: needs a file"), "{stderr}");
}
