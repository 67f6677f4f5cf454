//! Packs that no compiler makes: memories by the dozen, tables without end, imports of what there is not,
//! exports that nobody asked for, and files that are no components at all.
//!
//! They are made of the same text as those of the runtime's own tests: the contract's shape by hand.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::meets::assert_crashes;
use super::stage::{self, Stage};
use crate::guests::guest;

/// The contract's shape by hand.
const SHAPE: &str = include_str!("../../../host/crates/runtime/src/testing/pack.wat");

/// A pack `test/NAME` whose core module has `globals` at its top and a `run` with this body.
fn text(name: &str, globals: &str, run: &str) -> String {
    let description = vantage_guests::description(&name.replace('_', "-"), "Be assembled").to_string();
    let (length, quoted) = (description.len(), description.replace('\\', "\\\\").replace('"', "\\\""));
    let globals = format!("(data (i32.const 1024) \"{quoted}\")\n{globals}");
    let describe =
        format!("(i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const {length}))");
    SHAPE.replace("(;globals;)", &globals).replace("(;describe;)", &describe).replace("(;run;)", run)
}

/// The component of a text, as a file.
fn assemble(stage: &Stage, text: &str) -> PathBuf {
    file(stage, &wat::parse_str(text).unwrap())
}

fn file(stage: &Stage, bytes: &[u8]) -> PathBuf {
    let path = stage.world.home().join(format!("{}.wasm", stage.word()));
    std::fs::write(&path, bytes).unwrap();
    path
}

/// It is not even added, and the words of the refusal have `words` among them.
#[track_caller]
fn assert_refused(stage: &Stage, file: &Path, status: i32, words: &str) {
    let ran = stage.try_add(file).expect(status);
    assert_eq!(ran.stdout, "", "{ran}");
    assert!(ran.stderr.contains(words), "no `{words}` in:\n{ran}");
}

#[test]
fn a_pack_as_assembled_here_runs() {
    stage::contained("assembled", |stage| {
        stage.try_add(&assemble(stage, &text("assembled", "", ""))).expect(0);
        stage.take_note();
        stage.run(&[]).expect(0);
    });
}

/// Each is far below the limit; together they are not.
#[test]
fn many_memories_are_one_to_the_limit() {
    stage::contained("many_memories", |stage| {
        let memories = "(memory $a 1500) (memory $b 1500) (memory $c 1500)";
        let component = assemble(stage, &text("many_memories", memories, ""));
        assert_refused(stage, &component, 8, "the pack went over its limit of memory: 256 MiB");

        let growing =
            "(loop (drop (memory.grow $a (i32.const 16))) (drop (memory.grow $b (i32.const 16))) (br 0))";
        let text = text("many_memories", "(memory $a 0) (memory $b 0)", growing);
        stage.try_add(&assemble(stage, &text)).expect(0);
        stage.take_note();
        assert_crashes(stage, &[], "the pack went over its limit of memory: 256 MiB");
    });
}

#[test]
fn tables_count_as_memory() {
    stage::contained("huge_tables", |stage| {
        let component = assemble(stage, &text("huge_tables", "(table 40000000 funcref)", ""));
        assert_refused(stage, &component, 8, "the pack went over its limit of memory: 256 MiB");

        let growing = "(loop (drop (table.grow $t (ref.null func) (i32.const 10000))) (br 0))";
        stage.try_add(&assemble(stage, &text("huge_tables", "(table $t 0 funcref)", growing))).expect(0);
        stage.take_note();
        assert_crashes(stage, &[], "the pack went over its limit of memory: 256 MiB");
    });
}

#[test]
fn parts_are_counted() {
    stage::contained("many_parts", |stage| {
        for parts in ["(memory 0)".repeat(9), "(table 0 funcref)".repeat(17)] {
            let component = assemble(stage, &text("many_parts", &parts, ""));
            assert_refused(stage, &component, 8, "instances, memories or tables: 50, 8 and 16");
        }
    });
}

