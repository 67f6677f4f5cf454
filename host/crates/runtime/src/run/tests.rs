//! Packs that misbehave, and what the host makes of it. Each is the hand-written pack of `testing`.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::engine::{CacheFolders, Component};
use crate::limits::LimitKind;
use crate::testing::{self, World};

/// A runtime without a cache, and a pack.
struct Stage {
    runtime: Runtime,
    loaded: Loaded,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let folders =
            CacheFolders { compiled: folder.path().join("compiled"), keys: folder.path().join("keys") };
        let runtime = Runtime::new(folders).expect("an engine");
        let loaded = runtime.load(&testing::digest(bytes), Component::Bytes(bytes)).await.expect("is a pack");
        Self { runtime, loaded, _folder: folder }
    }

    async fn run(&self, limits: Limits) -> Result<RunOutcome, RuntimeError> {
        let request = RunRequest { limits, ..testing::request() };
        self.runtime.run(&self.loaded, request, Arc::new(World::quiet()).ports()).await
    }
}

async fn run(globals: &str, body: &str, limits: Limits) -> Result<RunOutcome, RuntimeError> {
    Stage::new(&testing::pack(globals, "", body)).await.run(limits).await
}

fn limit(result: Result<RunOutcome, RuntimeError>) -> (LimitKind, String) {
    match result {
        Err(RuntimeError::Limit { which, allowed, .. }) => (which, allowed),
        other => panic!("no limit: {other:?}"),
    }
}

fn crash(result: Result<RunOutcome, RuntimeError>) -> (String, Vec<String>) {
    match result {
        Err(RuntimeError::Crashed { message, backtrace, .. }) => (message, backtrace),
        other => panic!("no crash: {other:?}"),
    }
}

const SMALL: Limits = Limits { memory: 1024 * 1024, computing: Duration::from_millis(50) };
const SHORT: Limits = Limits { memory: 256 * 1024 * 1024, computing: Duration::from_millis(50) };

#[tokio::test]
async fn a_pack_is_described_and_run() {
    let stage = Stage::new(&testing::pack("", "", "")).await;
    assert_eq!(stage.runtime.describe(&stage.loaded).await.expect("answers").text, "{}");
    let outcome = stage.run(Limits::default()).await.expect("ends by itself");
    assert_eq!(outcome.result, Ok(()));
    assert_eq!(outcome.denial, None);
    assert_eq!(outcome.usage.memory_peak, 2 * 64 * 1024);
    assert_eq!(outcome.usage.requests, 0);
}

#[tokio::test]
async fn a_loop_without_end_is_ended() {
    let told = limit(run("", "(loop (br 0))", SHORT).await);
    assert_eq!(told, (LimitKind::Computing, "0.05 s".to_owned()));
}

#[tokio::test]
async fn a_loop_in_a_start_function_is_ended_too() {
    let globals = "(func $begin (loop (br 0))) (start $begin)";
    assert_eq!(limit(run(globals, "", SHORT).await).0, LimitKind::Computing);
}

#[tokio::test]
async fn a_loop_can_be_left_and_the_engine_goes_on() {
    let stage = Stage::new(&testing::pack("", "", "(loop (br 0))")).await;
    let left = tokio::time::timeout(Duration::from_millis(30), stage.run(Limits::default())).await;
    assert!(left.is_err(), "the loop ended");
    let other = testing::pack("", "", "");
    let loaded =
        stage.runtime.load(&testing::digest(&other), Component::Bytes(&other)).await.expect("is a pack");
    let ports = Arc::new(World::quiet()).ports();
    let outcome = stage.runtime.run(&loaded, testing::request(), ports).await.expect("runs");
    assert_eq!(outcome.result, Ok(()));
}

#[tokio::test]
async fn memory_is_bounded() {
    let told = limit(run("", "(loop (drop (memory.grow (i32.const 1))) (br 0))", SMALL).await);
    assert_eq!(told, (LimitKind::Memory, "1 MiB".to_owned()));
}

#[tokio::test]
async fn memories_and_tables_are_summed() {
    // Two of the frame's pages and three times five, each far below the limit of sixteen.
    let memories = "(memory $a 5) (memory $b 5) (memory $c 5)";
    assert_eq!(limit(run(memories, "", SMALL).await).0, LimitKind::Memory);
    let table = "(table 200000 funcref)";
    assert_eq!(limit(run(table, "", SMALL).await).0, LimitKind::Memory);
    let fits = "(memory $a 5) (memory $b 5)";
    assert!(run(fits, "", SMALL).await.is_ok());
}

#[tokio::test]
async fn parts_are_counted() {
    let memories = "(memory 0)".repeat(9);
    let told = limit(run(&memories, "", Limits::default()).await);
    assert_eq!(told, (LimitKind::Instances, "50, 8 and 16".to_owned()));
}

#[tokio::test]
async fn recursion_without_end_is_ended() {
    let globals = "(func $deeper (param i32) (call $deeper (i32.add (local.get 0) (i32.const 1))) (drop (local.get 0)))";
    let told = limit(run(globals, "(call $deeper (i32.const 0))", Limits::default()).await);
    assert_eq!(told, (LimitKind::Stack, "512 KiB".to_owned()));
}

#[tokio::test]
async fn a_call_cannot_hand_over_too_much() {
    // 33 MiB of zeros for a message: they are well-formed UTF-8.
    let body = "(drop (memory.grow (i32.const 530)))
        (call $log (i32.const 1) (i32.const 65536) (i32.const 34603008))";
    let told = limit(run("", body, Limits::default()).await);
    assert_eq!(told, (LimitKind::CallData, "32 MiB".to_owned()));
}

