//! A registry that goes by the book: tokens from a service of its own, signatures in its list of what
//! refers to a pack, lists in pages, blobs on another server, and nothing that is not allowed.
//!
//! What the registry refuses fails the line, so that these tests check each request that is made.

use std::path::PathBuf;
use std::process::Output;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use serde_json::{Value, json};
use vantage_test_support::distribution::{Distribution, Request, Rules, TOKEN};
use vantage_test_support::registry::USER;
use vantage_test_support::{Ran, World};

use super::{docker_login, keygen, signed};
use crate::signed_in;

const REPOSITORY: &str = "test/grows";

/// A world with a strict registry for the publisher `test`, a key, and who may ask the registry.
struct Desk {
    world: World,
    registry: Distribution,
    docker: PathBuf,
}

impl Desk {
    fn new(rules: Rules) -> Self {
        let (world, registry) = (signed_in(), Distribution::start(rules));
        let configuration = world.home().join("config.toml");
        let text = std::fs::read_to_string(&configuration).unwrap();
        let registries = format!("{text}\n[registries]\ntest = \"oci://{}/test\"\n", registry.host());
        std::fs::write(&configuration, registries).unwrap();
        keygen(&world, "test");
        let docker = docker_login(&world, registry.host(), USER);
        Self { world, registry, docker }
    }

    fn repository(&self) -> String {
        format!("oci://{}/{REPOSITORY}", self.registry.host())
    }

