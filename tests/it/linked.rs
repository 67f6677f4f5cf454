//! Packs that follow a file: a new build runs at once, with the grants that are there and no others.

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use serde_json::json;
use vantage_test_support::World;

use crate::guests::guest;
use crate::signed_in;

/// A world whose pack follows a file, which holds the build `name`.
fn linked(name: &str) -> (World, PathBuf) {
    let world = signed_in();
    let file = world.home().join("build.wasm");
    build(name, &file);
    world.run(&["plugin", "add", file.to_str().unwrap(), "--link", "--grant-all"]).expect(0);
    (world, file)
}

/// Builds as compilers do: beside the place, then renamed.
fn build(name: &str, file: &Path) {
    let beside = file.with_extension("new");
    fs::copy(guest(name), &beside).unwrap();
    fs::rename(beside, file).unwrap();
}

#[test]
fn a_new_build_runs_at_once_with_the_grants_of_before() {
    let (world, file) = linked("grows");
    assert_eq!(world.run(&["grows"]).expect(0).stderr, "");
    build("grows_further", &file);
    // The new build has another option, and reaches further than was granted.
    let ran = world.run(&["grows", "--first", "3"]).expect(5);
    assert_snapshot!(ran.stderr, @r#"
    `test/grows` 1.1.0, as it was built since
    error: pack `test/grows` was denied: `query cluster/Query.clusters` is not granted
    hint: vantage plugin grant test/grows "query cluster/Query.clusters" allows it
    "#);
    let shown = world.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json();
    assert_eq!((&shown["version"], &shown["link"]), (&json!("1.1.0"), &json!(true)));
    assert_eq!(shown["versions"].as_array().unwrap().len(), 1);
    world.run(&["plugin", "grant", "grows", "query cluster/Query.clusters"]).expect(0);
    assert_eq!(world.run(&["grows", "--first", "3"]).expect(0).stderr, "");
    build("grows", &file);
    // What was granted reaches further than the first build asks for.
    assert_snapshot!(world.run(&["grows"]).expect(0).stderr, @"`test/grows` 1.0.0, as it was built since");
    let text = world.run(&["plugin", "show", "grows", "-o", "text"]).expect(0).stdout;
    assert!(text.contains("which it follows: what is built there is what runs"), "{text}");
}

#[test]
fn a_file_that_is_no_such_pack_any_more_runs_nothing_and_loses_nothing() {
    let (world, file) = linked("grows");
    let refused = |exit: i32| {
        let ran = world.run(&["grows"]).expect(exit);
        assert_eq!(ran.stdout, "");
        world.run(&["cluster", "list"]).expect(0);
        assert_eq!(world.packs()["test/grows"], "added");
        ran.stderr
    };
    fs::write(&file, "half of a build").unwrap();
    assert_snapshot!(refused(1), @"
    error: `[HOME]/build.wasm`, which pack `test/grows` follows, cannot be used
      cause: not a WebAssembly component: this is a text file
    hint: a command pack is one file, a component, usually named `….wasm`
    hint: vantage plugin add test/grows from elsewhere, or vantage plugin remove test/grows, ends that
    ");
    build("greeter", &file);
    assert_snapshot!(refused(5), @"
    error: `[HOME]/build.wasm`, which pack `test/grows` follows, cannot be used
      cause: it holds `test/greeter` now
    hint: vantage plugin add test/grows from elsewhere, or vantage plugin remove test/grows, ends that
    ");
    fs::remove_file(&file).unwrap();
    assert_snapshot!(refused(3), @"
    error: `[HOME]/build.wasm`, which pack `test/grows` follows, cannot be used
      cause: `[HOME]/build.wasm` does not exist
    hint: vantage plugin add test/grows from elsewhere, or vantage plugin remove test/grows, ends that
    ");
    build("grows", &file);
    world.run(&["grows"]).expect(0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_everybody_could_replace_is_not_followed() {
    use std::os::unix::fs::PermissionsExt;

    let (world, file) = linked("grows");
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    build("grows_further", &file);
    mode(&file, 0o666);
    assert_snapshot!(world.run(&["grows"]).expect(1).stderr, @"
    error: `[HOME]/build.wasm`, which pack `test/grows` follows, cannot be used
      cause: `[HOME]/build.wasm` is not used: everybody can write it (mode 0666)
    hint: see what it is with ls -ld '[HOME]/build.wasm'
    hint: vantage plugin add test/grows from elsewhere, or vantage plugin remove test/grows, ends that
    ");
    mode(&file, 0o664);
    world.run(&["grows"]).expect(5);
    world.run(&["plugin", "remove", "grows"]).expect(0);
    mode(&file, 0o646);
    let add = ["plugin", "add", file.to_str().unwrap(), "--link", "--grant-all"];
    assert_snapshot!(world.run(&add).expect(1).stderr, @"
    error: `[HOME]/build.wasm` is not used: everybody can write it (mode 0646)
    hint: see what it is with ls -ld '[HOME]/build.wasm'
    ");
    world.run(&["plugin", "add", file.to_str().unwrap(), "--grant-all"]).expect(0);
}

#[test]
fn only_files_can_be_followed_and_what_is_added_without_is_not() {
    let world = signed_in();
    let ran = world.run(&["plugin", "add", "https://packs.example/x.wasm", "--link"]).expect(2);
    assert_snapshot!(ran.stderr, @"
    error: --link cannot follow `https://packs.example/x.wasm`
    hint: it is for files of this computer, whose builds are to run as they come
    ");
    let (world, file) = linked("grows");
    world.run(&["plugin", "add", file.to_str().unwrap(), "--grant-all"]).expect(0);
    build("grows_further", &file);
    world.run(&["grows"]).expect(0);
    assert_eq!(world.run(&["plugin", "show", "grows", "-o", "json"]).expect(0).json()["version"], "1.0.0");
}

#[test]
fn values_stay_where_the_user_says_so() {
    let world = signed_in();
    let file = guest("keeper").display().to_string();
    let add = || world.run(&["plugin", "add", &file, "--grant-all"]).expect(0);
    let runs = || world.run(&["keeper", "-o", "json"]).expect(0).json()["runs"].clone();
    add();
    assert_eq!((runs(), runs()), (json!(1), json!(2)));
    let removed = world.run(&["plugin", "remove", "keeper", "--keep-storage", "-o", "json"]).expect(0).json();
    assert_eq!(
        (&removed["removed"], &removed["storage-bytes"], &removed["storage-kept"], &removed["grants"]),
        (&json!("test/keeper"), &json!(0), &json!(true), &json!(["storage 64KiB"]))
    );
    add();
    assert_eq!(runs(), 3);
    world.run(&["plugin", "remove", "keeper", "--keep-storage"]).expect(0);
    assert_snapshot!(world.run(&["plugin", "remove", "test/keeper"]).expect(0).stderr, @"removed `test/keeper` with its grants and what it kept");
    world.run(&["plugin", "remove", "test/keeper"]).expect(3);
    add();
    assert_eq!(runs(), 1);
    let removed = world.run(&["plugin", "remove", "keeper", "-o", "json"]).expect(0).json();
    assert!(removed["storage-bytes"].as_u64().unwrap() > 0, "{removed}");
}
