//! Fails as it is told to: with any kind of error, known or not, with or without hints.

use vantage_plugin::bindings::vantage::plugin::types;
use vantage_plugin::{Argument, Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/fails", "1.0.0", "Fail").command(
        Command::read("fails", "Fail as told", run)
            .argument(Argument::text("kind", "The kind of the error").positional().required())
            .argument(Argument::text("message", "What it says").default("it was told to fail"))
            .argument(Argument::text("hint", "What to do").repeated())
            .argument(Argument::text("details", "A JSON text with details")),
    )
}

fn run(_: &Session, arguments: Arguments) -> Result {
    let text = |name| arguments.text(name).unwrap_or_default().to_owned();
    Err(types::Error {
        kind: text("kind"),
        message: text("message"),
        hints: arguments.texts("hint").into_iter().map(str::to_owned).collect(),
        details: arguments.text("details").map(str::to_owned),
    }
    .into())
}
