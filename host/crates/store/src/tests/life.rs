//! A pack's life: added, found, replaced, renamed, removed.

use super::*;
use crate::{Owner, check_names};

#[test]
fn a_pack_is_added_found_and_removed() {
    let (folder, store) = store();
    assert!(store.list().unwrap().is_empty());
    let pack = TestPack::new("acme/gpu", "1.2.0", "gpu list").granted(&["query cluster/Query.clusters"]);
    let installed = pack.add_to(&store).unwrap();
    assert_eq!(installed.broken, None);
    assert_eq!(installed.version.as_ref().unwrap().to_string(), "1.2.0");
    assert_eq!(installed.summary, "Does what acme/gpu does");
    assert_eq!(installed.words, ["gpu"]);
    assert_eq!(
        installed.generations[0].capabilities,
        capabilities(&["query cluster/Query.clusters", "persona email"])
    );

    assert_eq!(store.list().unwrap(), std::slice::from_ref(&installed));
    assert_eq!(store.find("acme/gpu").unwrap(), installed);
    assert_eq!(store.find("gpu").unwrap(), installed);
    assert_eq!(store.component(&pack.digest()).unwrap(), pack.bytes());
    let path = store.component_path(&pack.digest()).unwrap();
    assert!(path.starts_with(folder.path()) && path.is_file());

    let catalog = store.catalog().unwrap();
    let entry = catalog.find("gpu").unwrap();
    assert_eq!((entry.id(), entry.version(), entry.digest()), ("acme/gpu", "1.2.0", pack.digest()));
    assert_eq!(entry.description().unwrap(), Description::parse(&pack.json()).unwrap());
    assert_eq!(entry.own_path(&["gpu".into(), "list".into()]), ["gpu", "list"]);
    assert!(catalog.find("gp").is_none() && catalog.find("gpu list").is_none() && catalog.find("").is_none());

    store.storage("acme/gpu", &scope("acme"), 100).unwrap().set("k", "12345").unwrap();
    let removed = store.remove("acme/gpu").unwrap();
    assert_eq!(removed_versions(&removed), "1.2.0");
    assert_eq!(removed.digests, [pack.digest()]);
    assert_eq!(removed.capabilities, capabilities(&["query cluster/Query.clusters"]));
    assert_eq!(removed.object_bytes, (pack.bytes().len() + pack.json().len()) as u64);
    assert!(removed.storage_bytes > 0);
    assert!(!path.exists());
    assert!(words(&store).is_empty());
    for name in ["acme/gpu", "gpu"] {
        assert!(matches!(store.find(name).unwrap_err(), StoreError::NotInstalled { .. }));
    }
    let error = store.remove("acme/gpu").unwrap_err();
    insta::assert_snapshot!(error, @"pack `acme/gpu` is not installed");
}

#[test]
fn files_have_the_modes_that_they_should() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, store) = store();
    let pack = TestPack::new("acme/gpu", "1.0.0", "gpu");
    pack.add_to(&store).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(store.folder()), 0o700);
    assert_eq!(mode(&store.index_path()), 0o600);
    assert_eq!(mode(&store.catalog_path()), 0o600);
    assert_eq!(mode(&store.component_path(&pack.digest()).unwrap()), 0o644);
}

#[test]
fn three_generations_are_kept_each_with_its_grants() {
    let (_folder, store) = store();
    let versions = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"];
    let packs = versions.map(|version| TestPack::new("acme/gpu", version, "gpu").granted(&["persona email"]));
    for pack in &packs {
        let installed = pack.add_to(&store).unwrap();
        assert_eq!(installed.digest, pack.digest());
    }
    let installed = store.find("acme/gpu").unwrap();
    let kept: Vec<_> = installed.generations.iter().map(|one| one.version.to_string()).collect();
    assert_eq!(kept, ["1.1.0", "1.2.0", "1.3.0"]);
    assert_eq!(installed.grants.len(), 3);
    assert!(matches!(store.component(&packs[0].digest()).unwrap_err(), StoreError::ObjectMissing { .. }));
    let granted = |pack: &TestPack| store.grants("acme/gpu", &pack.digest(), &scope("acme")).unwrap();
    assert!(granted(&packs[0]).is_empty());
    assert_eq!(granted(&packs[1]), grants(&["persona email"]));
    assert_eq!(removed_versions(&store.remove("acme/gpu").unwrap()), "1.1.0 1.2.0 1.3.0");
}

#[test]
fn other_bytes_and_another_source_start_with_the_grants_given() {
    let (_folder, store) = store();
    let first = TestPack::new("acme/gpu", "1.0.0", "gpu").granted(&["persona email"]);
    first.add_to(&store).unwrap();
    let elsewhere = GrantSet { scope: scope("else").into(), grants: grants(&["persona email"]) };
    store.set_grants("acme/gpu", Some(&first.digest()), elsewhere, "2026-11-24T00:00:00Z").unwrap();
    let granted = |pack: &TestPack, at: &str| store.grants("acme/gpu", &pack.digest(), &scope(at)).unwrap();

    let second = TestPack::new("acme/gpu", "2.0.0", "gpu");
    second.add_to(&store).unwrap();
    assert!(granted(&second, "acme").is_empty() && granted(&second, "else").is_empty());
    assert_eq!(granted(&first, "acme"), grants(&["persona email"]), "for going back");

    first.add_to(&store).unwrap();
    assert_eq!(granted(&first, "else"), grants(&["persona email"]), "the same again");

    let moved = TestPack { source: "/elsewhere/gpu.wasm".into(), ..first.clone() };
    moved.clone().granted(&[]).add_to(&store).unwrap();
    assert!(granted(&moved, "acme").is_empty() && granted(&moved, "else").is_empty());
}

