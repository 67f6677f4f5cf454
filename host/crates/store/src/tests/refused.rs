//! What never becomes a pack: reserved and hostile ids, parts that do not belong together, no files.

use super::*;

#[test]
fn ids_that_are_not_for_installed_packs_are_refused() {
    let (folder, store) = store();
    let error = TestPack::new("vantage/cluster", "1.0.0", "gpu").add_to(&store).unwrap_err();
    insta::assert_snapshot!(error, @"`vantage/cluster` is not accepted: ids that begin with `vantage/` are those of bundled packs");
    assert!(!folder.path().join("data").exists());
    assert!(matches!(store.remove("vantage/cluster").unwrap_err(), StoreError::Bundled { .. }));

    let good = TestPack::new("acme/gpu", "1.0.0", "gpu");
    let hostile = [
        "../gpu",
        "acme/..",
        "acme/g\0pu",
        "acme",
        "acme/a/b",
        "acme/gpu.",
        "аcme/gpu",
        "acme/%2e",
        "Acme/gpu",
    ];
    for id in hostile.into_iter().map(str::to_owned).chain([format!("acme/{}", "x".repeat(300))]) {
        assert!(Description::parse(&description_json(&id, "1.0.0", &["gpu"])).is_err(), "{id:?}");
        // Whoever gets round the parser still has no place to store it under.
        let mut description = description("acme/gpu", "1.0.0", &["gpu"]);
        description.id.clone_from(&id);
        let json = good.json();
        let forged = NewPack {
            bytes: &good.bytes(),
            digest: &good.digest(),
            description: &description,
            description_json: &json,
            source: Source::file(Path::new("/x.wasm")),
            key: None,
            signature: None,
            succession: None,
            stamp: None,
            alias: None,
            grants: Some(good.grants.clone()),
            occasion: crate::Occasion::Added,
            now: String::new(),
        };
        assert!(matches!(store.add(forged).unwrap_err(), StoreError::Inconsistent { .. }), "{id:?}");
        assert!(store.grants(&id, &good.digest(), &scope("acme")).unwrap().is_empty());
        assert!(matches!(store.find(&id).unwrap_err(), StoreError::NotInstalled { .. }));
    }
    for version in ["../1.0.0", "1.0", "v1.0.0", "1.0.0\0", "1.0.0/x"] {
        assert!(Description::parse(&description_json("acme/gpu", version, &["gpu"])).is_err(), "{version:?}");
    }
    assert!(store.list().unwrap().is_empty());
}

#[test]
fn bytes_that_are_not_those_shown_are_refused() {
    let (_folder, store) = store();
    let pack = TestPack::new("acme/gpu", "1.0.0", "gpu");
    let json = pack.json();
    let description = Description::parse(&json).unwrap();
    let new = |bytes, json| NewPack {
        bytes,
        digest: Box::leak(pack.digest().into_boxed_str()),
        description: &description,
        description_json: json,
        source: Source::file(Path::new("/x.wasm")),
        key: None,
        signature: None,
        succession: None,
        stamp: None,
        alias: None,
        grants: Some(pack.grants.clone()),
        occasion: crate::Occasion::Added,
        now: String::new(),
    };
    let error = store.add(new(b"evil", &json)).unwrap_err();
    insta::assert_snapshot!(error, @"pack `acme/gpu` is not stored: its bytes are not those of the digest");
    let other = description_json("acme/gpu", "1.0.0", &["gpu", "more"]);
    let error = store.add(new(&pack.bytes(), &other)).unwrap_err();
    insta::assert_snapshot!(error, @"pack `acme/gpu` is not stored: its description is not the one that was read");
}

#[test]
fn a_source_is_a_file_of_bounded_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b\nc.wasm");
    overwrite(&path, b"12345");
    assert_eq!(Store::read_source(&path, 5).unwrap(), b"12345");
    let shown = |error: StoreError| error.to_string().replace(&folder.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(shown(Store::read_source(&path, 4).unwrap_err()), @"
    `FOLDER/a b
    c.wasm` has more than the 4 bytes that a pack may have
    ");
    insta::assert_snapshot!(shown(Store::read_source(folder.path(), 4).unwrap_err()), @"`FOLDER` is a folder, not a file");
    insta::assert_snapshot!(shown(Store::read_source(&folder.path().join("x"), 4).unwrap_err()), @"`FOLDER/x` does not exist");
    insta::assert_snapshot!(shown(Store::read_source(Path::new("/dev/zero"), 4).unwrap_err()), @"`/dev/zero` is a device, not a file");
    let link = folder.path().join("link.wasm");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert_eq!(Store::read_source(&link, 5).unwrap(), b"12345", "the user named it");
}
