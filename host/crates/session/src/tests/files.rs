//! The stored record on disk: an older sample, damage, links, modes, and a disk that is full.

#![expect(
    clippy::disallowed_methods,
    reason = "tests put broken files in place, which no atomic write would"
)]

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::provider::Provider;
use super::{TestClock, folders, names, profile, record_file, session};
use crate::record::{self, Key, Record};
use crate::store::{CredentialStore, FileStore, Form, Occasion, Reservation};
use crate::token::Token;
use crate::{ErrorKind, Session, SessionError, StoreKind, Verdict};

/// Keeps records in files, and never has room for another.
struct FullStore(FileStore);

impl CredentialStore for FullStore {
    fn load(&self) -> Result<Option<Record>, SessionError> {
        self.0.load()
    }
    fn load_refresh(&self) -> Result<Option<Token>, SessionError> {
        self.0.load_refresh()
    }
    fn reserve(&self, _: Occasion) -> Result<Box<dyn Reservation>, SessionError> {
        let source = std::io::ErrorKind::StorageFull.into();
        Err(SessionError::File { action: "make room for", path: PathBuf::new(), source })
    }
    fn delete(&self) -> Result<bool, SessionError> {
        self.0.delete()
    }
    fn lock_file(&self) -> Option<&Path> {
        self.0.lock_file()
    }
    fn path(&self) -> Option<&Path> {
        self.0.path()
    }
    fn kind(&self) -> StoreKind {
        self.0.kind()
    }
}

pub(super) fn with_full_disk(session: &Session) -> Session {
    let store = FileStore::new(Key::of(session.profile()), Form::Plain, session.surroundings());
    session.with_store(Arc::new(FullStore(store)))
}

async fn signed_in() -> (Provider, tempfile::TempDir, Session) {
    let provider = Provider::start().await;
    let home = tempfile::tempdir().expect("a folder");
    let session = session(profile(&provider.server.url), home.path(), &TestClock::new());
    session.login(&mut |_| {}, false).await.expect("a sign-in");
    (provider, home, session)
}

const SAMPLE: &str = r#"{"version":1,"profile":"default","issuer":"https://auth.example/realms/vantage","client_id":"default","scopes":["offline_access","openid"],"organization":null,"generation":7,"origins":["https://apis.example"],"access_token":"canary-access","refresh_token":"canary-refresh","expires_at":1790000300,"obtained_at":1790000000,"persona":{"subject":"u-1","username":"ada","display_name":null,"email":null,"organization":{"id":"o-1","name":"acme"},"organizations":[{"id":"o-1","name":"acme"}],"roles":["user"]}}"#;

/// A session whose record is `text`, written as this program would have.
fn with_record(home: &Path, text: &str) -> (Session, PathBuf) {
    let mut profile = profile("http://127.0.0.1:9");
    profile.issuer = "https://auth.example/realms/vantage".parse().expect("a URL");
    let folder = crate::store::folder(&folders(home).state);
    crate::files::private_folder(&folder).expect("a folder");
    let path = folder.join(format!("{}.json", Key::of(&profile).file_stem()));
    crate::files::reserve(&path, 0).and_then(|room| room.commit(text.as_bytes())).expect("written");
    (session(profile, home, &TestClock::new()), path)
}

#[test]
fn the_sample_of_version_1_is_read() {
    let home = tempfile::tempdir().expect("a folder");
    let (session, path) = with_record(home.path(), SAMPLE);
    let stored = session.stored().expect("readable").expect("signed in");
    assert_eq!(stored.persona.username.as_deref(), Some("ada"));
    assert_eq!((stored.refreshable, stored.store, stored.path), (true, StoreKind::File, Some(path)));
    let record = session.store().and_then(|store| store.load()).expect("readable").expect("a record");
    assert!(!format!("{record:?}").contains("canary"), "{record:?}");
    let refresh = session.store().and_then(|store| store.load_refresh()).expect("readable");
    let json = record.to_json(refresh.as_ref()).expect("JSON");
    let again = Record::from_json(&json, &record.key).expect("readable");
    assert_eq!((again.access, again.refreshable, again.generation), (record.access, true, 7));
    assert_eq!(record::refresh_token(&json).expect("readable"), refresh);
    assert!(refresh.is_some_and(|refresh| refresh.expose() == "canary-refresh"));
}

#[test]
fn a_damaged_record_is_set_aside_and_kept() {
    let whole = SAMPLE.len();
    let mut cases: Vec<String> = (0..whole).step_by(41).map(|length| SAMPLE[..length].to_owned()).collect();
    cases.push(SAMPLE.replace("\"version\":1", "\"version\":\"1\""));
    cases.push(SAMPLE.replace("canary-access", "a b"));
    cases.push(SAMPLE.replace("auth.example", "evil.example"));
    cases.push("[".repeat(10_000));
    for text in cases {
        let home = tempfile::tempdir().expect("a folder");
        let (session, path) = with_record(home.path(), &text);
        let error = session.stored().expect_err("damage");
        assert!(matches!(error, SessionError::RecordCorrupted { .. }), "{error:?}");
        assert!(!error.to_string().contains("canary") && error.hints()[0].contains("vantage login"));
        assert!(!path.exists());
        let kept = path.with_file_name(format!(
            "{}.corrupt-1790000000",
            path.file_name().expect("a name").to_string_lossy()
        ));
        assert_eq!(std::fs::read_to_string(kept).expect("kept"), text);
        assert!(session.stored().expect("nothing there").is_none());
    }
}

