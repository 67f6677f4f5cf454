//! Ill-behaved: prints four mebibytes to its standard output and as many to its standard error.

use vantage_plugin::{Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/flood-streams", "1.0.0", "Flood the standard streams").command(Command::read(
        "flood-streams",
        "Print eight mebibytes",
        run,
    ))
}

#[expect(clippy::print_stdout, reason = "the flood is what the test is about")]
#[expect(clippy::print_stderr, reason = "the flood is what the test is about")]
fn run(session: &Session, _: Arguments) -> Result {
    let line = "x".repeat(1023);
    for _ in 0..4 << 10 {
        println!("{line}");
        eprintln!("{line}");
    }
    session.output().note("flooded");
    Ok(())
}
