//! Ill-behaved: answers for ever, and does not hear that nobody reads on.

use vantage_plugin::{Answer, Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/deaf", "1.0.0", "Answer for ever")
        .command(Command::read("deaf", "Answer for ever", run).answer(Answer::many()))
}

fn run(session: &Session, _: Arguments) -> Result {
    let output = session.output();
    loop {
        let _ = output.emit(&serde_json::json!({ "text": "and another thing" }));
    }
}
