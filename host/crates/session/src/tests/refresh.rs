//! Renewing a sign-in: once, never for nothing, and without losing it.

#![expect(
    clippy::disallowed_methods,
    reason = "tests put broken files in place, which no atomic write would"
)]

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use super::provider::{Provider, Trap};
use super::server::{Script, json as answer, with_headers};
use super::{TestClock, profile, record_file, session};
use crate::{ErrorKind, GraphqlRequest, Session, SessionError};

struct Scene {
    provider: Provider,
    home: tempfile::TempDir,
    clock: Arc<TestClock>,
}

impl Scene {
    async fn signed_in() -> Self {
        let scene = Self {
            provider: Provider::start().await,
            home: tempfile::tempdir().expect("a folder"),
            clock: TestClock::new(),
        };
        scene.session().login(&mut |_| {}, false).await.expect("a sign-in");
        scene
    }

    fn session(&self) -> Session {
        session(profile(&self.provider.server.url), self.home.path(), &self.clock)
    }

    fn record(&self) -> String {
        std::fs::read_to_string(record_file(self.home.path())).expect("a record")
    }
}

#[tokio::test(start_paused = true)]
async fn is_renewed_ahead_of_its_end_and_not_before() {
    let scene = Scene::signed_in().await;
    scene.clock.forward(269);
    scene.session().persona().await.expect("fresh");
    assert_eq!(scene.provider.refreshes(), (0, 0));
    scene.clock.forward(2);
    scene.session().persona().await.expect("renewed");
    assert_eq!(scene.provider.refreshes(), (1, 0));
    assert!(scene.record().contains("refresh-canary-2") && !scene.record().contains("refresh-canary-1"));
    let mode = std::fs::metadata(record_file(scene.home.path())).expect("a record").permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_refresh_token_keeps_the_old_one() {
    let scene = Scene::signed_in().await;
    scene.provider.set(|world| world.rotates = false);
    for _ in 0..2 {
        scene.clock.forward(400);
        scene.session().persona().await.expect("renewed");
    }
    assert_eq!(scene.provider.refreshes(), (2, 0));
    assert!(scene.record().contains("refresh-canary-1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_renew_once() {
    let scene = Scene::signed_in().await;
    for round in 1..=3 {
        scene.clock.forward(400);
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let session = scene.session();
                tokio::spawn(async move { session.persona().await })
            })
            .collect();
        for task in tasks {
            task.await.expect("a task").expect("signed in");
        }
        assert_eq!(scene.provider.refreshes(), (round, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_caller_does_not_drop_the_refresh() {
    let scene = Scene::signed_in().await;
    scene.clock.forward(400);
    let session = scene.session();
    // Polled until the request is at the provider, and then dropped.
    let mut asking = Box::pin(session.persona());
    while scene.provider.refreshes().0 == 0 {
        tokio::select! {
            biased;
            _ = &mut asking => break,
            () = tokio::task::yield_now() => {}
        }
    }
    drop(asking);
    session.settle().await;
    assert!(scene.record().contains("refresh-canary-2"));
}

#[tokio::test(start_paused = true)]
async fn trouble_at_the_provider_loses_nothing() {
    for trouble in [
        with_headers(503, "", ""),
        with_headers(429, "Retry-After: 5\r\n", ""),
        Vec::new(),
        with_headers(200, "", "<html>welcome"),
        answer(400, "{}"),
        answer(401, r#"{"error":"invalid_client"}"#),
        answer(400, r#"{"error":"temporarily_unavailable"}"#),
        with_headers(307, "Location: http://127.0.0.1:9/\r\n", ""),
        answer(200, &" ".repeat(100_000)),
    ] {
        let scene = Scene::signed_in().await;
        let before = scene.record();
        scene.clock.forward(280);
        scene.provider.set(|world| world.next_answers = vec![trouble.clone(), trouble.clone()]);
        let session = scene.session();
        session.persona().await.expect("still valid");
        scene.clock.forward(100);
        let error = session.persona().await.expect_err("expired");
        assert!(!error.to_string().contains("canary"), "{error}");
        assert_eq!(
            scene.provider.server.asked("/token").len(),
            2,
            "a failed refresh is not repeated: {error}"
        );
        assert_eq!(scene.record(), before);
        scene.provider.set(|world| world.next_answers.clear());
        scene.session().persona().await.expect("renewed by the next command");
        assert_eq!(scene.provider.refreshes(), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejected_refresh_token_ends_the_sign_in() {
    let scene = Scene::signed_in().await;
    let text = scene.record().replace("refresh-canary-1", "refresh-canary-stolen");
    std::fs::write(record_file(scene.home.path()), text).expect("written");
    scene.clock.forward(280);
    scene.session().persona().await.expect("the access token is still good");
    assert!(!scene.record().contains("stolen"), "what was rejected is gone");
    scene.clock.forward(100);
    let error = scene.session().persona().await.expect_err("the end");
    assert_eq!(error.kind(), ErrorKind::NotSignedIn);
    assert_eq!(scene.provider.refreshes(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn no_room_on_disk_spends_no_token() {
    let scene = Scene::signed_in().await;
    scene.clock.forward(400);
    // Where the next record would be made ready, nothing can be made: also root cannot write there.
    let sessions = scene.home.path().join("state/sessions");
    let aside = scene.home.path().join("aside");
    std::fs::rename(&sessions, &aside).expect("moved");
    std::fs::write(&sessions, "a file where the folder should be").expect("written");
    let error = scene.session().persona().await.expect_err("no folder");
    assert!(matches!(error, SessionError::File { .. } | SessionError::Unsafe { .. }), "{error:?}");
    assert_eq!(scene.provider.server.asked("/token").len(), 1, "only the sign-in's");
    std::fs::remove_file(&sessions).expect("removed");
    std::fs::rename(&aside, &sessions).expect("moved back");
    scene.session().persona().await.expect("renewed");
}

#[tokio::test(start_paused = true)]
async fn a_failed_reservation_spends_no_token() {
    let scene = Scene::signed_in().await;
    scene.clock.forward(280);
    let session = super::files::with_full_disk(&scene.session());
    session.persona().await.expect("still valid");
    scene.clock.forward(100);
    let error = session.persona().await.expect_err("expired");
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert_eq!(scene.provider.refreshes(), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_401_renews_once_and_the_result_is_stored() {
    let provider = Provider::with_api(|asked, world| {
        let good = world.live_access.as_ref().map(|access| format!("Bearer {access}"));
        if asked.header("authorization").map(str::to_owned) == good && world.refreshes > 0 {
            answer(200, r#"{"data":{"ok":true}}"#)
        } else if asked.path.contains("polite") {
            answer(
                200,
                r#"{"data":null,"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}]}"#,
            )
        } else {
            with_headers(401, "", "")
        }
    })
    .await;
    for api in ["cluster", "polite"] {
        provider.set(|world| world.refreshes = 0);
        let home = tempfile::tempdir().expect("a folder");
        let clock = TestClock::new();
        let session = session(profile(&provider.server.url), home.path(), &clock);
        session.login(&mut |_| {}, false).await.expect("a sign-in");
        let request = GraphqlRequest {
            api: api.into(),
            operation_name: None,
            document: "mutation { x }".into(),
            variables: String::new(),
            mutation: true,
        };
        let response = session.graphql(request.clone()).await.expect("renewed");
        assert_eq!(response.data.expect("data").get(), r#"{"ok":true}"#);
        session.graphql(request).await.expect("no further renewal");
        assert_eq!(provider.refreshes(), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_takes_it_as_it_is_never_renews_it() {
    let scene = Scene::signed_in().await;
    let before = scene.record();
    scene.clock.forward(290);
    let as_it_is = scene.session().as_it_is().expect("a file is at hand");
    as_it_is.persona().await.expect("valid for ten seconds more");
    scene.clock.forward(20);
    let error = as_it_is.persona().await.expect_err("has expired");
    assert!(matches!(error, SessionError::SignInEnded { .. }), "{error:?}");
    assert_eq!((scene.provider.refreshes(), scene.record()), ((0, 0), before));
    scene.session().persona().await.expect("renewed by who renews");
    assert_eq!(scene.provider.refreshes(), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_takes_it_as_it_is_does_not_renew_what_an_api_refuses() {
    let scene = Scene::signed_in().await;
    let as_it_is = scene.session().as_it_is().expect("a file is at hand");
    let refused: Trap = Arc::new(|_| Some(Script::from(answer(401, "{}"))));
    scene.provider.set(|world| world.trap = Some(("/graphql", refused)));
    let request = GraphqlRequest {
        api: "cluster".to_owned(),
        operation_name: None,
        document: "{ clusters { name } }".to_owned(),
        variables: String::new(),
        mutation: false,
    };
    as_it_is.graphql(request).await.expect_err("is refused");
    assert_eq!(scene.provider.refreshes(), (0, 0));
}
