//! Signing in, who is signed in and signing out.

use std::fs;
use std::io::{Seek, Write};

use insta::assert_snapshot;
use serde_json::json;
use vantage_platform::Options;
use vantage_test_support::{Ran, World};

use crate::{VANTAGE, seeded, signed_in, world};

#[test]
fn login_shows_code_and_link_and_whoami_the_persona() {
    let world = World::new(VANTAGE, Options { auto_approve: true, ..seeded() });
    let ran = world.run(&["login"]).expect(0);
    assert_eq!(ran.stdout, "");
    assert!(
        ran.stderr.contains("code: ") && ran.stderr.contains("link: [PLATFORM]/realms/vantage/device"),
        "{ran}"
    );

    let persona = world.run(&["whoami", "-o", "json"]).expect(0).json();
    assert_eq!(persona["username"], world.ready().user);
    assert_eq!(persona["profile"], "test");
    assert!(persona["organization"].is_string() && persona["roles"].is_array(), "{persona}");
}

#[test]
fn a_second_login_says_so_and_asks_the_provider_nothing() {
    let world = signed_in();
    let before = world.admin("stats");
    let ran = world.run(&["login"]).expect(0);
    assert!(ran.stderr.contains("already signed in"), "{ran}");
    assert_eq!(world.admin("stats")["device_authorizations"], before["device_authorizations"]);
    world.run(&["login", "--force"]).expect(0);
    assert_eq!(world.admin("stats")["device_authorizations"], json!(2));
}

#[test]
fn signed_out_is_exit_4_with_the_line_to_run() {
    let world = world();
    assert_snapshot!(world.run(&["whoami"]).expect(4), @"
    exit: 4
    --- stdout
    --- stderr
    error: not signed in with profile `test`
    hint: `vantage login --profile test` signs in
    ");
    let ran = world.run(&["cluster", "list", "-o", "json"]).expect(4);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.json_error()["kind"], "not-signed-in");
}

#[test]
fn an_expired_access_token_is_refreshed_once() {
    let world = signed_in();
    world.tell("expire", &json!({}));
    world.run(&["cluster", "list"]).expect(0);
    world.run(&["cluster", "list"]).expect(0);
    let stats = world.admin("stats");
    assert_eq!(stats["refreshes"], json!(1), "{stats}");
    assert_eq!(stats["refresh_reuses"], json!(0), "{stats}");
}

#[test]
fn a_session_that_the_provider_ended_is_exit_4() {
    let world = signed_in();
    world.tell("revoke-all", &json!({}));
    let ran = world.run(&["cluster", "list"]).expect(4);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("vantage login"), "{ran}");
}

#[test]
fn logout_revokes_and_forgets() {
    let world = signed_in();
    assert_snapshot!(world.run(&["logout"]).expect(0), @"
    exit: 0
    --- stdout
    --- stderr
    signed out
    ");
    assert_eq!(world.admin("stats")["revocations"], json!(1));
    world.run(&["whoami"]).expect(4);
    assert_eq!(records(&world).len(), 0, "a record of the sign-in is left");
    world.run(&["logout"]).expect(0);
}

#[test]
fn logout_without_the_provider_forgets_and_says_so() {
    let mut world = signed_in();
    world.stop_platform();
    let ran = world.run(&["logout"]).expect(0);
    assert!(ran.stderr.contains("warning") && ran.stderr.contains("could not be told"), "{ran}");
    assert_eq!(records(&world).len(), 0);
}

#[cfg(unix)]
#[test]
fn the_record_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = signed_in();
    let records = records(&world);
    assert_eq!(records.len(), 1);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&records[0]), 0o600);
    assert_eq!(mode(records[0].parent().unwrap()), 0o700);

    fs::set_permissions(&records[0], fs::Permissions::from_mode(0o644)).unwrap();
    let ran = world.run(&["whoami"]);
    assert_ne!(ran.status, 0, "{ran}");
    assert!(ran.stderr.contains("chmod 600"), "{ran}");
}

#[test]
fn the_platform_stopped_is_exit_7() {
    let mut world = signed_in();
    world.stop_platform();
    let ran = world.run(&["cluster", "list", "-o", "json"]).expect(7);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.json_error()["kind"], "unavailable");
}

#[test]
fn what_the_platform_refuses_is_exit_5() {
    let options = Options { user: "sam".to_owned(), ..seeded() };
    let world = World::signed_in(VANTAGE, options);
    for line in [
        &["cluster", "list", "-o", "json"][..],
        &["cluster", "create", "x", "--provider", "on_prem", "-o", "json"],
        &["api", "{ clusters(first: 1) { total } }", "-o", "json"],
    ] {
        let ran = world.run(line).expect(5);
        assert_eq!(ran.stdout, "");
        assert_eq!(ran.json_error()["kind"], "denied", "{ran}");
    }
}

