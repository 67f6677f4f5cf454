//! Each rule on its own, what it says, and files that are none.

use insta::assert_snapshot;

use super::*;
use crate::decision::{Grants, Rule, decide_aspect, decide_operation, decide_storage};
use crate::description::Description;

const PATH: &str = "/etc/vantage/policy.toml";
const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn policies(texts: &[&str]) -> Policies {
    let file = |text: &&str| {
        let file = PolicyFile::parse(PATH, &format!("version = 1\n{text}"));
        assert_eq!(file.fault(), None, "{text}");
        file
    };
    Policies::new(texts.iter().map(file).collect())
}

/// What becomes of `acme/x` 1.1.0 from `/srv/packs/x.wasm`.
fn admitted(text: &str) -> String {
    let version = Version::new(1, 1, 0);
    let pack = Candidate {
        trust: Trust::ThirdParty,
        digest: DIGEST,
        source: Some("/srv/packs/x.wasm"),
        identity: Some(("acme/x", &version)),
    };
    match policies(&[text]).admit(&pack) {
        Ok(()) => "yes".to_owned(),
        Err(bar) => format!("{bar} [{}]", bar.rule()),
    }
}

#[test]
fn who_may_be_added_and_run() {
    let table = [
        "",
        "publishers = [\"acme\", \"beta\"]",
        "publishers = [\"acm\", \"acme-evil\"]",
        "publishers = []",
        "sources = [\"oci://ghcr.io/acme\", \"/srv/packs\"]",
        "sources = [\"/srv/pack\"]",
        "sources = []",
        "deny = [\"acme/y\", \"acme/x@>=1.2\"]",
        "deny = [\"acme/x\"]",
        "deny = [\"acme/x@<1.2\"]",
        "deny = [\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]",
        "capabilities = []\nchanges = \"ask\"",
        "[bundled]\ncapabilities = []",
    ];
    let told: Vec<String> =
        table.map(|text| format!("{}\n  {}", text.replace('\n', "; "), admitted(text))).into();
    assert_snapshot!(told.join("\n"), @r#"

      yes
    publishers = ["acme", "beta"]
      yes
    publishers = ["acm", "acme-evil"]
      the team policy does not allow packs of the publisher `acme` [/etc/vantage/policy.toml: publishers]
    publishers = []
      the team policy does not allow packs of the publisher `acme` [/etc/vantage/policy.toml: publishers]
    sources = ["oci://ghcr.io/acme", "/srv/packs"]
      yes
    sources = ["/srv/pack"]
      the team policy does not allow packs from `/srv/packs/x.wasm` [/etc/vantage/policy.toml: sources]
    sources = []
      the team policy does not allow packs from `/srv/packs/x.wasm` [/etc/vantage/policy.toml: sources]
    deny = ["acme/y", "acme/x@>=1.2"]
      yes
    deny = ["acme/x"]
      the team policy denies `acme/x` [/etc/vantage/policy.toml: deny]
    deny = ["acme/x@<1.2"]
      the team policy denies `acme/x@<1.2` [/etc/vantage/policy.toml: deny]
    deny = ["sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
      the team policy denies `sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` [/etc/vantage/policy.toml: deny]
    capabilities = []; changes = "ask"
      yes
    [bundled]; capabilities = []
      yes
    "#);
}

#[test]
fn before_a_pack_has_said_who_it_is_its_bytes_and_source_count() {
    let unknown =
        Candidate { trust: Trust::ThirdParty, digest: DIGEST, source: Some("/tmp/x.wasm"), identity: None };
    let key = |text: &str| policies(&[text]).admit(&unknown).err().and_then(|bar| bar.key);
    assert_eq!(key("publishers = []"), None, "asked once it has told its id");
    assert_eq!(key("deny = [\"acme/x\"]"), None);
    assert_eq!(key("sources = [\"/srv\"]"), Some("sources"));
    assert_eq!(key(&format!("deny = [\"{DIGEST}\"]")), Some("deny"));
    let nowhere = Candidate { source: None, ..unknown };
    assert!(policies(&["sources = [\"/\"]"]).admit(&nowhere).is_err());
}

#[test]
fn a_bundled_pack_is_held_by_what_names_it() {
    let version = Version::new(0, 1, 0);
    let bundled = Candidate {
        trust: Trust::Bundled,
        digest: DIGEST,
        source: None,
        identity: Some(("vantage/cluster", &version)),
    };
    let query: Capability = "query cluster/Query.clusters".parse().unwrap();
    let mutation: Capability = "mutation cluster/Mutation.deleteCluster".parse().unwrap();
    let others = policies(&["publishers = []\nsources = []\ncapabilities = []\nchanges = \"ask\""]);
    assert_eq!(others.admit(&bundled), Ok(()));
    assert_eq!(others.allow(&mutation, Trust::Bundled), Ok(()));
    assert_eq!(others.asks_about_changes(Trust::Bundled), None);
    assert!(others.asks_about_changes(Trust::ThirdParty).is_some());
    let own = policies(&["[bundled]\ncapabilities = [\"query\"]\nchanges = \"ask\""]);
    assert_eq!(own.allow(&query, Trust::Bundled), Ok(()));
    assert_eq!(own.allow(&mutation, Trust::Bundled).unwrap_err().key, Some("bundled.capabilities"));
    assert_eq!(own.asks_about_changes(Trust::Bundled).unwrap().key, Some("bundled.changes"));
    assert_eq!(own.allow(&mutation, Trust::ThirdParty), Ok(()));
    assert!(own.asks_about_changes(Trust::ThirdParty).is_none());
    let named = policies(&["deny = [\"vantage/cluster\"]"]);
    assert_eq!(named.admit(&bundled).unwrap_err().key, Some("deny"));
}

#[test]
fn every_file_has_its_say() {
    let query: Capability = "query cluster/Query.clusters".parse().unwrap();
    let email: Capability = "persona email".parse().unwrap();
    let both = policies(&["capabilities = [\"query\", \"persona\"]", "capabilities = [\"query cluster\"]"]);
    assert_eq!(both.allow(&query, Trust::ThirdParty), Ok(()));
    assert!(both.allow(&email, Trust::ThirdParty).is_err());
    assert!(Policies::default().allow(&email, Trust::ThirdParty).is_ok());
}

#[test]
fn a_file_that_cannot_be_read_bars_all_but_bundled_packs() {
    let broken = Policies::new(vec![PolicyFile::parse(PATH, "version = 1\npublisher = []\n")]);
    let (id, version) = ("acme/x", Version::new(1, 0, 0));
    let pack = Candidate {
        trust: Trust::ThirdParty,
        digest: DIGEST,
        source: Some("/srv/x.wasm"),
        identity: Some((id, &version)),
    };
    let bar = broken.admit(&pack).unwrap_err();
    assert_snapshot!(format!("{bar}\n{}\n{}", bar.rule(), bar.hint()), @"
    the team policy `/etc/vantage/policy.toml` cannot be used: line 2, column 1: unknown field `publisher`, expected one of `version`, `contact`, `publishers`, `sources`, `capabilities`, `deny`, `changes`, `bundled`
    /etc/vantage/policy.toml
    ask whoever keeps `/etc/vantage/policy.toml` to put it right
    ");
    let mutation: Capability = "mutation cluster/Mutation.deleteCluster".parse().unwrap();
    assert!(broken.allow(&mutation, Trust::ThirdParty).is_err());
    let bundled = Candidate { trust: Trust::Bundled, source: None, ..pack };
    assert_eq!(broken.admit(&bundled), Ok(()));
    assert_eq!(broken.allow(&mutation, Trust::Bundled), Ok(()));
}

#[test]
fn a_denial_says_whom_to_ask() {
    let query: Capability = "query cluster/Query.clusters".parse().unwrap();
    let hint = |text: &str| policies(&[text]).allow(&query, Trust::ThirdParty).unwrap_err().hint();
    assert_snapshot!(hint("capabilities = []"), @"the rule is `/etc/vantage/policy.toml: capabilities`; ask whoever keeps that file");
    assert_snapshot!(hint("capabilities = []\ncontact = \"platform@acme.example\""), @"the rule is `/etc/vantage/policy.toml: capabilities`; ask platform@acme.example");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let fault = |text: &str| PolicyFile::parse(PATH, text).fault().map(str::to_owned).expect("a fault");
    let texts = [
        "",
        "publishers = []\n",
        "version = 2\nnew = true\n",
        "version = \"1\"\n",
        "version = 1\npublishers = [\n",
        "version = 1\n\n  publisher = [\"acme\"]\n",
        "version = 1\npublishers = \"acme\"\n",
        "version = 1\npublishers = [\"acme\", 5]\n",
        "version = 1\npublishers = [\"Acme\"]\n",
        "version = 1\nsources = [\"/srv/../tmp\"]\n",
        "version = 1\ncapabilities = [\"query\", \"query *\"]\n",
        "version = 1\ndeny = [\n  \"acme/x\",\n  \"acme/x@soon\",\n]\n",
        "version = 1\nchanges = \"deny\"\n",
        "version = 1\ncontact = \"\"\n",
        "version = 1\ncontact = \"a\\nb\"\n",
        "version = 1\n[bundled]\npublishers = []\n",
        "version = 1\ndeny = []\ndeny = []\n",
    ];
    let told: Vec<String> = texts.map(|text| format!("{text:?}\n  {}", fault(text))).into();
    assert_snapshot!(told.join("\n"), @r#"
    ""
      line 1, column 1: `version = 1` is missing
    "publishers = []\n"
      line 1, column 1: `version = 1` is missing
    "version = 2\nnew = true\n"
      line 1, column 11: it has version 2, and this vantage reads version 1
    "version = \"1\"\n"
      line 1, column 11: `version` is no number: expected `version = 1`
    "version = 1\npublishers = [\n"
      line 2, column 15: unclosed array, expected `]`
    "version = 1\n\n  publisher = [\"acme\"]\n"
      line 3, column 3: unknown field `publisher`, expected one of `version`, `contact`, `publishers`, `sources`, `capabilities`, `deny`, `changes`, `bundled`
    "version = 1\npublishers = \"acme\"\n"
      line 2, column 14: invalid type: string "acme", expected a sequence
    "version = 1\npublishers = [\"acme\", 5]\n"
      line 2, column 23: invalid type: integer `5`, expected a string
    "version = 1\npublishers = [\"Acme\"]\n"
      line 2, column 15: `Acme` is no publisher: expected a word such as `acme`
    "version = 1\nsources = [\"/srv/../tmp\"]\n"
      line 2, column 12: `/srv/../tmp` is no source: expected an absolute folder or file, `https://HOST/…` or `oci://HOST/…`, without `.`, `..`, `%`, `?` and `#`
    "version = 1\ncapabilities = [\"query\", \"query *\"]\n"
      line 2, column 26: `query *` covers no capability: expected a line such as `query cluster/Query.clusters`, or its beginning: `query cluster` or `query`
    "version = 1\ndeny = [\n  \"acme/x\",\n  \"acme/x@soon\",\n]\n"
      line 4, column 3: `acme/x@soon` names no versions: unexpected character 's' while parsing major version number
    "version = 1\nchanges = \"deny\"\n"
      line 2, column 11: `deny` is not known: expected `changes = "ask"`
    "version = 1\ncontact = \"\"\n"
      line 2, column 11: `contact` is one line of at most 300 characters
    "version = 1\ncontact = \"a\\nb\"\n"
      line 2, column 11: `contact` is one line of at most 300 characters
    "version = 1\n[bundled]\npublishers = []\n"
      line 3, column 1: unknown field `publishers`, expected `capabilities` or `changes`
    "version = 1\ndeny = []\ndeny = []\n"
      line 3, column 1: duplicate key
    "#);
}

#[test]
fn grants_within_a_policy_say_who_denies() {
    let text = serde_json::json!({
        "schema": 1, "id": "acme/x", "version": "1.0.0", "summary": "Do",
        "commands": [{"path": ["list"], "summary": "Do", "effect": "read", "answer": {"shape": "nothing"}, "operations": ["List"]}],
        "operations": [{"name": "List", "api": "cluster", "document": "query List { clusters { name } }", "purpose": "To list"}],
        "requests": [{"capability": "persona email", "purpose": "To sign"}, {"capability": "storage 2MiB", "purpose": "To keep"}],
    });
    let description = Description::parse(&text.to_string()).unwrap();
    let wishes = Grants::all_of(&description).unwrap();
    let policy = policies(&["capabilities = [\"persona\", \"storage 1MiB\"]"]);
    let within = |granted: Grants| granted.within(&wishes, |one| policy.allow(one, Trust::ThirdParty));
    let (list, command) =
        (description.operation("List").unwrap().unwrap(), description.command(&["list"]).unwrap());

    let all = within(wishes.clone());
    let denial = decide_operation(&list, command, &all).unwrap_err();
    assert_eq!(denial.rule, Rule::TeamPolicy);
    assert_eq!(denial.bar.as_ref().unwrap().rule(), "/etc/vantage/policy.toml: capabilities");
    assert_snapshot!(denial, @"the team policy does not allow `query cluster/Query.clusters`");
    assert_eq!(decide_aspect(crate::capability::Aspect::Email, &all), Ok(()));
    assert_eq!(decide_storage(Some(2 << 20), &all).unwrap_err().rule, Rule::TeamPolicy);
    assert_eq!(all.storage(), None);

    // Where nothing was granted, granting would not help: it is the policy that is named.
    let none = within(Grants::none());
    assert_eq!(decide_operation(&list, command, &none).unwrap_err().rule, Rule::TeamPolicy);
    assert_eq!(decide_aspect(crate::capability::Aspect::Email, &none).unwrap_err().rule, Rule::NotGranted);
    // What is kept on disk is what was granted, whatever the policy.
    assert!(!serde_json::to_string(&all).unwrap().contains("policy"));
}
