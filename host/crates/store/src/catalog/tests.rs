//! The catalog is right whatever happened to its file, and cheap however many packs there are.

use std::fs;

use vantage_policy::description::Description;

use super::*;
use crate::index::{Generation, Index, PackId, PackRecord};
use crate::objects::Sort;
use crate::tests::{TestPack, description_json, grants, overwrite, scope, store, words};
use crate::{Source, Store};

/// Everything that a catalog says, descriptions and grants included.
fn all(store: &Store) -> Vec<(String, String, Description, usize)> {
    let catalog = store.catalog().unwrap();
    catalog
        .commands()
        .map(|command| {
            let entry = catalog.find(command.word).unwrap();
            let granted = store.grants(command.id, &entry.digest(), &scope("acme")).unwrap();
            let description = entry.description().unwrap();
            (command.word.to_owned(), command.summary.to_owned(), description, granted.capabilities().count())
        })
        .collect()
}

fn three_packs() -> (tempfile::TempDir, Store) {
    let (folder, store) = store();
    for name in ["one", "two", "three"] {
        let pack = TestPack::new(&format!("acme/{name}"), "1.0.0", &format!("{name} list"));
        pack.granted(&["persona email"]).add_to(&store).unwrap();
    }
    (folder, store)
}

#[test]
fn damage_at_any_place_is_found_and_mended() {
    let (_folder, store) = three_packs();
    let (good, expected) = (fs::read(store.catalog_path()).unwrap(), all(&store));
    assert_eq!(expected.len(), 3);
    for place in 0..64 {
        let mut damaged = good.clone();
        let place = place * (good.len() - 1) / 63;
        damaged[place] ^= 0x20;
        overwrite(&store.catalog_path(), &damaged);
        assert_eq!(all(&store), expected, "byte {place}");
        assert_eq!(fs::read(store.catalog_path()).unwrap(), good, "byte {place}");
    }
}

#[test]
fn a_catalog_that_is_cut_or_longer_is_made_anew() {
    let (_folder, store) = three_packs();
    let (good, expected) = (fs::read(store.catalog_path()).unwrap(), all(&store));
    for length in [0, 1, 7, 8, 40, 60, 107, 108, 300, good.len() / 2, good.len() - 1] {
        overwrite(&store.catalog_path(), &good[..length]);
        assert_eq!(all(&store), expected, "{length} bytes");
        assert_eq!(fs::read(store.catalog_path()).unwrap(), good, "{length} bytes");
    }
    overwrite(&store.catalog_path(), &[good.as_slice(), b"more"].concat());
    assert_eq!(all(&store), expected);
    assert_eq!(fs::read(store.catalog_path()).unwrap(), good);
}

#[test]
fn no_counts_lead_out_of_the_file() {
    let (_folder, store) = three_packs();
    let (good, expected) = (fs::read(store.catalog_path()).unwrap(), all(&store));
    for place in FIXED - 12..FIXED {
        let mut damaged = good.clone();
        damaged[place] = 0xff;
        overwrite(&store.catalog_path(), &damaged);
        assert_eq!(all(&store), expected, "byte {place}");
    }
}

#[test]
fn a_catalog_of_another_index_is_not_used() {
    let (_folder, store) = three_packs();
    let older = fs::read(store.catalog_path()).unwrap();
    store.remove("acme/two").unwrap();
    overwrite(&store.catalog_path(), &older);
    assert_eq!(words(&store), ["one", "three"]);
    assert_ne!(fs::read(store.catalog_path()).unwrap(), older);
}

/// Two changes of the same size, however fast, never leave a catalog of the first in force.
#[test]
fn a_rewrite_of_the_same_size_in_the_same_tick_is_seen() {
    let (_folder, store) = three_packs();
    for round in 0..20 {
        let stale = fs::read(store.catalog_path()).unwrap();
        let mut before = store.load().unwrap();
        let size = fs::metadata(store.index_path()).unwrap().len();
        for name in ["acme/one", "acme/two"] {
            let record = before.index.packs.get_mut(name).unwrap();
            record.alias = Some(format!("w{name}{round:02}").replace("acme/", ""));
        }
        before.save(store.folder(), &store.index_path()).unwrap();
        let resized = fs::metadata(store.index_path()).unwrap().len();
        assert_eq!(resized == size, round > 0, "but for the first round");
        overwrite(&store.catalog_path(), &stale);
        assert!(words(&store).contains(&format!("wone{round:02}")));
    }
}