#[test]
fn logout_of_everything_has_a_line_for_each_sign_in() {
    let mut world = signed_in();
    world.run(&["login", "--organization", "globex"]).expect(0);
    let ran = world.run(&["logout", "--all"]).expect(0);
    let mut lines: Vec<&str> = ran.stderr.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        ["profile `test`, organization `globex`: signed out", "profile `test`: signed out"],
        "{ran}"
    );
    assert_eq!((world.admin("stats")["revocations"].clone(), records(&world).len()), (json!(2), 0));
    assert!(world.run(&["logout", "--all"]).expect(0).stderr.contains("nobody was signed in"));

    world.run(&["login"]).expect(0);
    world.stop_platform();
    let ran = world.run(&["logout", "--all"]).expect(0);
    assert!(ran.stderr.contains("could not be told"), "{ran}");
    assert_eq!(records(&world).len(), 0);
}

#[test]
fn whoami_says_where_the_identity_comes_from() {
    let world = signed_in();
    let persona = world.run(&["whoami", "-o", "json"]).expect(0).json();
    assert_eq!((&persona["source"], &persona["store"]), (&json!("sign-in in file"), &json!("file")));
    assert!(persona["expires"].is_string(), "{persona}");
}

/// The access token of the one stored sign-in.
fn token(world: &World) -> String {
    let record: serde_json::Value = serde_json::from_slice(&fs::read(&records(world)[0]).unwrap()).unwrap();
    record["access_token"].as_str().unwrap().to_owned()
}

/// Runs `login --token-stdin` with `token` on standard input.
fn login_with(world: &World, token: &[u8]) -> Ran {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(token).and_then(|()| file.rewind()).unwrap();
    world.finish(world.command(&["login", "--token-stdin"]).stdin(file))
}

#[test]
fn a_token_from_standard_input_is_kept_until_it_expires() {
    let world = signed_in();
    let token = token(&world);
    world.run(&["logout"]).expect(0);
    for line in [format!("{token}\n"), format!("{token}\r\n"), token.clone()] {
        let ran = login_with(&world, line.as_bytes()).expect(0);
        assert!(ran.stderr.contains("\nsigned in as `ada`") && ran.stdout.is_empty(), "{ran}");
        let persona = world.run(&["whoami", "-o", "json"]).expect(0).json();
        assert_eq!(persona["username"], "ada");
        world.run(&["logout"]).expect(0);
    }
}

#[test]
fn what_is_no_token_is_refused_and_never_shown() {
    let world = world();
    let long = vec![b'x'; 70 * 1024];
    for bad in [&b""[..], b"\n", b"canary with spaces", b"canary\x1b[0m", b"\xff\xfecanary", &long, b"canary"]
    {
        let ran = login_with(&world, bad);
        assert!(ran.status != 0 && ran.status != 101, "{ran}");
        assert!(!ran.stderr.contains("canary") && !ran.stderr.contains("xxxx"), "{ran}");
        assert_eq!(records(&world).len(), 0);
    }
    let (text, status) = world.on_terminal(&["login", "--token-stdin"]).finish().unwrap();
    assert!(status.exit_code() == 2 && text.contains("vantage login --token-stdin < FILE"), "{text}");
    world.run(&["login", "--token-stdin", "--force"]).expect(2);
}

#[test]
fn while_a_variable_gives_the_identity_nobody_signs_in_or_out() {
    let world = signed_in();
    let token = token(&world);
    let with = |arguments: &[&str]| world.finish(world.command(arguments).env("VANTAGE_TOKEN", &token));
    for line in [&["login"][..], &["login", "--force"], &["logout"], &["logout", "--all"]] {
        let ran = with(line).expect(2);
        assert!(ran.stderr.contains("VANTAGE_TOKEN"), "{ran}");
    }
    let persona = with(&["whoami", "-o", "json"]).expect(0).json();
    assert_eq!(persona["source"], "the variable `VANTAGE_TOKEN`");
    assert!(persona["store"].is_null() && persona["expires"].is_string(), "{persona}");
    assert_eq!(world.admin("stats")["revocations"], json!(0));
}

/// A program that writes its arguments and its variables into a pipe.
#[cfg(unix)]
struct Recorder {
    folder: tempfile::TempDir,
}

#[cfg(unix)]
impl Recorder {
    fn new() -> Self {
        use std::os::unix::fs::PermissionsExt;
        let recorder = Self { folder: tempfile::tempdir().unwrap() };
        let (program, pipe) = (recorder.program(), recorder.folder.path().join("told"));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let script = format!("#!/bin/sh\n{{ echo \"$@\"; export -p; }} > {}\n", pipe.display());
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        recorder
    }

    fn program(&self) -> String {
        self.folder.path().join("browser").display().to_string()
    }

    /// Waits until the program has run.
    fn told(&self) -> String {
        fs::read_to_string(self.folder.path().join("told")).unwrap()
    }
}

