//! The gate against graphql-js, which nobody here wrote: what a server built on it would execute of a
//! document is what the gate has found in it, or the gate has refused it.
//!
//! Asked are two releases of graphql-js (`tests/support/graphql`), about the corpus, about generated
//! documents, whole and damaged, and about what the gate prints of each. The gate itself stays pure:
//! the process is this test's alone.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped has failed its test")]
#![expect(clippy::disallowed_methods, reason = "tests are told by variables where the servers are")]

mod documents;
mod process;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use vantage_policy::gate::{Operation, OperationKind};

use documents::{Choices, damaged, document};
use process::{Answer, Oracle};

/// Compares what the gate finds in a document with what is executed of it; says whether the gate
/// read it at all.
fn compare(oracle: &mut Oracle, text: &str) -> Result<bool, String> {
    let Ok(operation) = Operation::read_dynamic("cluster", text) else {
        return Ok(false);
    };
    if Operation::read_dynamic("cluster", &operation.document).as_ref() != Ok(&operation) {
        return Err(format!("the print is read as something else: {}", operation.document));
    }
    let printed = oracle.ask(&operation.document);
    for (original, printed) in oracle.ask(text).into_iter().zip(printed) {
        check(&operation, &printed).map_err(|problem| format!("of the print, {problem}"))?;
        check(&operation, &original)?;
        same_meaning(&original, &printed)?;
    }
    Ok(true)
}

/// Whether what is executed is what the gate found.
fn check(operation: &Operation, answer: &Answer) -> Result<(), String> {
    let Answer::Executed { kind, executed, present, .. } = answer else {
        return Err(format!("graphql-js executes nothing: {answer:?}"));
    };
    if kind != operation.kind.as_str() {
        return Err(format!("graphql-js takes it for a {kind}, the gate for a {}", operation.kind));
    }
    let roots: BTreeSet<&str> = operation.roots.iter().map(String::as_str).collect();
    if let Some(more) = executed.iter().find(|root| !roots.contains(root.as_str())) {
        return Err(format!("graphql-js executes `{more}`, the gate found {roots:?}"));
    }
    let lines = operation.reach.lines();
    let found: BTreeSet<&str> = lines.map(path).filter(|path| counts(operation.kind, path)).collect();
    let there = present.iter().map(String::as_str);
    let there: BTreeSet<&str> = there.filter(|path| counts(operation.kind, path)).collect();
    if found != there {
        return Err(format!("graphql-js reaches {there:?}, the gate found {found:?}"));
    }
    // What does not count above has to be in the gate's findings all the same.
    match present.iter().find(|path| !roots.contains(path.split('.').next().unwrap_or(path))) {
        Some(more) => Err(format!("graphql-js reaches `{more}`, the gate found {roots:?}")),
        None => Ok(()),
    }
}

/// The field path of a line of a reach, without arguments and types.
fn path(line: &str) -> &str {
    line.split(['(', ' ']).next().unwrap_or(line)
}

/// Whether both sides can tell of a path. Introspection goes below fields that no resolver of the
/// oracle sees, and anywhere but at the root of a query its fields do not exist.
fn counts(kind: OperationKind, path: &str) -> bool {
    let is_meta = |name: &str| matches!(name, "__schema" | "__type");
    kind == OperationKind::Query && is_meta(path) || !path.split('.').any(is_meta)
}

fn same_meaning(original: &Answer, printed: &Answer) -> Result<(), String> {
    match (original, printed) {
        (Answer::Executed { meaning: one, .. }, Answer::Executed { meaning: other, .. }) if one != other => {
            Err(format!("it means\n{one}\nand its print means\n{other}"))
        }
        _ => Ok(()),
    }
}

/// How many documents are generated: a few thousand, or as many as the design asks.
fn cases() -> u32 {
    if is_long() { 150_000 } else { 3_000 }
}

/// Said by `cargo xtask test --long`.
fn is_long() -> bool {
    std::env::var_os("VANTAGE_TEST_LONG").is_some()
}

/// Compares documents made from bytes, and says how many of them the gate has read.
///
/// The bytes are the same each time, but for the long form: what fails once has to fail again.
fn hunt(make: impl Fn(&mut Choices<'_>) -> String) -> Option<u32> {
    let oracle = RefCell::new(Oracle::start()?);
    let read = Cell::new(0);
    let config = Config { cases: cases(), failure_persistence: None, ..Config::default() };
    let generator = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner =
        if is_long() { TestRunner::new(config) } else { TestRunner::new_with_rng(config, generator) };
    let run = runner.run(&prop::collection::vec(any::<u8>(), 0..500), |bytes| {
        let text = make(&mut Choices::new(&bytes));
        match compare(&mut oracle.borrow_mut(), &text) {
            Ok(was_read) => read.set(read.get() + u32::from(was_read)),
            Err(problem) => {
                return Err(TestCaseError::fail(format!("{problem}\nin the document\n{text}\n")));
            }
        }
        Ok(())
    });
    match run {
        Ok(()) => Some(read.get()),
        Err(TestError::Fail(reason, bytes)) => panic!("{reason}from the bytes {bytes:?}"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn generated_documents_reach_what_graphql_js_executes() {
    let Some(read) = hunt(document) else { return };
    // With too many or too few the comparison would be of nothing.
    assert!(read > cases() / 3 && read < cases() * 19 / 20, "{read} of {} were read", cases());
}

#[test]
fn damaged_documents_reach_what_graphql_js_executes() {
    let Some(read) = hunt(damaged) else { return };
    assert!(read > cases() / 10 && read < cases() * 9 / 10, "{read} of {} were read", cases());
}

#[test]
fn the_corpus_reaches_what_graphql_js_executes() {
    let Some(mut oracle) = Oracle::start() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut read = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "graphql") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let (_, document) = text.split_once('\n').unwrap();
        let compared = compare(&mut oracle, document);
        read += u32::from(compared.unwrap_or_else(|problem| panic!("{}: {problem}", path.display())));
    }
    assert!(read > 40, "{read} documents of the corpus were read");
}
