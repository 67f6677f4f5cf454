//! Ill-behaved: computes nothing and never comes back, after a note that says so.

use std::time::Duration;

use vantage_plugin::{Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/sleeps", "1.0.0", "Sleep").command(Command::read("sleeps", "Sleep for ever", run))
}

#[expect(clippy::disallowed_methods, reason = "the sleep is what the test is about")]
fn run(session: &Session, _: Arguments) -> Result {
    session.output().note("this will take a while");
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}
