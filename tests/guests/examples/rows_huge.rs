//! Ill-behaved: answers with rows of a mebibyte each, which a table would hold back a hundred of.

use serde_json::json;
use vantage_plugin::{Answer, Arguments, Column, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/rows-huge", "1.0.0", "Answer at length").command(
        Command::read("rows-huge", "Answer with huge rows", run).answer(
            Answer::many().columns((0..2).map(|number| Column::text(format!("Column {number}"), "/text"))),
        ),
    )
}

fn run(session: &Session, _: Arguments) -> Result {
    let (output, row) = (session.output(), json!({ "text": "x".repeat(1 << 20) }));
    for _ in 0..200 {
        output.emit(&row)?;
    }
    Ok(())
}
