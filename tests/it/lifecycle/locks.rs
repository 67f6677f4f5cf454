//! The lock itself: where it cannot be had nothing is renewed, and whoever held it and died is not
//! waited for.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use vantage_test_support::World;
use vantage_test_support::tamper::wait_until_open;

use super::{A_DAY, CHEAPEST, OVER_HALF, assert_clear, assert_refreshes, is_long, renew_early};
use crate::signed_in;

/// A lock that cannot be had: with an expired token the command fails, with a good one it works.
fn assert_not_renewed_unlocked(world: &World, fault: &str) {
    let stored = world.stored("test");
    let record = stored.bytes();
    let attempt = || world.tampered(Some(&stored.lock_file()), fault, &world.command(CHEAPEST));
    stored.age(A_DAY);
    let ran = attempt();
    assert_clear(&ran, 7, fault);
    assert!(ran.stderr.contains("lock"), "{fault}\n{ran}");
    stored.write(&record);
    stored.age(OVER_HALF);
    let ran = attempt().expect(0);
    assert!(ran.stderr.contains("warning: "), "{fault}\n{ran}");
    stored.write(&record);
    assert_refreshes(world, 0, fault);
}

#[test]
fn a_file_system_without_locks_gets_no_refresh() {
    let world = signed_in();
    renew_early(&world);
    for error in ["ENOLCK", "EOPNOTSUPP", "EIO"] {
        assert_not_renewed_unlocked(&world, &format!("flock:error={error}"));
    }
}

#[test]
fn a_lock_file_that_cannot_be_opened_gets_no_refresh() {
    let world = signed_in();
    renew_early(&world);
    for error in ["EACCES", "EROFS", "EMFILE", "ENOSPC"] {
        assert_not_renewed_unlocked(&world, &format!("?open,openat:error={error}"));
    }
}

#[test]
fn whoever_dies_with_the_lock_is_not_waited_for() {
    let world = signed_in();
    let stored = world.stored("test");
    stored.age(A_DAY);
    let mut holder = Holder::of(&world);
    let mut waiting: Vec<Child> = (0..5).map(|_| world.start(&mut world.command(CHEAPEST))).collect();
    for child in &mut waiting {
        wait_until_open(child, &stored.lock_file());
    }
    assert_refreshes(&world, 0, "while somebody holds the lock");
    holder.kill();
    for child in waiting {
        world.end(child).expect(0);
    }
    assert_refreshes(&world, 1, "after its death");
}

/// Takes 30 seconds, twice.
#[test]
fn a_holder_that_hangs_is_waited_for_so_long_and_no_longer() {
    if !is_long() {
        return;
    }
    let world = signed_in();
    renew_early(&world);
    let stored = world.stored("test");
    let record = stored.bytes();
    let lock = File::options().write(true).open(stored.lock_file()).unwrap();
    lock.lock().unwrap();
    stored.age(A_DAY);
    let ran = world.bounded(&mut world.command(CHEAPEST));
    assert_clear(&ran, 7, "held");
    assert!(ran.stderr.contains("30 seconds") && ran.stderr.contains(".lock`"), "{ran}");
    stored.write(&record);
    stored.age(OVER_HALF);
    let ran = world.bounded(&mut world.command(CHEAPEST)).expect(0);
    assert!(ran.stderr.contains("warning: "), "{ran}");
    assert_refreshes(&world, 0, "while somebody holds the lock");
    drop(lock);
    world.run(CHEAPEST).expect(0);
    assert_refreshes(&world, 1, "when nobody does");
}

/// Another process that has the lock.
struct Holder(Child);

impl Holder {
    fn of(world: &World) -> Self {
        let mut flock = Command::new("flock");
        flock.arg("--no-fork").arg(world.stored("test").lock_file());
        // Nobody waits for its end: it sleeps until it is killed.
        flock.args(["sh", "-c", "echo held; exec sleep infinity"]).stdout(Stdio::piped());
        let mut holder = Self(flock.spawn().unwrap());
        let mut line = String::new();
        BufReader::new(holder.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        holder
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
