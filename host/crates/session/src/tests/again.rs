//! A sign-in that has ended while somebody is there: begun anew in the middle of a command, once.

use std::sync::{Arc, Mutex};

use super::provider::Provider;
use super::server::{json as answer, with_headers};
use super::{TestClock, folders, profile};
use crate::{
    Audience, Clock, Credentials, DeviceCode, ErrorKind, GraphqlRequest, Session, SessionError, Surroundings,
};

/// Somebody at a terminal, who writes down what is shown.
#[derive(Default)]
struct Person(Mutex<Vec<String>>);

impl Person {
    fn noticed(&self) -> Vec<String> {
        self.0.lock().expect("the notes").clone()
    }

    fn keep(&self, text: String) {
        self.0.lock().expect("the notes").push(text);
    }
}

impl Audience for Person {
    fn note(&self, text: &str) {
        self.keep(format!("note: {text}"));
    }
    fn warn(&self, text: &str) {
        self.keep(format!("warning: {text}"));
    }
    fn attended(&self) -> bool {
        true
    }
    fn show_code(&self, code: &DeviceCode) {
        self.keep(format!("code: {}", code.user_code));
    }
    fn code_decided(&self) {
        self.keep("decided".into());
    }
}

struct Scene {
    provider: Provider,
    _home: tempfile::TempDir,
    clock: Arc<TestClock>,
    person: Arc<Person>,
    session: Session,
}

async fn scene() -> Scene {
    let provider = Provider::start().await;
    let home = tempfile::tempdir().expect("a folder");
    let (clock, person) = (TestClock::new(), Arc::new(Person::default()));
    let surroundings = Surroundings::new(
        folders(home.path()),
        Arc::clone(&clock) as Arc<dyn Clock>,
        "vantage/test".into(),
        false,
        Arc::clone(&person) as Arc<dyn Audience>,
    );
    let session = Session::new(profile(&provider.server.url), surroundings, Credentials::Stored);
    Scene { provider, _home: home, clock, person, session }
}

fn request() -> GraphqlRequest {
    GraphqlRequest {
        api: "cluster".into(),
        operation_name: None,
        document: "{ x }".into(),
        variables: String::new(),
        mutation: false,
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_not_signed_in_is_asked_once_however_many_requests_wait() {
    let scene = scene().await;
    let requests = (0..4).map(|_| {
        let session = scene.session.clone();
        tokio::spawn(async move { session.graphql(request()).await })
    });
    for task in requests.collect::<Vec<_>>() {
        task.await.expect("a task").expect("an answer");
    }
    assert_eq!(scene.provider.server.asked("/device").len(), 1);
    let noticed = scene.person.noticed();
    let codes = noticed.iter().filter(|line| line.starts_with("code: ")).count();
    assert_eq!((codes, noticed.last().map(String::as_str)), (1, Some("decided")), "{noticed:?}");
}

#[tokio::test(start_paused = true)]
async fn who_only_looks_is_not_asked() {
    let scene = scene().await;
    let error = scene.session.persona().await.expect_err("not signed in");
    assert_eq!(error.kind(), ErrorKind::NotSignedIn);
    assert!(scene.person.noticed().is_empty() && scene.provider.server.asked("/device").is_empty());
    scene.session.persona_or_sign_in().await.expect("signed in by then");
    assert_eq!(scene.provider.server.asked("/device").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_the_provider_ended_is_begun_anew_after_one_refresh() {
    let scene = scene().await;
    scene.session.login(&mut |_| {}, false).await.expect("a sign-in");
    scene.clock.forward(400);
    scene.provider.set(|world| {
        world.next_answers = vec![answer(400, r#"{"error":"invalid_grant"}"#)];
    });
    scene.session.graphql(request()).await.expect("an answer in the end");
    let asked: Vec<String> = scene
        .provider
        .server
        .asked("/token")
        .iter()
        .filter_map(|asked| asked.field("grant_type"))
        .filter(|grant| grant == "refresh_token")
        .collect();
    assert_eq!((asked.len(), scene.provider.server.asked("/device").len()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn no_sign_in_begins_because_the_provider_is_away_nor_twice_in_a_run() {
    let scene = scene().await;
    scene.session.login(&mut |_| {}, false).await.expect("a sign-in");
    scene.clock.forward(400);
    scene.provider.set(|world| world.next_answers = vec![with_headers(503, "", "")]);
    let error = scene.session.graphql(request()).await.expect_err("away");
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert_eq!(scene.provider.server.asked("/device").len(), 1, "the sign-in's own");

    scene.session.logout().await.expect("signed out");
    scene.provider.set(|world| world.next_answers = vec![answer(400, r#"{"error":"access_denied"}"#)]);
    let error = scene.session.graphql(request()).await.expect_err("refused");
    assert!(matches!(error, SessionError::DeviceDenied), "{error}");
    let error = scene.session.graphql(request()).await.expect_err("not asked again");
    assert!(matches!(error, SessionError::NotSignedIn { .. }), "{error}");
    assert_eq!(scene.provider.server.asked("/device").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_was_away_is_asked_again_after_a_while() {
    let scene = scene().await;
    scene.session.login(&mut |_| {}, false).await.expect("a sign-in");
    scene.clock.forward(400);
    let away = || with_headers(503, "", "");
    scene.provider.set(|world| world.next_answers = vec![away(), away()]);
    for _ in 0..3 {
        scene.session.persona().await.expect_err("away");
    }
    assert_eq!(scene.provider.server.asked("/token").len(), 2, "the sign-in, and one refresh");
    tokio::time::advance(tokio::time::Duration::from_secs(31)).await;
    scene.session.persona().await.expect_err("still away");
    tokio::time::advance(tokio::time::Duration::from_secs(31)).await;
    scene.session.persona().await.expect("back, and so is the watch");
    assert_eq!(scene.provider.refreshes(), (1, 0));
}
