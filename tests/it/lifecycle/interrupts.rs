//! SIGINT, SIGTERM and SIGHUP at every point of a refresh: from the moment the provider is asked it
//! is finished first, so that unlike SIGKILL no signal that can be heard ever costs a sign-in.

use vantage_test_support::tamper::Call;
use vantage_test_support::{Ran, Stored, World, unfinished};

use super::points::Points;
use super::{A_DAY, CHEAPEST, assert_refreshes, generation, refreshes, rounds};
use crate::signed_in;

/// One refresh during which `interrupt` sends a signal, and the run after it.
fn survive(world: &World, context: &str, status: i32, interrupt: &dyn Fn(&World, &Stored) -> Ran) {
    let stored = world.stored("test");
    stored.age(A_DAY);
    let (old, before) = (generation(&stored.read().unwrap()), refreshes(world));
    let interrupted = interrupt(world, &stored);
    // A signal that comes with the answer may come too late to interrupt anything.
    assert!([0, status].contains(&interrupted.status), "{context}\n{interrupted}");
    let asked = refreshes(world) - before;
    let kept = generation(&stored.read().unwrap()) - old;
    assert_eq!(asked, kept, "{context}: asked {asked} times, and kept {kept}\n{interrupted}");
    world.bounded(&mut world.command(CHEAPEST)).expect(0);
    assert_refreshes(world, before + 1, context);
    assert_eq!(unfinished(&world.sessions()), Vec::<std::path::PathBuf>::new(), "{context}");
}

fn survive_everywhere(signal: &str, status: i32) {
    let world = signed_in();
    let points = Points::known();
    let effect = format!("signal={signal}");
    let calls: [(&str, &Call); 10] = [
        ("creation", &points.create),
        ("the first write", &points.fill),
        ("the first fsync", &points.sync),
        ("sending", &points.send),
        ("receiving", &points.receive),
        ("keeping the answer", &points.keep),
        ("the second fsync", &points.sync_record),
        ("the rename", &points.rename),
        ("the fsync of the folder", &points.sync_folder),
        ("unlocking", &points.unlock),
    ];
    for round in 0..rounds(2, 200) {
        survive(&world, &format!("{signal} at the lock, round {round}"), status, &|world, stored| {
            let fault = format!("flock:{effect}:when=1");
            world.tampered(Some(&stored.lock_file()), &fault, &world.command(CHEAPEST))
        });
        for (point, call) in calls {
            survive(&world, &format!("{signal} at {point}, round {round}"), status, &|world, stored| {
                world.held(stored, &mut world.command(CHEAPEST)).go_on(Some(&call.fault(&effect))).0
            });
        }
    }
}

#[test]
fn ctrl_c_costs_no_sign_in() {
    survive_everywhere("SIGINT", 130);
}

#[test]
fn a_request_to_end_costs_no_sign_in() {
    survive_everywhere("SIGTERM", 143);
}

#[test]
fn a_terminal_that_goes_away_costs_no_sign_in() {
    survive_everywhere("SIGHUP", 129);
}
