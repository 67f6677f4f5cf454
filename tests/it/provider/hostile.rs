//! Answers meant to lead a credential, or the person, elsewhere.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

use serde_json::{Value, json};
use vantage_test_support::oidc::path;

use super::{QUERY, expired, records, sign_in, started};

/// Another origin on this machine. Nothing may ever connect to it.
struct Elsewhere(TcpListener);

impl Elsewhere {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    #[track_caller]
    fn is_untouched(&self, why: &dyn std::fmt::Display) {
        // A connection that nobody accepts waits here, so that one seen by none is one not made.
        assert!(self.0.accept().is_err(), "the other origin was spoken to:\n{why}");
    }
}

/// A program in the place of the person's browser, which leaves a trace.
struct Opener {
    folder: tempfile::TempDir,
    program: PathBuf,
}

impl Opener {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("vantage-opener-").tempdir().unwrap();
        let program = folder.path().join("open");
        fs::write(&program, "#!/bin/sh\necho opened > \"$0.trace\"\n").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self { folder, program }
    }

    /// What makes every way to open a link end here.
    fn variables(&self) -> [(&str, &str); 3] {
        let folder = self.folder.path().to_str().unwrap();
        [("BROWSER", self.program.to_str().unwrap()), ("PATH", folder), ("DISPLAY", ":99")]
    }

    #[track_caller]
    fn is_unused(&self, why: &str) {
        assert!(!self.program.with_extension("trace").exists(), "something was opened:\n{why}");
    }
}

/// Codes that expire soon, so that a sign-in that is not refused ends all the same.
fn short_lived() -> Value {
    json!({"code_life": 5})
}

