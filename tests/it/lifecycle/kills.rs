//! SIGKILL at every point of a refresh: the record reads as old or as new, and the next run
//! recovers, or says to sign in where the provider has given tokens that nobody kept.

use std::fs;

use vantage_platform::Options;
use vantage_test_support::tamper::Call;
use vantage_test_support::{Stored, World, unfinished};

use super::points::Points;
use super::{A_DAY, CHEAPEST, generation, refreshes, rounds};
use crate::{VANTAGE, seeded};

/// The status of a run that SIGKILL ended.
const KILLED: i32 = 137;

/// What has happened when a run was killed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Then {
    /// The provider was not asked.
    NotAsked,
    /// It was asked, and may have noticed that nobody waits for its answer any more.
    Asked,
    /// It answered, and the answer is lost.
    Answered,
    /// The answer was kept.
    Kept,
}

/// A world with a sign-in, and one of another profile that nothing may touch.
struct Scene {
    world: World,
    stored: Stored,
    sibling: Vec<Vec<u8>>,
}

impl Scene {
    fn new() -> Self {
        let world = World::signed_in(VANTAGE, Options { auto_approve: true, ..seeded() });
        let (issuer, api) = (world.ready().issuer.as_str(), world.ready().api.as_str());
        world.run(&["profile", "create", "sibling", "--issuer", issuer, "--api", api]).expect(0);
        world.run(&["login", "--profile", "sibling"]).expect(0);
        let (stored, sibling) = (world.stored("test"), files(&world.stored("sibling")));
        Self { world, stored, sibling }
    }

    /// Kills one refresh where `kill` does it, and looks at what is left.
    fn kill(&self, context: &str, then: Then, kill: &dyn Fn(&World, &Stored) -> i32) {
        let (world, stored) = (&self.world, &self.stored);
        stored.age(A_DAY);
        let (old, before) = (stored.bytes(), refreshes(world));
        assert_eq!(kill(world, stored), KILLED, "{context}: the point was not reached");
        let record = stored.read().unwrap();
        let asked = refreshes(world) - before;
        match then {
            Then::NotAsked => assert_eq!((stored.bytes() == old, asked), (true, 0), "{context}"),
            Then::Asked => assert!(stored.bytes() == old && asked <= 1, "{context}"),
            Then::Answered => assert_eq!((stored.bytes() == old, asked), (true, 1), "{context}"),
            Then::Kept => assert_eq!((stored.bytes() == old, asked), (false, 1), "{context}"),
        }
        let next = world.bounded(&mut world.command(CHEAPEST));
        match next.status {
            0 if then != Then::Answered => {
                let new = stored.read().unwrap();
                let old: serde_json::Value = serde_json::from_slice(&old).unwrap();
                assert_eq!(generation(&new), generation(&old) + 1, "{context}\n{next}");
                assert_eq!(refreshes(world) - before, 1, "{context}: more than one refresh\n{next}");
            }
            4 if matches!(then, Then::Asked | Then::Answered) => {
                assert!(next.stderr.contains("`vantage login --profile test`"), "{context}\n{next}");
                stored.put(record, &world.fresh_tokens());
            }
            _ => panic!("{context}: the next run does not recover:\n{next}"),
        }
        assert_eq!(unfinished(&world.sessions()), Vec::<std::path::PathBuf>::new(), "{context}");
        assert!(files(&world.stored("sibling")) == self.sibling, "{context}: the sibling was touched");
    }

    /// Kills refreshes as they come to `call`.
    fn kill_at(&self, point: &str, call: &Call, then: Then) {
        for round in 0..rounds(10, 200) {
            self.kill(&format!("before {point}, round {round}"), then, &|world, stored| {
                let held = world.held(stored, &mut world.command(CHEAPEST));
                held.go_on(Some(&call.fault("signal=SIGKILL"))).0.status
            });
        }
    }
}

fn files(stored: &Stored) -> Vec<Vec<u8>> {
    vec![stored.bytes(), fs::read(stored.lock_file()).unwrap()]
}

#[test]
fn a_run_killed_before_the_provider_is_asked_has_changed_nothing() {
    let scene = Scene::new();
    let points = Points::known();
    scene.kill_at("creation", &points.create, Then::NotAsked);
    scene.kill_at("the first write", &points.fill, Then::NotAsked);
    scene.kill_at("the first fsync", &points.sync, Then::NotAsked);
    scene.kill_at("sending", &points.send, Then::NotAsked);
}

#[test]
fn a_run_killed_after_the_provider_was_asked_leaves_the_old_record() {
    let scene = Scene::new();
    let points = Points::known();
    scene.kill_at("receiving", &points.receive, Then::Asked);
    scene.kill_at("keeping the answer", &points.keep, Then::Answered);
    scene.kill_at("the second fsync", &points.sync_record, Then::Answered);
    scene.kill_at("the rename", &points.rename, Then::Answered);
}

#[test]
fn a_run_killed_after_the_rename_leaves_the_new_record() {
    let scene = Scene::new();
    let points = Points::known();
    scene.kill_at("the fsync of the folder", &points.sync_folder, Then::Kept);
    scene.kill_at("unlocking", &points.unlock, Then::Kept);
}

#[test]
fn what_killed_runs_leave_in_the_cache_is_cleared_away() {
    let world = crate::signed_in();
    let folder = world.home().join("cache/discovery");
    for _ in 0..3 {
        fs::remove_dir_all(&folder).unwrap_or_default();
        world.stored("test").age(A_DAY);
        let fault = "?rename,?renameat,?renameat2:signal=SIGKILL:when=1";
        assert_eq!(world.tampered(None, fault, &world.command(CHEAPEST)).status, KILLED);
        assert_eq!(unfinished(&folder).len(), 1, "the point was not reached");
        world.run(CHEAPEST).expect(0);
        assert_eq!(unfinished(&folder), Vec::<std::path::PathBuf>::new());
    }
}

#[test]
fn a_run_killed_outside_its_lock_has_changed_nothing_or_all() {
    let scene = Scene::new();
    for round in 0..rounds(10, 200) {
        scene.kill(&format!("before the lock, round {round}"), Then::NotAsked, &|world, stored| {
            let lock = stored.lock_file();
            world.tampered(Some(&lock), "flock:signal=SIGKILL:when=1", &world.command(CHEAPEST)).status
        });
        scene.kill(&format!("after the lock, round {round}"), Then::Kept, &|world, _| {
            world.tampered(None, "exit_group:signal=SIGKILL:when=1", &world.command(CHEAPEST)).status
        });
    }
}
