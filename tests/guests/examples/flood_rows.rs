//! Emits a million rows one by one, each in a crossing of its own.

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
    Pack::new("test/flood-rows", "1.0.0", "Flood the answer").command(
        Command::read("flood-rows", "Emit a million rows", run)
            .argument(Argument::integer("rows", "How many").default(1_000_000))
            .answer(
                Answer::many()
                    .column(Column::number("Number", "/number"))
                    .column(Column::text("Text", "/text")),
            ),
    )
}

fn run(session: &Session, arguments: Arguments) -> Result {
    let output = session.output();
    for number in 0..arguments.integer("rows").unwrap_or_default() {
        output.emit(&Row { number, text: "the quick brown fox jumps over the lazy dog" })?;
    }
    output.note("flooded");
    Ok(())
}
