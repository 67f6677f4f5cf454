//! Ill-behaved: calls the host for ever, whatever it answers.

use vantage_plugin::{Arguments, Command, Level, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/endless-calls", "1.0.0", "Call for ever").command(Command::read(
        "endless-calls",
        "Call the host for ever",
        run,
    ))
}

fn run(session: &Session, _: Arguments) -> Result {
    session.output().note("this will take a while");
    loop {
        session.log(Level::Debug, "still here");
        let _ = session.settings::<serde_json::Value>();
        let _ = session.prompter().confirm("Still there?");
        let _ = session.files("nothing");
    }
}
