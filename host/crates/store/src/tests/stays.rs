//! What stays of a pack when another version of it comes, when it goes, and when its file changes.

use std::path::Path;

use super::{TestPack, grants, key, overwrite, scope, store};
use crate::{GrantSet, Occasion, Store, TrustedKey};

/// What the active version of `acme/gpu` is granted in the profile of another organization.
fn granted_elsewhere(store: &Store) -> Vec<String> {
    let digest = store.find("acme/gpu").unwrap().digest;
    let granted = store.grants("acme/gpu", &digest, &scope("else")).unwrap();
    granted.capabilities().map(ToString::to_string).collect()
}

/// A pack that is granted something in two profiles.
fn granted_twice(key_seed: Option<u8>, link: bool) -> (tempfile::TempDir, Store, TestPack) {
    let (folder, store) = store();
    let mut pack = TestPack::new("acme/gpu", "1.0.0", "gpu").granted(&["persona email"]);
    (pack.key, pack.link) = (key_seed.map(key), link);
    pack.add_to(&store).unwrap();
    let elsewhere = GrantSet { scope: scope("else").into(), grants: grants(&["persona email"]) };
    store.grant("acme/gpu", Some(&pack.digest()), elsewhere, "2026-11-24T12:00:00Z").unwrap();
    pack.version = "1.1.0".into();
    (folder, store, pack)
}

#[test]
fn an_upgrade_by_the_same_publisher_keeps_what_other_profiles_grant() {
    for (key_seed, link) in [(Some(1), false), (None, true)] {
        let (_folder, store, newer) = granted_twice(key_seed, link);
        newer.add_as(&store, Occasion::Upgraded).unwrap();
        assert_eq!(granted_elsewhere(&store), ["persona email"]);
        let capability = "persona email".parse().unwrap();
        let since = store.granted_since("acme/gpu", Some(&newer.digest()), &capability, &scope("else"));
        assert_eq!(since.unwrap().as_deref(), Some("2026-11-24T12:00:00Z"));
        // Adding is no upgrade: it begins anew.
        let again = TestPack { version: "1.2.0".into(), ..newer };
        again.add_to(&store).unwrap();
        assert_eq!(granted_elsewhere(&store), [""; 0]);
    }
}

#[test]
fn what_is_not_known_to_be_the_same_publishers_begins_anew() {
    let (_folder, store, newer) = granted_twice(None, false);
    newer.add_as(&store, Occasion::Upgraded).unwrap();
    assert_eq!(granted_elsewhere(&store), [""; 0]);
    let (_folder, store, mut newer) = granted_twice(Some(1), false);
    newer.key = Some(key(2));
    let since = "2026-11-25T12:00:00Z".to_owned();
    let decided = TrustedKey { publisher: "acme".into(), origin: "file".into(), key: newer.key, since };
    store.trust(decided).unwrap();
    newer.add_as(&store, Occasion::Upgraded).unwrap();
    assert_eq!(granted_elsewhere(&store), [""; 0]);
}

#[test]
fn what_is_asked_for_no_more_or_reaches_further_is_not_carried() {
    let (_folder, store, mut newer) = granted_twice(Some(1), false);
    let wide = GrantSet { scope: scope("else").into(), grants: grants(&["query cluster/Query.clusters"]) };
    // Granted without a reach, so that what is asked for goes beyond it.
    let digest = store.find("acme/gpu").unwrap().digest;
    store.grant("acme/gpu", Some(&digest), wide, "2026-11-24T12:00:00Z").unwrap();
    newer.paths = vec!["gpu list".into()];
    newer.add_as(&store, Occasion::Upgraded).unwrap();
    assert_eq!(granted_elsewhere(&store), ["persona email"]);
}

#[test]
fn the_lock_that_brought_a_pack_is_remembered_until_the_user_adds_it() {
    let (_folder, store) = store();
    let lock = |store: &Store| store.find("acme/gpu").unwrap().lock;
    let pack = |version: &str| TestPack { key: Some(key(1)), ..TestPack::new("acme/gpu", version, "gpu") };
    pack("1.0.0").add_as(&store, Occasion::Synced("/team/vantage.lock".into())).unwrap();
    assert_eq!(lock(&store).as_deref(), Some("/team/vantage.lock"));
    pack("1.1.0").add_as(&store, Occasion::Synced("/other/vantage.lock".into())).unwrap();
    pack("1.2.0").add_as(&store, Occasion::Upgraded).unwrap();
    assert_eq!(lock(&store).as_deref(), Some("/team/vantage.lock"));
    pack("1.2.0").add_to(&store).unwrap();
    assert_eq!(lock(&store), None);
    pack("1.3.0").add_as(&store, Occasion::Synced("/team/vantage.lock".into())).unwrap();
    assert_eq!(lock(&store), None, "what the user added stays the user's");
}