#[test]
fn an_index_edited_by_hand_is_seen() {
    let (_folder, store) = three_packs();
    words(&store);
    let text = fs::read_to_string(store.index_path()).unwrap();
    overwrite(&store.index_path(), text.replacen("enabled = true", "enabled = false", 1).as_bytes());
    assert_eq!(words(&store), ["three", "two"]);
    let catalog = store.catalog().unwrap();
    assert_eq!(
        catalog.pack("acme/one").unwrap().description().unwrap().id,
        "acme/one",
        "disabled, and still there"
    );
}

#[test]
fn hidden_words_and_other_names_are_found_and_not_shown() {
    let (_folder, store) = store();
    let mut json: serde_json::Value =
        serde_json::from_str(&description_json("acme/x", "1.0.0", &["gpu", "debug", "queue list"])).unwrap();
    json["commands"][0]["aliases"] = serde_json::json!(["g"]);
    json["commands"][1]["hidden"] = true.into();
    json["groups"] = serde_json::json!([{"path": ["queue"], "summary": "Queues"}]);
    let json = json.to_string();
    let (pack, description) = (TestPack::new("acme/x", "1.0.0", "gpu"), Description::parse(&json).unwrap());
    let (bytes, digest) = (pack.bytes(), pack.digest());
    store
        .add(crate::NewPack {
            bytes: &bytes,
            digest: &digest,
            description: &description,
            description_json: &json,
            source: Source::file(Path::new("/x.wasm")),
            key: None,
            signature: None,
            succession: None,
            stamp: None,
            alias: None,
            grants: Some(pack.grants.clone()),
            occasion: crate::Occasion::Added,
            now: String::new(),
        })
        .unwrap();
    let catalog = store.catalog().unwrap();
    let shown: Vec<_> = catalog.commands().map(|one| (one.word, one.summary, one.hidden)).collect();
    assert_eq!(
        shown,
        [
            ("debug", "Runs debug", true),
            ("g", "Runs gpu", true),
            ("gpu", "Runs gpu", false),
            ("queue", "Queues", false)
        ]
    );
    assert_eq!(catalog.find("g").unwrap().id(), "acme/x");
    assert_eq!(store.find("queue").unwrap().words, ["debug", "g", "gpu", "queue"]);
}

/// Installs packs without going through `add`, which would write a thousand catalogs.
fn install(store: &Store, count: usize) {
    files::make_folder(store.folder()).unwrap();
    let mut index = Index::default();
    for number in 0..count {
        let (id, word) = (format!("acme/pack{number}"), format!("word{number}"));
        let json = description_json(&id, "1.0.0", &[&word]);
        let digest = Digest::of(id.as_bytes());
        let generation = Generation {
            version: semver::Version::new(1, 0, 0),
            digest,
            description: store.objects().write(Sort::Description, json.as_bytes()).unwrap(),
            size: 0,
            publisher_key: None,
            signature: None,
            succession: None,
            stamp: None,
            added: String::new(),
            words: vec![word],
            capabilities: Default::default(),
            source: Source::file(Path::new("/x.wasm")),
        };
        let record =
            PackRecord { active: Some(digest), generations: vec![generation], ..PackRecord::default() };
        index.packs.insert(PackId::try_from(id).unwrap(), record);
    }
    let mut loaded = Loaded { index, ..Loaded::default() };
    loaded.save(store.folder(), &store.index_path()).unwrap();
}

#[test]
fn of_a_thousand_packs_only_the_one_asked_for_is_parsed() {
    let (_folder, store) = store();
    install(&store, 1000);
    store.catalog().unwrap();
    let catalog = store.catalog().unwrap();
    assert!(matches!(catalog.body, Body::File(_)), "read from the file");
    assert_eq!(catalog.commands().count(), 1000);
    assert_eq!(catalog.find("word500").unwrap().id(), "acme/pack500");
    assert_eq!(catalog.parsed_descriptions(), 0);
    assert_eq!(catalog.find("word500").unwrap().description().unwrap().id, "acme/pack500");
    assert_eq!(catalog.parsed_descriptions(), 1);
    let table = Head::length(&fs::read(store.catalog_path()).unwrap()).unwrap();
    assert!(table < 512 << 10, "what is read at once stays small");

    // A grant of one of them is found without the index.
    let digest = catalog.find("word7").unwrap().digest();
    let set = crate::GrantSet { scope: scope("acme").into(), grants: grants(&["persona email"]) };
    store.set_grants("acme/pack7", Some(&digest), set, "").unwrap();
    assert_eq!(store.grants("acme/pack7", &digest, &scope("acme")).unwrap(), grants(&["persona email"]));
}
