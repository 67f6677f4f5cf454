//! Sign-ins that go to another name or store, tokens that are brought, and finding them all.

#![expect(
    clippy::disallowed_methods,
    reason = "tests put broken files in place, which no atomic write would"
)]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::provider::Provider;
use super::{START, TestClock, names, profile, record_file, session, surroundings};
use crate::{ErrorKind, LogoutOutcome, Profile, Revocation, Secret, Session, SessionError, StoreKind};

async fn signed_in() -> (Provider, tempfile::TempDir, Session) {
    let provider = Provider::start().await;
    let home = tempfile::tempdir().expect("a folder");
    let session = session(profile(&provider.server.url), home.path(), &TestClock::new());
    session.login(&mut |_| {}, false).await.expect("a sign-in");
    (provider, home, session)
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_is_copied_under_another_name_and_then_forgotten() {
    let (provider, home, old) = signed_in().await;
    let renamed = Profile { name: "lab".into(), ..old.profile().clone() };
    let new = session(renamed, home.path(), &TestClock::new());
    assert!(new.stored().expect("readable").is_none());
    assert!(old.copy_to(&new).await.expect("copied"));
    old.persona().await.expect("still here too");
    old.forget(&new).await.expect("forgotten");
    assert!(old.stored().expect("readable").is_none());
    new.persona().await.expect("signed in by the new name");
    assert!(!old.copy_to(&new).await.expect("nothing to copy"));
    // The refresh token went along, and the provider was told nothing.
    assert!(
        std::fs::read_to_string(record_file(home.path())).expect("a record").contains("refresh-canary-1")
    );
    assert!(provider.server.asked("/revoke").is_empty());
    assert_eq!(provider.server.asked("/device").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_both_are_one_file_nothing_is_forgotten_and_memory_takes_nothing() {
    let (_provider, home, old) = signed_in().await;
    let plain = Profile { credential_store: StoreKind::File, ..old.profile().clone() };
    let new = session(plain, home.path(), &TestClock::new());
    assert!(old.copy_to(&new).await.expect("copied in place"));
    old.forget(&new).await.expect("nothing to do");
    new.persona().await.expect("signed in");
    let memory = Profile { credential_store: StoreKind::Memory, ..old.profile().clone() };
    let error =
        old.copy_to(&session(memory, home.path(), &TestClock::new())).await.expect_err("kept nowhere");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    old.persona().await.expect("still signed in");
}

#[tokio::test(start_paused = true)]
async fn all_sign_ins_are_found_and_what_is_left_over_is_cleared() {
    let (provider, home, first) = signed_in().await;
    let other = Profile { name: "gone".into(), organization: Some("acme".into()), ..first.profile().clone() };
    session(other, home.path(), &TestClock::new()).login(&mut |_| {}, false).await.expect("a sign-in");
    let folder = home.path().join("state/sessions");
    let around = surroundings(home.path(), &TestClock::new());
    std::fs::write(folder.join("0.json.corrupt-5"), "canary").expect("written");
    let found = Session::all(&around).expect("readable");
    let mut whose: Vec<_> = found.iter().map(|one| one.profile().name.clone()).collect();
    whose.sort();
    assert_eq!(whose, ["default", "gone"]);
    for one in found {
        let outcome = one.logout().await.expect("signed out");
        assert_eq!(outcome, LogoutOutcome::SignedOut(Revocation::Revoked));
    }
    assert_eq!(provider.server.asked("/revoke").len(), 2);
    assert_eq!(Session::clear_leftovers(&around).expect("cleared"), 1);
    assert!(names(&folder).iter().all(|name| name.ends_with(".lock")), "{:?}", names(&folder));
}

#[tokio::test(start_paused = true)]
async fn what_was_renewed_after_it_was_copied_goes_along() {
    let (provider, home, old) = signed_in().await;
    let renamed = Profile { name: "lab".into(), ..old.profile().clone() };
    let clock = TestClock::new();
    let (old, new) =
        (session(old.profile().clone(), home.path(), &clock), session(renamed, home.path(), &clock));
    assert!(old.copy_to(&new).await.expect("copied"));
    clock.forward(400);
    old.persona().await.expect("renewed by somebody who does not know");
    old.forget(&new).await.expect("forgotten");
    clock.forward(400);
    new.persona().await.expect("renewed in its turn");
    assert_eq!(provider.refreshes(), (2, 0));
    // A copy that is given up takes nothing of the original along.
    assert!(new.copy_to(&old).await.expect("copied"));
    old.discard(&new).await.expect("given up");
    clock.forward(400);
    new.persona().await.expect("untouched");
    assert_eq!(provider.refreshes(), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn a_token_replaces_a_sign_in_that_can_be_renewed_only_by_force() {
    let (_provider, _home, session) = signed_in().await;
    let good = format!(r#"{{"sub":"ci","exp":{}}}"#, START + 600);
    let error = session.keep_token(token(&good), false).await.expect_err("signed in");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    session.keep_token(token(&good), true).await.expect("replaced");
    assert_eq!(session.persona().await.expect("a persona").subject, "ci");
    session.keep_token(token(&good), false).await.expect("what cannot be renewed is replaced");
}

fn token(claims: &str) -> Secret {
    Secret::from(format!("e30.{}.c2ln\n", URL_SAFE_NO_PAD.encode(claims)))
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_brought_is_kept_until_it_expires() {
    let provider = Provider::start().await;
    let home = tempfile::tempdir().expect("a folder");
    let clock = TestClock::new();
    let session = session(profile(&provider.server.url), home.path(), &clock);
    let good = format!(r#"{{"sub":"ci","exp":{}}}"#, START + 600);
    assert_eq!(session.keep_token(token(&good), false).await.expect("kept").subject, "ci");
    clock.forward(599);
    session.persona().await.expect("still good");
    clock.forward(2);
    let error = session.persona().await.expect_err("over, and there is no way to renew it");
    assert_eq!(error.kind(), ErrorKind::NotSignedIn, "{error}");
    assert_eq!(provider.refreshes(), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_token_of_the_provider_is_not_kept() {
    let provider = Provider::start().await;
    let home = tempfile::tempdir().expect("a folder");
    let session = session(profile(&provider.server.url), home.path(), &TestClock::new());
    for claims in [
        r#"{"sub":"ci","exp":1}"#,
        r#"{"exp":99999999999}"#,
        r#"{"sub":"ci","iss":"https://evil.example/realms/vantage"}"#,
        r#"[]"#,
    ] {
        let error = session.keep_token(token(claims), false).await.expect_err(claims);
        assert!(matches!(error, SessionError::TokenUnusable { .. }), "{claims}: {error}");
    }
    for text in ["", "a b", "opaque"] {
        session.keep_token(Secret::from(text.to_owned()), false).await.expect_err(text);
    }
    assert!(session.stored().expect("readable").is_none());
}
