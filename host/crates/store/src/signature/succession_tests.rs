//! Keys that follow others: a record of the key before opens the way for the publisher it names, and no
//! other one does.

use minisign::KeyPair;

use super::*;
use crate::tests::{TestPack, scope, store};
use crate::{Occasion, Source, Standing, Store, TrustedKey};

fn pair() -> (KeyPair, PublicKey) {
    let pair = KeyPair::generate_unencrypted_keypair().unwrap();
    let key = pair.pk.to_base64().parse().unwrap();
    (pair, key)
}

/// The record by which `new` follows the key of `old`.
fn record(old: &KeyPair, new: &PublicKey, comment: &str) -> String {
    let line = new.to_string();
    minisign::sign(None, &old.sk, line.as_bytes(), Some(comment), None).unwrap().into_string()
}

#[test]
fn only_the_old_key_names_the_new_one_and_for_one_publisher() {
    let ((old_pair, old), (new_pair, new)) = (pair(), pair());
    let good = record(&old_pair, &new, "key acme");
    verify_succession(&good, &old, &new, "acme").unwrap();
    let said = |record: &str, publisher: &str| {
        verify_succession(record, &old, &new, publisher).unwrap_err().to_string()
    };
    insta::assert_snapshot!(said(&good, "other"), @"the record does not say that the key follows for this publisher: its trusted comment is `key acme`");
    insta::assert_snapshot!(said(&record(&old_pair, &old, "key acme"), "acme"), @"the signature belongs to other bytes: the pack was altered, or the signature is that of another");
    insta::assert_snapshot!(said(&good.replace("key acme", "key other"), "other"), @"the signature or its trusted comment was altered, or is not of the key that it names");
    assert!(matches!(
        verify_succession(&record(&new_pair, &new, "key acme"), &old, &new, "acme"),
        Err(SignatureError::OtherKey { .. })
    ));
    // What was signed as a pack's never counts as a key's.
    let as_pack = record(&old_pair, &new, &format!("pack acme/x 1.0.0 {}", crate::sha256_digest(b"")));
    assert!(said(&as_pack, "acme").contains("does not say that the key follows"));
    assert!(matches!(verify(&good, &old, new.to_string().as_bytes()), Err(SignatureError::NotBound { .. })));
}

/// A store that knows `key` of `acme`, for packs from files.
fn trusting(key: PublicKey) -> (tempfile::TempDir, Store) {
    let (folder, store) = store();
    let since = "2026-11-25T12:00:00Z".to_owned();
    let known = TrustedKey { publisher: "acme".into(), origin: "file".into(), key: Some(key), since };
    store.trust(known).unwrap();
    (folder, store)
}

#[test]
fn a_pack_brings_its_values_along_when_its_key_follows() {
    let ((old_pair, old), (_, new)) = (pair(), pair());
    let (_folder, store) = trusting(old);
    let mut pack = TestPack::new("acme/gpu", "1.0.0", "gpu").granted(&["persona email"]);
    pack.key = Some(old);
    pack.add_to(&store).unwrap();
    let values = |store: &Store| store.storage("acme/gpu", &scope("acme"), 100).unwrap();
    values(&store).set("k", "1").unwrap();

    pack.version = "1.1.0".into();
    pack.key = Some(new);
    pack.add_as(&store, Occasion::Upgraded).unwrap_err();
    pack.succession = Some(record(&old_pair, &new, "key acme"));
    pack.add_as(&store, Occasion::Upgraded).unwrap();
    assert_eq!(values(&store).get("k").unwrap().as_deref(), Some("1"));
    values(&store).set("k", "2").unwrap();
    assert_eq!(store.trusted().unwrap()[0].key, Some(new));
    // Going back finds what was there; the old key signs nothing new.
    store.roll_back("acme/gpu", &store.earlier("acme/gpu", None).unwrap().digest).unwrap();
    assert_eq!(values(&store).get("k").unwrap().as_deref(), Some("1"));
    pack.key = Some(old);
    pack.version = "1.2.0".into();
    pack.add_as(&store, Occasion::Upgraded).unwrap_err();
}

#[test]
fn what_the_old_key_did_not_sign_is_not_brought_along() {
    let ((old_pair, old), (_, new)) = (pair(), pair());
    let (_folder, store) = store();
    let mut pack = TestPack::new("acme/gpu", "1.0.0", "gpu").granted(&["persona email"]);
    pack.add_to(&store).unwrap();
    let values = |store: &Store| store.storage("acme/gpu", &scope("acme"), 100).unwrap();
    values(&store).set("k", "1").unwrap();
    let since = "2026-11-25T12:00:00Z".to_owned();
    let known = TrustedKey { publisher: "acme".into(), origin: "file".into(), key: Some(old), since };
    store.trust(known).unwrap();
    pack.version = "1.1.0".into();
    pack.key = Some(new);
    pack.succession = Some(record(&old_pair, &new, "key acme"));
    pack.add_as(&store, Occasion::Upgraded).unwrap();
    assert_eq!(values(&store).get("k").unwrap(), None);
}

#[test]
fn a_record_counts_where_the_old_key_is_known_alone() {
    let ((old_pair, old), (_, new)) = (pair(), pair());
    let (_folder, store) = trusting(old);
    let record = record(&old_pair, &new, "key acme");
    let file = Source::file(std::path::Path::new("/x.wasm"));
    let web = Source::Web { url: "https://evil.example/x.wasm".into(), pinned: false };
    let judged =
        |publisher: &str, source: &Source| store.standing(publisher, source, Some(&new), Some(&record));
    assert_eq!(judged("acme", &file).unwrap(), Standing::Succeeded { old });
    judged("acme", &web).unwrap_err();
    assert_eq!(judged("other", &file).unwrap(), Standing::First);
    store.standing("acme", &file, Some(&new), Some("no record")).unwrap_err();
    store.standing("acme", &file, None, Some(&record)).unwrap_err();
}