/// Bulk operations are checked for their deadline only when they are over: each is short, and the loop of
/// them ends.
#[test]
fn an_endless_loop_of_long_copies_ends() {
    stage::contained("long_copies", |stage| {
        let run = "(drop (memory.grow (i32.const 3000)))
            (loop (memory.copy (i32.const 65536) (i32.const 131072) (i32.const 190000000)) (br 0))";
        stage.try_add(&assemble(stage, &text("long_copies", "", run))).expect(0);
        stage.limit("computing", "1s");
        assert_crashes(stage, &[], "the pack went over its limit of computing time: 1 s");
    });
}

/// What is no part of the contract is not called, whatever its name promises.
#[test]
fn exports_that_nobody_knows_are_never_called() {
    stage::contained("unknown_exports", |stage| {
        let trap = "(func (export \"init\") unreachable)";
        let text = text("unknown_exports", trap, "");
        let exports = ["init", "initialize", "setup"].map(|name| {
            format!(
                "(func ${name} (canon lift (core func $code \"init\"))) (export \"{name}\" (func ${name}))"
            )
        });
        let (all, end) = text.trim_end().split_at(text.trim_end().len() - 1);
        stage.try_add(&assemble(stage, &format!("{all}{}{end}", exports.concat()))).expect(0);
        stage.take_note();
        stage.run(&[]).expect(0);
    });
}

#[test]
fn what_packs_are_not_given_they_cannot_import() {
    stage::contained("unknown_imports", |stage| {
        let text = text("unknown_imports", "", "");
        for import in [
            "(import \"wasi:http/outgoing-handler@0.2.6\" (instance))",
            "(import \"wasi:keyvalue/store@0.2.0\" (instance))",
            "(import \"wasi:cli/command@0.3.0\" (instance))",
            "(import \"vantage:plugin/tokens@1.0.0\" (instance))",
            "(import \"host-memory\" (func))",
        ] {
            let text = text.replacen("(component", &format!("(component {import}"), 1);
            let name = import.split('"').nth(1).unwrap();
            let said = format!("the component imports what packs are not given: `{name}`");
            assert_refused(stage, &assemble(stage, &text), 1, &said);
        }
        // An interface that there is, of which more is wanted than it has.
        let more =
            text.replacen("(export \"log\" (func", "(export \"leak\" (func)) (export \"log\" (func", 1);
        assert_refused(stage, &assemble(stage, &more), 1, "the component does not fit this host's contract");
    });
}

/// Cut anywhere, and with any byte turned over, a component is refused or is a pack like any other.
#[test]
fn malformed_components_are_refused() {
    stage::contained("malformed", |stage| {
        let whole = std::fs::read(guest("greeter")).unwrap();
        let (mut refused, mut cut) = (0, Vec::new());
        for part in 1..8 {
            cut.push(whole[..whole.len() * part / 8].to_vec());
        }
        for part in 0..12 {
            let mut turned = whole.clone();
            let at = 8 + part * (whole.len() - 8) / 12;
            turned[at] ^= 0xff;
            cut.push(turned);
        }
        for bytes in cut {
            let ran = stage.try_add(&file(stage, &bytes));
            assert!([0, 1, 8].contains(&ran.status), "{ran}");
            assert!(!ran.stderr.contains("panicked at host"), "{ran}");
            refused += usize::from(ran.status != 0);
            if ran.status == 0 {
                stage.world.run(&["plugin", "remove", "test/greeter"]).expect(0);
            }
        }
        assert!(refused >= 7, "only {refused} were refused");
        stage.take_note();
    });
}

/// What is larger than a pack may be is not read to its end.
#[test]
fn a_file_that_is_too_large_is_refused() {
    stage::contained("too_large", |stage| {
        let path = file(stage, &std::fs::read(guest("greeter")).unwrap());
        File::options().write(true).open(&path).unwrap().set_len((32 << 20) + 1).unwrap();
        assert_refused(stage, &path, 1, "has more than the 33554432 bytes that a pack may have");
    });
}

/// One function with as many instructions as a whole pack.
#[test]
fn a_huge_function_is_compiled_like_any_other() {
    stage::contained("huge_functions", |stage| {
        let long = "(drop (i32.add (i32.load (i32.const 256)) (i32.const 7)))".repeat(60_000);
        let ran = stage.try_add(&assemble(stage, &text("huge_functions", "", &long))).expect(0);
        assert!(ran.stderr.contains("added"), "{ran}");
        stage.take_note();
        stage.run(&[]).expect(0);
    });
}
