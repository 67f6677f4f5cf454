//! Ill-behaved: warns of a hundred thousand things, each with a mebibyte of text.

use vantage_plugin::{Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/flood-warnings", "1.0.0", "Flood people with warnings").command(Command::read(
        "flood-warnings",
        "Warn of everything",
        run,
    ))
}

fn run(session: &Session, _: Arguments) -> Result {
    let (output, text) = (session.output(), "beware ".repeat(150 << 10));
    loop {
        output.warn(&text);
    }
}
