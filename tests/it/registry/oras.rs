//! Packs that another client wrote, and another client that reads ours: the form of a component in a
//! registry is everybody's.

use std::fs;

use insta::assert_snapshot;
use serde_json::json;
use vantage_test_support::oras::Oras;

use super::Bench;
use crate::guests::guest;
use crate::provider::{is_skipped, servers};

const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const COMPONENT: &str = "application/wasm";

/// The client, and a bench with a folder for its files; nothing where the client is left out.
fn bench() -> Option<(Oras, Bench)> {
    (!is_skipped("oras")).then(|| (Oras::installed(&servers()), Bench::new()))
}

#[test]
fn what_another_client_wrote_is_added_and_upgraded() {
    let Some((oras, bench)) = bench() else { return };
    let folder = bench.world.home().join("written");
    fs::create_dir(&folder).unwrap();
    let config = json!({ "architecture": "wasm", "os": "wasip2" }).to_string();
    fs::write(folder.join("config.json"), config).unwrap();
    let config = format!("config.json:{CONFIG}");
    let push = |name: &str, tag: &str, layer: &str, config: Option<&str>| {
        let file = format!("{name}.wasm");
        fs::copy(guest(name), folder.join(&file)).unwrap();
        let target = format!("{}/test/grows:{tag}", bench.registry.host);
        oras.push(&folder, &target, (&file, layer), config);
    };
    push("grows", "1.0.0", COMPONENT, Some(&config));
    let source = format!("{}@^1", bench.repository());
    let added = bench.run(&["plugin", "add", &source, "--grant-all", "-o", "json"]).expect(0).json();
    assert_eq!(added["source"], json!(format!("{}:1.0.0", bench.repository())));
    push("grows_further", "1.1.0", COMPONENT, Some(&config));
    let found = bench.run(&["plugin", "outdated", "-o", "json"]).expect(0).json();
    assert_eq!((&found[0]["latest"], &found[0]["status"]), (&json!("1.1.0"), &json!("outdated")));
    let upgraded = bench.run(&["plugin", "upgrade", "grows", "--grant-all", "-o", "json"]).expect(0).json();
    assert_eq!(upgraded[0]["version"], "1.1.0");
    bench.run(&["grows"]).expect(0);

    // What is no component in everybody's form, though there is one in it.
    push("grows", "1.2.0", COMPONENT, None);
    push("grows", "1.3.0", "application/octet-stream", Some(&config));
    let refused = |tag: &str| {
        bench.refused(&["plugin", "add", &format!("{}:{tag}", bench.repository()), "--grant-all"], 1)
    };
    assert_snapshot!(refused("1.2.0"), @"error: `oci://[REGISTRY]/test/grows:1.2.0` gave an answer that is not taken: it is no component: its configuration is `application/vnd.unknown.config.v1+json`, and a component's is `application/vnd.wasm.config.v0+json`");
    assert_snapshot!(refused("1.3.0"), @"error: `oci://[REGISTRY]/test/grows:1.3.0` gave an answer that is not taken: it is no component: its layer is `application/octet-stream`, and a component's is `application/wasm`");
}

#[test]
fn what_we_wrote_is_read_by_another_client() {
    let Some((oras, bench)) = bench() else { return };
    let file = bench.signed("grows", "test");
    let published = bench.publish(&file);
    let folder = bench.world.home().join("read");
    fs::create_dir(&folder).unwrap();
    oras.pull(&folder, &format!("{}/test/grows:1.0.0", bench.registry.host));
    let read = fs::read(folder.join(published["digest"].as_str().unwrap())).unwrap();
    assert!(read == fs::read(file).unwrap(), "other bytes were read than were written");
}
