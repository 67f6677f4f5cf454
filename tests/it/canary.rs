//! No token leaves the session crate: the platform issues tokens that contain a canary, and no
//! stream, log, file or guest shows it; the store's own file is the one exception.
//!
//! Every world of every other module looks for the canary too, by itself. Here is what makes programs
//! show tokens if they can, and the proof that the looking finds one.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Output, Stdio};

use base64::Engine;
use vantage_test_support::World;
use vantage_test_support::canary::each_file;

use crate::guests::{guest, third_party};
use crate::network::site::read_request;
use crate::signed_in;

#[test]
fn the_platforms_tokens_do_contain_the_canary() {
    let world = signed_in();
    let mut records = 0;
    each_file(&world.home().join("state/sessions"), &mut |path, bytes| {
        if path.extension().is_some_and(|end| end == "json") {
            let found = world.canary().found_in(bytes);
            assert_eq!(found, Some("as it is"), "the other tests would prove nothing");
            records += 1;
        }
    });
    assert_eq!(records, 1);
}

/// A world in which a token lies about, in one form after another, fails its test when it ends.
#[test]
fn a_world_notices_a_token_in_any_file_and_on_any_stream() {
    let token = {
        let world = signed_in();
        let record: serde_json::Value =
            serde_json::from_slice(&fs::read(world.stored("test").path()).unwrap()).unwrap();
        record["access_token"].as_str().unwrap().to_owned()
    };
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("x{token}"));
    let backwards: String = token.chars().rev().collect();
    for form in [&token, &encoded, &backwards] {
        let ended = std::panic::catch_unwind(|| {
            let world = signed_in();
            fs::create_dir_all(world.home().join("cache/deep")).unwrap();
            fs::write(world.home().join("cache/deep/file"), format!("x {form}")).unwrap();
        });
        assert!(ended.is_err(), "overlooked in a file: {form}");
        let ended = std::panic::catch_unwind(|| {
            let world = signed_in();
            world.run(&["profile", "show", form]);
        });
        assert!(ended.is_err(), "overlooked on standard error: {form}");
        let ended = std::panic::catch_unwind(|| {
            let world = signed_in();
            world.on_terminal(&["profile", "show", form]).finish().unwrap();
        });
        assert!(ended.is_err(), "overlooked on a terminal: {form}");
    }
}

#[test]
fn no_output_at_full_verbosity_shows_a_token() {
    let world = signed_in();
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
    world.canary().is_not_in(&output.stdout, &format_args!("standard output of {line:?}"));
    world.canary().is_not_in(&output.stderr, &format_args!("standard error of {line:?}"));
    output
}

