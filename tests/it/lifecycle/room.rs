//! No disk, no permission, nowhere to write: the provider is not asked for what could not be kept,
//! and a token that is still good is used until it is not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use vantage_platform::Ready;
use vantage_test_support::tamper::Call;
use vantage_test_support::with_environment;
use vantage_test_support::{Ran, World, unfinished};

use super::points::Points;
use super::{A_DAY, CHEAPEST, OVER_HALF, assert_clear, assert_refreshes, renew_early};
use crate::{signed_in, world};

/// A user who owns nothing, and whom no list of users names.
const STRANGER: &str = "54321";

/// A way to run a command where there is no room: given the world, the run's end.
type Attempt<'a> = &'a dyn Fn(&World) -> Ran;

/// With an expired token the command fails and says why; with one that is good for a while yet it
/// works and says so. The provider hears of neither.
fn assert_nothing_spent(world: &World, context: &str, attempt: Attempt<'_>) {
    let stored = world.stored("test");
    let record = stored.bytes();
    stored.age(A_DAY);
    let expired = stored.bytes();
    let ran = attempt(world);
    assert_clear(&ran, 7, context);
    assert!(ran.stderr.contains("hint: ") && ran.stderr.contains("cause: "), "{context}\n{ran}");
    assert!(stored.bytes() == expired, "{context}: the record was changed\n{ran}");
    stored.write(&record);
    stored.age(OVER_HALF);
    let ran = attempt(world).expect(0);
    assert!(ran.stderr.contains("warning: "), "{context}: nothing says that it ends soon\n{ran}");
    stored.write(&record);
    assert_refreshes(world, 0, context);
}

/// The sign-in works as soon as there is room again, and nothing lies around.
fn assert_whole(world: &World) {
    let stored = world.stored("test");
    stored.age(A_DAY);
    world.run(CHEAPEST).expect(0);
    assert_refreshes(world, 1, "after all attempts");
    assert_eq!(unfinished(&world.sessions()), Vec::<std::path::PathBuf>::new());
}

fn at(call: &Call, error: &str) -> impl Fn(&World) -> Ran {
    let fault = call.fault(&format!("error={error}"));
    move |world| {
        let stored = world.stored("test");
        world.held(&stored, &mut world.command(CHEAPEST)).go_on(Some(&fault)).0
    }
}

#[test]
fn no_error_of_making_room_spends_a_token() {
    let points = Points::known();
    let world = signed_in();
    renew_early(&world);
    for error in ["ENOSPC", "EDQUOT", "EACCES", "EROFS", "EMFILE"] {
        assert_nothing_spent(&world, &format!("{error} at creation"), &at(&points.create, error));
    }
    for error in ["ENOSPC", "EDQUOT", "EIO"] {
        assert_nothing_spent(&world, &format!("{error} at write"), &at(&points.fill, error));
        assert_nothing_spent(&world, &format!("{error} at fsync"), &at(&points.sync, error));
    }
    assert_whole(&world);
}

#[test]
fn a_call_that_was_interrupted_is_made_again() {
    let points = Points::known();
    let world = signed_in();
    for (call, expected) in
        [&points.create, &points.fill, &points.sync, &points.write, &points.sync_record].into_iter().zip(1..)
    {
        world.stored("test").age(A_DAY);
        at(call, "EINTR")(&world).expect(0);
        assert_refreshes(&world, expected, &call.line);
    }
}

/// It cannot be helped, but it can be said.
#[test]
fn a_token_that_was_spent_and_not_kept_is_not_called_whole() {
    let points = Points::known();
    let world = signed_in();
    let stored = world.stored("test");
    for (call, expected) in [&points.write, &points.sync_record, &points.rename].into_iter().zip(1..) {
        stored.age(A_DAY);
        let old = stored.bytes();
        let ran = at(call, "EIO")(&world);
        assert!(ran.status != 0 && ran.stderr.contains("`vantage login"), "{}\n{ran}", call.line);
        assert!(!ran.stderr.contains("still whole"), "{}\n{ran}", call.line);
        assert!(stored.bytes() == old, "{}\n{ran}", call.line);
        assert_refreshes(&world, expected, &call.line);
        stored.put(stored.read().unwrap(), &world.fresh_tokens());
    }
}

