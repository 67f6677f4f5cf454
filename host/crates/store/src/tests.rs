//! What the tests of this crate share: small packs, grants and profiles, and files to damage.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};
use vantage_policy::capability::Capability;
use vantage_policy::decision::Grants;
use vantage_policy::description::Description;
use vantage_policy::gate::Reach;

use crate::signature::PublicKey;
use crate::{
    GrantScope, GrantSet, Installed, NewPack, Occasion, Removed, Source, Store, StoreError, sha256_digest,
};

mod broken;
mod changes;
mod concurrent;
mod interrupted;
mod life;
mod refused;
mod stays;

pub(crate) fn capability(text: &str) -> Capability {
    text.parse().unwrap()
}

pub(crate) fn grants(lines: &[&str]) -> Grants {
    let mut grants = Grants::none();
    for line in lines {
        grants.grant(capability(line), &Reach::default());
    }
    grants
}

/// A public key that nobody holds the other half of.
pub(crate) fn key(seed: u8) -> PublicKey {
    use base64::Engine as _;
    let mut bytes = [seed; 42];
    bytes[..2].copy_from_slice(b"Ed");
    base64::engine::general_purpose::STANDARD.encode(bytes).parse().unwrap()
}

pub(crate) fn scope(organization: &str) -> GrantScope {
    GrantScope {
        issuer: "https://id.example".into(),
        origins: vec!["https://api.example".into()],
        organization: Some(organization.into()),
    }
}

/// The JSON of a description with one query and the given command paths.
pub(crate) fn description_json(id: &str, version: &str, paths: &[&str]) -> String {
    let command = |path: &&str| {
        json!({
            "path": path.split(' ').collect::<Vec<_>>(),
            "summary": format!("Runs {path}"),
            "effect": "read",
            "answer": {"shape": "nothing"},
            "arguments": [{"name": "every", "kind": "flag", "summary": "Takes all"}],
            "examples": [{"line": format!("vantage {path} --every"), "explanation": "Takes all"}],
            "operations": ["List"],
        })
    };
    let commands: Vec<Value> = paths.iter().map(command).collect();
    json!({
        "schema": 1,
        "id": id,
        "version": version,
        "summary": format!("Does what {id} does"),
        "commands": commands,
        "operations": [{
            "name": "List",
            "api": "cluster",
            "document": "query List { clusters { edges { node { name } } } }",
            "purpose": "To list clusters",
        }],
        "requests": [{"capability": "persona email", "purpose": "To greet"}],
    })
    .to_string()
}

pub(crate) fn description(id: &str, version: &str, paths: &[&str]) -> Description {
    Description::parse(&description_json(id, version, paths)).unwrap()
}

/// A pack for the tests: its bytes are its id and version.
#[derive(Clone)]
pub(crate) struct TestPack {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) paths: Vec<String>,
    pub(crate) alias: Option<String>,
    pub(crate) source: String,
    pub(crate) link: bool,
    /// Where it came from, if that is no file.
    pub(crate) from: Option<Source>,
    pub(crate) key: Option<PublicKey>,
    pub(crate) succession: Option<String>,
    pub(crate) grants: GrantSet,
}

impl TestPack {
    pub(crate) fn new(id: &str, version: &str, path: &str) -> Self {
        Self {
            id: id.into(),
            version: version.into(),
            paths: vec![path.into()],
            alias: None,
            source: format!("/packs/{id}.wasm"),
            link: false,
            from: None,
            key: None,
            succession: None,
            grants: GrantSet { scope: scope("acme").into(), grants: Grants::none() },
        }
    }

    pub(crate) fn granted(mut self, lines: &[&str]) -> Self {
        self.grants.grants = grants(lines);
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        format!("component {} {}", self.id, self.version).into_bytes()
    }

    pub(crate) fn digest(&self) -> String {
        sha256_digest(&self.bytes())
    }

    pub(crate) fn json(&self) -> String {
        let paths: Vec<&str> = self.paths.iter().map(String::as_str).collect();
        description_json(&self.id, &self.version, &paths)
    }

    pub(crate) fn add_to(&self, store: &Store) -> Result<Installed, StoreError> {
        self.add_as(store, Occasion::Added)
    }

    pub(crate) fn add_as(&self, store: &Store, occasion: Occasion) -> Result<Installed, StoreError> {
        let json = self.json();
        store.add(NewPack {
            bytes: &self.bytes(),
            digest: &self.digest(),
            description: &Description::parse(&json).unwrap(),
            description_json: &json,
            source: self
                .from
                .clone()
                .unwrap_or_else(|| Source::File { path: self.source.clone(), link: self.link }),
            key: self.key,
            signature: None,
            succession: self.succession.clone(),
            stamp: None,
            alias: self.alias.clone(),
            grants: Some(self.grants.clone()),
            occasion,
            now: "2026-11-23T12:00:00Z".into(),
        })
    }
}

/// A store in a folder whose name is as awkward as names get.
pub(crate) fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::Builder::new().prefix("a b\n'ü").tempdir().unwrap();
    let store = Store::open(&folder.path().join("data"));
    (folder, store)
}

/// Writes a file as nothing in this crate would.
pub(crate) fn overwrite(path: &Path, bytes: &[u8]) {
    File::create(path).unwrap().write_all(bytes).unwrap();
}

pub(crate) fn capabilities(lines: &[&str]) -> BTreeSet<Capability> {
    lines.iter().map(|line| capability(line)).collect()
}

pub(crate) fn words(store: &Store) -> Vec<String> {
    store.catalog().unwrap().commands().map(|command| command.word.to_owned()).collect()
}

pub(crate) fn removed_versions(removed: &Removed) -> String {
    removed.versions.join(" ")
}
