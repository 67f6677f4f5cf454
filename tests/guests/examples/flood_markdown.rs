//! Ill-behaved: answers with text for ever, which formats that give it whole would have to hold.

use vantage_plugin::{Answer, Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/flood-markdown", "1.0.0", "Answer for ever in Markdown")
        .command(Command::read("flood-markdown", "Answer for ever in Markdown", run).answer(Answer::text()))
}

fn run(session: &Session, _: Arguments) -> Result {
    let (output, text) = (session.output(), "and another thing\n".repeat(400 << 10));
    loop {
        output.text(&text)?;
    }
}
