//! Well-behaved: reads the files that the user names and counts their lines.

use std::io::{BufRead, BufReader};

use serde_json::json;
use vantage_plugin::{Answer, Argument, Arguments, Column, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/reader", "1.0.0", "Count lines").command(
        Command::read("reader", "Count the lines of files", run)
            .argument(Argument::file("input", "The files to read").value_name("FILE").positional().repeated())
            .answer(
                Answer::many()
                    .column(Column::text("Name", "/name"))
                    .column(Column::size("Size", "/size"))
                    .column(Column::number("Lines", "/lines")),
            )
            .example("vantage reader notes.txt", "Counts the lines of `notes.txt`"),
    )
}

fn run(session: &Session, _: Arguments) -> Result {
    for file in session.files("input")? {
        let (name, size) = (file.name(), file.size());
        let mut lines = 0;
        for line in BufReader::new(file).split(b'\n') {
            line?;
            lines += 1;
        }
        session.output().emit(&json!({ "name": name, "size": size, "lines": lines }))?;
    }
    Ok(())
}
