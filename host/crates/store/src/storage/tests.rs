//! Values are kept apart, bounded, and whole whoever writes at the same time.

use super::*;
use crate::tests::{TestPack, overwrite, scope, store};

const BUNDLED_ID: &str = "vantage/cluster";

#[test]
fn values_are_set_read_and_deleted() {
    let (_folder, store) = store();
    let storage = store.storage(BUNDLED_ID, &scope("acme"), 1000).unwrap();
    assert_eq!(storage.get("a").unwrap(), None);
    assert!(storage.keys().unwrap().is_empty());
    storage.delete("a").unwrap();
    assert!(!store.folder().exists(), "nothing is made before something is set");

    let value = r#"{"b": [1.0, "ü\n"], "a": 12345678901234567890}"#;
    storage.set("a b/ü", value).unwrap();
    storage.set("a", " null ").unwrap();
    assert_eq!(storage.get("a b/ü").unwrap().as_deref(), Some(value), "as it was set");
    assert_eq!(storage.get("a").unwrap().as_deref(), Some("null"));
    assert_eq!(storage.keys().unwrap(), ["a", "a b/ü"]);
    storage.delete("a").unwrap();
    assert_eq!(storage.keys().unwrap(), ["a b/ü"]);
    for text in ["", "{", "1 2", "\"\u{1}\"", "nul"] {
        assert!(matches!(storage.set("a", text).unwrap_err(), StoreError::InvalidValue { .. }), "{text:?}");
    }
}

#[test]
fn packs_and_profiles_do_not_see_each_other() {
    let (_folder, store) = store();
    TestPack::new("acme/gpu", "1.0.0", "gpu").add_to(&store).unwrap();
    let of = |id: &str, at: &str| store.storage(id, &scope(at), 1000).unwrap();
    of("acme/gpu", "acme").set("key", "1").unwrap();
    assert_eq!(of("acme/gpu", "acme").get("key").unwrap().as_deref(), Some("1"));
    assert_eq!(of("acme/gpu", "else").get("key").unwrap(), None);
    assert_eq!(of(BUNDLED_ID, "acme").get("key").unwrap(), None);
    of(BUNDLED_ID, "acme").set("key", "2").unwrap();
    assert!(matches!(
        store.storage("no/pack", &scope("acme"), 9).unwrap_err(),
        StoreError::NotInstalled { .. }
    ));

    // Other bytes of an unsigned pack start with nothing; going back finds what was kept.
    TestPack::new("acme/gpu", "2.0.0", "gpu").add_to(&store).unwrap();
    assert_eq!(of("acme/gpu", "acme").get("key").unwrap(), None);
    TestPack::new("acme/gpu", "1.0.0", "gpu").add_to(&store).unwrap();
    assert_eq!(of("acme/gpu", "acme").get("key").unwrap().as_deref(), Some("1"));

    store.remove("acme/gpu").unwrap();
    TestPack::new("acme/gpu", "1.0.0", "gpu").add_to(&store).unwrap();
    assert_eq!(of("acme/gpu", "acme").get("key").unwrap(), None);
    assert_eq!(of(BUNDLED_ID, "acme").get("key").unwrap().as_deref(), Some("2"));
}

#[test]
fn no_more_is_kept_than_was_granted() {
    let (_folder, store) = store();
    let storage = store.storage(BUNDLED_ID, &scope("acme"), 10).unwrap();
    storage.set("key", "1234567").unwrap();
    let error = storage.set("k", "1").unwrap_err();
    insta::assert_snapshot!(error, @"12 bytes of storage are needed, and 10 are granted");
    storage.set("key", "12345678").unwrap_err();
    assert_eq!(storage.get("key").unwrap().as_deref(), Some("1234567"));
    storage.set("key", "12345").unwrap();
    storage.set("k", "1").unwrap();
    assert_eq!(storage.keys().unwrap(), ["k", "key"]);
}

#[test]
fn keys_follow_the_rules() {
    let (_folder, store) = store();
    let storage = store.storage(BUNDLED_ID, &scope("acme"), 1000).unwrap();
    storage.set(&"k".repeat(128), "1").unwrap();
    for key in ["", "a\nb", "a\0", "\u{9b}", &"k".repeat(129)] {
        for error in [
            storage.set(key, "1").unwrap_err(),
            storage.get(key).unwrap_err(),
            storage.delete(key).unwrap_err(),
        ] {
            assert!(matches!(error, StoreError::InvalidKey { .. }), "{key:?}");
        }
    }
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    let (_folder, store) = store();
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let storage = store.storage(BUNDLED_ID, &scope("acme"), 1000).unwrap();
            threads.spawn(move || {
                for number in 0..5 {
                    storage.set(&format!("{thread}-{number}"), "true").unwrap();
                }
            });
        }
    });
    assert_eq!(store.storage(BUNDLED_ID, &scope("acme"), 1000).unwrap().keys().unwrap().len(), 20);
}

#[test]
fn a_sample_is_read_and_damage_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, store) = store();
    let storage = store.storage(BUNDLED_ID, &scope("acme"), 1000).unwrap();
    storage.set("first", "1").unwrap();
    assert_eq!(std::fs::metadata(&storage.path).unwrap().permissions().mode() & 0o777, 0o600);
    let sample = r#"{"version":1,"pack":"vantage/cluster","scope":{"issuer":"https://id.example",
        "origins":["https://api.example"],"organization":"acme"},"values":{"last": {"a": 1}}}"#;
    overwrite(&storage.path, sample.as_bytes());
    assert_eq!(storage.get("last").unwrap().as_deref(), Some(r#"{"a": 1}"#));

    let cases = [
        (&sample[..40], "EOF"),
        (&sample.replace(":1,", ":2,"), "it has version 2; this vantage knows version 1"),
        (&sample.replace("vantage/cluster", "vantage/other"), "another pack or profile"),
        (&sample.replace("\"acme\"", "\"else\""), "another pack or profile"),
    ];
    for (text, expected) in cases {
        overwrite(&storage.path, text.as_bytes());
        for error in [storage.get("last").unwrap_err(), storage.set("last", "1").unwrap_err()] {
            assert!(matches!(error, StoreError::StorageCorrupt { .. }), "{error}");
            assert!(error.to_string().contains(expected), "{error}");
        }
        assert_eq!(std::fs::read_to_string(&storage.path).unwrap(), text, "not overwritten");
    }
}
