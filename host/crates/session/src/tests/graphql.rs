//! Requests to the APIs: what is sent, to whom, how often, and what is made of the answer.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::provider::Provider;
use super::server::{Asked, Raw, Server, json, with_headers};
use super::{TestClock, profile, session, surroundings};
use crate::{Credentials, ErrorKind, GraphqlRequest, GraphqlResponse, Secret, Session, SessionError};

fn request(mutation: bool) -> GraphqlRequest {
    GraphqlRequest {
        api: "cluster".into(),
        operation_name: Some("List".into()),
        document: "query List { clusters }".into(),
        variables: r#"{"first": 2}"#.into(),
        mutation,
    }
}

struct Scene {
    provider: Provider,
    _home: tempfile::TempDir,
    session: Session,
}

async fn scene(api: impl Fn(&Asked) -> Raw + Send + Sync + 'static) -> Scene {
    let provider = Provider::with_api(move |asked, _| api(asked)).await;
    let home = tempfile::tempdir().expect("a folder");
    let session = session(profile(&provider.server.url), home.path(), &TestClock::new());
    session.login(&mut |_| {}, false).await.expect("a sign-in");
    Scene { provider, _home: home, session }
}

/// Answers with each in turn, and then with the last again and again.
async fn scene_of(answers: Vec<Raw>) -> Scene {
    let next = AtomicUsize::new(0);
    scene(move |_| answers[next.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1)].clone()).await
}

async fn outcome(answer: Raw) -> Result<GraphqlResponse, SessionError> {
    scene_of(vec![answer]).await.session.graphql(request(false)).await
}