#[test]
fn a_refresh_and_a_refused_refresh_show_no_token() {
    let loud: &[&[&str]] = &[&["-vvv"], &["-vvv", "-o", "table"], &["-vvv", "-o", "json"]];
    for options in loud {
        let world = signed_in();
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
    let world = signed_in();
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
    world.no_file_has_a_token();
}

/// What the local platform gives away, in every way it can: no command, no pack and no file takes it.
#[test]
fn what_the_platforms_apis_give_away_is_shown_nowhere() {
    let world = signed_in();
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
        let (present, canary) = (backwards("something to keep"), backwards(world.canary().text()));
        let output = quiet(&world, &["scanner", &present, &canary, "--job", &job, "-o", "json"]);
        let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found["found"], serde_json::json!([true, false]), "{place}: {found}");
        assert!(!found["failures"].as_array().unwrap().is_empty(), "{place}: nothing was refused: {found}");
    }
    world.no_file_has_a_token();
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
    let world = signed_in();
    world.tell("faults", &serde_json::json!({"latency": "300ms"}));
    for line in [&["cluster", "list"][..], &["login", "--force"], &["whoami"], &["logout"]] {
        world.tell("expire", &serde_json::json!({}));
        let mut child = world.command(line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut looked = 0;
        loop {
            looked += look_at(&world, child.id(), line);
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        assert!(looked > 0, "{line:?}: no process was seen");
    }
}

/// Looks at a process and all below it; gives how many showed their variables.
#[cfg(target_os = "linux")]
fn look_at(world: &World, process: u32, line: &[&str]) -> usize {
    let folder = Path::new("/proc").join(process.to_string());
    let mut looked = 0;
    for name in ["cmdline", "environ"] {
        // A process that has ended meanwhile shows nothing.
        let bytes = fs::read(folder.join(name)).unwrap_or_default();
        world.canary().is_not_in(&bytes, &format_args!("{name} of a process of {line:?}"));
        looked += usize::from(name == "environ" && !bytes.is_empty());
    }
    for thread in fs::read_dir(folder.join("task")).into_iter().flatten().flatten() {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        looked += children
            .split_whitespace()
            .map(|child| look_at(world, child.parse().unwrap(), line))
            .sum::<usize>();
    }
    looked
}

/// A script that writes down what the system shows of it and of who started it, and then is `program`.
#[cfg(target_os = "linux")]
fn recording(path: &Path, told: &Path, program: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let processes = "/proc/$$/cmdline /proc/$$/environ /proc/$PPID/cmdline /proc/$PPID/environ";
    let script = format!("#!/bin/sh\n/bin/cat {processes} >> '{}'\n{program}\n", told.display());
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[cfg(target_os = "linux")]
#[test]
fn what_keeps_the_sign_in_is_shown_its_tokens_on_its_input_alone() {
    let world = signed_in();
    let kept = crate::stores::vault(&world);
    let program = format!("exec /usr/bin/python3 '{}/keep' '{}'", world.home().display(), kept.display());
    let told = world.home().join("told");
    let recorder = recording(&world.home().join("record"), &told, &program);
    world.run(&["profile", "set", "test", "credential-command", &format!("'{recorder}'")]).expect(0);
    world.run(&["profile", "set", "test", "credential-store", "command"]).expect(0);
    for line in [&["login", "--force"][..], &["cluster", "list"], &["whoami", "-vvv"], &["logout"]] {
        world.tell("expire", &serde_json::json!({}));
        let before = fs::metadata(&told).map_or(0, |told| told.len());
        world.run(line).expect(0);
        let seen = fs::read(&told).unwrap();
        assert!(seen.len() as u64 > before, "{line:?} started no program");
        assert!(String::from_utf8_lossy(&seen).contains("record"), "nothing was shown of the program");
        world.canary().is_not_in(&seen, &format_args!("a program that {line:?} started"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_opens_the_link_is_shown_no_token() {
    let world = signed_in();
    // Not in the home, whose name has a space: `BROWSER` is a line with arguments.
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    assert!(std::process::Command::new("mkfifo").arg(&told).status().unwrap().success());
    let browser = recording(&folder.path().join("browser"), &told, "");
    // A link that was opened already is opened anew: who signs in again has a token by then.
    let terminal = world.on_terminal_with(&["login", "--force", "-vvv"], &[("BROWSER", &browser)]);
    // The pipe ends when the program has.
    let seen = fs::read(&told).unwrap();
    let shown = String::from_utf8_lossy(&seen);
    assert!(shown.contains("BROWSER") && shown.contains("user_code="), "{shown}");
    world.canary().is_not_in(&seen, &"the program that opens the link");
    let (text, status) = terminal.finish().unwrap();
    assert!(status.success(), "{text}");
}

#[test]
fn no_file_but_the_record_holds_a_token() {
    let world = signed_in();
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
    let looked = world.no_file_has_a_token();
    assert!(looked > 5, "only {looked} files were looked at");
}

#[test]
fn no_guests_memory_holds_a_token() {
    let world = signed_in();
    world.run(&["plugin", "add", &guest("scanner").display().to_string(), "--grant-all"]).expect(0);
    let name = world.run(&["cluster", "list", "-o", "json"]).expect(0).json()[0]["name"].clone();
    let (present, canary) = (backwards(name.as_str().unwrap()), backwards(world.canary().text()));
    let found = world.run(&["scanner", &present, &canary, "-o", "json"]).expect(0).json();
    assert!(found["bytes"].as_u64().unwrap() > 1 << 20, "{found}");
    assert_eq!(found["found"], serde_json::json!([true, false]), "the name is there, the canary is not");
}

/// As the scanner takes texts.
fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}
