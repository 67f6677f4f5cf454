//! Subscriptions: over both transports, through losses, and against servers that are hostile.

use serde_json::json;

use super::provider::Provider;
use super::server::{json as json_answer, with_headers};
use super::socket::{Play, Say, Sockets};
use super::{TestClock, profile, session};
use crate::{GraphqlRequest, Session, SessionError, Subscription};

fn request() -> GraphqlRequest {
    GraphqlRequest {
        api: "jobs".into(),
        operation_name: Some("Watch".into()),
        document: "subscription Watch { changed }".into(),
        variables: r#"{"id": 2}"#.into(),
        mutation: false,
    }
}

struct Scene {
    provider: Provider,
    sockets: Sockets,
    _home: tempfile::TempDir,
    session: Session,
}

/// A session that is signed in, and an API that plays these scripts.
async fn scene(plays: Vec<Play>) -> Scene {
    let (provider, sockets) = (Provider::start().await, Sockets::start(plays).await);
    let home = tempfile::tempdir().expect("a folder");
    let mut profile = profile(&provider.server.url);
    profile.apis.insert("jobs".into(), sockets.url.parse().expect("a URL"));
    let session = session(profile, home.path(), &TestClock::new());
    session.login(&mut |_| {}, false).await.expect("a sign-in");
    Scene { provider, sockets, _home: home, session }
}

impl Scene {
    fn token(&self) -> String {
        self.provider.world.lock().expect("the world").live_access.clone().expect("a token")
    }

    /// Everything that a subscription gives, each as one line, to its end or first error.
    async fn watched(&self) -> Vec<String> {
        let mut lines = Vec::new();
        match self.session.subscribe(request()).await {
            Ok(subscription) => collect(subscription, &mut lines).await,
            Err(error) => lines.push(failure(&error)),
        }
        lines
    }
}

async fn collect(mut subscription: Subscription, lines: &mut Vec<String>) {
    loop {
        match subscription.next().await {
            Ok(Some(event)) => {
                let data = event.data.map_or_else(|| "null".to_owned(), |data| data.get().to_owned());
                let errors: Vec<_> = event.errors.into_iter().map(|error| error.message).collect();
                lines.push(if errors.is_empty() { data } else { format!("{data} {errors:?}") });
            }
            Ok(None) => {
                lines.push("end".to_owned());
                break;
            }
            Err(error) => {
                lines.push(failure(&error));
                break;
            }
        }
    }
    assert!(matches!(subscription.next().await, Ok(None)), "nothing comes after the end");
}

fn failure(error: &SessionError) -> String {
    let mut text = format!("{:?}: {error}", error.kind());
    // Ports differ from run to run.
    while let Some(at) = text.find("127.0.0.1:") {
        let rest = text[at + 10..].find(|character: char| !character.is_ascii_digit()).unwrap_or(0);
        text.replace_range(at..at + 10 + rest, "HOST");
    }
    text
}

fn next(value: u32) -> Say {
    Say::Next(json!({ "data": { "changed": value } }).to_string())
}

fn event(value: u32) -> String {
    json!({ "changed": value }).to_string()
}

/// An event stream of these events, cut into chunks of a few bytes.
fn stream(events: &str, length: usize) -> Play {
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nConnection: close\r\n\r\n";
    let chunks = events.as_bytes().chunks(length).map(<[u8]>::to_vec);
    Play::Stream(std::iter::once(head.as_bytes().to_vec()).chain(chunks).collect())
}

const NO_SOCKETS: &str = "no WebSockets here";

#[tokio::test]
async fn a_web_socket_carries_the_token_and_the_document_and_brings_events() {
    let scene = scene(vec![Play::Socket(vec![next(1), Say::Ping, next(2), Say::Complete])]).await;
    assert_eq!(scene.watched().await, [event(1), event(2), "end".into()]);
    let seen = &scene.sockets.seen()[0];
    let bearer = format!("Bearer {}", scene.token());
    assert_eq!(seen.header("authorization"), Some(bearer.as_str()));
    assert_eq!(seen.header("sec-websocket-protocol"), Some("graphql-transport-ws"));
    assert!(seen.header("x-request-id").is_some_and(|id| id.len() == 32));
    let subscribe = json!({
        "type": "subscribe", "id": "1",
        "payload": { "query": "subscription Watch { changed }", "operationName": "Watch", "variables": { "id": 2 } },
    });
    let init = json!({ "type": "connection_init", "payload": { "Authorization": bearer } });
    assert_eq!(seen.messages, [init, subscribe]);
}

