//! The points of a refresh at which a run can be ended, found by watching one that is not.
//!
//! Nothing here knows how the program is built: a point is a system call, known by what it is done
//! to, and strace counts to it. "After" a point is before the next one.

use std::sync::LazyLock;

use vantage_test_support::tamper::Call;

use super::{A_DAY, CHEAPEST};
use crate::signed_in;

/// The points, looked up once for all tests: looking costs a refresh.
static POINTS: LazyLock<Points> = LazyLock::new(Points::watch);

/// The calls that mark the points of a refresh, in their order.
#[derive(Debug)]
pub(super) struct Points {
    /// The file beside the record comes to be.
    pub(super) create: Call,
    /// It is filled, to prove that there is room.
    pub(super) fill: Call,
    /// What filled it is made durable.
    pub(super) sync: Call,
    /// The refresh token goes to the provider.
    pub(super) send: Call,
    /// The answer is read.
    pub(super) receive: Call,
    /// The answer has been read, and the file is about to be changed.
    pub(super) keep: Call,
    /// The new record is written into it.
    pub(super) write: Call,
    /// It has been written, and is made durable.
    pub(super) sync_record: Call,
    /// The new record takes the place of the old.
    pub(super) rename: Call,
    /// The change of the folder is made durable.
    pub(super) sync_folder: Call,
    /// The lock is given back.
    pub(super) unlock: Call,
}

impl Points {
    /// Where the points are; the same in every world.
    pub(super) fn known() -> &'static Self {
        &POINTS
    }

    fn watch() -> Self {
        let world = signed_in();
        let stored = world.stored("test");
        stored.age(A_DAY);
        let (ran, calls) = world.held(&stored, &mut world.command(CHEAPEST)).go_on(None);
        ran.expect(0);
        Self::find(&calls)
    }

    fn find(calls: &[Call]) -> Self {
        let mut rest = calls.iter();
        let mut next = |what: &str, is: &dyn Fn(&Call) -> bool| {
            rest.find(|call| is(call)).cloned().unwrap_or_else(|| panic!("no {what} in {calls:#?}"))
        };
        let create = next("creation", &|call| call.line.contains("O_EXCL"));
        let file = create.line.rsplit_once("= ").map(|(_, number)| number.to_owned()).unwrap_or_default();
        let on_file = |call: &Call| call.line.starts_with(&format!("{}({file}", call.name));
        let named = |call: &Call, names: &[&str]| names.contains(&call.name.as_str());
        let sync = |call: &Call| named(call, &["fsync", "fdatasync"]);
        Self {
            create: create.clone(),
            fill: next("write", &|call| on_file(call) && named(call, &["write", "pwrite64"])),
            sync: next("fsync", &|call| on_file(call) && sync(call)),
            send: next("sending", &|call| named(call, &["writev", "sendto", "sendmsg"])),
            receive: next("receiving", &|call| named(call, &["recvfrom", "recvmsg"])),
            keep: next("use of the file", &|call| on_file(call)),
            write: next("second write", &|call| on_file(call) && named(call, &["write", "pwrite64"])),
            sync_record: next("second fsync", &|call| on_file(call) && sync(call)),
            rename: next("rename", &|call| named(call, &["rename", "renameat", "renameat2"])),
            sync_folder: next("fsync of the folder", &sync),
            unlock: {
                next("closing of the folder", &|call| named(call, &["close"]));
                next("unlock", &|call| named(call, &["close", "flock"]))
            },
        }
    }
}
