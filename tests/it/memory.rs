//! The memory of a command: the refresh token is in none once it has been spent, and nobody reads any.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use vantage_test_support::with_environment;

use crate::job::{GOOD, Watching, still, submit};
use crate::world;

/// Somebody who owns nothing here.
const STRANGER: u32 = 54321;

/// How long a process may take to start, before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often each text is in the memory of a process.
///
/// Nobody but root may read it, which is this program's own doing: where the tests are run by another
/// there is nothing to read, and `None`.
fn found(process: u32, texts: &[&str]) -> Option<Vec<usize>> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let memory = File::open(format!("/proc/{process}/mem")).ok()?;
    let mut found = vec![0; texts.len()];
    for line in maps.lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
        // What cannot be written is the program and its libraries; compiled packs are mapped files.
        if !rest.starts_with("rw") {
            continue;
        }
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        // A region may have gone, or have a guard that nobody reads.
        if memory.read_exact_at(&mut bytes, start).is_ok() {
            for (text, found) in texts.iter().zip(&mut found) {
                *found += memchr::memmem::find_iter(&bytes, text).count();
            }
        }
    }
    Some(found)
}

#[test]
fn a_refresh_token_that_was_spent_is_nowhere_in_memory() {
    let world = still();
    let id = submit(&world, GOOD);
    let token = |kind: &str| world.stored("test").read().unwrap()[kind].as_str().unwrap().to_owned();
    let old = token("refresh_token");
    // What the watch begins with is not accepted: it has to be renewed.
    world.tell("expire", &serde_json::json!({}));
    let mut watching = Watching::start(&world, &[&id]);
    watching.next();
    let (access, new) = (token("access_token"), token("refresh_token"));
    assert_ne!(old, new, "the refresh token was not spent");

    let encoded = base64::engine::general_purpose::STANDARD.encode(&new);
    let looked = found(watching.child.id(), &[&access, &old, &new, &encoded]);
    watching.child.kill().unwrap();
    watching.child.wait().unwrap();
    let Some(counts) = looked else {
        assert!(!rustix::process::geteuid().is_root(), "root may read any memory");
        return;
    };
    // The access token is at work: what is looked through is the right memory.
    assert!(counts[0] > 0, "not even the access token is there: nothing was read");
    assert_eq!(counts[1..], [0, 0, 0], "the old one, the new one, the new one in base64");
}

/// Run as somebody who is not root, whose processes anybody of the same user could read otherwise.
#[test]
fn nobody_of_the_same_user_reads_a_commands_memory_and_no_core_is_left() {
    let world = world();
    let line = world.command(&["login", "--token-stdin"]);
    let mut command = if rustix::process::geteuid().is_root() {
        let binary = world.home().join("vantage");
        fs::copy(crate::VANTAGE, &binary).unwrap();
        let owned = Command::new("chown").args(["-R", &STRANGER.to_string()]).arg(world.home()).status();
        assert!(owned.unwrap().success());
        let mut setpriv = Command::new("setpriv");
        setpriv.args([format!("--reuid={STRANGER}"), "--clear-groups".to_owned()]).arg(binary);
        setpriv.args(line.get_args());
        with_environment(setpriv, &line)
    } else {
        line
    };
    // It waits for a token that never comes.
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let of = |file: &str| format!("/proc/{}/{file}", child.id());
    // What nobody may read belongs to root, whoever runs it.
    let is_closed = || fs::metadata(of("environ")).is_ok_and(|metadata| metadata.uid() == 0);
    let runs = || fs::read(of("cmdline")).is_ok_and(|line| line.starts_with(b"/"));
    let patience = Instant::now() + PATIENCE;
    while !(runs() && is_closed()) && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(10));
    }
    let (closed, limits) = (runs() && is_closed(), fs::read_to_string(of("limits")).unwrap());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(closed, "it does not run, or its memory belongs to its user");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
}
