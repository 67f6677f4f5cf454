//! Damage: what is broken is told, stays where it is, and disturbs nothing else.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::Digest;
use crate::objects::Sort;

pub(super) fn two_packs() -> (tempfile::TempDir, Store, TestPack, TestPack) {
    let (folder, store) = store();
    let one = TestPack::new("acme/one", "1.0.0", "one").granted(&["persona email"]);
    let two = TestPack::new("acme/two", "1.0.0", "two");
    one.add_to(&store).unwrap();
    two.add_to(&store).unwrap();
    (folder, store, one, two)
}

pub(super) fn description_path(store: &Store, pack: &TestPack) -> PathBuf {
    store.objects().path(Sort::Description, &Digest::of(pack.json().as_bytes()))
}

/// Every file below a folder with its content.
pub(super) fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push((path.clone(), fs::read(&path).unwrap())),
            }
        }
    }
    files.sort();
    files
}

pub(super) fn told(error: &StoreError, store: &Store) -> String {
    let text = format!("{}\n{}", error.in_one_line(), error.hints().join("\n"));
    text.replace(&store.folder().display().to_string(), "PACKS")
}

#[test]
fn a_pack_whose_component_is_gone_is_listed_as_broken() {
    let (_folder, store, one, two) = two_packs();
    fs::remove_file(store.component_path(&one.digest()).unwrap()).unwrap();
    let list = store.list().unwrap();
    let broken = list[0].broken.as_ref().unwrap();
    assert!(broken.reason.ends_with(".wasm` is missing"), "{}", broken.reason);
    assert_eq!(broken.remedy, "add it again: vantage plugin add /packs/acme/one.wasm");
    assert_eq!(list[1].broken, None);
    assert_eq!(store.component(&two.digest()).unwrap(), two.bytes());
    assert_eq!(one.add_to(&store).unwrap().broken, None, "the remedy works");
}

#[test]
fn a_pack_whose_description_is_gone_keeps_its_word_and_says_why() {
    let (_folder, store, one, two) = two_packs();
    let catalog = store.catalog().unwrap();
    fs::remove_file(description_path(&store, &one)).unwrap();
    assert_eq!(catalog.find("one").unwrap().description().unwrap().id, "acme/one", "the catalog has it");

    fs::remove_file(store.catalog_path()).unwrap();
    let catalog = store.catalog().unwrap();
    let shown: Vec<_> = catalog.commands().map(|command| (command.word, command.summary)).collect();
    assert_eq!(shown, [("one", "(broken)"), ("two", "Runs two")]);
    let error = catalog.find("one").unwrap().description().unwrap_err();
    assert!(told(&error, &store).starts_with("pack `acme/one` is broken: `PACKS/objects"), "{error}");
    assert_eq!(catalog.broken().map(|(id, _)| id).collect::<Vec<_>>(), ["acme/one"]);
    assert_eq!(catalog.find("two").unwrap().description().unwrap(), Description::parse(&two.json()).unwrap());
    assert!(store.list().unwrap()[0].broken.is_some());

    let catalog = store.catalog().unwrap();
    overwrite(&description_path(&store, &one), one.json().as_bytes());
    assert_eq!(catalog.find("one").unwrap().description().unwrap().id, "acme/one", "it was put back");
    fs::remove_file(description_path(&store, &one)).unwrap();
    fs::remove_file(store.catalog_path()).unwrap();
    assert_eq!(store.catalog().unwrap().broken().count(), 1);
    assert_eq!(one.add_to(&store).unwrap().broken, None);
    assert_eq!(store.catalog().unwrap().broken().count(), 0);
}

#[test]
fn a_corrupt_index_is_told_with_its_place_and_not_overwritten() {
    let (_folder, store, one, _) = two_packs();
    let good = fs::read_to_string(store.index_path()).unwrap();
    let cases = [
        ("version = 1\n[packs\n".to_owned(), "line 2"),
        (good.replacen("version = 3", "version = ", 1), "line 1"),
        (good.replacen("sha256:", "sha256:../../", 1), "is not a digest"),
        (good.replacen("acme/one", "acme/../../one", 1), "is not the id of a pack"),
        (good.replacen("persona email", "persona everything", 1), "persona everything"),
        (good.replacen("kind = \"profile\"", "kind = \"planet\"", 1), "planet"),
        (String::new(), "line 1, column 1: missing field `version`"),
        ("version = 0\n".to_owned(), "version 0"),
        ("version = -1\n".to_owned(), "line 1, column 11"),
    ];
    for (text, expected) in cases {
        overwrite(&store.index_path(), text.as_bytes());
        let before = contents(store.folder());
        for error in [
            store.list().unwrap_err(),
            store.catalog().unwrap_err(),
            store.remove("acme/one").unwrap_err(),
            TestPack::new("acme/new", "1.0.0", "new").add_to(&store).unwrap_err(),
            store.grants("acme/one", &one.digest(), &scope("acme")).unwrap_err(),
        ] {
            assert!(matches!(error, StoreError::IndexCorrupt { .. }), "{error}");
            assert!(error.to_string().contains(expected), "{expected}: {error}");
        }
        assert_eq!(contents(store.folder()), before, "{expected}");
    }
    overwrite(&store.index_path(), b"version = 1\n\n[packs.\xff]");
    insta::assert_snapshot!(told(&store.list().unwrap_err(), &store), @"
    `PACKS/index.toml` is damaged at line 3, column 8: it is not UTF-8
    mend the line, or move `PACKS/index.toml` away and add the packs again
    ");
}

#[test]
fn a_newer_index_is_read_and_not_written() {
    let (_folder, store, one, two) = two_packs();
    let good = fs::read_to_string(store.index_path()).unwrap();
    let newer = good.replacen("version = 3", "version = 7\nnovelty = true", 1)
        + "\n[packs.\"acme/odd\"]\nactive = 5\n";
    overwrite(&store.index_path(), newer.as_bytes());
    let before = contents(store.folder());

    let list = store.list().unwrap();
    assert_eq!(
        list.iter().map(|pack| pack.id.as_str()).collect::<Vec<_>>(),
        ["acme/odd", "acme/one", "acme/two"]
    );
    assert_eq!(list[0].broken.as_ref().unwrap().remedy, "use the newer vantage that installed it");
    assert!(list[1].broken.is_none() && list[2].broken.is_none());
    assert_eq!(words(&store), ["one", "two"]);
    assert_eq!(store.grants("acme/one", &one.digest(), &scope("acme")).unwrap(), grants(&["persona email"]));
    assert_eq!(store.component(&two.digest()).unwrap(), two.bytes());

    for error in [
        store.remove("acme/one").unwrap_err(),
        TestPack::new("acme/new", "1.0.0", "new").add_to(&store).unwrap_err(),
        store.revoke("acme/one", &capabilities(&["persona email"]), &scope("acme").into()).unwrap_err(),
    ] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(told(&error, &store), @"
            `PACKS/index.toml` has version 7; this vantage changes only version 3
            use the newer vantage that wrote it
            ");
        }
    }
    let without_lock = |files: Vec<(PathBuf, Vec<u8>)>| -> Vec<_> {
        files.into_iter().filter(|(path, _)| !path.ends_with("lock")).collect()
    };
    assert_eq!(without_lock(contents(store.folder())), without_lock(before));
}
