//! The same in other languages: what gets by their SDKs, and what their runtimes make of it.
//!
//! One pack a language, with the same commands; those that a language cannot have are left out.

use std::env;

use super::sandbox::assert_cut_at_a_mebibyte;
use super::stage::{self, Stage};
use super::{meets::assert_crashes, texts::assert_under_its_name};
use crate::guests::third_party;

const MEMORY: &str = "the pack went over its limit of memory: 256 MiB";
const STACK: &str = "the pack went over its limit of stack: 512 KiB";
const TRAP: &str = "wasm `unreachable` instruction executed";
const WILD: &str = "out of bounds memory access";
const EXIT: &str = "it ended itself with exit status 0";

#[test]
fn a_hostile_pack_in_python_is_contained() {
    let crashes = [("hog", MEMORY), ("recursion", STACK), ("crash", TRAP), ("exits", EXIT)];
    check("python", &crashes, "KeyboardInterrupt: nobody catches this");
}

#[test]
fn a_hostile_pack_in_typescript_is_contained() {
    let crashes = [("hog", MEMORY), ("recursion", STACK), ("crash", TRAP)];
    check("typescript", &crashes, "nobody catches this");
}

/// C keeps its own stack in its memory: what recurses too deeply leaves that first.
#[test]
fn a_hostile_pack_in_c_is_contained() {
    let crashes = [("hog", MEMORY), ("recursion", WILD), ("crash", TRAP), ("wild", WILD), ("exits", EXIT)];
    check("c", &crashes, "nobody catches this");
}

fn check(language: &str, crashes: &[(&str, &str)], last_words: &str) {
    // Said by `cargo xtask test --skip`, which tells that it skips.
    if env::var("VANTAGE_TEST_SKIP").unwrap_or_default().split(',').any(|skipped| skipped == language) {
        return;
    }
    stage::contained(&format!("{language}-hostile"), |stage| {
        stage.try_add(&third_party(&format!("{language}-hostile"))).expect(0);
        stage.limit("computing", "1s");
        for (command, cause) in crashes {
            assert_crashes(stage, &[command], cause);
        }
        assert_crashes(stage, &["endless"], "the pack went over its limit of computing time: 1 s");
        let crashed = stage.run(&["crash", "-o", "json"]).expect(8).json_error();
        assert!(crashed["details"]["stderr"].to_string().contains(last_words), "{crashed}");
        floods_and_paints(stage);
        for found in stage.run(&["outside", "-o", "json"]).expect(0).json().as_array().unwrap() {
            let text = found["found"].as_str().unwrap();
            assert!(text.starts_with("nothing") || text == "{}", "{found}");
        }
    });
}

fn floods_and_paints(stage: &Stage) {
    let flood = stage.run(&["flood"]);
    match flood.status {
        0 if flood.stderr.contains("the rest is dropped") => assert_cut_at_a_mebibyte(stage, &flood),
        _ => assert!(flood.expect(0).stderr.len() < 2 << 20),
    }
    for options in [&[][..], &["-vvv"]] {
        let painted = stage.run(&[&["escapes"], options].concat()).expect(1);
        assert!(painted.stderr.contains("desrever"), "{painted}");
        assert_under_its_name(stage, &painted);
    }
}