#[tokio::test(start_paused = true)]
async fn sends_what_it_was_given() {
    let answer = r#"{"data": {"clusters": [1]}, "errors": [{"message": "half", "path": ["clusters", 1], "extensions": {"code": "PARTIAL", "trace": "x"}}, 5], "extensions": {"a": 1}}"#;
    let scene = scene_of(vec![json(200, answer)]).await;
    let response = scene.session.graphql(request(false)).await.expect("an answer");
    let asked = &scene.provider.server.asked("/cluster/graphql")[0];
    insta::assert_snapshot!(asked.body, @r#"{"query":"query List { clusters }","operationName":"List","variables":{"first": 2}}"#);
    assert!(asked.header("authorization").expect("a token").starts_with("Bearer e30."));
    assert_eq!(asked.header("x-request-id"), Some(response.request_id.as_str()));
    assert_eq!(response.data.expect("data").get(), r#"{"clusters": [1]}"#);
    assert_eq!(response.bytes, answer.len());
    insta::assert_debug_snapshot!(response.errors, @r#"
    [
        GraphqlError {
            message: "half",
            path: Some(
                Array [
                    String("clusters"),
                    Number(1),
                ],
            ),
            code: Some(
                "PARTIAL",
            ),
        },
        GraphqlError {
            message: "the API gave no message",
            path: None,
            code: None,
        },
    ]
    "#);
}

#[tokio::test(start_paused = true)]
async fn queries_are_tried_thrice_and_mutations_once() {
    let busy = || with_headers(503, "Retry-After: 1\r\n", "");
    let good = || json(200, r#"{"data":{}}"#);
    let scene = scene_of(vec![busy(), with_headers(429, "", ""), good()]).await;
    scene.session.graphql(request(false)).await.expect("at the third try");
    for (mutation, answer, tries) in [
        (false, busy(), 3),
        (true, busy(), 1),
        (false, with_headers(503, "Retry-After: 31\r\n", ""), 1),
        (true, Vec::new(), 1),
        (false, with_headers(500, "", "oops"), 1),
    ] {
        let scene = scene_of(vec![answer]).await;
        let error = scene.session.graphql(request(mutation)).await.expect_err("busy");
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert_eq!(scene.provider.server.asked("/graphql").len(), tries, "{error}");
        assert_eq!(error.request_id().map(str::len), Some(32));
    }
}

#[tokio::test(start_paused = true)]
async fn odd_retry_after_does_no_harm() {
    for odd in ["-1", "soon", "1e9", "", "Thu, 01 Jan 1970 00:00:01 GMT", "99999999999999999999"] {
        let busy = with_headers(503, &format!("Retry-After: {odd}\r\n"), "");
        let scene = scene_of(vec![busy, json(200, r#"{"data":{}}"#)]).await;
        scene.session.graphql(request(false)).await.unwrap_or_else(|error| panic!("{odd}: {error}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_not_there_is_unavailable() {
    let scene = scene_of(vec![json(200, "{}")]).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let gone = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let home = tempfile::tempdir().expect("a folder");
    let mut elsewhere = profile(&scene.provider.server.url);
    elsewhere.api = gone.parse().expect("a URL");
    let session = session(elsewhere, home.path(), &TestClock::new());
    session.login(&mut |_| {}, false).await.expect("a sign-in");
    for mutation in [false, true] {
        let error = session.graphql(request(mutation)).await.expect_err("nobody there");
        assert!(matches!(error, SessionError::Unavailable { sent: false, .. }), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_make_no_sense_are_refused() {
    for (answer, expected) in [
        (with_headers(200, "Content-Type: text/html\r\n", "<h1>canary</h1>"), "HTTP 200 without JSON"),
        (with_headers(204, "", ""), "HTTP 204 without JSON"),
        (with_headers(404, "", "nope"), "HTTP 404 without JSON"),
        (json(200, "{}"), "HTTP 200 with neither data nor errors"),
        (json(200, r#"{"data":"#), "it ends too early"),
        (json(200, r#"{"data":1,"errors":"x"}"#), "of the wrong kind"),
        (json(200, &"[".repeat(100_000)), "HTTP 200, "),
        (json(200, &format!("{{\"data\":\"{}\"}}", "x".repeat(9 << 20))), "longer than 8388608 bytes"),
        (with_headers(307, "Location: http://evil.example/\r\n", ""), "redirects are not followed"),
    ] {
        let error = outcome(answer).await.expect_err(expected);
        assert!(matches!(error, SessionError::ApiAnswer { .. }), "{expected}: {error:?}");
        assert!(
            error.to_string().contains(expected) && !error.to_string().contains("canary"),
            "{expected}: {error}"
        );
    }
    let refused =
        outcome(json(403, r#"{"errors":[{"message":"not \u001b[31myours"}]}"#)).await.expect_err("403");
    assert_eq!(refused.to_string(), "the API `cluster` refused the request: not  [31myours");
    assert_eq!(refused.kind(), ErrorKind::Denied);
    let invalid =
        outcome(json(400, r#"{"errors":[{"message":"no such field"}]}"#)).await.expect("a document's error");
    assert_eq!(invalid.errors[0].message, "no such field");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_back_takes_the_answer_with_it() {
    for escaped in [false, true] {
        let scene = scene(move |asked| {
            let token =
                asked.header("authorization").expect("a token").trim_start_matches("Bearer ").to_owned();
            let token = if escaped { token.replace('.', "\\u002e") } else { token };
            json(200, &format!(r#"{{"data":{{"echo":"x{token}y"}}}}"#))
        })
        .await;
        let error = scene.session.graphql(request(false)).await.expect_err("an echo");
        assert!(matches!(error, SessionError::TokenEchoed { .. }), "{error:?}");
        assert!(!format!("{error:?}").contains("canary"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_goes_only_where_it_was_meant_to_go() {
    let scene = scene_of(vec![json(200, r#"{"data":{}}"#)]).await;
    let evil = Server::start(|_| json(200, r#"{"data":{}}"#)).await;
    let mut changed = profile(&scene.provider.server.url);
    changed.apis.insert("cluster".into(), format!("{}/graphql", evil.url).parse().expect("a URL"));
    let session = session(changed, scene._home.path(), &TestClock::new());
    let error = session.graphql(request(false)).await.expect_err("another origin");
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(
        matches!(error, SessionError::OriginRefused { .. }) && error.hints()[1].contains("login --force")
    );
    assert!(evil.asked("").is_empty());
    // Signing in for the endpoints as they are now is what mends it.
    session.login(&mut |_| {}, false).await.expect("a new sign-in");
    session.graphql(request(false)).await.expect("an answer");
    assert_eq!(evil.asked("/graphql").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_given_token_is_used_as_it_is() {
    let scene = scene_of(vec![json(200, r#"{"data":{}}"#), with_headers(401, "", "")]).await;
    let home = tempfile::tempdir().expect("a folder");
    let with = |token: &str| {
        let profile = profile(&scene.provider.server.url);
        let (token, from) = (Secret::from(token.to_owned()), "VANTAGE_TOKEN".to_owned());
        let surroundings = surroundings(home.path(), &TestClock::new());
        Session::new(profile, surroundings, Credentials::Token { token, from })
    };
    // {"sub":"ci","exp":1790000100}
    let session = with("e30.eyJzdWIiOiJjaSIsImV4cCI6MTc5MDAwMDEwMH0.c2ln");
    assert_eq!(session.persona().await.expect("a persona").subject, "ci");
    session.graphql(request(false)).await.expect("an answer");
    let error = session.graphql(request(false)).await.expect_err("a 401");
    assert_eq!(error.kind(), ErrorKind::NotSignedIn);
    for change in [session.login(&mut |_| {}, true).await.err(), session.logout().await.err()] {
        assert!(matches!(change, Some(SessionError::TokenGiven { .. })), "{change:?}");
    }
    assert!(!home.path().join("state").exists());
    assert!(with("a b").persona().await.is_err());
    // {"sub":"ci","exp":1}
    let expired = with("e30.eyJzdWIiOiJjaSIsImV4cCI6MX0.c2ln");
    assert!(matches!(expired.persona().await, Err(SessionError::TokenUnusable { .. })));
}

#[tokio::test(start_paused = true)]
async fn bad_requests_are_not_sent() {
    let scene = scene_of(vec![json(200, r#"{"data":{}}"#)]).await;
    for api in ["", "../admin", "a/b", "Cluster", "a?b", "é"] {
        let request = GraphqlRequest { api: api.into(), ..request(false) };
        assert_eq!(scene.session.graphql(request).await.expect_err(api).kind(), ErrorKind::Usage);
    }
    for variables in ["[]", "5", "{", "{}{}", "null"] {
        let request = GraphqlRequest { variables: variables.into(), ..request(false) };
        let error = scene.session.graphql(request).await.expect_err(variables);
        assert!(matches!(error, SessionError::Variables { .. }), "{error:?}");
    }
    assert!(scene.provider.server.asked("/graphql").is_empty());
}
