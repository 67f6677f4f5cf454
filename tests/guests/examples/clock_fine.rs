//! Ill-behaved: looks for a clock that is fine enough to time what the host does. Its answer is the
//! finest step that either clock ever made, and how often they moved at all.

use std::time::{Instant, SystemTime};

use serde_json::json;
use vantage_plugin::{Answer, Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// How often the clocks have to move: enough to tell a grain from chance.
const MOVES: u32 = 20;

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/clock-fine", "1.0.0", "Look for a fine clock")
        .command(Command::read("clock-fine", "Look for a fine clock", run).answer(Answer::one()))
}

fn run(session: &Session, _: Arguments) -> Result {
    let began = Instant::now();
    let monotonic = finest(|| began.elapsed().as_nanos());
    let wall = finest(|| SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos()));
    session.output().emit(&json!({ "monotonic": monotonic, "wall": wall }))
}

/// The shortest step in nanoseconds, over a number of steps.
fn finest(now: impl Fn() -> u128) -> u64 {
    let (mut last, mut moves, mut finest) = (now(), 0, u128::MAX);
    while moves < MOVES {
        let next = now();
        if next != last {
            finest = finest.min(next.abs_diff(last));
            moves += 1;
        }
        last = next;
    }
    u64::try_from(finest).unwrap_or(u64::MAX)
}
