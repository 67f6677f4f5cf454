//! The binary: its line when it is ready, its end by a signal, and what it says when it cannot.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

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

#[test]
fn schemas_are_printed() {
    let output = run(&["--schema", "cluster"]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), include_str!("../../schema/cluster.graphql"));
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
    for wrong in [["--fail", "moon"], ["--latency", "soon"], ["--poll-interval", "x"]] {
        assert_eq!(run(&wrong).status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(run(&["--poll-interval", "0"]).status.code(), Some(1));
}