#[tokio::test]
async fn a_server_without_web_sockets_is_asked_for_events() {
    for refusal in [400, 404, 405, 426, 501, 200] {
        let events = ":\n\nevent: next\ndata: {\"data\":{\"changed\":1}}\n\nevent: complete\ndata:\n\n";
        let plays = vec![Play::Http(with_headers(refusal, "", NO_SOCKETS)), stream(events, 7)];
        let scene = scene(plays).await;
        assert_eq!(scene.watched().await, [event(1), "end".into()], "{refusal}");
        let seen = scene.sockets.seen();
        assert_eq!(seen.len(), 2);
        assert!(seen[1].head.starts_with("POST "), "{}", seen[1].head);
        assert_eq!(seen[1].header("accept"), Some("text/event-stream"));
        assert_eq!(seen[1].header("authorization"), Some(format!("Bearer {}", scene.token()).as_str()));
        let body =
            r#"{"query":"subscription Watch { changed }","operationName":"Watch","variables":{"id": 2}}"#;
        assert_eq!(seen[1].body, body);
    }
}

#[tokio::test]
async fn a_lost_connection_is_made_again_and_loses_no_event_that_comes_again() {
    let breaks = [
        Say::Cut,
        Say::Close(1001, "going away".into()),
        Say::Close(1000, String::new()),
        Say::Close(1012, "restart".into()),
        Say::Close(4500, "fault".into()),
    ];
    for end in breaks {
        let plays = vec![
            Play::Socket(vec![next(1), end]),
            Play::Http(with_headers(503, "Retry-After: 0\r\n", "")),
            Play::Http(Vec::new()),
            Play::Socket(vec![next(2), Say::Complete]),
        ];
        let scene = scene(plays).await;
        assert_eq!(scene.watched().await, [event(1), event(2), "end".into()]);
        assert_eq!(scene.sockets.seen().len(), 4);
        assert_eq!(scene.provider.refreshes(), (0, 0));
    }
}

#[tokio::test]
async fn events_that_break_off_are_asked_for_again() {
    let refused = Play::Http(with_headers(404, "", NO_SOCKETS));
    let cut = |events: &str| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
        Play::Http(format!("{head}{events}").into_bytes())
    };
    let plays = vec![
        refused,
        cut("event: next\ndata: {\"data\":{\"changed\":1}}\n\nevent: next\ndata: {\"da"),
        cut("event: next\ndata: {\"data\":{\"changed\":2}}\n\nevent: complete\ndata:\n\n"),
    ];
    let scene = scene(plays).await;
    assert_eq!(scene.watched().await, [event(1), event(2), "end".into()]);
}

#[tokio::test]
async fn what_is_lost_for_good_is_an_error_within_the_budget() {
    let scene = scene(vec![Play::Socket(vec![next(1), Say::Cut]), Play::Http(Vec::new())]).await;
    let lines = scene.watched().await;
    assert_eq!(lines[0], event(1));
    assert!(lines[1].starts_with("Unavailable: `http://HOST/` is unavailable: "), "{lines:?}");
    assert!(scene.sockets.seen().len() > 3, "it was tried a few times");
}

#[tokio::test]
async fn a_server_that_was_never_there_gets_no_more_tries_than_for_a_query() {
    let busy = Play::Http(with_headers(503, "Retry-After: 0\r\n", ""));
    let scene = scene(vec![busy]).await;
    insta::assert_snapshot!(scene.watched().await.join("\n"), @"Unavailable: `http://HOST/` is unavailable: it answered with HTTP 503");
    assert_eq!(scene.sockets.seen().len(), 3);
}

