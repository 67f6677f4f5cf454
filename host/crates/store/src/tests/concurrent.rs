//! Several at once: threads, processes, and one that never lets go.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::*;
use crate::lock::Lock;

#[test]
fn two_threads_that_add_at_once_both_succeed() {
    let (_folder, store) = store();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let store = &store;
            scope.spawn(move || {
                let word = format!("word{number}");
                TestPack::new(&format!("acme/pack{number}"), "1.0.0", &word).add_to(store).unwrap();
            });
        }
    });
    assert_eq!(store.list().unwrap().len(), 8);
    assert!(store.list().unwrap().iter().all(|pack| pack.broken.is_none()));
    assert_eq!(words(&store).len(), 8);
}

#[test]
fn of_two_that_want_the_same_word_one_gets_it() {
    let (_folder, store) = store();
    let results: Vec<_> = std::thread::scope(|scope| {
        let add = |id: &'static str| {
            let store = &store;
            scope.spawn(move || TestPack::new(id, "1.0.0", "gpu").add_to(store))
        };
        [add("acme/one"), add("acme/two")].into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let error = results.into_iter().find_map(Result::err).unwrap();
    assert!(matches!(error, StoreError::NameClash { .. }), "{error}");
    assert_eq!(words(&store), ["gpu"]);
}

/// Not a test of its own: what `several_processes` starts, in the folder that it is started in.
#[test]
#[ignore = "runs as a process of `several_processes_that_add_at_once_all_succeed`"]
fn child_that_adds() {
    let number = std::process::id();
    TestPack::new(&format!("acme/pack{number}"), "1.0.0", &format!("word{number}"))
        .add_to(&Store::open(Path::new("data")))
        .unwrap();
}

#[test]
fn several_processes_that_add_at_once_all_succeed() {
    let (folder, store) = store();
    let start = || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::concurrent::child_that_adds", "--ignored"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(store.list().unwrap().len(), 4);
    assert_eq!(words(&store).len(), 4);
}

#[test]
fn a_lock_that_is_never_let_go_is_told_and_readers_do_not_wait_for_it() {
    let (_folder, store) = store();
    let pack = TestPack::new("acme/gpu", "1.0.0", "gpu");
    pack.add_to(&store).unwrap();
    let lock = Lock::take(&store.folder().join("lock"), Duration::ZERO).unwrap();
    let impatient = store.clone().with_patience(Duration::from_millis(1));
    let error = TestPack::new("acme/new", "1.0.0", "new").add_to(&impatient).unwrap_err();
    assert_eq!(error.kind(), crate::StoreErrorKind::Unavailable);
    let StoreError::Locked { holder, .. } = error else { panic!("{error}") };
    assert_eq!(holder, Some(format!("process {}", std::process::id())));

    std::fs::remove_file(store.catalog_path()).unwrap();
    assert_eq!(words(&store), ["gpu"]);
    assert!(!store.catalog_path().exists(), "whoever has the lock writes it");
    drop(lock);
    // A process that another test starts just now has the lock too, until it is the program that it
    // becomes: then the catalog is made by whoever reads next.
    let written = (0..100).any(|_| {
        assert_eq!(words(&store), ["gpu"]);
        store.catalog_path().exists() || {
            drop(Lock::take(&store.folder().join("lock"), crate::lock::PATIENCE).unwrap());
            false
        }
    });
    assert!(written);
}

#[test]
fn grants_given_at_once_are_all_kept() {
    let (_folder, store) = store();
    let pack = TestPack::new("acme/gpu", "1.0.0", "gpu");
    pack.add_to(&store).unwrap();
    let lines = ["persona email", "persona roles", "persona identity", "persona organization"];
    std::thread::scope(|threads| {
        for line in lines {
            let (store, digest) = (&store, pack.digest());
            let set = GrantSet { scope: scope("acme").into(), grants: grants(&[line]) };
            threads.spawn(move || store.grant("acme/gpu", Some(&digest), set, "").unwrap());
        }
    });
    assert_eq!(store.grants("acme/gpu", &pack.digest(), &scope("acme")).unwrap(), grants(&lines));
}
