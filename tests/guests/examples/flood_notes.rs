//! Ill-behaved: tells people a million things.

use vantage_plugin::{Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/flood-notes", "1.0.0", "Flood people with notes").command(Command::read(
        "flood-notes",
        "Note a million things",
        run,
    ))
}

fn run(session: &Session, _: Arguments) -> Result {
    let output = session.output();
    for _ in 0..1_000_000 {
        output.note("this is of no interest to anybody, and there is more of it to come");
    }
    Ok(())
}
