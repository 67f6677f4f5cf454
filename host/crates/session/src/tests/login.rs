//! Signing in and out, with well-behaved and hostile providers.

use serde_json::json;
use tokio::time::Duration;

use super::provider::Provider;
use super::server::{json as answer, with_headers};
use super::{TestClock, names, profile, record_file, session};
use crate::{DeviceCode, ErrorKind, LoginOutcome, LogoutOutcome, Revocation, Session, SessionError};

async fn sign_in(session: &Session) -> Result<LoginOutcome, SessionError> {
    session.login(&mut |_| {}, false).await
}

async fn started() -> (Provider, tempfile::TempDir, Session) {
    let provider = Provider::start().await;
    let home = tempfile::tempdir().expect("a folder");
    let session = session(profile(&provider.server.url), home.path(), &TestClock::new());
    (provider, home, session)
}

#[tokio::test(start_paused = true)]
async fn signs_in_once_and_says_so_the_second_time() {
    let (provider, home, session) = started().await;
    assert!(matches!(session.persona().await, Err(SessionError::NotSignedIn { .. })));
    let mut shown: Vec<DeviceCode> = Vec::new();
    let outcome = session.login(&mut |code| shown.push(code.clone()), false).await.expect("a sign-in");
    let LoginOutcome::SignedIn(persona) = outcome else { panic!("{outcome:?}") };
    assert_eq!(persona.username.as_deref(), Some("ada"));
    assert_eq!(persona.organization.expect("an organization").id, "o-1");
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].user_code, "ABCD-EFGH");
    assert!(matches!(sign_in(&session).await, Ok(LoginOutcome::AlreadySignedIn(_))));
    assert_eq!(provider.server.asked("/device").len(), 1);
    let asked = &provider.server.asked("/device")[0];
    assert_eq!(asked.field("scope").as_deref(), Some("openid offline_access"));
    assert_eq!(asked.header("user-agent"), Some("vantage/test"));
    assert_eq!(asked.header("x-request-id").map(str::len), Some(32));

    let stored = session.stored().expect("a record").expect("signed in");
    assert_eq!((stored.refreshable, stored.origins), (true, vec![provider.server.url.clone()]));
    assert_eq!(names(&home.path().join("state/sessions")).len(), 2, "a record and its lock");

    assert!(matches!(session.login(&mut |_| {}, true).await, Ok(LoginOutcome::SignedIn(_))));
    assert_eq!(provider.server.asked("/device").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn slow_down_slows_down_for_good() {
    let (provider, _home, session) = started().await;
    let pending = || answer(400, r#"{"error":"authorization_pending"}"#);
    let slower = || answer(400, r#"{"error":"slow_down"}"#);
    provider.set(|world| world.next_answers = vec![pending(), slower(), pending(), slower(), pending()]);
    let begun = tokio::time::Instant::now();
    sign_in(&session).await.expect("a sign-in");
    let mut last = begun;
    let gaps: Vec<u64> = provider
        .server
        .asked("/token")
        .iter()
        .map(|asked| {
            let gap = asked.at.duration_since(last).as_millis();
            last = asked.at;
            u64::try_from(gap).expect("a gap").div_euclid(1000)
        })
        .collect();
    assert_eq!(gaps, [1, 1, 6, 6, 11, 11]);
}

#[tokio::test(start_paused = true)]
async fn gives_up_when_the_person_or_the_code_does() {
    let (provider, home, session) = started().await;
    provider.set(|world| world.next_answers = vec![answer(400, r#"{"error":"access_denied"}"#)]);
    assert!(matches!(sign_in(&session).await, Err(SessionError::DeviceDenied)));
    provider.set(|world| {
        world.device = json!({"expires_in": 10});
        world.next_answers = vec![answer(400, r#"{"error":"authorization_pending"}"#); 50];
    });
    let begun = tokio::time::Instant::now();
    assert!(matches!(sign_in(&session).await, Err(SessionError::DeviceExpired)));
    assert_eq!(begun.elapsed().as_secs(), 10);
    assert!(session.stored().expect("readable").is_none());
    assert_eq!(names(&home.path().join("state/sessions")).len(), 1, "only the lock");
}

#[tokio::test(start_paused = true)]
async fn backs_off_while_the_provider_is_away() {
    let (provider, _home, session) = started().await;
    let away = || with_headers(503, "", "");
    provider.set(|world| world.next_answers = vec![away(), Vec::new(), away()]);
    let begun = tokio::time::Instant::now();
    sign_in(&session).await.expect("a sign-in");
    assert_eq!(begun.elapsed().as_secs(), 1 + 2 + 4 + 8);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_flow_leaves_nothing() {
    let (provider, home, session) = started().await;
    provider.set(|world| world.next_answers = vec![answer(400, r#"{"error":"authorization_pending"}"#); 50]);
    let dropped = tokio::time::timeout(Duration::from_secs(5), sign_in(&session)).await;
    assert!(dropped.is_err());
    assert_eq!(names(&home.path().join("state/sessions")).len(), 1, "only the lock");
}

#[tokio::test(start_paused = true)]
async fn hostile_device_answers_are_refused() {
    let (provider, _home, session) = started().await;
    for device in [
        json!({"verification_uri": "javascript:alert(1)"}),
        json!({"verification_uri": "https://me@evil.example/"}),
        json!({"verification_uri": "http://evil.example/"}),
        json!({"verification_uri_complete": "file:///etc/passwd"}),
        json!({"user_code": "\u{1b}]0;x\u{7}"}),
        json!({"user_code": "\u{202e}ABC"}),
        json!({"user_code": ""}),
        json!({"device_code": "a\nb"}),
        json!({"device_code": 5}),
    ] {
        provider.set(|world| world.device = device.clone());
        let mut shown = 0;
        let error = session.login(&mut |_| shown += 1, false).await.expect_err("a refusal");
        assert!(matches!(error, SessionError::Provider { .. }), "{device}: {error:?}");
        assert_eq!((error.kind(), shown), (ErrorKind::Failed, 0));
        assert!(!error.to_string().contains(char::is_control), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn several_organizations_need_a_choice() {
    let (provider, home, session) = started().await;
    provider.set(|world| world.organization = json!(["acme", "beta"]));
    let error = sign_in(&session).await.expect_err("a choice is missing");
    assert_eq!(error.kind(), ErrorKind::Usage);
    insta::assert_snapshot!(format!("{error}\n{}", error.hints().join("\n")), @r"
    the sign-in belongs to several organizations (acme, beta), and none was chosen
    `--organization acme` chooses one for this command
    `vantage profile set default organization acme` chooses one for good
    ");
    let with = |name: &str| {
        let mut profile = profile(&provider.server.url);
        profile.organization = Some(name.into());
        super::session(profile, home.path(), &TestClock::new())
    };
    sign_in(&with("beta")).await.expect("a sign-in");
    let last = provider.server.asked("/device").pop().expect("a request");
    assert_eq!(last.field("scope").as_deref(), Some("openid offline_access organization:beta"));
    assert!(matches!(sign_in(&with("gamma")).await, Err(SessionError::OrganizationMissing { .. })));
    assert!(with("gamma").stored().expect("readable").is_none());
}

#[tokio::test(start_paused = true)]
async fn signing_out_revokes_and_deletes() {
    let (provider, home, session) = started().await;
    assert_eq!(session.logout().await.expect("nothing to do"), LogoutOutcome::NotSignedIn);
    sign_in(&session).await.expect("a sign-in");
    assert_eq!(session.logout().await.expect("signed out"), LogoutOutcome::SignedOut(Revocation::Revoked));
    assert_eq!(provider.world.lock().expect("the world").revoked, ["refresh-canary-1"]);
    assert!(matches!(session.persona().await, Err(SessionError::NotSignedIn { .. })));

    sign_in(&session).await.expect("a sign-in");
    provider.set(|world| {
        world.revoke_answer = Some(answer(
            400,
            r#"{"error":"invalid_request","error_description":"what is refresh-canary-2?"}"#,
        ))
    });
    let record = record_file(home.path());
    let outcome = session.logout().await.expect("signed out");
    let LogoutOutcome::SignedOut(Revocation::Failed(reason)) = outcome else { panic!("{outcome:?}") };
    assert!(reason.ends_with("refused: invalid_request: what is [redacted]?"), "{reason}");
    assert!(!record.exists());
}

type Answering = Box<dyn Fn(&str) -> Vec<u8> + Send + Sync>;

#[tokio::test(start_paused = true)]
async fn discovery_must_be_the_issuers_own() {
    let home = tempfile::tempdir().expect("a folder");
    let about = |issuer: &str, token: &str| json!({"issuer": issuer, "token_endpoint": token}).to_string();
    let cases: [(&str, Answering); 6] = [
        (
            "for the issuer",
            Box::new(move |_| answer(200, &about("https://evil.example", "https://evil.example/t"))),
        ),
        (
            "another origin",
            Box::new(move |own| {
                answer(200, &json!({"issuer": own, "token_endpoint": "https://evil.example/t"}).to_string())
            }),
        ),
        (
            "http is for loopback",
            Box::new(move |own| {
                answer(200, &json!({"issuer": own, "token_endpoint": "http://evil.example/t"}).to_string())
            }),
        ),
        ("longer than", Box::new(|_| answer(200, &" ".repeat(2 << 20)))),
        ("redirects", Box::new(|_| with_headers(302, "Location: http://evil.example/\r\n", ""))),
        ("not a discovery document", Box::new(|_| with_headers(200, "", "<html>"))),
    ];
    for (expected, make) in cases {
        let server = super::server::Server::start(move |asked| {
            make(&format!("http://{}/realms/vantage", asked.header("host").expect("a host")))
        })
        .await;
        let session = session(profile(&server.url), home.path(), &TestClock::new());
        let error = sign_in(&session).await.expect_err(expected);
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        assert_eq!(server.asked("").len(), 1, "nothing but discovery was asked");
    }
}