#[test]
fn values_stay_for_the_same_publisher_where_the_user_says_so() {
    let (_folder, store) = store();
    let pack = |seed: u8| TestPack { key: Some(key(seed)), ..TestPack::new("acme/gpu", "1.0.0", "gpu") };
    let value = |store: &Store| store.storage("acme/gpu", &scope("acme"), 100).unwrap().get("k").unwrap();
    pack(1).add_to(&store).unwrap();
    store.storage("acme/gpu", &scope("acme"), 100).unwrap().set("k", "1").unwrap();
    assert_eq!(store.remove_but_values("acme/gpu").unwrap().storage_bytes, 0);
    // Another change of the store does not sweep them up.
    TestPack::new("test/other", "1.0.0", "other").add_to(&store).unwrap();
    pack(1).add_to(&store).unwrap();
    assert_eq!(value(&store).as_deref(), Some("1"));
    store.remove_but_values("acme/gpu").unwrap();
    store.distrust("acme", None).unwrap();
    pack(2).add_to(&store).unwrap();
    assert_eq!(value(&store), None, "another publisher's");
    store.remove_but_values("acme/gpu").unwrap();
    assert!(store.remove("acme/gpu").unwrap().storage_bytes > 0, "what was left behind");
    store.remove("acme/gpu").unwrap_err();
    store.distrust("acme", None).unwrap();
    pack(1).add_to(&store).unwrap();
    assert_eq!(value(&store), None);
}

#[test]
fn a_file_that_is_followed_is_told_when_it_changes() {
    let (folder, store) = store();
    let file = folder.path().join("mine.wasm");
    overwrite(&file, b"one");
    let source = crate::Source::File { path: file.display().to_string(), link: true };
    let add = |bytes: &[u8]| {
        let pack = TestPack::new("acme/gpu", "1.0.0", "gpu");
        let json = pack.json();
        let new = crate::NewPack {
            bytes,
            digest: &crate::sha256_digest(bytes),
            description: &super::description(&pack.id, &pack.version, &["gpu"]),
            description_json: &json,
            source: source.clone(),
            key: None,
            signature: None,
            succession: None,
            stamp: Some(crate::Stamp::of(&std::fs::metadata(&file).unwrap())),
            alias: None,
            grants: None,
            occasion: Occasion::Upgraded,
            now: "2026-11-25T12:00:00Z".into(),
        };
        store.add(new).unwrap()
    };
    let outrun = || store.catalog().unwrap().pack("acme/gpu").unwrap().outrun().unwrap();
    add(b"one");
    assert_eq!(outrun(), None);
    overwrite(&file, b"two!");
    assert_eq!(outrun().as_deref(), Some(Path::new(&file)));
    assert_eq!(add(b"two!").generations.len(), 1, "a build takes the place of the one before");
    assert_eq!(outrun(), None);
    std::fs::remove_file(&file).unwrap();
    assert!(outrun().is_some());
}

#[test]
fn a_file_that_everybody_could_replace_is_not_followed() {
    use std::fs::{Permissions, create_dir, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let (open, file) = (folder.path().join("open"), folder.path().join("open/x.wasm"));
    create_dir(&open).unwrap();
    overwrite(&file, b"x");
    let mode = |path: &Path, mode: u32| set_permissions(path, Permissions::from_mode(mode)).unwrap();
    mode(&file, 0o664);
    mode(&open, 0o775);
    Store::check_followed(&file).unwrap();
    mode(&open, 0o1777);
    Store::check_followed(&file).unwrap();
    mode(&open, 0o777);
    Store::check_followed(&file).unwrap_err();
    mode(&open, 0o755);
    mode(&file, 0o666);
    let error = Store::check_followed(&file).unwrap_err();
    assert!(error.to_string().ends_with("everybody can write it (mode 0666)"), "{error}");
}
