//! What the scan says of files that are no packs, and of packs for other hosts.

use super::*;
use crate::testing;

fn refusal(bytes: &[u8]) -> String {
    let error = inspect(bytes).expect_err("refused");
    let hints: Vec<String> = error.hints().iter().map(|hint| format!("\nhint: {hint}")).collect();
    format!("{error}{}", hints.concat())
}

fn assembled(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the test's text is sound")
}

#[test]
fn a_pack_passes() {
    let inspected = inspect(&testing::pack("", "", "")).expect("is a pack");
    assert_eq!(
        inspected.imports,
        [
            "vantage:plugin/graphql@1.0.0",
            "vantage:plugin/logging@1.0.0",
            "vantage:plugin/session@1.0.0",
            "vantage:plugin/types@1.0.0",
        ]
    );
    assert!(!inspected.completes);
}

#[test]
fn files_that_are_no_webassembly_are_told_apart() {
    insta::assert_snapshot!(refusal(b""), @r"
    not a WebAssembly component: the file is empty
    hint: a command pack is one file, a component, usually named `….wasm`
    ");
    let told = |bytes: &[u8]| refusal(bytes).lines().next().unwrap_or_default().to_owned();
    insta::assert_snapshot!(told(b"# Read me\n"), @"not a WebAssembly component: this is a text file");
    insta::assert_snapshot!(told(b"#!/bin/sh\n"), @"not a WebAssembly component: this is a script");
    insta::assert_snapshot!(told(b"\n(component)"), @"not a WebAssembly component: this is WebAssembly in its text form, which has to be assembled first");
    insta::assert_snapshot!(told(b"\x7fELF\x02"), @"not a WebAssembly component: this is a native program or library, or compiled code");
    insta::assert_snapshot!(told(b"\xff\xfe\x00\x01"), @"not a WebAssembly component: these are bytes of an unknown kind");
    let long = format!("{}ü", "a".repeat(1023));
    insta::assert_snapshot!(told(long.as_bytes()), @"not a WebAssembly component: this is a text file");
}

#[test]
fn a_core_module_is_told_from_a_component() {
    insta::assert_snapshot!(refusal(&assembled("(module)")), @r"
    this is a core WebAssembly module, not a component
    hint: build for `wasm32-wasip2`, or wrap the module with `wasm-tools component new`
    ");
}

#[test]
fn a_component_cut_anywhere_is_no_pack() {
    let pack = testing::pack("", "", "");
    for length in 0..pack.len() {
        // All that may be missing is a custom section, number 0, at the end: the functions' names.
        let whole = pack[length] == 0 && inspect(&pack[..length]).is_ok();
        let total = pack.len();
        assert!(whole || inspect(&pack[..length]).is_err(), "{length} of {total} bytes passed");
    }
    let error = inspect(&pack[..pack.len() / 2]).expect_err("cut");
    assert!(matches!(error, RuntimeError::Malformed { .. }), "{error}");
}

#[test]
fn a_component_of_another_world_names_its_exports() {
    insta::assert_snapshot!(refusal(&assembled("(component)")), @r"
    the component is not a command pack: it does not export `vantage:plugin/commands@1.0.0`
    hint: a command pack implements the world `command-pack` of `vantage:plugin`
    ");
    let other = assembled(r#"(component (instance $i) (export "wasi:cli/run@0.2.6" (instance $i)))"#);
    insta::assert_snapshot!(refusal(&other), @r"
    the component is not a command pack: it does not export `vantage:plugin/commands@1.0.0`
    hint: a command pack implements the world `command-pack` of `vantage:plugin`; this component exports `wasi:cli/run@0.2.6`
    ");
}

#[test]
fn a_nested_component_is_not_the_outside() {
    let nested =
        r#"(component (component (instance $i) (export "vantage:plugin/commands@1.0.0" (instance $i))))"#;
    assert!(matches!(inspect(&assembled(nested)), Err(RuntimeError::OtherWorld { .. })));
}

#[test]
fn a_pack_for_a_later_contract_says_so() {
    let minor = r#"(component (import "vantage:plugin/graphql@1.3.0" (instance))
        (instance $i) (export "vantage:plugin/commands@1.0.0" (instance $i)))"#;
    insta::assert_snapshot!(refusal(&assembled(minor)), @r"
    the pack needs vantage ≥ one that has `vantage:plugin/graphql@1.3.0`; this one has `vantage:plugin@1.0.0`
    hint: update vantage, or add an older version of the pack
    ");
    let major = r#"(component (instance $i) (export "vantage:plugin/commands@2.0.0" (instance $i)))"#;
    assert!(matches!(inspect(&assembled(major)), Err(RuntimeError::NeedsNewerHost { .. })));
    let patch = r#"(component (instance $i) (export "vantage:plugin/commands@1.0.9" (instance $i)))"#;
    assert!(inspect(&assembled(patch)).is_ok());
}

#[test]
fn imports_that_packs_do_not_get_are_named() {
    let foreign = r#"(component
        (import "wasi:cli/stdout@0.2.6" (instance))
        (import "wasi:cli/stdout@0.3.0" (instance))
        (import "wasi:http/outgoing-handler@0.2.6" (instance))
        (import "secret" (func))
        (instance $i) (export "vantage:plugin/commands@1.0.0" (instance $i)))"#;
    insta::assert_snapshot!(refusal(&assembled(foreign)), @r"
    the component imports what packs are not given: `secret`, `wasi:cli/stdout@0.3.0`, `wasi:http/outgoing-handler@0.2.6`
    hint: packs have the interfaces of `vantage:plugin` and an empty WASI 0.2; build the pack without the rest
    ");
}

#[test]
fn names_are_taken_apart() {
    let name = InterfaceName::parse("wasi:cli/stdout@0.2.6").expect("is a name");
    assert_eq!((name.package, name.interface, name.version), ("wasi:cli", "stdout", Version::new(0, 2, 6)));
    for odd in ["stdout", "wasi:cli/stdout", "wasi:cli@0.2.6", "wasi:cli/stdout@two"] {
        assert_eq!(InterfaceName::parse(odd), None, "{odd}");
    }
}