#[test]
fn a_full_disk_spends_no_token() {
    let world = signed_in();
    renew_early(&world);
    // Four pages hold the record, and not the next one; three entries leave none for another file.
    for limit in ["size=16k", "nr_inodes=3"] {
        let script = format!(
            "cp -a \"$0\" \"$0.aside\" && mount -t tmpfs -o mode=700,{limit} none \"$0\" \
             && cp -a \"$0.aside/.\" \"$0\" && rm -r \"$0.aside\" && exec \"$@\""
        );
        assert_nothing_spent(&world, limit, &|world| {
            world.bounded(&mut mounted(&script, &world.sessions(), &world.command(CHEAPEST)))
        });
    }
    assert_whole(&world);
}

#[test]
fn a_read_only_home_spends_no_token() {
    let world = signed_in();
    renew_early(&world);
    assert_nothing_spent(&world, "read-only", &|world| {
        world.bounded(&mut read_only(world.home(), &world.command(CHEAPEST)))
    });
    assert_whole(&world);
}

#[test]
fn a_folder_that_may_not_be_written_spends_no_token() {
    let world = signed_in();
    renew_early(&world);
    let folder = world.sessions();
    // Root may write everywhere, so that the command is run as somebody else.
    let root = rustix::process::geteuid().is_root();
    let binary = world.home().join("vantage");
    fs::copy(crate::VANTAGE, &binary).unwrap();
    assert_nothing_spent(&world, "no permission", &|world| {
        let command = world.command(CHEAPEST);
        let mut attempt = if root {
            run("chown", &["-R", STRANGER], world.home());
            let mut setpriv = Command::new("setpriv");
            setpriv.args(["--reuid", STRANGER, "--clear-groups"]).arg(&binary).args(CHEAPEST);
            with_environment(setpriv, &command)
        } else {
            command
        };
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();
        let ran = world.bounded(&mut attempt);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        if root {
            run("chown", &["-R", "0"], world.home());
        }
        ran
    });
    assert_whole(&world);
}

#[test]
fn nobody_is_asked_to_sign_in_where_it_could_not_be_kept() {
    let world = world();
    let ran = world.bounded(&mut read_only(world.home(), &world.command(&["login"])));
    assert_clear(&ran, 1, "read-only home");
    assert_eq!(world.admin("stats")["device_authorizations"], json!(0), "{ran}");
}

#[test]
fn without_any_home_there_is_a_clear_error() {
    let world = world();
    let Ready { issuer, api, .. } = world.ready();
    for line in [&["login"][..], CHEAPEST] {
        let command = world.command(line);
        let mut stranger = Command::new("unshare");
        stranger.args(["--user", "--map-user", STRANGER]).arg(command.get_program()).args(line);
        let mut stranger = with_environment(stranger, &command);
        stranger.env_remove("VANTAGE_HOME").env("VANTAGE_ISSUER", issuer).env("VANTAGE_API", api);
        let ran = world.bounded(&mut stranger);
        assert_clear(&ran, 1, "no home");
        assert!(ran.stderr.contains("hint: set VANTAGE_HOME"), "{ran}");
    }
    assert_eq!(world.admin("stats")["device_authorizations"], json!(0));
}

/// `command` where `home` cannot be written.
fn read_only(home: &Path, command: &Command) -> Command {
    let script = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"";
    mounted(script, home, command)
}

/// `command` run by a shell script, which has mounts of its own and `folder` as `$0`.
fn mounted(script: &str, folder: &Path, command: &Command) -> Command {
    let mut unshare = Command::new("unshare");
    unshare.arg(if rustix::process::geteuid().is_root() { "--mount" } else { "--map-root-user" });
    unshare.args(["--mount", "sh", "-c", script]).arg(folder);
    unshare.arg(command.get_program()).args(command.get_args());
    with_environment(unshare, command)
}

fn run(program: &str, arguments: &[&str], path: &Path) {
    assert!(Command::new(program).args(arguments).arg(path).status().unwrap().success());
}
