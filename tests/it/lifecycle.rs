//! The life of a sign-in under everything that goes wrong around it: crowds, kills, full disks,
//! locks, clocks, damaged files.
//!
//! What is demanded is always the same: the provider is asked once for each access token that
//! expired and not at all where the answer could not be kept, nobody is signed out, and the store
//! reads as before or as after. Each file here is one kind of trouble. Every test has a short form;
//! the variable `VANTAGE_TEST_LONG` (`cargo xtask test --long`) asks for the rounds of the design.

mod clocks;
mod corrupted;
mod crowds;
mod interrupts;
mod kills;
mod locks;
mod modes;
mod origins;
mod outliving;
mod points;
mod room;

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use vantage_test_support::{Ran, World};

/// The cheapest command that needs a token which has not expired; it asks no API.
const CHEAPEST: &[&str] = &["whoami"];

/// The cheapest command that shows an API its token.
const ASKING: &[&str] = &["api", "{ __typename }"];

/// Longer than any access token here lives.
const A_DAY: i64 = 24 * 3600;

/// More than half of the life of an access token that lives 300 seconds, and much less than all.
const OVER_HALF: i64 = 170;

/// Whether something goes on beside a test; over when this is dropped, also by a failed assertion.
struct Lasting<'a>(&'a AtomicBool);

impl<'a> Lasting<'a> {
    fn begin(lasts: &'a AtomicBool) -> Self {
        lasts.store(true, Ordering::SeqCst);
        Self(lasts)
    }
}

impl Drop for Lasting<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// How often something is done: the first by default, the second in the long form.
fn rounds(short: usize, long: usize) -> usize {
    if is_long() { long } else { short }
}

fn is_long() -> bool {
    std::env::var_os("VANTAGE_TEST_LONG").is_some()
}

/// Has the sign-in of `world` renewed when half of its life is over: 150 seconds ahead of its end.
fn renew_early(world: &World) {
    world.run(&["profile", "set", "test", "refresh-threshold", "300s"]).expect(0);
}

/// What the provider has seen: refresh tokens that were spent, and those that came again.
#[track_caller]
fn assert_refreshes(world: &World, expected: u64, context: &str) {
    let stats = world.admin("stats");
    let seen = (&stats["refreshes"], &stats["refresh_reuses"], &stats["protocol_breaches"]);
    assert_eq!(seen, (&json!(expected), &json!(0), &json!(0)), "{context}\n{stats}");
}

fn refreshes(world: &World) -> u64 {
    world.admin("stats")["refreshes"].as_u64().unwrap()
}

/// The run ended with `status` and a clear word, and never with a panic.
#[track_caller]
fn assert_clear(ran: &Ran, status: i32, context: &str) {
    assert_eq!(ran.status, status, "{context}\n{ran}");
    assert!(ran.stderr.contains("error: ") && !ran.stderr.contains("panicked"), "{context}\n{ran}");
}

/// The number of refreshes that a record remembers.
fn generation(record: &Value) -> u64 {
    record["generation"].as_u64().unwrap_or_else(|| panic!("no generation in {record}"))
}
