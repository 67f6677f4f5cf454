//! Ill-behaved: its description depends on the clock, on chance and on how often it was asked. The
//! host's clock and seed are fixed while a pack describes itself, so that all but the count stay.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

static CALLS: AtomicU32 = AtomicU32::new(0);

/// The pack, below the SDK's typed level.
pub struct DescribeVaries;

vantage_plugin::export_guest!(DescribeVaries);

impl Guest for DescribeVaries {
    fn describe() -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let chance = RandomState::new().hash_one(1_u8);
        let calls = CALLS.fetch_add(1, Ordering::Relaxed);
        let summary = format!("Vary: clock {now}, chance {chance:x}, call {calls}");
        vantage_guests::description("describe-varies", &summary).to_string()
    }

    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        session.output().emit("{\"ran\":true}")
    }
}
