//! Every hostile pack there is, what it does and what it meets: `docs/architecture.md` says what of.
//!
//! The table below has a row for each guest of `tests/guests` that means no good, and a test is made of
//! each row: the pack is added and run by a user who is signed in, its exit status and the words on the
//! terminal are asserted, and afterwards everything else is as it was. Guests that are in no table fail a
//! test of their own. What such packs are in other languages, and what no compiler makes, stands below.

mod assembled;
mod completing;
mod languages;
mod meets;
mod memory;
mod sandbox;
mod stage;
mod texts;
mod watched;

use serde_json::json;

use meets::{answers, crashes, denied, is_stopped, refused, says};

/// Makes a test of each row, and a list of their names.
macro_rules! hostile {
    ($($name:ident: $meets:expr;)*) => {
        /// The guests that have a row.
        const HOSTILE: &[&str] = &[$(stringify!($name)),*];

        mod each {
            use super::*;

            $(#[test]
            fn $name() {
                stage::contained(stringify!($name), $meets);
            })*
        }
    };
}

hostile! {
    // Files, environment, arguments, network, processes: none of them is there.
    outside: sandbox::outside;
    reads_input: sandbox::reads_input;
    denied_file: says(1, "the command has no argument");
    random_huge: crashes("requested len 1073741824 exceeds limit 65536");

    // What the pack was not granted.
    denied_query: denied;
    denied_persona: denied;
    denied_storage: denied;
    denied_document: denied;
    denied_mutation: denied;
    denied_operation: says(1, "declares no operation");
    hostile_documents: sandbox::hostile_documents;
    storage_others: sandbox::storage_others;
    scanner: sandbox::scanner;

    // Its standard streams: a pipe that is full at one mebibyte.
    flood_streams: sandbox::flood_streams;
    describe_floods: sandbox::describe_floods;

    // An endless loop, in its code, in calls of the host, in none of either.
    endless: sandbox::endless;
    endless_calls: sandbox::endless;
    endless_init: refused(8, "the pack went over its limit of computing time: 5 s");
    describe_endless: refused(8, "the pack went over its limit of computing time: 5 s");
    describe_sleeps: refused(8, "the pack went over its limit of computing time: 5 s");
    sleeps: sandbox::sleeps;

    // Memory, of one part or of many, and the stack.
    memory_hog: memory::hog;
    describe_hog: refused(8, "the pack went over its limit of memory: 256 MiB");
    deep_recursion: crashes("the pack went over its limit of stack: 512 KiB");

    // Floods of the host.
    one_crossing: crashes("the pack went over its limit of data in one call: 32 MiB");
    list_aliased: crashes("the pack went over its limit of data in one call: 32 MiB");
    flood_calls: answers(json!([{ "answers": 300_000, "refused": 300_000 }]));
    flood_handles: crashes("the pack went over its limit of handles: 1000");
    flood_displays: crashes("the pack went over its limit of handles: 1000");
    flood_subscriptions: sandbox::flood_subscriptions;
    flood_storage: answers(json!([{ "kept": 63, "kinds": ["full", "too-large", "invalid"] }]));
    flood_denials: sandbox::flood_denials;
    flood_rows: sandbox::flood_rows;
    flood_notes: sandbox::flood_notes;
    flood_warnings: memory::floods_for_ever;
    flood_logs: memory::floods(0, &[(&[], 0, ""), (&["-vv", "--quiet"], 0, "pack: this is of no interest")]);
    flood_progress: sandbox::flood_progress;
    flood_markdown: memory::floods(64, &[(&["-o", "json"], 1, "too long to be given as one text: more than 16 MiB")]);
    rows_huge: memory::floods(16, &[(&["-o", "table", "--limit", "60"], 0, "")]);
    deaf: is_stopped(&["-o", "jsonl", "--limit", "3"]);
    deep_json: sandbox::deep_json;
    bad_json: sandbox::bad_json;
    names_huge: texts::is_cut(1);
    error_huge: texts::is_cut(1);

    // Traps, panics, and ends that the host did not make.
    trap: crashes("wasm `unreachable` instruction executed");
    unreachable: sandbox::unreachable;
    panics: sandbox::panics;
    jumps: crashes("undefined element: out of bounds table access");
    out_of_bounds: crashes("out of bounds memory access");
    bad_text: crashes("invalid utf-8 sequence of 1 bytes from index 1");
    exits: sandbox::exits;

    // Handles: forged, kept, given back twice.
    handle_forged: crashes("handle index 2 used with the wrong type, expected guest-defined resource but found a different guest-defined resource");
    handle_after_drop: crashes("unknown handle index 2");
    double_drop: crashes("unknown handle index 2");
    client_after_drop: sandbox::client_after_drop;
    client_guessed: sandbox::client_guessed;

    // Texts that paint, and words that are the host's.
    escapes: texts::escapes;
    hint_faked: texts::speaks(&[(&[], 6), (&["--crash"], 8)]);
    sign_in_faked: texts::speaks(&[(&[], 1), (&["--kind", "interrupted"], 1), (&["--kind", "usage"], 2)]);
    asks_as_host: texts::asks_as_host;
    denied_faked: texts::denied_faked;
    fails: texts::fails;

    // While a line is typed.
    completes_badly: completing::each;

    // A clock that is too coarse to time what the host does.
    clock_fine: sandbox::clock_fine;

    // Descriptions.
    describe_calls: refused(8, "the pack crashed: unknown handle index 1");
    describe_exits: refused(8, "the pack crashed: it ended itself with exit status 0");
    describe_panic: refused(8, "the pack crashed: wasm `unreachable` instruction executed");
    describe_huge: refused(1, "at most 1048576 are read");
    describe_not_json: refused(1, "the pack's description");
    describe_invalid: refused(1, "the pack's description");
    describe_foreign_example: refused(1, "it must begin with a command of the pack");
    describe_reserved: refused(5, "ids that begin with `vantage/` are those of bundled packs");
    describe_varies: sandbox::describe_varies;
}

/// The guests that mean well, which other tests run.
const WELL_BEHAVED: &[&str] = &[
    "asker",
    "completer",
    "describe_counter",
    "fan_out",
    "follower",
    "greeter",
    "grows",
    "grows_further",
    "keeper",
    "odd_document",
    "paged",
    "reader",
    "row_burst",
    "who",
];

#[test]
fn every_guest_has_its_row_or_means_well() {
    let mut rows: Vec<&str> = HOSTILE.iter().chain(WELL_BEHAVED).copied().collect();
    rows.sort_unstable();
    assert_eq!(rows, vantage_guests::GUESTS);
}
