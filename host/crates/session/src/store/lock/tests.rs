//! Locks that exclude each other, whoever closes, dies or is killed.

use std::fs;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::device::Reach;
use super::{describe, failed, files, lock, lock_within, try_lock};
use crate::SessionError;

const BOTH: [Reach; 2] = [Reach::Machine, Reach::Network];

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.lock");
    (folder, path)
}

async fn is_free(path: &Path, reach: Reach) -> bool {
    match lock_within(path, reach, Duration::ZERO).await {
        Ok(_) => true,
        Err(SessionError::LockBusy { .. }) => false,
        Err(error) => panic!("{error}: {error:?}"),
    }
}

#[tokio::test]
async fn one_holds_it_until_it_is_dropped() {
    for reach in BOTH {
        let (folder, path) = folder();
        let held = lock_within(&path, reach, Duration::ZERO).await.expect("a free lock");
        assert!(!is_free(&path, reach).await, "{reach:?}");
        drop(held);
        assert!(is_free(&path, reach).await, "{reach:?}");
        let left: Vec<_> = fs::read_dir(folder.path())
            .expect("the folder")
            .map(|entry| entry.expect("it").file_name())
            .collect();
        assert_eq!(left, ["a.lock"], "the lock file stays, and nothing else does");
    }
}

#[tokio::test]
async fn closing_another_handle_of_the_file_does_not_give_it_back() {
    for reach in BOTH {
        let (_folder, path) = folder();
        let held = lock_within(&path, reach, Duration::ZERO).await.expect("a free lock");
        let other = path.clone();
        std::thread::spawn(move || drop(files::open_lock(&other).expect("a handle")))
            .join()
            .expect("a thread");
        drop(fs::read(&path).expect("the lock file"));
        assert!(!is_free(&path, reach).await, "{reach:?}");
        drop(held);
    }
}

