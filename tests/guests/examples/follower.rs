//! Well-behaved: follows a job submission, and emits each state as it comes.

use serde_json::{Value, json};
use vantage_plugin::{Answer, Argument, Arguments, Column, Command, Operation, Pack, Result, Session};

vantage_plugin::export!(pack);

const FOLLOW: Operation = Operation::new(
    "Follow",
    "jobs",
    "subscription Follow($id: Int) { jobSubmissionChanged(id: $id) { id status slurmJobState } }",
    "follows your job submissions",
);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/follower", "1.0.0", "Follow a job").command(
        Command::read("follower", "Follow a job submission to its end", run)
            .argument(Argument::integer("id", "The submission").positional().required())
            .argument(Argument::integer("events", "Stop after so many events"))
            .uses(FOLLOW)
            .answer(
                Answer::many()
                    .column(Column::number("Id", "/id"))
                    .column(Column::status("Status", "/status"))
                    .column(Column::text("State", "/slurmJobState")),
            ),
    )
}

fn run(session: &Session, arguments: Arguments) -> Result {
    let id = arguments.integer("id");
    let most = arguments.integer("events").unwrap_or(i64::MAX);
    let events = session.graphql().subscribe::<Value>(FOLLOW, json!({ "id": id }))?;
    for (number, event) in (1..).zip(events) {
        session.output().emit(&event?["jobSubmissionChanged"])?;
        if number == most {
            break;
        }
    }
    Ok(())
}
