//! `plugin check`: what an author is told before a pack is given away. Signatures are in `signing`.

use std::fs;
use std::path::PathBuf;

use insta::assert_snapshot;
use serde_json::json;

use crate::guests::{guest, third_party};
use crate::signing::{folder, run};
use crate::{signed_in, world};

/// The schema of the cluster API, as it is kept beside the local platform.
fn schema() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../sdk/platform/schema/cluster.graphql"))
}

#[test]
fn a_check_says_what_users_will_meet() {
    let world = world();
    let folder = folder(&world);
    let checked = run(&world, &folder, &["plugin", "check", "grows.wasm", "-o", "json"]).expect(0).json();
    assert_eq!((&checked["id"], &checked["problems"]), (&json!("test/grows"), &json!([])));
    // Two instances say the same, whatever the pack tries: clock and seed are fixed.
    let varies = guest("describe_varies").display().to_string();
    let checked = run(&world, &folder, &["plugin", "check", &varies, "-o", "json"]).expect(0).json();
    assert_eq!(checked["problems"], json!([]));
    fs::write(folder.join("grows.wasm.minisig"), "nonsense").unwrap();
    run(&world, &folder, &["plugin", "check", "grows.wasm"]).expect(1);
    fs::write(folder.join("no.wasm"), "nonsense").unwrap();
    let told = run(&world, &folder, &["plugin", "check", "no.wasm"]).expect(1);
    // All that was found stands on standard output, as with `doctor`.
    assert!(told.stdout.contains("not a WebAssembly component"), "{told}");
    run(&world, &folder, &["plugin", "check", "nosuch.wasm"]).expect(3);
}

#[test]
fn documents_are_compared_with_what_the_platform_says() {
    let world = signed_in();
    let pack = third_party("gpu_report").display().to_string();
    let checked = world.run(&["plugin", "check", &pack, "-o", "json"]).expect(0).json();
    let fits =
        json!([{ "api": "cluster", "against": "platform", "compared": true, "documents": 2, "misfits": [] }]);
    assert_eq!(checked["schema"], fits);
    // The start was measured, and what it took to describe it is of what it may have for that.
    let (start, used) = (&checked["start"], &checked["start"]["used"]);
    assert!(
        start["compiling_ms"].as_f64().unwrap() > 0.0 && start["warm_ms"].as_f64().unwrap() > 0.0,
        "{start}"
    );
    assert!(used["memory"].as_u64().unwrap() > 0 && used["computing_ms"].as_f64().unwrap() > 0.0, "{used}");
    let allowed = (&used["memory_allowed"], &used["computing_ms_allowed"]);
    assert_eq!(allowed, (&json!(256 << 20), &json!(5_000.0)));
    let offline = world.run(&["plugin", "check", &pack, "--offline", "-o", "json"]).expect(0).json();
    assert_eq!(offline["schema"][0]["compared"], false);
}

#[test]
fn without_a_sign_in_it_says_that_nothing_was_compared() {
    let world = world();
    let pack = third_party("gpu_report").display().to_string();
    let checked = world.run(&["plugin", "check", &pack, "-o", "json"]).expect(0).json();
    let reason = "not signed in with profile `test`";
    let not = json!([{ "api": "cluster", "against": "platform", "compared": false, "reason": reason }]);
    assert_eq!(checked["schema"], not);
}

#[test]
fn what_does_not_fit_fails_the_check_with_its_places() {
    let world = world();
    let pack = third_party("gpu_report");
    let folder = folder(&world);
    fs::copy(&pack, folder.join("gpu.wasm")).unwrap();
    fs::copy(schema(), folder.join("good.graphql")).unwrap();
    let without = fs::read_to_string(schema()).unwrap().replace("  status: String!\n", "  state: String!\n");
    fs::write(folder.join("bad.graphql"), without).unwrap();
    let check = |against: &str| run(&world, &folder, &["plugin", "check", "gpu.wasm", "--against", against]);
    check("cluster=good.graphql").expect(0);
    assert_snapshot!(check("cluster=bad.graphql").expect(1).stderr, @"
    error: a document of `gpu.wasm` does not fit its API
      cause: GpuReportClusters, line 3, column 33: type `Cluster` does not have a field `status`
    ");
    // Whatever is wrong with the file or the option is no fault of the pack.
    assert_snapshot!(check("jobs=good.graphql").expect(2).stderr, @"
    error: the pack has no document for `jobs`
    hint: it uses cluster
    ");
    assert_snapshot!(check("cluster=gpu.wasm").expect(2).stderr, @"
    error: cannot read `gpu.wasm`
      cause: stream did not contain valid UTF-8
    ");
    assert_snapshot!(check("cluster=nosuch.graphql").expect(2).stderr, @"
    error: cannot read `nosuch.graphql`
      cause: No such file or directory (os error 2)
    ");
    assert_snapshot!(check("good.graphql").expect(2).stderr, @"error: invalid value `good.graphql` for `--against <API=FILE>`: it must be an API and a file, as in `cluster=schema.graphql`");
}

#[test]
fn a_check_can_be_made_under_another_word() {
    let world = world();
    let folder = folder(&world);
    let check = |word: &str| run(&world, &folder, &["plugin", "check", "grows.wasm", "--as", word]);
    check("report").expect(0);
    assert_snapshot!(check("cluster").expect(1).stderr, @"
    error: vantage plugin add would refuse `grows.wasm`
      cause: the command `cluster` of pack `test/grows` is taken by vantage itself
    hint: --as grows adds the pack under another name
    ");
    assert_snapshot!(check("a b").expect(2).stderr, @"
    error: `a b` cannot name a command: it is not a word of a-z, 0-9 and -, beginning with a letter
    hint: a name has 1 to 32 of the characters a-z, 0-9 and -, and begins with a letter
    ");
}