#[tokio::test]
async fn a_token_that_is_no_longer_accepted_is_renewed_once() {
    let unauthenticated =
        json!({ "errors": [{ "message": "no", "extensions": { "code": "UNAUTHENTICATED" } }] });
    let last =
        r#"{"type":"error","id":"1","payload":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}]}"#;
    let refusals = [
        Play::Http(json_answer(401, "{}")),
        Play::Instead(Say::Close(4403, "Forbidden".into())),
        Play::Instead(Say::Close(4401, "Unauthorized".into())),
        Play::Socket(vec![next(1), Say::Close(4403, "Forbidden".into())]),
        Play::Socket(vec![Say::Next(unauthenticated.to_string())]),
        Play::Socket(vec![Say::Text(last.into())]),
    ];
    for (number, refusal) in refusals.into_iter().enumerate() {
        let scene = scene(vec![refusal, Play::Socket(vec![next(2), Say::Complete])]).await;
        let before = scene.token();
        let lines = scene.watched().await;
        assert_eq!(lines[lines.len() - 2..], [event(2), "end".into()], "{number}: {lines:?}");
        assert_eq!(scene.provider.refreshes(), (1, 0), "{number}");
        let seen = scene.sockets.seen();
        assert_eq!(seen[0].header("authorization"), Some(format!("Bearer {before}").as_str()));
        assert_eq!(seen[1].header("authorization"), Some(format!("Bearer {}", scene.token()).as_str()));
        assert_ne!(before, scene.token());
    }
}

#[tokio::test]
async fn a_server_that_accepts_no_token_ends_it() {
    for refusal in [Play::Http(json_answer(401, "{}")), Play::Instead(Say::Close(4403, String::new()))] {
        let scene = scene(vec![refusal]).await;
        assert_eq!(scene.watched().await, ["NotSignedIn: the API `jobs` did not accept the sign-in"]);
        assert_eq!(scene.provider.refreshes(), (1, 0));
        assert_eq!(scene.sockets.seen().len(), 2);
    }
}