    /// Runs a line as loud as can be; nothing secret is shown, and every secret is where it belongs.
    fn output(&self, line: &[&str]) -> Output {
        let line = [line, &["-vvv"]].concat();
        let output = self.world.command(&line).env("DOCKER_CONFIG", &self.docker).output().unwrap();
        let pair = STANDARD.encode(format!("{}:{}", USER.0, USER.1));
        for stream in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(stream);
            let shown = [TOKEN, USER.1, &pair].into_iter().find(|secret| text.contains(secret));
            assert_eq!(shown, None, "{line:?} shows it:\n{text}");
        }
        let authorization =
            |request: &Request| request.header("authorization").unwrap_or_default().to_owned();
        let is_token = |text: &str| text.is_empty() || text.starts_with(&format!("Bearer {TOKEN}"));
        assert!(self.registry.asked().iter().all(|one| is_token(&authorization(one))), "a password was sent");
        assert!(self.registry.asked_for_tokens().iter().all(|one| !authorization(one).starts_with("Bearer")));
        assert!(self.registry.asked_elsewhere().iter().all(|one| authorization(one).is_empty()));
        output
    }

    fn run(&self, line: &[&str]) -> Ran {
        Ran::new(&self.output(line), |text| self.world.normal(text))
    }

    /// Publishes a pack; the answer has digests as they are.
    fn publish(&self, name: &str) -> Value {
        let file = signed(&self.world, name, "test");
        let output = self.output(&["plugin", "publish", &file, &self.repository(), "-o", "json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What a refused line says, without what only `-vvv` shows; nothing is stored.
    fn refused(&self, line: &[&str], exit: i32) -> String {
        let ran = self.run(line).expect(exit);
        assert!(self.world.only_bundled());
        let said =
            ran.stderr.lines().filter(|line| line.starts_with("error: ") || line.starts_with("hint: "));
        let said = said.collect::<Vec<_>>().join("\n");
        said.replace(self.registry.host(), "[REGISTRY]").replace(self.registry.realm(), "[TOKENS]")
    }
}

#[test]
fn a_pack_goes_there_and_comes_back_by_range_tag_and_digest() {
    let desk = Desk::new(Rules::default());
    let published = desk.publish("grows");
    assert_eq!(desk.registry.tags(REPOSITORY), ["1.0.0"], "the signature has a tag of its own");
    let manifest = published["manifest"].as_str().unwrap();
    let sources = [
        "test/grows@^1.0".to_owned(),
        "test/grows".to_owned(),
        format!("{}:1.0.0", desk.repository()),
        format!("{}@{manifest}", desk.repository()),
    ];
    for source in sources {
        let added = desk.run(&["plugin", "add", &source, "--grant-all", "-o", "json"]).expect(0);
        assert_eq!(added.json()["key-id"], published["key-id"], "{source}");
        desk.world.run(&["grows"]).expect(0);
        desk.world.run(&["plugin", "remove", "grows"]).expect(0);
    }
    assert_eq!(desk.registry.asked_elsewhere().len(), 2 * 4, "a component and its signature each time");
    let asked = desk.registry.asked();
    assert!(asked.iter().all(|one| !one.path().contains("/manifests/sha256-")), "a list was asked for twice");
    // Reading asks for no more than reading needs.
    let scopes: Vec<_> =
        desk.registry.asked_for_tokens().iter().filter_map(|one| one.query("scope")).collect();
    assert_eq!(scopes.first().map(String::as_str), Some("repository:test/grows:pull,push"));
    assert!(scopes[1..].iter().all(|scope| scope == "repository:test/grows:pull"), "{scopes:?}");
}

#[test]
fn lists_are_read_to_their_last_page() {
    let desk = Desk::new(Rules { page: 1, ..Rules::default() });
    let published = desk.publish("grows");
    // Whatever comes first on the list, the signature is found.
    for name in ["one", "two", "three", "four"] {
        desk.registry.refer(REPOSITORY, published["manifest"].as_str().unwrap(), name);
    }
    let added = desk.run(&["plugin", "add", "test/grows", "--grant-all", "-o", "json"]).expect(0).json();
    assert_eq!(added["key-id"], published["key-id"]);
    desk.publish("grows_further");
    for tag in ["1.0.1-beta.1", "latest", "nightly"] {
        desk.registry.tag(REPOSITORY, tag, "1.0.0");
    }
    let found = desk.run(&["plugin", "outdated", "-o", "json"]).expect(0).json();
    assert_eq!((&found[0]["latest"], &found[0]["status"]), (&json!("1.1.0"), &json!("outdated")));
    let pages = desk.registry.asked().iter().filter(|one| one.query("last").is_some()).count();
    assert_eq!(pages, 4, "five tags are five pages");
}

/// What is not read could be the signature.
#[test]
fn a_list_without_end_is_not_unsigned() {
    let desk = Desk::new(Rules { page: 1, ..Rules::default() });
    let published = desk.publish("grows");
    for number in 0..100 {
        desk.registry.refer(REPOSITORY, published["manifest"].as_str().unwrap(), &number.to_string());
    }
    assert_snapshot!(desk.refused(&["plugin", "add", "test/grows", "--grant-all"], 1), @"error: `oci://[REGISTRY]/test/grows (what refers to it)` gave an answer that is not taken: there are more than 100 pages of them");
}

#[test]
fn a_token_that_expires_midway_is_renewed() {
    let desk = Desk::new(Rules { token_lasts: 3, ..Rules::default() });
    desk.publish("grows");
    let before = desk.registry.asked_for_tokens().len();
    assert!(before >= 3, "{before} tokens for publishing");
    let asked = desk.registry.asked().len();
    desk.run(&["plugin", "add", "test/grows", "--grant-all"]).expect(0);
    let (tokens, requests) =
        (desk.registry.asked_for_tokens().len() - before, desk.registry.asked().len() - asked);
    assert_eq!(tokens, (requests - tokens).div_ceil(3), "{tokens} tokens for {requests} requests");
}

#[test]
fn whoever_may_not_ask_is_told_how_to_sign_in() {
    let desk = Desk::new(Rules { token_lasts: 0, ..Rules::default() });
    assert_snapshot!(desk.refused(&["plugin", "add", "test/grows"], 5), @"
    error: `http://[REGISTRY]/v2/test/grows/tags/list` was refused: HTTP 401
    hint: docker login [REGISTRY] keeps credentials that are used here too
    ");
    assert_eq!((desk.registry.asked().len(), desk.registry.asked_for_tokens().len()), (2, 1));
    docker_login(&desk.world, desk.registry.host(), ("ada", "wrong"));
    assert_snapshot!(desk.refused(&["plugin", "add", "test/grows"], 5), @"
    error: `http://[TOKENS]/token` was refused: HTTP 401
    hint: docker login [REGISTRY] keeps credentials that are used here too
    ");
    std::fs::remove_dir_all(&desk.docker).unwrap();
    // Most people have no such folder, and are refused only where a registry does not let everyone in.
    let file = signed(&desk.world, "grows", "test");
    assert_snapshot!(desk.refused(&["plugin", "publish", &file, &desk.repository()], 5), @"
    error: `http://[TOKENS]/token` was refused: HTTP 401
    hint: docker login [REGISTRY] keeps credentials that are used here too
    ");
    assert_eq!(desk.registry.tags(REPOSITORY), [""; 0]);
    std::fs::create_dir(&desk.docker).unwrap();
    std::fs::write(desk.docker.join("config.json"), "{{").unwrap();
    assert_snapshot!(desk.refused(&["plugin", "add", "test/grows"], 1), @"error: the credentials for `[REGISTRY]` cannot be used: `[HOME]/docker/config.json`: it makes no sense");
}

#[test]
fn podmans_credentials_serve_too() {
    let desk = Desk::new(Rules::default());
    desk.publish("grows");
    let auth = desk.world.home().join("auth.json");
    std::fs::rename(desk.docker.join("config.json"), &auth).unwrap();
    let line = ["plugin", "add", "test/grows", "--grant-all"];
    desk.world.finish(desk.world.command(&line).env("REGISTRY_AUTH_FILE", &auth)).expect(0);
}
