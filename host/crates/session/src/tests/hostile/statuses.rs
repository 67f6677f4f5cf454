//! Statuses: redirects, refusals in OAuth's words, pleas for patience, and none of what was expected.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::Duration;

use super::super::provider::Provider;
use super::super::server::{Act, Raw, Script, Server, json, with_headers};
use super::super::{TestClock, profile, session};
use super::{Case, End, Stage, meet, play, request, stored};
use crate::{ErrorKind, SessionError};

fn status(name: &'static str, status: u16, end: End) -> Case {
    Case::new(name, vec![Act::Send(with_headers(status, "", "<h1>canary</h1>"))], end)
}

#[tokio::test(start_paused = true)]
async fn statuses_that_nobody_expects() {
    let hints = b"HTTP/1.1 103 Early Hints\r\nLink: </canary>\r\n\r\n".repeat(50);
    let missing = with_headers(404, "", "");
    play(vec![
        status("bad request", 400, End::Nonsense),
        status("payment", 402, End::Nonsense),
        status("not found", 404, End::Nonsense),
        status("teapot", 418, End::Nonsense),
        status("an error of its own", 500, End::Away),
        status("a gateway's error", 502, End::Away),
        status("a gateway's time-out", 504, End::Away),
        status("five hundred and ninety-nine", 599, End::Away),
        status("nine hundred and ninety-nine", 999, End::Away),
        Case::new("early hints, and then nothing", vec![Act::Send(hints.clone())], End::Away),
        Case::new(
            "early hints, and then no such page",
            vec![Act::Send([hints, missing].concat())],
            End::Nonsense,
        ),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn early_hints_do_not_hide_an_answer() {
    let provider = Provider::start().await;
    let hints = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n".to_vec();
    let answer = Script(vec![Act::Send(hints), Act::Send(json(200, r#"{"data":{}}"#))]);
    provider.set(|world| world.trap = Some(("/graphql", Arc::new(move |_| Some(answer.clone())))));
    let home = tempfile::tempdir().expect("a folder");
    let session = session(profile(&provider.server.url), home.path(), &TestClock::new());
    session.login(&mut |_| {}, false).await.expect("a sign-in");
    session.graphql(request()).await.expect("an answer");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_sent_elsewhere() {
    let elsewhere = Server::start(|_| json(200, "{}")).await;
    for (code, path) in [
        (300, ""),
        (301, "/realms/vantage/token"),
        (302, "/x"),
        (303, ""),
        (305, ""),
        (307, "/realms/vantage/token"),
        (308, "/cluster/graphql"),
    ] {
        let link = format!("{}{path}", elsewhere.url);
        let headers = format!("Location: {link}\r\nRefresh: 0; url={link}\r\n");
        for stage in Stage::ALL {
            let script = Script::from(with_headers(code, &headers, "<a href=canary>"));
            let met = meet(stage, Arc::new(move |_| script.clone())).await;
            assert_eq!(met.end, End::Nonsense, "{code}, at {stage:?}: {}", met.text);
            assert!(met.text.contains("redirects are not followed"), "{}", met.text);
        }
    }
    assert_eq!(elsewhere.connections(), 0);
}

/// What OAuth's errors do to a sign-in that is refreshed: the kind, and whether the record stays.
#[tokio::test(start_paused = true)]
async fn only_what_was_rejected_is_thrown_away() {
    for (code, kind, stays) in [
        ("invalid_grant", ErrorKind::NotSignedIn, false),
        ("invalid_request", ErrorKind::Failed, true),
        ("invalid_client", ErrorKind::Failed, true),
        ("unauthorized_client", ErrorKind::Failed, true),
        ("unsupported_grant_type", ErrorKind::Failed, true),
        ("invalid_scope", ErrorKind::Failed, true),
        ("access_denied", ErrorKind::Failed, true),
        ("expired_token", ErrorKind::Failed, true),
        ("authorization_pending", ErrorKind::Failed, true),
        ("slow_down", ErrorKind::Failed, true),
        ("server_error", ErrorKind::Unavailable, true),
        ("temporarily_unavailable", ErrorKind::Unavailable, true),
        ("INVALID_GRANT", ErrorKind::Failed, true),
        ("invalid_grant ", ErrorKind::Failed, true),
        ("\u{1b}[2J", ErrorKind::Failed, true),
        ("", ErrorKind::Failed, true),
    ] {
        for answer_status in [400, 401, 403] {
            let provider = Provider::start().await;
            let home = tempfile::tempdir().expect("a folder");
            let clock = TestClock::new();
            let session = session(profile(&provider.server.url), home.path(), &clock);
            session.login(&mut |_| {}, false).await.expect("a sign-in");
            let before = stored(&session);
            let body = serde_json::json!({"error": code, "error_description": "canary? no\u{7}"});
            provider.set(|world| world.next_answers = vec![json(answer_status, &body.to_string())]);
            clock.forward(400);
            let error = session.persona().await.expect_err(code);
            assert_eq!(error.kind(), kind, "{code:?}, {answer_status}: {error}");
            assert!(!error.to_string().contains(char::is_control), "{error:?}");
            let expected = if stays { before } else { None };
            assert_eq!(stored(&session), expected, "{code:?}, {answer_status}: {error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_device_flow_ends_as_its_error_says() {
    for (code, kind) in [
        ("access_denied", ErrorKind::Denied),
        ("expired_token", ErrorKind::NotSignedIn),
        ("invalid_grant", ErrorKind::Failed),
        ("invalid_client", ErrorKind::Failed),
        ("unheard_of", ErrorKind::Failed),
    ] {
        let provider = Provider::start().await;
        let home = tempfile::tempdir().expect("a folder");
        let session = session(profile(&provider.server.url), home.path(), &TestClock::new());
        let body = format!(r#"{{"error":"{code}"}}"#);
        provider.set(|world| world.next_answers = vec![json(400, &body)]);
        let error = session.login(&mut |_| {}, false).await.expect_err(code);
        assert_eq!(error.kind(), kind, "{code}: {error}");
        assert_eq!(provider.server.asked("/token").len(), 1, "{code}: polled again");
        assert_eq!(stored(&session), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_401_without_end_is_answered_once() {
    for answer in [
        with_headers(401, "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n", "canary"),
        json(200, r#"{"data":null,"errors":[{"message":"canary","extensions":{"code":"UNAUTHENTICATED"}}]}"#),
    ] {
        let provider = Provider::with_api(move |_, _| answer.clone()).await;
        let home = tempfile::tempdir().expect("a folder");
        let session = session(profile(&provider.server.url), home.path(), &TestClock::new());
        session.login(&mut |_| {}, false).await.expect("a sign-in");
        let error = session.graphql(request()).await.expect_err("a loop");
        assert!(matches!(error, SessionError::ApiUnauthenticated { .. }), "{error:?}");
        assert_eq!(error.kind(), ErrorKind::NotSignedIn);
        assert_eq!(provider.server.asked("/graphql").len(), 2);
        assert_eq!(provider.refreshes(), (1, 0));
        assert!(stored(&session).is_some_and(|record| record.contains("refresh-canary-2")));
    }
}

/// How often an API is asked, and how many seconds it is given at least before the second time.
#[tokio::test(start_paused = true)]
async fn retry_after_is_believed_within_reason() {
    // The clock of the test says Mon, 21 Sep 2026 14:13:20 GMT.
    for (value, tries, least) in [
        ("0", 3, 0),
        ("7", 3, 7),
        ("30", 3, 30),
        ("31", 1, 0),
        ("1000000000", 1, 0),
        ("18446744073709551615", 1, 0),
        ("Mon, 21 Sep 2026 14:13:30 GMT", 3, 10),
        ("Mon, 21 Sep 2026 13:13:20 GMT", 3, 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 3, 0),
        ("Mon, 21 Sep 2026 14:13:51 GMT", 1, 0),
        ("Thu, 01 Jan 9998 00:00:00 GMT", 1, 0),
        // What cannot be read counts as not said, and then the pause is a random part of a second.
        ("-1", 3, 0),
        ("1e9", 3, 0),
        ("99999999999999999999", 3, 0),
        ("soon", 3, 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3, 0),
        ("Mon, 99 Sep 2026 14:13:20 GMT", 3, 0),
        ("", 3, 0),
    ] {
        for code in [429, 503] {
            let busy: Raw = with_headers(code, &format!("Retry-After: {value}\r\n"), "");
            let provider = Provider::with_api(move |_, _| busy.clone()).await;
            let home = tempfile::tempdir().expect("a folder");
            let session = session(profile(&provider.server.url), home.path(), &TestClock::new());
            session.login(&mut |_| {}, false).await.expect("a sign-in");
            let error = session.graphql(request()).await.expect_err("busy");
            assert_eq!(error.kind(), ErrorKind::Unavailable, "{value}: {error}");
            let asked = provider.server.asked("/graphql");
            assert_eq!(asked.len(), tries, "{value}, {code}");
            let gaps = asked.windows(2).map(|pair| pair[1].at - pair[0].at);
            for gap in gaps {
                assert!(gap >= Duration::from_secs(least), "{value}: {gap:?}");
                assert!(gap <= Duration::from_secs(least + 1), "{value}: {gap:?}");
            }
        }
    }
}

/// A provider that is asked for tokens is not asked again within the command, whatever it says.
#[tokio::test(start_paused = true)]
async fn a_busy_provider_keeps_its_peace() {
    for value in ["0", "-1", "soon", "1000000000", "Thu, 01 Jan 1970 00:00:00 GMT"] {
        for code in [429, 500, 503] {
            let busy = with_headers(code, &format!("Retry-After: {value}\r\n"), "canary");
            let counted = Arc::new(AtomicUsize::new(0));
            let asked = Arc::clone(&counted);
            let trap = move |_: &super::Asked| {
                asked.fetch_add(1, Ordering::SeqCst);
                Script::from(busy.clone())
            };
            let met = meet(Stage::Refresh, Arc::new(trap)).await;
            assert_eq!((met.end, counted.load(Ordering::SeqCst)), (End::Away, 1), "{value}: {}", met.text);
        }
    }
}