#[test]
fn a_newer_record_stays_where_it_is() {
    let home = tempfile::tempdir().expect("a folder");
    let (session, path) = with_record(home.path(), r#"{"version":3,"something":"else"}"#);
    let error = session.stored().expect_err("a newer version");
    assert!(matches!(error, SessionError::RecordVersion { found: 3, .. }), "{error:?}");
    assert!(path.exists());
}

#[test]
fn links_and_open_modes_are_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let (session, path) = with_record(home.path(), SAMPLE);
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode")
    };
    mode(&path, 0o644);
    let error = session.stored().expect_err("readable by others");
    assert_eq!(error.hints(), [format!("chmod 600 '{}'", path.display())]);
    mode(&path, 0o600);
    let folder = path.parent().expect("a folder");
    mode(folder, 0o755);
    assert_eq!(
        session.stored().expect_err("an open folder").hints(),
        [format!("chmod 700 '{}'", folder.display())]
    );
    let checks = session.check_store();
    let folders = checks.iter().find(|check| check.subject == "sign-in folder").expect("a check of it");
    assert_eq!(folders.verdict, Verdict::Bad);
    mode(folder, 0o700);
    session.stored().expect("as it should be");

    let real = home.path().join("real.json");
    std::fs::rename(&path, &real).expect("moved");
    symlink(&real, &path).expect("a link");
    let error = session.stored().expect_err("a link");
    assert!(error.to_string().ends_with("is a symbolic link"), "{error}");
    std::fs::remove_file(&path).expect("removed");
    std::fs::create_dir(&path).expect("a folder");
    assert!(session.stored().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_corrupt_record_is_named_by_doctor_and_mended_by_login() {
    let (_provider, home, session) = signed_in().await;
    assert!(
        session.check_store().iter().all(|check| check.verdict == Verdict::Good),
        "{:?}",
        session.check_store()
    );
    let path = record_file(home.path());
    std::fs::write(&path, "{").expect("written");
    let checks = session.check_store();
    let sign_in = checks.iter().find(|check| check.subject == "sign-in").expect("a check of it");
    assert_eq!(sign_in.verdict, Verdict::Bad);
    assert!(path.exists(), "doctor moves nothing");
    let error = session.persona().await.expect_err("damage");
    assert_eq!(error.kind(), ErrorKind::NotSignedIn);
    session.login(&mut |_| {}, false).await.expect("a sign-in");
    session.persona().await.expect("signed in");
    assert_eq!(names(&home.path().join("state/sessions")).len(), 3, "record, lock, and what was set aside");
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_process_left_is_removed() {
    let (_provider, home, session) = signed_in().await;
    let path = record_file(home.path());
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let left = path.with_file_name(format!(".{name}.abc"));
    std::fs::write(&left, vec![0; 65536]).expect("written");
    session.login(&mut |_| {}, true).await.expect("a sign-in");
    assert!(!left.exists());
}

#[tokio::test(start_paused = true)]
async fn the_cache_of_discovery_is_used_and_never_trusted() {
    let (provider, home, session) = signed_in().await;
    let asked = || provider.server.asked("openid-configuration").len();
    session.endpoints().await.expect("cached");
    assert_eq!(asked(), 1);
    let cache = home.path().join("cache/discovery");
    let file = cache.join(&names(&cache)[0]);
    let good = std::fs::read_to_string(&file).expect("a cache");
    for bad in [
        "{",
        "",
        &good.replace("\"version\":1", "\"version\":9"),
        &good.replace("/token", "/\u{1}"),
        &good.replace("http://127.0.0.1", "https://evil.example"),
    ] {
        std::fs::write(&file, bad).expect("written");
        let before = asked();
        session.endpoints().await.expect("asked again");
        assert_eq!(asked(), before + 1, "{bad}");
    }
    let before = asked();
    std::fs::remove_dir_all(&cache).expect("removed");
    std::fs::write(&cache, "in the way").expect("written");
    session.endpoints().await.expect("works without a cache");
    assert_eq!(asked(), before + 1);
}

#[tokio::test(start_paused = true)]
async fn memory_touches_no_disk() {
    let provider = Provider::start().await;
    let home = tempfile::tempdir().expect("a folder");
    let mut profile = profile(&provider.server.url);
    profile.credential_store = StoreKind::Memory;
    let session = session(profile.clone(), home.path(), &TestClock::new());
    session.login(&mut |_| {}, false).await.expect("a sign-in");
    session.persona().await.expect("signed in");
    assert!(!home.path().join("state").exists());
    profile.credential_store = StoreKind::Keyring;
    let session = super::session(profile, home.path(), &TestClock::new());
    let error = session.login(&mut |_| {}, false).await.expect_err("no keyring");
    assert!(matches!(error, SessionError::KeyringUnreachable { .. }), "{error:?}");
    assert_eq!(provider.server.asked("/device").len(), 1, "nobody is asked for what cannot be kept");
}
