//! The time of day, as something that can be given.
//!
//! Tokens expire by the wall clock, and a test that waits for it is a slow lie. Whoever builds a
//! session hands it a clock. Waiting is not done here: pauses use tokio's timer.

use jiff::Timestamp;

/// Tells the time of day.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
