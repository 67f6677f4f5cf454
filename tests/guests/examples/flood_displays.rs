//! Ill-behaved: begins a million progress displays and ends none.

use vantage_plugin::{Arguments, Command, Error, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/flood-displays", "1.0.0", "Hoard progress displays").command(Command::read(
        "flood-displays",
        "Begin a million displays",
        run,
    ))
}

fn run(session: &Session, _: Arguments) -> Result {
    let output = session.output();
    let title = "Flooding ".repeat(1000);
    let hoard: Vec<_> = (0..1_000_000).map(|_| output.progress(&title, Some(1))).collect();
    Err(Error::failed(format!("the host gave {} displays", hoard.len())))
}
