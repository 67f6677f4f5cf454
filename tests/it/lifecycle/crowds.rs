//! Many processes at once over one sign-in, at a provider that ends a session whose refresh token
//! comes twice: whoever comes second finds the work done.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use vantage_platform::Options;
use vantage_test_support::World;

use super::{A_DAY, ASKING, CHEAPEST, Lasting, assert_refreshes, generation, rounds};
use crate::{VANTAGE, seeded, signed_in};

/// How many processes there are at once.
const CROWD: usize = 100;

/// How many readers there are in all, and how many of them at once.
const READERS: usize = 200;
const READERS_AT_ONCE: usize = 20;

/// A world whose provider takes 50 ms, long enough for everybody to come meanwhile.
fn slow() -> World {
    World::signed_in(VANTAGE, Options { latency: Duration::from_millis(50), ..seeded() })
}

#[test]
fn a_hundred_processes_with_an_expired_token_renew_it_once() {
    let world = slow();
    let stored = world.stored("test");
    for round in 1..=rounds(2, 20) {
        stored.age(A_DAY);
        for ran in world.crowd(CROWD, CHEAPEST) {
            assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "round {round}\n{ran}");
        }
        assert_refreshes(&world, round as u64, "rounds");
    }
}

#[test]
fn a_hundred_processes_that_all_get_a_401_renew_the_token_once() {
    let world = slow();
    for round in 1..=rounds(1, 20) {
        world.tell("expire", &json!({}));
        for ran in world.crowd(CROWD, ASKING) {
            assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "round {round}\n{ran}");
        }
        assert_refreshes(&world, round as u64, "rounds");
    }
}

#[test]
fn readers_never_meet_half_a_record() {
    let world = signed_in();
    let stored = world.stored("test");
    let lasts = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _lasting = Lasting::begin(&lasts);
        scope.spawn(|| {
            while lasts.load(Ordering::SeqCst) {
                // The platform stops accepting the token, and the record is replaced.
                world.tell("expire", &json!({}));
                world.bounded(&mut world.command(ASKING)).expect(0);
            }
        });
        scope.spawn(|| {
            while lasts.load(Ordering::SeqCst) {
                assert!(stored.read().is_some(), "the record was missing for a moment");
                std::thread::yield_now();
            }
        });
        for _ in 0..rounds(1, 10) * READERS / READERS_AT_ONCE {
            for ran in world.crowd(READERS_AT_ONCE, CHEAPEST) {
                assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran}");
            }
        }
    });
    let written = generation(&stored.read().unwrap());
    assert!(written > 2, "the record was replaced {written} times: nothing was shown");
    assert_refreshes(&world, written - 1, "one refresh for each record");
}
