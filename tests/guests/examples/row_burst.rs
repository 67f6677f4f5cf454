//! Emits a hundred thousand rows of a hundred bytes, in as few crossings as the SDK makes of them.

use serde::Serialize;
use vantage_plugin::{Answer, Argument, Arguments, Column, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

#[derive(Serialize)]
struct Row {
    number: i64,
    text: &'static str,
}

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/row-burst", "1.0.0", "Emit many rows at once").command(
        Command::read("row-burst", "Emit a hundred thousand rows", run)
            .argument(Argument::integer("rows", "How many").default(100_000))
            .answer(
                Answer::many()
                    .column(Column::number("Number", "/number"))
                    .column(Column::text("Text", "/text")),
            ),
    )
}

fn run(session: &Session, arguments: Arguments) -> Result {
    let text = "the quick brown fox jumps over the lazy dog, and the dog does not even look up";
    let rows = arguments.integer("rows").unwrap_or_default();
    session.output().emit_all((0..rows).map(|number| Row { number, text }))
}
