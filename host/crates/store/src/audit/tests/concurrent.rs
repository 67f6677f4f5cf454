//! Many writers at once, threads and processes: one chain.

use std::process::{Command, Stdio};

use super::*;

/// Lines that each of the processes writes.
const EACH: u64 = 5;
const PROCESSES: usize = 100;

#[test]
fn a_hundred_threads_write_one_chain() {
    let (_folder, log) = log();
    let log = log.with_limit(8 << 10);
    std::thread::scope(|scope| {
        for number in 0..100 {
            let log = &log;
            scope.spawn(move || log.append(&entry(number)).unwrap());
        }
    });
    let (found, summary) = verified(&log);
    assert_eq!((found, summary.last), (Vec::new(), Some(100)));
}

/// Not a test of its own: what the test below starts, in the folder that it is started in.
#[test]
#[ignore = "runs as a process of `a_hundred_processes_write_one_chain_and_readers_see_it_whole`"]
fn child_that_writes() {
    let log = AuditLog::open(Path::new("state")).with_patience(Duration::from_secs(60));
    fill(&log, (0..EACH).map(|number| u64::from(std::process::id()) * 10 + number));
}

#[test]
fn a_hundred_processes_write_one_chain_and_readers_see_it_whole() {
    let (folder, log) = log();
    let start = |_| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "audit::tests::concurrent::child_that_writes", "--ignored"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..PROCESSES).map(start).collect();
    for mut child in children {
        assert_eq!(problems(&log), "", "while others write");
        assert!(child.wait().unwrap().success());
    }
    let mut written = numbers(&log);
    assert_eq!(problems(&log), "");
    written.sort_unstable();
    written.dedup();
    assert_eq!(written.len(), PROCESSES * EACH as usize, "no line is lost, and none is there twice");
}

#[test]
fn a_process_that_is_killed_as_it_writes_leaves_a_chain_that_goes_on() {
    let (folder, log) = log();
    for _ in 0..10 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "audit::tests::concurrent::child_that_never_ends", "--ignored"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let before = numbers(&log).len();
        while numbers(&log).len() < before + 3 {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(problems(&log), "");
        fill(&log, [0]);
        assert_eq!(problems(&log), "");
    }
}

/// Not a test of its own either.
#[test]
#[ignore = "runs as a process of `a_process_that_is_killed_as_it_writes_leaves_a_chain_that_goes_on`"]
fn child_that_never_ends() {
    fill(&AuditLog::open(Path::new("state")), 0..);
}
