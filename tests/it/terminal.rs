//! What hostile texts do to a real terminal: nothing but to be seen.
//!
//! tmux obeys what it is sent, so that a window's title, the clipboard, the cursor and the alternate
//! screen tell whether anything got through. The first test shows that it would be noticed.

use std::io::Write;
use std::net::TcpListener;

use vantage_test_support::World;
use vantage_test_support::emulator::Emulator;

use crate::guests::guest;
use crate::network::site::read_request;
use crate::signed_in;

/// What a terminal obeys, in a text in JSON, with what would look like the host's words if it did.
const EVIL: &str = "\\u001b]0;stolen\\u0007\\u001b]52;c;ZXZpbA==\\u0007\\u001bkstolen\\u001b\\\\\
    \\u001b[?1049h\\u001b[?25l\\u001b[4h\\u001b[2J\\u001b[H\\u009b5;10r\\r\\nhint: vantage logout\\n\\u202e";

/// The same as the shell's `printf` takes it.
const RAW: &str =
    "\\033]0;stolen\\007\\033]52;c;ZXZpbA==\\007\\033kstolen\\033\\\\\\033[?1049h\\033[?25l\\033[4h";

/// Runs the script, and shows that nothing but text came to the terminal; gives what is seen.
#[track_caller]
fn nothing_but_text(emulator: &Emulator, run: impl FnOnce(&Emulator)) -> String {
    let (before, clipboard) = (emulator.state(), emulator.clipboard());
    assert_eq!(clipboard, "");
    run(emulator);
    emulator.wait_for_end();
    let screen = emulator.screen();
    assert_eq!(emulator.state(), before, "{screen}");
    assert_eq!(emulator.clipboard(), "", "{screen}");
    assert!(screen.starts_with("-- ready --\n"), "something was erased:\n{screen}");
    for row in screen.lines() {
        let forged =
            ["hint: vantage logout", "hint: vantage plugin grant", "error: session", "over", "written"];
        assert!(!forged.iter().any(|words| row.starts_with(words)), "{row:?} in\n{screen}");
    }
    screen
}

#[test]
fn what_is_not_made_visible_would_be_noticed() {
    let world = signed_in();
    let emulator = world.in_emulator(&format!("printf '{RAW}'"));
    let before = emulator.state();
    emulator.run();
    let after = emulator.state();
    for changed in ["title=stolen", "window=stolen", "alternate=1", "cursor=0", "insert=1"] {
        assert!(!before.contains(changed) && after.contains(changed), "no {changed} in {after}");
    }
    assert!(emulator.clipboard().contains("evil"), "{}", emulator.clipboard());
}

#[test]
fn a_pack_does_nothing_to_a_terminal_but_write_on_it() {
    let world = signed_in();
    world.run(&["plugin", "add", &guest("escapes").display().to_string(), "--grant-all"]).expect(0);
    let lines = [
        "escapes",
        "escapes --fail",
        "escapes --fail -o json",
        "escapes --markdown",
        "escapes -o csv",
        "escapes -o yaml",
        "escapes -vvv",
        "escapes --help",
        "plugin show escapes",
        "plugin audit",
        "--help",
    ];
    let script: Vec<String> = lines.iter().map(|line| format!("\"$@\" {line}")).collect();
    let screen = nothing_but_text(&world.in_emulator(&script.join("\n")), Emulator::begin);
    for seen in ["\\u{1b}[31mred", "\\u{1b}]52;c;ZXZpbA==\\u{7}", "\\u{202e}", "\\u{9b}2J", "test/escapes: "]
    {
        assert!(screen.contains(seen), "no {seen} in\n{screen}");
    }
}

#[test]
fn a_pack_that_is_to_be_added_does_nothing_to_a_terminal() {
    let world = signed_in();
    let script = format!("\"$@\" plugin add '{}'", guest("escapes").display());
    let screen = nothing_but_text(&world.in_emulator(&script), |emulator| {
        emulator.begin();
        emulator.wait_for("Add it and allow this? [y/N]");
        emulator.enter("n");
    });
    assert!(screen.contains("\\u{1b}[31mred"), "{screen}");
    assert!(world.only_bundled());
}