#[tokio::test]
async fn what_an_api_refuses_is_told_in_its_words() {
    let denied = json_answer(403, r#"{"errors":[{"message":"not yours"}]}"#);
    let scene_denied = scene(vec![Play::Http(denied)]).await;
    insta::assert_snapshot!(scene_denied.watched().await.join("\n"), @"Denied: the API `jobs` refused the request: not yours");
    let last = r#"{"type":"error","id":"1","payload":[{"message":"unknown field"}]}"#;
    let scene_invalid = scene(vec![Play::Socket(vec![Say::Text(last.into())])]).await;
    insta::assert_snapshot!(scene_invalid.watched().await.join("\n"), @r#"
    null ["unknown field"]
    end
    "#);
    let partial = Say::Next(r#"{"data":{"changed":null},"errors":[{"message":"half"}]}"#.into());
    let scene_partial = scene(vec![Play::Socket(vec![partial, Say::Complete])]).await;
    insta::assert_snapshot!(scene_partial.watched().await.join("\n"), @r#"
    {"changed":null} ["half"]
    end
    "#);
    let answer = json_answer(200, r#"{"errors":[{"message":"no such subscription"}]}"#);
    let plays = vec![Play::Http(with_headers(400, "", NO_SOCKETS)), Play::Http(answer)];
    insta::assert_snapshot!(scene(plays).await.watched().await.join("\n"), @r#"
    null ["no such subscription"]
    end
    "#);
    let plays = vec![Play::Http(with_headers(404, "", NO_SOCKETS)); 2];
    insta::assert_snapshot!(scene(plays).await.watched().await.join("\n"), @"Failed: the API `jobs` at `http://HOST/` gave an answer that cannot be used: it has no subscriptions (HTTP 404)");
    let elsewhere = with_headers(307, "Location: http://127.0.0.1:1/\r\n", "");
    insta::assert_snapshot!(scene(vec![Play::Http(elsewhere)]).await.watched().await.join("\n"), @"Failed: the API `jobs` at `http://HOST/` gave an answer that cannot be used: it redirects (HTTP 307), and redirects are not followed");
}

#[tokio::test]
async fn a_server_that_breaks_the_protocol_ends_it_with_what_was_wrong() {
    let other = r#"{"type":"next","id":"2","payload":{"data":{}}}"#;
    let wrong = [
        Say::Text("hello".into()),
        Say::Text("[]".into()),
        Say::Text(other.into()),
        Say::Text(r#"{"type":"next","id":"1"}"#.into()),
        Say::Text(r#"{"type":"data","id":"1","payload":{}}"#.into()),
        Say::Next("5".into()),
        Say::Next("{}".into()),
        Say::Binary,
        Say::Close(4400, "bad \u{1b}[2J request".into()),
        Say::Close(4429, String::new()),
        Say::Next(json!({ "data": "x".repeat(9 << 20) }).to_string()),
    ];
    let mut lines = Vec::new();
    for said in wrong {
        let scene = scene(vec![Play::Socket(vec![said])]).await;
        lines.extend(scene.watched().await);
        assert_eq!(scene.sockets.seen().len(), 1);
    }
    let text = lines
        .join("\n")
        .replace("Failed: the API `jobs` at `http://HOST/` gave an answer that cannot be used: ", "");
    insta::assert_snapshot!(text, @r"
    it sent what is no message of graphql-transport-ws
    it sent what is no message of graphql-transport-ws
    it sent a message that does not belong there
    it sent a message that does not belong there
    it sent a message that does not belong there
    an event is not a JSON object
    an event has neither data nor errors
    it sent bytes instead of a message
    it closed the connection (4400 bad  [2J request)
    it closed the connection (4429)
    it is longer than 8388608 bytes
    ");
}

#[tokio::test]
async fn an_event_with_the_token_in_it_reaches_nobody() {
    let token = scene(vec![Play::Http(Vec::new())]).await.token();
    let spelled = [
        json!({ "data": { "x": format!("Bearer {token}") } }).to_string(),
        json!({ "data": null, "errors": [{ "message": token }] }).to_string(),
        json!({ "data": {}, "extensions": { "trace": token } }).to_string(),
        format!(r#"{{"data":"{}"}}"#, token.bytes().map(|byte| format!("\\u{byte:04x}")).collect::<String>()),
    ];
    for payload in spelled {
        for play in [
            vec![Play::Socket(vec![next(1), Say::Next(payload.clone())])],
            vec![
                Play::Http(with_headers(404, "", NO_SOCKETS)),
                stream(
                    &format!(
                        "event: next\ndata: {{\"data\":{{\"changed\":1}}}}\n\nevent: next\ndata: {payload}\n\n"
                    ),
                    13,
                ),
            ],
        ] {
            let scene = scene_with_token(play, &token).await;
            let echoed = "Failed: the API `jobs` sent the access token back, so its answer was thrown away";
            assert_eq!(scene.watched().await, [event(1), echoed.to_owned()]);
        }
    }
}

/// A scene whose session has this very token.
async fn scene_with_token(plays: Vec<Play>, token: &str) -> Scene {
    let scene = scene(plays).await;
    let profile = scene.session.profile().clone();
    let credentials = crate::Credentials::Token {
        token: crate::Secret::from(token.to_owned()),
        from: "VANTAGE_TOKEN".into(),
    };
    let session =
        Session::new(profile, super::surroundings(scene._home.path(), &TestClock::new()), credentials);
    Scene { session, ..scene }
}

#[tokio::test]
async fn a_reason_for_closing_shows_no_token() {
    let token = scene(vec![Play::Http(Vec::new())]).await.token();
    let plays = vec![Play::Socket(vec![Say::Close(4400, format!("bad {}", &token[..100]))])];
    let text = scene_with_token(plays, &token).await.watched().await.join("\n");
    assert!(text.contains("(4400 bad [redacted])"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_asked_for_a_sign_of_life() {
    // Frames of the library answer pings, so this server is alive however long it says nothing.
    let alive = scene(vec![Play::Socket(vec![next(1), Say::Wait])]).await;
    let mut subscription = alive.session.subscribe(request()).await.expect("a subscription");
    subscription.next().await.expect("an event");
    let waited = tokio::time::timeout(std::time::Duration::from_secs(600), subscription.next()).await;
    assert!(waited.is_err(), "it goes on waiting");
    assert_eq!(alive.sockets.seen().len(), 1);
}

#[tokio::test]
async fn dropping_a_subscription_hangs_up() {
    let scene = scene(vec![Play::Socket(vec![next(1), Say::Wait])]).await;
    let mut subscription = scene.session.subscribe(request()).await.expect("a subscription");
    subscription.next().await.expect("an event");
    assert_eq!(scene.sockets.ended(), 0);
    drop(subscription);
    while scene.sockets.ended() == 0 {
        tokio::task::yield_now().await;
    }
}