#[tokio::test]
async fn handles_are_counted() {
    let told =
        limit(run("", "(loop (drop (call $graphql (local.get $session))) (br 0))", Limits::default()).await);
    assert_eq!(told, (LimitKind::Handles, "1000".to_owned()));
}

#[tokio::test]
async fn a_handle_is_no_use_after_its_drop() {
    let body = "(call $drop_session (local.get $session)) (drop (call $graphql (local.get $session)))";
    let (message, _) = crash(run("", body, Limits::default()).await);
    insta::assert_snapshot!(message, @"unknown handle index 1");
}

#[tokio::test]
async fn a_handle_cannot_be_guessed() {
    let (message, _) = crash(run("", "(drop (call $graphql (i32.const 77)))", Limits::default()).await);
    insta::assert_snapshot!(message, @"unknown handle index 77");
}

#[tokio::test]
async fn a_trap_is_a_crash_with_a_backtrace() {
    let globals = "(func $inner unreachable)";
    let (message, backtrace) = crash(run(globals, "(call $inner)", Limits::default()).await);
    insta::assert_snapshot!(message, @"wasm `unreachable` instruction executed");
    assert!(backtrace.len() >= 2 && backtrace[0].starts_with("inner"), "{backtrace:?}");
}

#[tokio::test]
async fn memory_beyond_the_end_cannot_be_read() {
    let (message, _) = crash(run("", "(drop (i32.load (i32.const -8)))", Limits::default()).await);
    insta::assert_snapshot!(message, @"out of bounds memory access");
}

#[tokio::test]
async fn strings_that_are_no_text_are_refused() {
    let globals = r#"(data (i32.const 300) "\ff\fe")"#;
    let (message, _) = crash(
        run(globals, "(call $log (i32.const 1) (i32.const 300) (i32.const 2))", Limits::default()).await,
    );
    insta::assert_snapshot!(message, @"invalid utf-8 sequence of 1 bytes from index 0");
}

#[tokio::test]
async fn messages_reach_the_ports() {
    let globals = r#"(data (i32.const 300) "hello")"#;
    let stage =
        Stage::new(&testing::pack(globals, "", "(call $log (i32.const 2) (i32.const 300) (i32.const 5))"))
            .await;
    let world = Arc::new(World::quiet());
    let outcome = stage.runtime.run(&stage.loaded, testing::request(), world.ports()).await.expect("runs");
    assert_eq!(outcome.result, Ok(()));
    assert_eq!(*world.told.lock().unwrap(), ["warn hello"]);
}

/// A pack whose `run` returns this error; the record starts at 512.
fn failing(kind: &str) -> Vec<u8> {
    let length = kind.len();
    let globals = format!(
        r#"(data (i32.const 512) "\01\00\00\00\58\02\00\00\{length:02x}\00\00\00\bc\02\00\00\03\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00")
        (data (i32.const 600) "{kind}") (data (i32.const 700) "why")"#
    );
    testing::pack(&globals, "", "(return (i32.const 512))")
}

#[tokio::test]
async fn an_error_of_the_pack_is_an_outcome() {
    for (kind, told) in [("not-found", "not-found"), ("made-up", "failed"), ("denied", "failed")] {
        let outcome = Stage::new(&failing(kind)).await.run(Limits::default()).await.expect("ends by itself");
        let error = outcome.result.expect_err("fails");
        assert_eq!((error.kind.as_str(), error.message.as_str()), (told, "why"));
        assert_eq!((error.hints.len(), error.details), (0, None));
    }
}

#[tokio::test]
async fn a_description_is_lent_nothing_and_bounded() {
    let stage =
        Stage::new(&testing::pack("", "(call $log (i32.const 1) (i32.const 16) (i32.const 2))", "")).await;
    assert_eq!(stage.runtime.describe(&stage.loaded).await.expect("answers").text, "{}");

    // 1 MiB and a byte of spaces is no description.
    let long = r#"(drop (memory.grow (i32.const 20))) (memory.fill (i32.const 131072) (i32.const 32) (i32.const 1048577))
        (i32.store (i32.const 0) (i32.const 131072)) (i32.store (i32.const 4) (i32.const 1048577))"#;
    let stage = Stage::new(&testing::pack("", long, "")).await;
    let error = stage.runtime.describe(&stage.loaded).await.expect_err("is too long");
    insta::assert_snapshot!(error, @"the pack's description has 1048577 bytes; at most 1048576 are read");
}

#[tokio::test]
async fn a_pack_with_another_contract_is_a_mismatch() {
    let text = include_str!("../testing/pack.wat").replace(r#""debug" "info""#, r#""debug""#);
    let pack = wat::parse_str(text).expect("is sound");
    let stage = Stage::new(&pack).await;
    let error = stage.run(Limits::default()).await.expect_err("does not fit");
    assert!(matches!(error, RuntimeError::Mismatch { .. }), "{error:?}");
}

#[test]
fn what_a_pack_says_is_bounded() {
    let error = types::Error {
        kind: "usage".to_owned(),
        message: "m".repeat(10_000),
        hints: vec!["h".repeat(10_000); 20],
        details: Some("[1]".to_owned()),
    };
    let error = PackError::from_pack(error, false);
    assert!(error.message.len() <= ERROR_TEXT && error.message.ends_with('…'));
    assert_eq!((error.hints.len(), error.details), (HINTS, None));
}

#[test]
fn futures_can_move_between_threads() {
    fn is_send<T: Send>(_: impl FnOnce(&'static Runtime, &'static Loaded, RunRequest, Ports) -> T) {}
    is_send(|runtime, loaded, request, ports| runtime.run(loaded, request, ports));
    is_send(|runtime, loaded, _, _| runtime.describe(loaded));
}
