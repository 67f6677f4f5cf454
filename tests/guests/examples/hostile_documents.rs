//! Ill-behaved: runs every document of a file that the user names, and says what became of each.

use std::io::BufReader;

use serde_json::{Value, json};
use vantage_plugin::{Answer, Argument, Arguments, Column, Command, Pack, Request, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    let run = Command::change("hostile-documents", "Run all documents of a file", run)
        .argument(Argument::file("documents", "A list of pairs of API and document, as JSON").positional())
        .answer(
            Answer::many()
                .column(Column::number("Number", "/number"))
                .column(Column::text("Became", "/became")),
        );
    Pack::new("test/hostile-documents", "1.0.0", "Run any document").command(run).request(Request::dynamic(
        "cluster",
        "Query.clusters",
        "reads your clusters in any way",
    ))
}

fn run(session: &Session, _: Arguments) -> Result {
    for file in session.files("documents")? {
        let documents: Vec<(String, String)> = serde_json::from_reader(BufReader::new(file))?;
        for (number, (api, document)) in documents.iter().enumerate() {
            let answer = session.graphql().execute_document::<Value>(api, document, ());
            let became = answer.map_or_else(|error| error.kind().as_str().to_owned(), |_| "data".to_owned());
            session.output().emit(&json!({ "number": number, "became": became }))?;
        }
    }
    Ok(())
}
