//! No token leaves the session crate: the platform issues tokens that contain a canary, and no
//! stream, log, file or guest shows it; the store's own file is the one exception.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Output, Stdio};

use base64::Engine;
use vantage_platform::Options;
use vantage_test_support::World;

use crate::guests::{guest, third_party};
use crate::network::site::read_request;
use crate::{VANTAGE, seeded};

/// What every token holds verbatim, also where it is encoded.
fn canary() -> String {
    vantage_platform::canary_of("no token leaves the session")
}

fn world() -> World {
    let options = Options { canary: Some(canary()), ..seeded() };
    World::signed_in(VANTAGE, options)
}

fn contains_canary(bytes: &[u8]) -> bool {
    let canary = canary();
    let encoded = base64::engine::general_purpose::STANDARD.encode(&canary);
    let text = String::from_utf8_lossy(bytes);
    text.contains(&canary) || text.contains(&encoded[..encoded.len() - 4])
}

#[test]
fn the_platforms_tokens_do_contain_the_canary() {
    let world = world();
    let mut records = 0;
    each_file(&world.home().join("state/sessions"), &mut |path, bytes| {
        if path.extension().is_some_and(|end| end == "json") {
            assert!(
                contains_canary(bytes),
                "the record holds no canary: the other tests would prove nothing"
            );
            records += 1;
        }
    });
    assert_eq!(records, 1);
}

#[test]
fn no_output_at_full_verbosity_shows_a_token() {
    let world = world();
    let pack = third_party("gpu_report").display().to_string();
    let lines: &[&[&str]] = &[
        &["login", "--force"],
        &["whoami"],
        &["cluster", "list"],
        &["cluster", "get", "nosuch"],
        &["cluster", "create", "mine", "--provider", "on_prem"],
        &["api", "{ clusters(first: 1) { edges { node { name } } } }"],
        &["api", "{ nosuch }"],
        &["plugin", "add", &pack, "--grant-all"],
        &["gpu-report", "summary"],
        &["gpu-report", "me"],
        &["doctor"],
        &["config", "list"],
        &["profile", "list"],
        &["profile", "show", "test"],
        &["profile", "use", "default"],
        &["whoami"],
        &["profile", "use", "test"],
        &["profile", "set", "test", "organization", "nosuch"],
        &["whoami"],
        &["profile", "set", "test", "client-id", "other"],
        &["login"],
        &["profile", "set", "test", "client-id", "default"],
        &["logout"],
        &["whoami"],
    ];
    for line in lines {
        for options in [&["-v"][..], &["-vvv", "-o", "table"], &["-vvv", "-o", "json"]] {
            quiet(&world, &[line, options].concat());
        }
    }
}

/// Runs a line, which may end as it likes, and looks for a token on both streams.
fn quiet(world: &World, line: &[&str]) -> Output {
    let output = world.command(line).output().unwrap();
    assert!(!contains_canary(&output.stdout), "{line:?} shows a token on stdout");
    assert!(!contains_canary(&output.stderr), "{line:?} shows a token on stderr");
    output
}

#[test]
fn a_refresh_and_a_refused_refresh_show_no_token() {
    let loud: &[&[&str]] = &[&["-vvv"], &["-vvv", "-o", "table"], &["-vvv", "-o", "json"]];
    for options in loud {
        let world = world();
        let line = [&["cluster", "list"], *options].concat();
        world.tell("expire", &serde_json::json!({}));
        assert!(quiet(&world, &line).status.success());
        world.tell("faults", &serde_json::json!({"fail": "503:1:all"}));
        world.tell("expire", &serde_json::json!({}));
        assert_eq!(quiet(&world, &line).status.code(), Some(7));
        world.tell("faults", &serde_json::json!({}));
        world.tell("revoke-all", &serde_json::json!({}));
        assert_eq!(quiet(&world, &line).status.code(), Some(4));
        assert!(quiet(&world, &[&["logout"], *options].concat()).status.success());
    }
}