#[tokio::test]
async fn a_copy_of_the_handle_does_not_keep_it() {
    for reach in BOTH {
        let (_folder, path) = folder();
        let held = lock_within(&path, reach, Duration::ZERO).await.expect("a free lock");
        let copy = held.file.try_clone().expect("what a process that is being started has");
        drop(held);
        assert!(is_free(&path, reach).await, "{reach:?}");
        drop(copy);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_one_at_a_time_is_inside() {
    for reach in BOTH {
        let (_folder, path) = folder();
        let inside = Arc::<AtomicUsize>::default();
        let visits = Arc::<AtomicUsize>::default();
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (path, inside, visits) = (path.clone(), Arc::clone(&inside), Arc::clone(&visits));
                tokio::spawn(async move {
                    let held = lock_within(&path, reach, Duration::from_secs(60)).await.expect("the lock");
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "{reach:?}");
                    tokio::task::yield_now().await;
                    visits.fetch_add(1, Ordering::SeqCst);
                    inside.fetch_sub(1, Ordering::SeqCst);
                    drop(held);
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("a task");
        }
        assert_eq!(visits.load(Ordering::SeqCst), 8);
    }
}

#[tokio::test]
async fn the_folder_is_made_private() {
    let (folder, _) = folder();
    let path = folder.path().join("sessions/a.lock");
    let held = lock(&path).await.expect("a lock");
    assert!(try_lock(&path).expect("a folder with locks").is_none());
    drop(held);
    assert!(try_lock(&path).expect("a folder with locks").is_some());
    files::check_folder(&folder.path().join("sessions")).expect("a private folder");
}

/// Not a test by itself: the process that the next one starts and kills.
#[tokio::test]
#[ignore = "holds a lock until it is killed; started by `a_killed_holder_is_followed_at_once`"]
#[expect(clippy::disallowed_methods, reason = "the parent has no other way to name the file")]
async fn holder() {
    let path = PathBuf::from(std::env::var_os("VANTAGE_TEST_LOCK").expect("the lock's path"));
    let reach =
        if std::env::var_os("VANTAGE_TEST_NETWORK").is_some() { Reach::Network } else { Reach::Machine };
    let _held = lock_within(&path, reach, Duration::from_secs(60)).await.expect("the lock");
    println!("\nheld");
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_killed_holder_is_followed_at_once() {
    for reach in BOTH {
        let (_folder, path) = folder();
        let mut command = Command::new(std::env::current_exe().expect("this binary"));
        command.args(["store::lock::tests::holder", "--exact", "--ignored", "--nocapture"]);
        command.env("VANTAGE_TEST_LOCK", &path).stdout(Stdio::piped()).stdin(Stdio::null());
        if reach == Reach::Network {
            command.env("VANTAGE_TEST_NETWORK", "1");
        }
        let mut child = command.spawn().expect("a holder");
        let output = io::BufReader::new(child.stdout.take().expect("its output"));
        let held = output.lines().map_while(Result::ok).any(|line| line == "held");
        assert!(held, "the holder never held the lock");
        assert!(!is_free(&path, reach).await, "{reach:?}");
        child.kill().expect("killed");
        child.wait().expect("ended");
        assert!(is_free(&path, reach).await, "{reach:?}: the lock outlived its holder");
    }
}

#[test]
fn where_files_cannot_be_locked_is_said_with_a_way_out() {
    #[cfg(unix)]
    for errno in [rustix::io::Errno::NOLCK, rustix::io::Errno::OPNOTSUPP, rustix::io::Errno::NOSYS] {
        let error = failed(Path::new("/home/u/a.lock"), io::Error::from(errno));
        assert!(matches!(error, SessionError::LockUnsupported { .. }), "{error:?}");
        assert_eq!(error.kind(), crate::ErrorKind::Unavailable);
        assert_eq!(error.to_string(), "files cannot be locked where `/home/u/a.lock` is");
        let hints = error.hints().join("\n");
        assert!(
            hints.contains("VANTAGE_HOME") && hints.contains("VANTAGE_CREDENTIAL_STORE=memory"),
            "{hints}"
        );
    }
    let other = failed(Path::new("a"), io::Error::from(io::ErrorKind::PermissionDenied));
    assert!(matches!(other, SessionError::File { .. }), "{other:?}");
}

#[test]
fn doctor_is_told_what_was_found() {
    let (folder, _) = folder();
    let found = describe(folder.path()).expect("a folder with locks");
    assert!(found.contains("locks exclude each other") || found.contains("lock and lease"), "{found}");
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0, "something was left behind");
    assert!(matches!(describe(Path::new("/nonexistent")), Err(SessionError::File { .. })));
}

#[cfg(target_os = "linux")]
#[test]
fn the_lock_for_networks_belongs_to_the_open_file() {
    use super::device::{try_lock_open_file, unlock_open_file};
    let (_folder, path) = folder();
    let handle = || files::open_lock(&path).expect("a handle");
    let locked =
        |file: &fs::File| try_lock_open_file(file).expect("Linux has it").expect("a lock that works");
    let (first, second) = (handle(), handle());
    assert!(locked(&first));
    assert!(!locked(&second), "within one process too");
    drop(handle());
    assert!(!locked(&second), "closing a third handle gave it back");
    unlock_open_file(&first).expect("Linux has it").expect("given back");
    assert!(locked(&second));
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_not_known_to_be_local_counts_as_shared() {
    use super::device::by_number;
    for local in [0xef53, 0x0102_1994, 0x794c_7630] {
        assert_eq!(by_number(local).reach(), Reach::Machine, "{}", by_number(local));
    }
    for shared in [0x6969, 0xff53_4d42, 0x0bd0_0bd0, 0x4750_4653, 0x1983_0326, 0x6573_5546, 0x1234] {
        assert_eq!(by_number(shared).reach(), Reach::Network, "{}", by_number(shared));
    }
    assert_eq!(by_number(0x1234).to_string(), "file system 0x00001234");
}