#[test]
fn a_server_does_nothing_to_a_terminal() {
    let world = signed_in();
    let server = hostile();
    let (issuer, api) = (world.ready().issuer.clone(), format!("{server}/graphql"));
    world.run(&["profile", "create", "evil", "--issuer", &issuer, "--api", &api, "--use"]).expect(0);
    world.run(&["login"]).expect(0);
    world.run(&["profile", "create", "worse", "--issuer", &server, "--api", &api]).expect(0);
    let script = "\"$@\" api '{ errors }'\n\"$@\" api '{ data }'\n\"$@\" api '{ page }'\n\"$@\" api '{ errors }' -vvv\n\
        \"$@\" cluster list\n\"$@\" login --profile worse\n\"$@\" doctor --profile worse";
    let screen = nothing_but_text(&world.in_emulator(script), Emulator::begin);
    for seen in ["\\u{1b}]0;stolen\\u{7}", "\\u{202e}"] {
        assert!(screen.contains(seen), "no {seen} in\n{screen}");
    }
}

/// Arguments and names of files are whoever's the script is that names them.
#[test]
fn what_is_typed_and_what_files_are_called_does_nothing_to_a_terminal() {
    let world: World = signed_in();
    let name = "$(printf '\\033]0;stolen\\007\\033[2J\\033]52;c;ZXZpbA==\\007\\342\\200\\256\\233')";
    let lines = [
        "EVIL",
        "cluster EVIL",
        "cluster list --EVIL",
        "cluster list -o EVIL",
        "cluster get EVIL",
        "plugin add \"$VANTAGE_HOME\"/EVIL",
        "plugin add ./EVIL.wasm",
        "plugin show EVIL",
        "api EVIL",
        "api --file EVIL",
        "profile show EVIL",
        "profile use EVIL",
        "config set EVIL EVIL",
        "config get EVIL",
    ];
    let script: Vec<String> =
        lines.iter().map(|line| format!("\"$@\" {}", line.replace("EVIL", &format!("\"{name}\"")))).collect();
    let script = format!("cd \"$VANTAGE_HOME\"; echo no pack > \"{name}\"\n{}", script.join("\n"));
    let screen = nothing_but_text(&world.in_emulator(&script), Emulator::begin);
    assert!(screen.contains("\\u{1b}]0;stolen\\u{7}"), "{screen}");
}

/// A server whose every text is hostile; gives its address.
fn hostile() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let issuer = address.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let Some(request) = read_request(&mut stream) else { continue };
            let (status, body) = answer(&request, &issuer);
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nX-Request-Id: \u{9b}2J");
            // Whoever has heard enough has left.
            let _ =
                write!(stream, "{head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        }
    });
    address
}

fn answer(request: &str, issuer: &str) -> (&'static str, String) {
    if request.contains(".well-known") {
        let endpoints = ["device_authorization_endpoint", "token_endpoint", "jwks_uri"]
            .map(|name| format!("\"{name}\":\"{issuer}/{name}\""));
        return ("200 OK", format!("{{\"issuer\":\"{issuer}\",{}}}", endpoints.join(",")));
    }
    if request.contains("data") {
        return ("200 OK", format!("{{\"data\":{{\"data\":\"{EVIL}\"}}}}"));
    }
    if request.contains("page") {
        let page = EVIL.replace("\\u001b", "\u{1b}").replace("\\u0007", "\u{7}");
        return ("500 No", format!("<html>{page}"));
    }
    if request.contains("device_authorization_endpoint") {
        return ("400 No", format!("{{\"error\":\"{EVIL}\",\"error_description\":\"{EVIL}\"}}"));
    }
    (
        "200 OK",
        format!(
            "{{\"errors\":[{{\"message\":\"{EVIL}\",\"path\":[\"{EVIL}\"],\"extensions\":{{\"code\":\"{EVIL}\"}}}}]}}"
        ),
    )
}

/// A table that is drawn over and over stands there once, whatever size the terminal gets meanwhile.
#[test]
fn a_watch_survives_another_size_of_the_terminal() {
    let world = signed_in();
    // What is compiled once is out of the way then.
    world.run(&["cluster", "list"]).expect(0);
    let emulator = world.in_emulator("\"$@\" cluster watch");
    emulator.begin();
    let mut made = 0;
    let mut make = || {
        made += 1;
        let name = format!("made-{made:03}");
        world.run(&["cluster", "create", &name, "--provider", "on_prem"]).expect(0);
        name
    };
    let titles = |screen: &str| screen.lines().filter(|row| row.starts_with("NAME")).count();
    // Whatever happened before it had begun to listen, it does not tell.
    while titles(&emulator.screen()) == 0 {
        make();
    }
    for columns in [40, 100, 60, 30] {
        emulator.resize(columns);
        let name = make();
        emulator.wait_for(&name);
        let screen = emulator.visible();
        assert_eq!(titles(&screen), 1, "at {columns} columns:\n{screen}");
        assert_eq!(screen.matches("brisk-jetty-05").count(), 1, "at {columns} columns:\n{screen}");
        assert!(screen.lines().all(|row| row.chars().count() <= columns), "{screen}");
    }
}
