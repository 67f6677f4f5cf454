//! Installs that are killed or interrupted, and several at once: afterwards everything is as before or
//! as after.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, mpsc};

use rustix::process::{Pid, Signal, kill_process};
use vantage_test_support::World;

use super::hostile::Server;
use crate::guests::guest;
use crate::signed_in;

/// Calls that change what is on the disk, or wait for others; each is a place to be killed at.
const CALLS: [&str; 4] = ["?rename,?renameat,?renameat2", "?fsync,?fdatasync", "?flock", "?mkdir,?mkdirat"];
const MORE_CALLS: [&str; 3] = ["?openat", "?write", "?unlink,?unlinkat"];

/// Of calls that are made by the hundred, one in so many is a place to be killed at.
const STRIDE: usize = 7;

#[test]
fn a_pack_that_is_killed_while_it_is_added_is_there_whole_or_not_at_all() {
    let world = signed_in();
    let file = guest("grows").display().to_string();
    let line = ["plugin", "add", &file, "--grant-all"];
    // What is compiled is kept from run to run, and is no part of the store.
    world.run(&line).expect(0);
    let (mut killed, mut added) = (0, 0);
    let long = std::env::var_os("VANTAGE_TEST_LONG").is_some();
    let calls = CALLS.iter().map(|call| (call, 1)).chain(MORE_CALLS.iter().map(|call| (call, STRIDE)));
    for (call, stride) in calls.take(if long { usize::MAX } else { CALLS.len() }) {
        for when in (1..).step_by(stride) {
            remove(&world);
            let ran =
                world.tampered(None, &format!("{call}:signal=SIGKILL:when={when}"), &world.command(&line));
            let packs = world.packs();
            match packs.get("test/grows").map(String::as_str) {
                None => assert!(world.only_bundled(), "{call} {when}: {packs:?}"),
                Some("added") => {
                    added += 1;
                    world.run(&["grows"]).expect(0);
                }
                Some(other) => panic!("{call} {when}: {other}"),
            }
            world.run(&["plugin", "verify"]).expect(0);
            if ran.status == 0 {
                break;
            }
            assert_eq!(ran.status, 128 + 9, "{call} {when}: {ran}");
            killed += 1;
        }
    }
    assert!(killed >= 10 && added >= CALLS.len(), "{killed} kills, {added} packs");
    world.run(&line).expect(0);
}

/// All files below a folder.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { BTreeSet::from([path]) }).collect()
}

#[test]
fn a_download_that_is_interrupted_leaves_nothing() {
    let world = signed_in();
    let bytes = std::fs::read(guest("grows")).unwrap();
    let (half, halves) = mpsc::channel();
    // Whoever has got a half waits for the other until its end.
    let (half, waiting) = (Mutex::new(half), Mutex::new(Vec::new()));
    let server = Server::new(move |path, stream| {
        assert_eq!(path, "/grows.wasm");
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len())?;
        stream.write_all(&bytes[..bytes.len() / 2])?;
        waiting.lock().unwrap().push(stream.try_clone()?);
        half.lock().unwrap().send(()).unwrap();
        Ok(())
    });
    let source = format!("http://{}/grows.wasm", server.host);
    let temporary = world.home().join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    // What every run leaves is there before.
    world.run(&["plugin", "list"]).expect(0);
    let before = files(world.home());
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut command = world.command(&["plugin", "add", &source, "--grant-all"]);
        let child = world.start(command.env("TMPDIR", &temporary));
        halves.recv().unwrap();
        kill_process(Pid::from_child(&child), signal).unwrap();
        let ran = world.end(child).expect(status);
        assert_eq!(ran.stdout, "", "{ran}");
        assert_eq!(files(world.home()), before, "{ran}");
    }
    assert!(world.only_bundled());
}

fn remove(world: &World) {
    if !world.only_bundled() {
        world.run(&["plugin", "remove", "grows"]).expect(0);
    }
}

#[test]
fn several_at_once_are_all_there() {
    let world = signed_in();
    let names = ["grows", "greeter", "paged", "who", "keeper", "follower"];
    let children = names.map(|name| {
        let file = guest(name).display().to_string();
        world.start(&mut world.command(&["plugin", "add", &file, "--grant-all"]))
    });
    for child in children {
        world.end(child).expect(0);
    }
    let packs = world.packs();
    for name in names {
        assert_eq!(packs[&format!("test/{name}")], "added", "{packs:?}");
    }
    world.run(&["plugin", "verify"]).expect(0);
}
