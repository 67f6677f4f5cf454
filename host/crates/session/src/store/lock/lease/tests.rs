//! Leases that are free, held, stale or broken, and several takers of one.

#![expect(clippy::disallowed_methods, reason = "the files of a test have no readers meanwhile")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, SystemTime};

use super::{Found, Holder, LIFE, Lease, NEARLY_OVER};

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.lease");
    (folder, path)
}

fn take(path: &Path) -> Option<Lease> {
    Lease::take(path).expect("a folder that can be written")
}

fn left_by(holder: &Holder, path: &Path) {
    fs::write(path, serde_json::to_string(holder).expect("JSON")).expect("a lease");
}

fn made_older(path: &Path, age: Duration) {
    File::options()
        .write(true)
        .open(path)
        .and_then(|file| file.set_modified(SystemTime::now() - age))
        .expect("its time");
}

fn here() -> Holder {
    Holder::this_process().expect("random numbers")
}

/// A number that no process has: the kernel gives none beyond four million.
const NOBODY: u32 = i32::MAX as u32;

#[test]
fn says_who_has_it() {
    let (_folder, path) = folder();
    let lease = take(&path).expect("a free lease");
    let holder: Holder = serde_json::from_slice(&fs::read(&path).expect("the lease")).expect("JSON");
    let nonce = holder.nonce.clone();
    assert_eq!(holder, Holder { nonce: nonce.clone(), ..here() });
    assert_ne!(nonce, here().nonce, "every lease is different");
    drop(lease);
}

#[test]
fn a_living_holder_keeps_it() {
    let (_folder, path) = folder();
    let lease = take(&path).expect("a free lease");
    assert!(take(&path).is_none());
    drop(lease);
    assert!(!path.exists());
    assert!(take(&path).is_some());
}

#[test]
fn a_dead_holder_of_this_machine_does_not() {
    let (_folder, path) = folder();
    left_by(&Holder { pid: NOBODY, ..here() }, &path);
    assert!(take(&path).is_some());
}

#[test]
fn nobody_can_tell_of_other_machines_and_other_boots() {
    let (_folder, path) = folder();
    for (host, boot) in [("elsewhere", here().boot), (&*here().host, "another".to_owned())] {
        left_by(&Holder { pid: NOBODY, host: host.into(), boot, ..here() }, &path);
        assert!(take(&path).is_none(), "a lease of {host} was taken over");
    }
    left_by(&Holder { pid: NOBODY, version: 2, ..here() }, &path);
    assert!(take(&path).is_none(), "a newer program's lease was taken over");
}

#[test]
fn one_that_is_too_old_is_taken_over_whoever_had_it() {
    let (_folder, path) = folder();
    for text in [
        serde_json::to_string(&Holder { host: "elsewhere".into(), ..here() }).expect("JSON"),
        String::new(),
        "\0{".into(),
    ] {
        fs::write(&path, text).expect("a lease");
        made_older(&path, LIFE - Duration::from_secs(20));
        assert!(take(&path).is_none(), "it is good for {LIFE:?}");
        made_older(&path, LIFE + Duration::from_secs(1));
        assert!(take(&path).is_some());
    }
}

#[test]
fn a_clock_that_was_set_back_blocks_nobody_for_long() {
    let (_folder, path) = folder();
    left_by(&Holder { host: "elsewhere".into(), ..here() }, &path);
    let file = File::options().write(true).open(&path).expect("the lease");
    file.set_modified(SystemTime::now() + Duration::from_secs(20)).expect("its time");
    assert!(take(&path).is_none());
    file.set_modified(SystemTime::now() + Duration::from_secs(3600)).expect("its time");
    assert!(take(&path).is_some());
}

#[test]
fn a_lease_that_somebody_else_has_by_now_is_left_alone() {
    let (_folder, path) = folder();
    let lease = take(&path).expect("a free lease");
    left_by(&Holder { host: "elsewhere".into(), ..here() }, &path);
    drop(lease);
    assert!(path.exists(), "the lease of another was given back");
}

#[test]
fn one_that_is_nearly_over_is_left_to_whoever_takes_it_over() {
    let (_folder, path) = folder();
    let lease = take(&path).expect("a free lease");
    made_older(&path, NEARLY_OVER + Duration::from_secs(1));
    drop(lease);
    assert!(path.exists());
}

#[test]
fn of_many_takers_of_a_stale_one_one_wins() {
    for _ in 0..50 {
        let (_folder, path) = folder();
        left_by(&Holder { pid: NOBODY, ..here() }, &path);
        let start = Arc::new(Barrier::new(8));
        let winners = Arc::<AtomicUsize>::default();
        let takers: Vec<_> = (0..8)
            .map(|_| {
                let (path, start, winners) = (path.clone(), Arc::clone(&start), Arc::clone(&winners));
                std::thread::spawn(move || {
                    start.wait();
                    let lease = take(&path);
                    winners.fetch_add(usize::from(lease.is_some()), Ordering::SeqCst);
                    start.wait();
                    lease
                })
            })
            .collect();
        let leases: Vec<_> = takers.into_iter().filter_map(|taker| taker.join().expect("a taker")).collect();
        assert_eq!(leases.len(), winners.load(Ordering::SeqCst));
        assert_eq!(leases.len(), 1);
        assert_eq!(fs::read(&path).expect("the lease"), leases[0].text.as_bytes());
    }
}

#[test]
fn the_claim_of_a_taker_that_died_is_in_the_way_for_a_minute() {
    let (folder, path) = folder();
    left_by(&Holder { pid: NOBODY, ..here() }, &path);
    let found = Found::read(&path).expect("readable").expect("a lease");
    let claim = folder.path().join(format!(".a.lease.{}", found.identity()));
    fs::write(&claim, "").expect("a claim");
    assert!(take(&path).is_none());
    made_older(&claim, LIFE + Duration::from_secs(1));
    assert!(take(&path).is_none(), "this one clears it away");
    assert!(take(&path).is_some());
}

#[test]
fn what_was_replaced_before_the_claim_is_not_taken_over() {
    let (folder, path) = folder();
    left_by(&Holder { pid: NOBODY, ..here() }, &path);
    let found = Found::read(&path).expect("readable").expect("a lease");
    let winner = take(&path).expect("a stale lease");
    let late = Lease { path: path.clone(), text: "late".into() };
    assert!(!late.take_over(&found).expect("a folder that can be written"));
    assert_eq!(fs::read(&path).expect("the lease"), winner.text.as_bytes());
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1, "a claim was left");
}
