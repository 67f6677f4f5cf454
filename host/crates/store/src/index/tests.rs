//! The index reads what earlier programs wrote, and what it writes.

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::error::StoreError;
use crate::grants::Scope;
use crate::tests::{capability, grants, overwrite, scope};

const SAMPLE: &str = include_str!("sample-v1.toml");
const SAMPLE_2: &str = include_str!("sample-v2.toml");
const SAMPLE_3: &str = include_str!("sample-v3.toml");

fn read(text: &str) -> Result<Loaded, StoreError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.toml");
    overwrite(&path, text.as_bytes());
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    Loaded::read(&path)
}

#[test]
fn the_sample_of_version_1_is_read() {
    let index = read(SAMPLE).unwrap().index;
    let pack = &index.packs["acme/gpu-report"];
    assert!(pack.enabled);
    assert_eq!(pack.alias.as_deref(), Some("gpu"));
    assert_eq!(pack.words(), ["gpu"]);
    let active = pack.active().unwrap();
    assert_eq!(active.version.to_string(), "1.2.0");
    assert_eq!(active.words, ["gpu-report"]);
    assert_eq!(active.source, Source::File { path: "/home/user/packs/gpu report.wasm".into(), link: false });
    assert_eq!(
        active.capabilities,
        [capability("query cluster/Query.clusters"), capability("persona email")].into()
    );
    assert_eq!(pack.generations.len(), 2);
    assert_eq!(pack.grants[0].scope, Scope::Profile(scope("acme")));
    assert_eq!(pack.grants[0].digest, Some(active.digest));
    let reach = pack.grants[0].grants.reach(&capability("query cluster/Query.clusters")).unwrap();
    assert!(reach.lines().eq(["clusters", "clusters.edges"]));
    assert_eq!(pack.grants[1].scope, Scope::AllProfiles);
    let bundled = &index.packs["vantage/cluster"];
    assert!(!bundled.is_installed());
    assert_eq!(bundled.revoked[0].capabilities, [capability("persona email")].into());
}

#[test]
fn the_sample_of_version_2_is_read() {
    let index = read(SAMPLE_2).unwrap().index;
    assert_eq!(index.packs, {
        let mut packs = read(SAMPLE).unwrap().index.packs;
        let pack = packs.get_mut("acme/gpu-report").unwrap();
        let [older, newer] = pack.generations.as_mut_slice() else { panic!("two generations") };
        older.source = Source::Web { url: "https://acme.example/gpu-report-1.1.0.wasm".into(), pinned: true };
        newer.source = Source::Oci {
            repository: "oci://ghcr.io/acme/gpu-report".into(),
            tag: Some("1.2.0".into()),
            range: Some("^1.1".into()),
            manifest: Digest([0xe5; 32]),
        };
        newer.signature = Some("untrusted comment: x\nRUQ=\ntrusted comment: y\nAA==\n".into());
        newer.publisher_key = Some(index.keys[0].key.unwrap().to_string());
        packs
    });
    assert!(index.kept_values.is_empty());
    assert_eq!(index.keys[0].publisher, "acme");
    assert_eq!(index.seen["acme/gpu-report oci://ghcr.io/acme"].to_string(), "1.2.0");
}

#[test]
fn the_sample_of_version_3_is_read() {
    let index = read(SAMPLE_3).unwrap().index;
    let mut packs = read(SAMPLE_2).unwrap().index.packs;
    let pack = packs.get_mut("acme/gpu-report").unwrap();
    pack.lock = Some("/home/user/team/vantage.lock".into());
    let record = "untrusted comment: z\nRUQ=\ntrusted comment: key acme\nAA==\n";
    pack.generations[1].succession = Some(record.into());
    let mine = index.packs["test/mine"].clone();
    let built = mine.active().unwrap();
    assert_eq!(built.source.followed(), Some(std::path::Path::new("/home/user/mine/mine.wasm")));
    assert_eq!(built.stamp.unwrap().to_string(), "80000-1234-1790000000-5-1790000000-6");
    packs.insert(PackId::try_from("test/mine".to_owned()).unwrap(), mine);
    assert_eq!(index.packs, packs);
    assert_eq!(index.kept_values["acme/queue"].len(), 1);
}

