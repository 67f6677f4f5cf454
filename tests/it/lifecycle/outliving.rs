//! Runs that take longer than an access token lives: they go on, and nobody notices.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use vantage_platform::Options;
use vantage_test_support::World;

use super::{Lasting, assert_refreshes, refreshes};
use crate::{VANTAGE, seeded};

/// Thirty pages.
const CLUSTERS: usize = 3_000;

const LIST: &[&str] = &["cluster", "list", "-o", "json"];

#[test]
fn a_run_outlives_access_tokens_that_expire_by_the_clock() {
    let world = World::signed_in(
        VANTAGE,
        Options {
            // Less than half of it passes between a refresh and the request it was made for.
            access_token_ttl: Duration::from_secs(3),
            latency: Duration::from_millis(300),
            clusters: CLUSTERS,
            ..seeded()
        },
    );
    let listed = world.bounded(&mut world.command(LIST)).expect(0).json();
    assert_eq!(listed.as_array().unwrap().len(), CLUSTERS);
    let refreshed = refreshes(&world);
    assert!(refreshed > 2, "{refreshed} refreshes: no three tokens were outlived");
    assert_refreshes(&world, refreshed, "none of them twice");
}

#[test]
fn a_run_outlives_access_tokens_that_the_platform_refuses() {
    let options = Options { latency: Duration::from_millis(10), clusters: CLUSTERS, ..seeded() };
    let world = World::signed_in(VANTAGE, options);
    let lasts = AtomicBool::new(false);
    let listed = std::thread::scope(|scope| {
        let _lasting = Lasting::begin(&lasts);
        scope.spawn(|| {
            let mut expired_at = 0;
            while lasts.load(Ordering::SeqCst) {
                let requests = world.admin("stats")["graphql_requests"].as_u64().unwrap();
                // Not before the token has served: one that is refused at once is nobody's to renew.
                if requests >= expired_at + 5 {
                    world.tell("expire", &json!({}));
                    expired_at = requests;
                }
            }
        });
        world.bounded(&mut world.command(LIST)).expect(0).json()
    });
    assert_eq!(listed.as_array().unwrap().len(), CLUSTERS);
    let refreshed = refreshes(&world);
    assert!(refreshed > 2, "{refreshed} refreshes: no three tokens were outlived");
    assert_refreshes(&world, refreshed, "none of them twice");
}
