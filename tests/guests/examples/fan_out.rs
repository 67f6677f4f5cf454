//! Well-behaved: asks many things at once, and says how many were answered.

use serde_json::{Value, json};
use vantage_plugin::{Answer, Argument, Arguments, Call, Column, Command, Operation, Pack, Result, Session};

vantage_plugin::export!(pack);

const TOTAL: Operation = Operation::new(
    "Total",
    "cluster",
    "query Total($filters: JSONScalar) { clusters(first: 1, filters: $filters) { total } }",
    "counts your clusters",
);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/fan-out", "1.0.0", "Ask many things at once").command(
        Command::read("fan-out", "Ask many things at once", run)
            .argument(Argument::integer("calls", "How many").default(50))
            .uses(TOTAL)
            .answer(Answer::one().column(Column::number("Answered", "/answered"))),
    )
}

fn run(session: &Session, arguments: Arguments) -> Result {
    let calls = (0..arguments.integer("calls").unwrap_or_default())
        .map(|number| Call::new(TOTAL, json!({ "filters": { "name": { "ne": number.to_string() } } })))
        .collect::<Result<Vec<_>>>()?;
    let answers = session.graphql().execute_all::<Value>(calls);
    let totals = answers.into_iter().collect::<Result<Vec<_>>>()?;
    session.output().emit(&json!({ "answered": totals.len() }))
}