#[test]
fn what_is_written_is_the_sample() {
    let index = read(SAMPLE_3).unwrap().index;
    let without_comments: String =
        SAMPLE_3.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    assert_eq!(toml::to_string(&index).unwrap(), without_comments);
}

#[test]
fn each_index_has_a_later_time_than_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.toml");
    let mut loaded = Loaded::read(&path).unwrap();
    assert_eq!(loaded.stamp, None);
    let mut stamps = Vec::new();
    for _ in 0..100 {
        loaded.save(folder.path(), &path).unwrap();
        let time = std::fs::metadata(&path).unwrap().modified().unwrap();
        assert!(stamps.last().is_none_or(|before| *before < time));
        stamps.push(time);
        assert_eq!(Loaded::read(&path).unwrap().stamp, loaded.stamp);
    }
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest)
}

fn some_capability() -> impl Strategy<Value = Capability> {
    prop_oneof![
        Just(capability("persona roles")),
        "[a-zA-Z_][a-zA-Z0-9_]{0,20}".prop_map(|field| capability(&format!("query cluster/Query.{field}"))),
        (1..u64::MAX).prop_map(Capability::Storage),
    ]
}

fn some_scope() -> impl Strategy<Value = Scope> {
    let origins = vec(".*", 0..3);
    let profile = (".*", origins, option::of(".*")).prop_map(|(issuer, origins, organization)| {
        crate::GrantScope { issuer, origins, organization }.into()
    });
    prop_oneof![Just(Scope::AllProfiles), profile]
}

prop_compose! {
    fn generation()(
        numbers in any::<[u32; 3]>(), digest in digest(), description in digest(), size in 0..i64::MAX as u64,
        publisher_key in option::of(".*"), signature in option::of(".*"), added in ".*", words in vec("[a-z]{1,9}", 0..3),
        capabilities in btree_set(some_capability(), 0..4), path in ".*",
    ) -> Generation {
        let version = Version::new(numbers[0].into(), numbers[1].into(), numbers[2].into());
        let source = Source::File { path, link: false };
        Generation { version, digest, description, size, publisher_key, signature, succession: None, stamp: None, added, words, capabilities, source }
    }
}

prop_compose! {
    fn record()(
        active in option::of(digest()), enabled in any::<bool>(), alias in option::of("[a-z]{1,9}"),
        generations in vec(generation(), 0..4),
        granted in vec((option::of(digest()), ".*", some_scope(), btree_set(some_capability(), 0..4)), 0..4),
        revoked in vec((some_scope(), btree_set(some_capability(), 1..4)), 0..3),
    ) -> PackRecord {
        let grants = granted.into_iter().map(|(digest, given, scope, capabilities)| {
            let lines: Vec<String> = capabilities.iter().map(ToString::to_string).collect();
            let grants = grants(&lines.iter().map(String::as_str).collect::<Vec<_>>());
            GrantRecord { digest, given, scope, grants }
        }).collect();
        let revoked = revoked.into_iter().map(|(scope, capabilities)| Revocation { scope, capabilities }).collect();
        PackRecord { active, enabled, alias, lock: None, generations, grants, revoked }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn an_index_is_read_as_it_was_written(
        packs in btree_map("[d-k][a-z0-9-]{0,9}/[d-k][a-z0-9-]{0,9}", record(), 0..4),
    ) {
        let packs = packs.into_iter().map(|(id, record)| (PackId::try_from(id).unwrap(), record)).collect();
        let index = Index { packs, ..Index::default() };
        prop_assert_eq!(read(&toml::to_string(&index).unwrap()).unwrap().index, index);
    }

    #[test]
    fn no_text_ends_the_program(text in ".*", version in 0..4u32) {
        let _ = read(&text);
        let _ = read(&format!("version = {version}\n{text}"));
    }
}