/// The code that stands on the terminal.
fn code(drawn: &str) -> String {
    let line = drawn.lines().find_map(|line| line.strip_prefix("code: "));
    line.unwrap_or_else(|| panic!("no code in:\n{drawn}")).trim().to_owned()
}

#[cfg(unix)]
#[test]
fn the_browser_opens_the_link_with_the_code_and_learns_nothing_else() {
    let world = world();
    let browser = Recorder::new();
    let terminal = world
        .on_terminal_with(&["login"], &[("BROWSER", &browser.program()), ("VANTAGE_CLIENT_ID", "default")]);
    terminal.wait_for("the code is good until").unwrap();
    let code = code(&terminal.drawn());
    let told = browser.told();
    let link = format!("{}/device?user_code={code}\n", world.ready().issuer);
    assert!(told.starts_with(&link), "{told}");
    assert!(told.contains("BROWSER") && !told.contains("VANTAGE_"), "{told}");
    world.approve(&code);
    let (text, status) = terminal.finish().unwrap();
    assert_eq!(status.exit_code(), 0, "{text}");
    assert!(text.contains("approve only if you started this") && text.contains("signed in as"), "{text}");
    world.run(&["whoami"]).expect(0);
}

#[test]
fn a_browser_that_cannot_be_started_is_a_note() {
    let world = world();
    let terminal =
        world.on_terminal_with(&["login"], &[("BROWSER", "/nonexistent"), ("PATH", "/nonexistent")]);
    terminal.wait_for("the browser could not be started").unwrap();
    world.approve(&code(&terminal.drawn()));
    let (text, status) = terminal.finish().unwrap();
    assert_eq!(status.exit_code(), 0, "{text}");
}

#[test]
fn no_browser_is_opened_where_nobody_would_see_it() {
    let world = world();
    let ssh = [("DISPLAY", ":0"), ("SSH_CONNECTION", "10.0.0.1 40000 10.0.0.2 22")];
    for (line, variables) in [
        (&["login"][..], &ssh[..]),
        (&["login"], &[]),
        (&["login", "--no-browser"], &[("BROWSER", "/bin/true")]),
        (&["login", "--no-input"], &[("BROWSER", "/bin/true")]),
    ] {
        if variables.is_empty() && !cfg!(target_os = "linux") {
            continue;
        }
        let mut terminal = world.on_terminal_with(line, variables);
        terminal.wait_for("the code is good until").unwrap();
        terminal.enter("\u{3}").unwrap();
        let (text, status) = terminal.finish().unwrap();
        assert_eq!(status.exit_code(), 130, "{text}");
        assert!(text.contains("link: ") && !text.contains("browser; see"), "{line:?} {variables:?}\n{text}");
    }
}

#[test]
fn ctrl_c_while_a_person_is_waited_for_leaves_nothing() {
    let world = world();
    let mut terminal = world.on_terminal(&["login", "--qr"]);
    terminal.wait_for("the code is good until").unwrap();
    terminal.enter("\u{3}").unwrap();
    let (text, status) = terminal.finish().unwrap();
    assert_eq!(status.exit_code(), 130, "{text}");
    assert!(text.ends_with("interrupted\n"), "{text}");
    assert_eq!(records(&world).len(), 0);
    world.run(&["whoami"]).expect(4);
}

#[test]
fn a_qr_code_is_drawn_on_a_terminal_that_is_wide_enough() {
    let world = World::new(VANTAGE, Options { auto_approve: true, ..seeded() });
    let drawn = |variables: &[(&str, &str)]| {
        let (text, status) =
            world.on_terminal_with(&["login", "--force", "--qr"], variables).finish().unwrap();
        assert_eq!(status.exit_code(), 0, "{text}");
        text
    };
    // Black on white whatever the terminal's colours are, also where nothing else is coloured.
    let row = "\u{1b}[38;5;16;48;5;231m    █▀▀▀▀▀█";
    assert!(drawn(&[]).contains(row) && drawn(&[("NO_COLOR", "1")]).contains(row));
    let narrow = drawn(&[("COLUMNS", "40")]);
    assert!(narrow.contains("the QR code is not drawn") && !narrow.contains('█'), "{narrow}");
    let ran = world.run(&["login", "--force", "--qr"]).expect(0);
    assert!(ran.stderr.contains("the QR code is not drawn") && !ran.stderr.contains('█'), "{ran}");
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_token_does_not_follow_an_endpoint_that_was_not_there_at_sign_in() {
    let world = signed_in();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut command = world.command(&["cluster", "list"]);
    command.env("VANTAGE_API", format!("http://{}", listener.local_addr().unwrap()));
    let ran = world.finish(&mut command);
    assert_ne!(ran.status, 0, "{ran}");
    assert!(listener.accept().is_err(), "the other origin was spoken to:\n{ran}");
}

fn records(world: &World) -> Vec<std::path::PathBuf> {
    let Ok(folder) = fs::read_dir(world.home().join("state/sessions")) else {
        return Vec::new();
    };
    folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect()
}