#[test]
fn discovery_leads_nowhere_else() {
    let Some((world, realm)) = started(&short_lived()) else { return };
    let elsewhere = Elsewhere::new();
    let there = |rest: &str| format!("{}{rest}", elsewhere.url());
    let long = format!(r#"{{"issuer":"{}"}}"#, " ".repeat(2 << 20));
    for (expected, fault) in [
        ("device", json!({"remove": ["device_authorization_endpoint"]})),
        ("is for the issuer", json!({"merge": {"issuer": there("/realms/vantage")}})),
        ("is for the issuer", json!({"merge": {"issuer": format!("{}/", realm.issuer())}})),
        ("another origin", json!({"merge": {"token_endpoint": there("/token")}})),
        ("another origin", json!({"merge": {"device_authorization_endpoint": there("/device")}})),
        ("another origin", json!({"merge": {"revocation_endpoint": there("/revoke")}})),
        ("http is for", json!({"merge": {"token_endpoint": "http://example.com/token"}})),
        ("only https", json!({"merge": {"token_endpoint": "file:///etc/passwd"}})),
        ("not a discovery document", json!({"remove": ["token_endpoint"]})),
        ("not a discovery document", json!({"status": 200, "body": "<html>"})),
        ("longer than", json!({"status": 200, "body": long})),
        ("redirects", json!({"status": 302, "headers": {"location": there("/")}})),
        ("HTTP 404", json!({"status": 404})),
    ] {
        realm.inject(path::DISCOVERY, fault.clone());
        let ran = world.run(&["login"]);
        assert_eq!(ran.status, 1, "{expected}:\n{ran}");
        assert!(ran.stderr.contains(expected), "{expected}:\n{ran}");
        elsewhere.is_untouched(&ran);
    }
    assert_eq!((realm.asked(path::DEVICE).len(), realm.asked(path::TOKEN).len()), (0, 0));
    assert!(records(&world).is_empty());
}

#[test]
fn a_redirect_is_never_followed_with_a_credential() {
    let Some((world, realm)) = expired(&short_lived()) else { return };
    let elsewhere = Elsewhere::new();
    for status in [301, 302, 303, 307, 308] {
        let redirect = json!({"status": status, "headers": {"location": elsewhere.url()}});
        realm.inject(path::TOKEN, redirect.clone());
        let refreshed = world.run(QUERY).expect(1);
        realm.inject(path::DEVICE, redirect.clone());
        let asked = world.run(&["login", "--force"]).expect(1);
        realm.inject(path::TOKEN, redirect);
        let polled = world.run(&["login", "--force"]).expect(1);
        for ran in [refreshed, asked, polled] {
            assert!(ran.stderr.contains(&format!("redirects (HTTP {status})")), "{ran}");
            elsewhere.is_untouched(&ran);
        }
    }
    // The sign-in is what it was, and the platform's redirects are no better.
    world.run(QUERY).expect(0);
    for status in [302, 307, 308] {
        realm.inject(path::API, json!({"status": status, "headers": {"location": elsewhere.url()}}));
        let ran = world.run(QUERY).expect(1);
        elsewhere.is_untouched(&ran);
    }
    realm.inject(path::REVOKE, json!({"status": 307, "headers": {"location": elsewhere.url()}}));
    let ran = world.run(&["logout"]).expect(0);
    assert!(ran.stderr.contains("could not be told"), "{ran}");
    elsewhere.is_untouched(&ran);
}

#[test]
fn a_sign_out_is_honest_about_a_provider_that_refuses() {
    let Some((world, realm)) = started(&json!({})) else { return };
    for (expected, answer) in [
        ("could not be told", json!({"status": 400, "body": r#"{"error":"unsupported_token_type"}"#})),
        ("could not be told", json!({"status": 401, "body": ""})),
        ("could not be told", json!({"status": 403, "body": r#"{"error":"unauthorized_client"}"#})),
        ("could not be told", json!({"status": 503})),
        ("could not be told", json!({"status": 200, "hang_up": 0})),
    ] {
        sign_in(&world, &realm, &["login"]).expect(0);
        realm.inject(path::REVOKE, answer.clone());
        let ran = world.run(&["logout"]);
        assert_eq!(ran.status, 0, "{answer}:\n{ran}");
        assert!(ran.stderr.contains("warning") && ran.stderr.contains(expected), "{answer}:\n{ran}");
        assert!(records(&world).is_empty(), "{answer}:\n{ran}");
        world.run(&["whoami"]).expect(4);
    }
    realm.inject(path::DISCOVERY, json!({"remove": ["revocation_endpoint"]}));
    sign_in(&world, &realm, &["login"]).expect(0);
    let ran = world.run(&["logout"]).expect(0);
    assert!(ran.stderr.contains("offers no way"), "{ran}");
    assert!(records(&world).is_empty(), "{ran}");
}

#[test]
fn what_would_be_shown_or_opened_is_what_it_seems_or_refused() {
    let Some((world, realm)) = started(&short_lived()) else { return };
    let opener = Opener::new();
    for device in [
        json!({"verification_uri": "javascript:alert(1)"}),
        json!({"verification_uri": "file:///etc/passwd"}),
        json!({"verification_uri": "https://login.example@evil.example/"}),
        json!({"verification_uri": "http://evil.example/"}),
        json!({"verification_uri": "https://evil.example/\u{1b}]8;;x\u{7}"}),
        json!({"verification_uri": "https://xn--e1awd7f.example/ --new-window"}),
        json!({"verification_uri": ""}),
        json!({"verification_uri": 7}),
        json!({"verification_uri_complete": "javascript:alert(1)"}),
        json!({"verification_uri_complete": "data:text/html,x"}),
        json!({"verification_uri_complete": "-flag"}),
        json!({"user_code": "\u{1b}[2J\u{1b}]0;x\u{7}"}),
        json!({"user_code": "\u{202e}ABC"}),
        json!({"user_code": "AB\nlink: https://evil.example/"}),
        json!({"user_code": "\u{9b}31m"}),
        json!({"user_code": "A".repeat(4000)}),
        json!({"user_code": ""}),
        json!({"device_code": "a\nb"}),
    ] {
        realm.inject(path::DEVICE, json!({"merge": device}));
        let mut terminal = world.on_terminal_with(&["login"], &opener.variables());
        terminal.enter("\n").unwrap();
        let (drawn, status) = terminal.finish().unwrap();
        assert_eq!(status.exit_code(), 1, "{device}:\n{drawn}");
        assert!(!drawn.contains("code: ") && !drawn.contains("evil.example"), "{device}:\n{drawn}");
        assert!(!drawn.contains('\u{7}') && !drawn.contains("\u{1b}]"), "{device}:\n{drawn:?}");
        opener.is_unused(&drawn);
    }
    assert_eq!(realm.asked(path::TOKEN).len(), 0);
}