/// What an API makes of the token that it was sent.
type Echo = fn(&str) -> String;

/// An API that sends back what it was sent, in each of these ways.
const ECHOES: &[(&str, Echo)] = &[
    ("in its data", |token| format!(r#"{{"data":{{"ok":"{token}"}}}}"#)),
    ("in an error", |token| format!(r#"{{"errors":[{{"message":"unknown: {token}"}}]}}"#)),
    ("in an error, in base64", |token| {
        let encoded = base64::engine::general_purpose::STANDARD.encode(token);
        format!(r#"{{"errors":[{{"message":"unknown: {encoded}"}}]}}"#)
    }),
    ("in JSON that is none", |token| format!(r#"{{"data":{token}"#)),
    ("as a page", |token| format!("<html>{token}")),
];

#[test]
fn an_answer_with_the_token_in_it_is_shown_nowhere() {
    let world = world();
    let (issuer, api) = (world.ready().issuer.clone(), echoing());
    world.run(&["profile", "create", "echo", "--issuer", &issuer, "--api", &api, "--use"]).expect(0);
    world.run(&["login"]).expect(0);
    for (way, (name, _)) in ECHOES.iter().enumerate() {
        for status in [200, 400, 403, 404, 500] {
            for options in [["-vvv", "-o", "table"], ["-vvv", "-o", "json"]] {
                let document = format!("{{ echo_{way}_{status}_now }}");
                let output = quiet(&world, &[&["api", &document][..], &options].concat());
                assert!(!output.status.success(), "{name}, {status}: {output:?}");
            }
        }
    }
    nothing_but_records(&world);
}

/// What the local platform gives away, in every way it can: no command, no pack and no file takes it.
#[test]
fn what_the_platforms_apis_give_away_is_shown_nowhere() {
    let world = world();
    world.run(&["plugin", "add", &guest("scanner").display().to_string(), "--grant-all"]).expect(0);
    let job = world.run(&["job", "submission", "list", "-o", "json"]).expect(0).json()[0]["id"].to_string();
    let document = format!("subscription {{ jobSubmissionChanged(id: {job}) {{ id name }} }}");
    let asking: &[&[&str]] = &[
        &["cluster", "list"],
        &["cluster", "create", "mine", "--provider", "on_prem"],
        &["api", "{ clusters(first: 1) { edges { node { name } } } }"],
        &["job", "template", "list"],
    ];
    let watching: &[&[&str]] =
        &[&["job", "submission", "watch", &job], &["api", "--api", "jobs", "--subscribe", &document]];
    for place in ["errors", "extensions", "data", "html", "split", "stream"] {
        world.tell("faults", &serde_json::json!({ "echo": place }));
        let failing = if place == "stream" { watching } else { asking };
        for line in failing {
            for options in [&["-vvv", "-o", "table"], &["-vvv", "-o", "json"]] {
                let output = quiet(&world, &[line, &options[..]].concat());
                assert!(!output.status.success(), "{place}: {line:?} took it: {output:?}");
            }
        }
        let (present, canary) = (backwards("something to keep"), backwards(&canary()));
        let output = quiet(&world, &["scanner", &present, &canary, "--job", &job, "-o", "json"]);
        let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found["found"], serde_json::json!([true, false]), "{place}: {found}");
        assert!(!found["failures"].as_array().unwrap().is_empty(), "{place}: nothing was refused: {found}");
    }
    nothing_but_records(&world);
}

/// A server that answers `echo_WAY_STATUS_now` with what it makes of the token; gives its address.
fn echoing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = read_request(&mut stream).unwrap();
            let token = request.lines().find_map(|line| line.strip_prefix("authorization: Bearer ")).unwrap();
            let mut asked = request.split("echo_").nth(1).unwrap().split('_');
            let (_, echo) = ECHOES[asked.next().unwrap().parse::<usize>().unwrap()];
            let (status, body) = (asked.next().unwrap(), echo(token));
            let head =
                format!("HTTP/1.1 {status} X\r\nX-Token: {token}\r\nContent-Type: application/json\r\n");
            let length = body.len();
            write!(stream, "{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}").unwrap();
        }
    });
    address
}

/// The system shows the command line and the variables of each process to whoever may look.
#[cfg(target_os = "linux")]
#[test]
fn no_process_shows_a_token_in_its_line_or_its_variables() {
    let world = world();
    world.tell("faults", &serde_json::json!({"latency": "300ms"}));
    for line in [&["cluster", "list"][..], &["login", "--force"], &["whoami"], &["logout"]] {
        world.tell("expire", &serde_json::json!({}));
        let mut child = world.command(line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut looked = 0;
        loop {
            looked += look_at(child.id(), line);
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        assert!(looked > 0, "{line:?}: no process was seen");
    }
}

/// Looks at a process and all below it; gives how many showed their variables.
#[cfg(target_os = "linux")]
fn look_at(process: u32, line: &[&str]) -> usize {
    let folder = Path::new("/proc").join(process.to_string());
    let mut looked = 0;
    for name in ["cmdline", "environ"] {
        // A process that has ended meanwhile shows nothing.
        let bytes = fs::read(folder.join(name)).unwrap_or_default();
        assert!(!contains_canary(&bytes), "{line:?}: a token in {name} of a process");
        looked += usize::from(name == "environ" && !bytes.is_empty());
    }
    for thread in fs::read_dir(folder.join("task")).into_iter().flatten().flatten() {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        looked +=
            children.split_whitespace().map(|child| look_at(child.parse().unwrap(), line)).sum::<usize>();
    }
    looked
}

#[test]
fn no_file_but_the_record_holds_a_token() {
    let world = world();
    for name in ["greeter", "flood_rows"] {
        world.run(&["plugin", "add", &guest(name).display().to_string(), "--grant-all"]).expect(0);
    }
    world.run(&["cluster", "list"]).expect(0);
    world.run(&["greeter", "hello"]);
    world.tell("expire", &serde_json::json!({}));
    world.run(&["cluster", "list", "-vvv"]).expect(0);
    world.run(&["doctor"]);
    let logged = fs::metadata(world.home().join("state/audit.jsonl")).unwrap().len();
    assert!(logged > 0, "the audit log is not among the files");
    nothing_but_records(&world);
}

/// Looks into every file of the user's. Records hold tokens; locks and what was set aside hold none
/// that a record does not.
fn nothing_but_records(world: &World) {
    let mut seen = 0;
    each_file(world.home(), &mut |path, bytes| {
        seen += 1;
        let record = path.parent().is_some_and(|folder| folder.ends_with("state/sessions"))
            && path.extension().is_some_and(|end| end == "json");
        assert!(record || !contains_canary(bytes), "{} holds a token", path.display());
    });
    assert!(seen > 5, "only {seen} files were looked at");
}

#[test]
fn no_guests_memory_holds_a_token() {
    let world = world();
    world.run(&["plugin", "add", &guest("scanner").display().to_string(), "--grant-all"]).expect(0);
    let name = world.run(&["cluster", "list", "-o", "json"]).expect(0).json()[0]["name"].clone();
    let (present, canary) = (backwards(name.as_str().unwrap()), backwards(&canary()));
    let found = world.run(&["scanner", &present, &canary, "-o", "json"]).expect(0).json();
    assert!(found["bytes"].as_u64().unwrap() > 1 << 20, "{found}");
    assert_eq!(found["found"], serde_json::json!([true, false]), "the name is there, the canary is not");
}

/// As the scanner takes texts.
fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

fn each_file(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, look);
        } else {
            look(&path, &fs::read(&path).unwrap());
        }
    }
}
