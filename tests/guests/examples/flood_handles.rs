//! Ill-behaved: takes a million handles and gives none back.

use vantage_plugin::{Arguments, Command, Error, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/flood-handles", "1.0.0", "Hoard handles").command(Command::read(
        "flood-handles",
        "Take a million handles",
        run,
    ))
}

fn run(session: &Session, _: Arguments) -> Result {
    let hoard: Vec<_> = (0..1_000_000).map(|_| session.graphql()).collect();
    Err(Error::failed(format!("the host gave {} handles", hoard.len())))
}
