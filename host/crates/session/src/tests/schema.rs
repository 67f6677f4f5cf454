//! What an API says of its root fields: asked once a day, beside everything, and of nobody's notice.

#![expect(
    clippy::disallowed_methods,
    reason = "tests put broken files in place, which no atomic write would"
)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::provider::Provider;
use super::server::json;
use super::{TestClock, names, profile, session, surroundings};
use crate::{Audience, Credentials, DeviceCode, Session, Surroundings};

const ANSWER: &str = r#"{"data": {"__schema": {"queryType": {"fields": [{"name": "clusters", "description": "Lists clusters"}]}}}}"#;

async fn words(session: &Session) -> Option<String> {
    session.root_fields("cluster").await?.description("query", "clusters").map(str::to_owned)
}

#[tokio::test(start_paused = true)]
async fn an_api_is_asked_once_a_day() {
    let provider = Provider::with_api(|_, _| json(200, ANSWER)).await;
    let home = tempfile::tempdir().expect("a folder");
    let clock = TestClock::new();
    let session = session(profile(&provider.server.url), home.path(), &clock);
    session.login(&mut |_| {}, false).await.expect("a sign-in");
    let asked = || provider.server.asked("/cluster/graphql").len();

    for _ in 0..3 {
        assert_eq!(words(&session).await.as_deref(), Some("Lists clusters"));
    }
    assert_eq!(asked(), 1);
    clock.forward(24 * 3600 + 1);
    assert_eq!(words(&session).await.as_deref(), Some("Lists clusters"));
    assert_eq!(asked(), 2);
    // A clock that went back: the cache is from the future.
    clock.forward(-7 * 24 * 3600);
    words(&session).await;
    assert_eq!(asked(), 3);

    let folder = home.path().join("cache/schema");
    let [name] = names(&folder).try_into().expect("one file");
    for damage in [&b"{"[..], b"", b"[]", br#"{"version": 2}"#] {
        std::fs::write(folder.join(&name), damage).expect("damaged");
        let before = asked();
        assert_eq!(words(&session).await.as_deref(), Some("Lists clusters"));
        assert_eq!(asked(), before + 1, "{damage:?} was believed, or asking mended nothing");
        assert_eq!(words(&session).await.as_deref(), Some("Lists clusters"));
        assert_eq!(asked(), before + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_answer_there_are_no_words() {
    for answer in [
        json(200, r#"{"errors": [{"message": "introspection is not allowed"}]}"#),
        json(200, r#"{"data": {"__schema": null}}"#),
        json(403, "{}"),
        json(500, "{}"),
        json(200, "{"),
    ] {
        let provider = Provider::with_api(move |_, _| answer.clone()).await;
        let home = tempfile::tempdir().expect("a folder");
        let session = session(profile(&provider.server.url), home.path(), &TestClock::new());
        session.login(&mut |_| {}, false).await.expect("a sign-in");
        assert_eq!(words(&session).await, None);
        assert!(names(&home.path().join("cache/schema")).is_empty(), "nothing to keep");
    }
}

/// Somebody who could sign in, and writes down what is told.
#[derive(Default)]
struct Attentive {
    told: Mutex<Vec<String>>,
    shown: AtomicBool,
}

impl Audience for Attentive {
    fn note(&self, text: &str) {
        self.told.lock().expect("no panic").push(text.to_owned());
    }

    fn warn(&self, text: &str) {
        self.note(text);
    }

    fn attended(&self) -> bool {
        true
    }

    fn show_code(&self, _: &DeviceCode) {
        self.shown.store(true, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn no_sign_in_is_begun_and_nobody_told() {
    let provider = Provider::with_api(|_, _| json(200, ANSWER)).await;
    let home = tempfile::tempdir().expect("a folder");
    let (clock, audience) = (TestClock::new(), Arc::new(Attentive::default()));
    let surroundings = Surroundings { audience: audience.clone(), ..surroundings(home.path(), &clock) };
    let session = Session::new(profile(&provider.server.url), surroundings, Credentials::Stored);
    assert_eq!(words(&session).await, None, "nobody is signed in");
    session.login(&mut |_| {}, false).await.expect("a sign-in");
    audience.told.lock().expect("no panic").clear();
    // The sign-in is over, and the provider does not renew it any more.
    provider.set(|world| world.next_answers = vec![json(400, r#"{"error":"invalid_grant"}"#)]);
    clock.forward(400);
    assert_eq!(words(&session).await, None);
    assert!(!audience.shown.load(Ordering::SeqCst));
    assert_eq!(*audience.told.lock().expect("no panic"), Vec::<String>::new());
    assert!(provider.server.asked("/cluster/graphql").is_empty());
}
