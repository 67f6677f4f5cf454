//! Ill-behaved: moves a progress display a million times, and says where it is.

use vantage_plugin::{Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/flood-progress", "1.0.0", "Flood the progress display").command(Command::read(
        "flood-progress",
        "Report progress a million times",
        run,
    ))
}

fn run(session: &Session, _: Arguments) -> Result {
    let output = session.output();
    let progress = output.progress("Flooding", None);
    for step in 0..1_000_000 {
        progress.advance(1);
        if step % 16 == 0 {
            progress.describe(format!("step {step}"));
        }
    }
    drop(progress);
    output.note("flooded");
    Ok(())
}
