//! The directions of `docs/architecture.md`, read off the manifests: who may depend on whom, and
//! which crate alone may name wasmtime, clap and reqwest.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// For each package of the host, the packages of this workspace that it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    (
        "host",
        &[
            "vantage-bundle",
            "vantage-output",
            "vantage-policy",
            "vantage-runtime",
            "vantage-scaffold",
            "vantage-session",
            "vantage-store",
        ],
    ),
    ("host/crates/session", &[]),
    ("host/crates/policy", &[]),
    ("host/crates/output", &[]),
    ("host/crates/store", &["vantage-policy"]),
    ("host/crates/runtime", &["vantage-policy"]),
    // The packs that it compiles, linked for their descriptions.
    ("host/crates/bundle", &["vantage-pack-cluster", "vantage-pack-job"]),
    // Embeds the SDKs as text, and depends on none.
    ("host/crates/scaffold", &[]),
    ("host/xtask", &[]),
    ("sdk/rust", &[]),
    ("sdk/rust/example", &["vantage-plugin"]),
    ("sdk/platform", &[]),
    ("tests/support", &["vantage-platform"]),
    ("tests/guests", &["vantage-plugin"]),
    // The program itself, with its guests' memories looked into.
    ("tests/watched", &["vantage", "vantage-runtime", "vantage-test-support"]),
    ("plugins/cluster", &["vantage-plugin"]),
    ("plugins/job", &["vantage-plugin"]),
];

/// Crates that only some packages may name.
const RESERVED: &[(&str, &[&str])] = &[
    ("wasmtime", &["host/crates/runtime"]),
    ("wasmtime-wasi", &["host/crates/runtime"]),
    ("clap", &["host", "host/xtask", "sdk/platform"]),
    ("reqwest", &["host/crates/session", "host/crates/store", "tests/support"]),
    (
        "tokio",
        &[
            "host",
            "host/crates/session",
            "host/crates/store",
            "host/crates/runtime",
            "sdk/platform",
            "tests/support",
        ],
    ),
    ("directories", &["host"]),
];

#[test]
fn dependencies_point_one_way() {
    let known: Vec<&str> = ARROWS.iter().map(|(folder, _)| *folder).collect();
    for folder in packages() {
        assert!(known.contains(&folder.as_str()), "{folder} has no row in ARROWS");
    }
    for (folder, allowed) in ARROWS {
        let tables = ["dependencies", "build-dependencies"];
        for dependency in tables.iter().flat_map(|table| dependencies(folder, table)) {
            let ours = dependency.starts_with("vantage-") || dependency == "vantage";
            assert!(
                !ours || allowed.contains(&dependency.as_str()),
                "{folder} depends on {dependency}, which docs/architecture.md does not allow"
            );
        }
    }
}

#[test]
fn what_is_reserved_is_named_nowhere_else() {
    for folder in packages() {
        for table in ["dependencies", "build-dependencies"] {
            for dependency in dependencies(&folder, table) {
                let reserved = RESERVED.iter().find(|(name, _)| *name == dependency);
                if let Some((name, allowed)) = reserved {
                    assert!(allowed.contains(&folder.as_str()), "{folder} names {name} in its {table}");
                }
            }
        }
    }
}

#[test]
fn every_folder_at_the_top_is_one_of_the_fixed_ones() {
    let folders: BTreeSet<String> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.') && name != "target")
        .collect();
    assert_eq!(
        folders.iter().map(String::as_str).collect::<Vec<_>>(),
        ["docs", "host", "plugins", "sdk", "tests", "wit"]
    );
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn packages() -> Vec<String> {
    let manifest: toml::Table =
        toml::from_str(&fs::read_to_string(root().join("Cargo.toml")).unwrap()).unwrap();
    let members = manifest["workspace"]["members"].as_array().unwrap();
    assert!(members.len() > 10, "the members were not read");
    members.iter().map(|member| member.as_str().unwrap().to_owned()).collect()
}

fn dependencies(folder: &str, table: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = toml::from_str(&text).unwrap();
    manifest
        .get(table)
        .and_then(toml::Value::as_table)
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}