/// A lock names the manifest that a tag led to: the same bytes of the same repository.
#[test]
fn the_same_bytes_by_a_tag_and_by_their_manifest_keep_every_profiles_grants() {
    let (_folder, store) = store();
    let pack = TestPack::new("acme/gpu", "1.0.0", "gpu").granted(&["persona email"]);
    let from = |repository: &str, tag: Option<&str>| crate::Source::Oci {
        repository: repository.into(),
        tag: tag.map(str::to_owned),
        range: None,
        manifest: crate::Digest::of(b"manifest"),
    };
    let of = |source: crate::Source| TestPack { from: Some(source), ..pack.clone() };
    of(from("oci://ghcr.io/acme/gpu", Some("1.0.0"))).add_to(&store).unwrap();
    let elsewhere = GrantSet { scope: scope("else").into(), grants: grants(&["persona email"]) };
    store.set_grants("acme/gpu", Some(&pack.digest()), elsewhere, "2026-11-24T00:00:00Z").unwrap();
    let granted = || store.grants("acme/gpu", &pack.digest(), &scope("else")).unwrap();

    of(from("oci://ghcr.io/acme/gpu", None)).add_to(&store).unwrap();
    assert_eq!(granted(), grants(&["persona email"]));
    of(from("oci://ghcr.io/other/gpu", None)).add_to(&store).unwrap();
    assert!(granted().is_empty(), "another repository is another's");
}

#[test]
fn two_packs_with_the_same_bytes_share_them_until_both_are_gone() {
    let (_folder, store) = store();
    let one = TestPack::new("acme/gpu", "1.0.0", "gpu");
    one.add_to(&store).unwrap();
    let json = description_json("acme/twin", "1.0.0", &["twin"]);
    let twin = NewPack {
        bytes: &one.bytes(),
        digest: &one.digest(),
        description: &Description::parse(&json).unwrap(),
        description_json: &json,
        source: Source::file(Path::new("/twin.wasm")),
        key: None,
        signature: None,
        succession: None,
        stamp: None,
        alias: None,
        grants: Some(one.grants.clone()),
        occasion: crate::Occasion::Added,
        now: String::new(),
    };
    store.add(twin).unwrap();
    store.remove("acme/gpu").unwrap();
    assert_eq!(store.component(&one.digest()).unwrap(), one.bytes());
    store.remove("acme/twin").unwrap();
    store.component(&one.digest()).unwrap_err();
}

#[test]
fn an_alias_stands_in_for_the_first_word() {
    let (_folder, store) = store();
    TestPack::new("acme/gpu", "1.0.0", "gpu list").add_to(&store).unwrap();
    let mut late = TestPack::new("late/gpu", "1.0.0", "gpu show");

    let error = late.add_to(&store).unwrap_err();
    insta::assert_snapshot!(error, @"the command `gpu` of pack `late/gpu` is taken by pack `acme/gpu`");
    insta::assert_snapshot!(error.hints().join("\n"), @"--as late-gpu adds the pack under another name");
    let catalog = store.catalog().unwrap();
    let error = check_names(&Description::parse(&late.json()).unwrap(), &[], &catalog).unwrap_err();
    let StoreError::NameClash { owner, suggestion, .. } = error else { panic!("{error}") };
    assert_eq!((owner, suggestion.as_deref()), (Owner::Pack("acme/gpu".into()), Some("late-gpu")));
    // A pack does not clash with itself: this is an upgrade.
    check_names(&description("acme/gpu", "2.0.0", &["gpu list"]), &[], &catalog).unwrap();

    late.alias = Some("late-gpu".into());
    assert_eq!(late.add_to(&store).unwrap().words, ["late-gpu"]);
    assert_eq!(words(&store), ["gpu", "late-gpu"]);
    let catalog = store.catalog().unwrap();
    let entry = catalog.find("late-gpu").unwrap();
    assert_eq!(entry.description().unwrap().commands[0].path, ["late-gpu", "show"]);
    assert_eq!(entry.own_path(&["late-gpu".into(), "show".into()]), ["gpu", "show"]);
    assert_eq!(store.find("late-gpu").unwrap().id, "late/gpu");

    // Another version keeps the name that the user gave.
    let newer = TestPack { version: "1.1.0".into(), alias: None, ..late };
    assert_eq!(newer.add_to(&store).unwrap().alias.as_deref(), Some("late-gpu"));

    let third = TestPack { alias: Some("late-gpu".into()), ..TestPack::new("third/x", "1.0.0", "x") };
    assert!(matches!(third.add_to(&store).unwrap_err(), StoreError::NameClash { .. }));
    let bad = TestPack { alias: Some("../x".into()), ..TestPack::new("third/x", "1.0.0", "x") };
    assert!(matches!(bad.add_to(&store).unwrap_err(), StoreError::InvalidAlias { .. }));
}
