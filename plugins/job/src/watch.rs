//! `job submission watch`: jobs as they move, and one job to its end.
//!
//! The host makes lost connections again, and the API begins every subscription with the present
//! state. All the same the end of the events is not taken for the end of the job: where the last event
//! was not a final state, the job is looked at once more.

use serde::Deserialize;
use serde_json::json;
use vantage_plugin::{Answer, Argument, Command, Error, ErrorKind, Operation, Result, Session};

use crate::submission::{GET, Submission, find, shown};
use crate::{API, complete, not_found};

const WATCH: Operation = Operation::new(
    "WatchJobSubmissions",
    API,
    "subscription WatchJobSubmissions($id: Int) {
        jobSubmissionChanged(id: $id) {
            id name status slurmJobState slurmJobId clusterName jobScriptId ownerEmail description
            executionDirectory sbatchArguments reportMessage createdAt updatedAt
        }
    }",
    "follows your organization's jobs",
);

pub(crate) fn command() -> Command {
    Command::read("job submission watch", "Follow jobs as they move", run)
        .description(
            "With a number, follows that job until it has ended; without one, follows all jobs until it \
             is interrupted. On a terminal the rows are drawn over in place; a pipe gets JSON lines, one \
             for each change.",
        )
        .argument(
            Argument::integer("id", "The job to follow; all if left out")
                .value_name("ID")
                .positional()
                .completed_by(complete::submissions),
        )
        .argument(Argument::flag("exit-status", "Fail if the job ended otherwise than well"))
        .uses(WATCH)
        .uses(GET)
        .answer(shown(Answer::live("/id")))
        .example("vantage job submission watch 12", "Follows job 12 to its end")
        .example(
            "vantage job submission watch 12 --exit-status && echo done",
            "Goes on only if it ended well",
        )
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Watch {
    id: Option<i64>,
    #[serde(default)]
    exit_status: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    job_submission_changed: Submission,
}

fn run(session: &Session, Watch { id, exit_status }: Watch) -> Result {
    if exit_status && id.is_none() {
        return Err(Error::usage("`--exit-status` needs the number of one job"));
    }
    let last = follow(session, id)?;
    let Some(id) = id else {
        return Err(Error::new(ErrorKind::Unavailable, "the platform has ended the events"));
    };
    match last.filter(is_final) {
        Some(ended) => told(session, &ended, exit_status),
        None => {
            Err(Error::new(ErrorKind::Unavailable, format!("the events of job {id} ended before the job"))
                .hint(format!("vantage job submission watch {id} goes on")))
        }
    }
}

/// Emits every state; gives the last one.
fn follow(session: &Session, id: Option<i64>) -> Result<Option<Submission>> {
    let output = session.output();
    let mut last = None;
    for event in session.graphql().subscribe::<Changed>(WATCH, json!({ "id": id }))? {
        let submission = event.map_err(|error| missing(error, id))?.job_submission_changed;
        output.emit(&submission)?;
        last = Some(submission);
    }
    let Some(id) = id.filter(|_| !last.as_ref().is_some_and(is_final)) else {
        return Ok(last);
    };
    let Some(now) = find(session, id)? else {
        return Err(match last {
            Some(_) => Error::not_found(format!("job submission {id} was deleted")),
            None => not_found("submission", id),
        });
    };
    if last.as_ref() != Some(&now) {
        output.emit(&now)?;
    }
    Ok(Some(now))
}

fn is_final(submission: &Submission) -> bool {
    !matches!(submission.status.as_str(), "CREATED" | "SUBMITTED")
}

/// How the job ended, where that was not well.
fn told(session: &Session, ended: &Submission, exit_status: bool) -> Result {
    if ended.status == "DONE" {
        return Ok(());
    }
    let report = ended.report_message.as_deref().map(|report| format!(": {report}")).unwrap_or_default();
    let text = format!("job {} ended as {}{report}", ended.id, ended.status);
    if exit_status {
        return Err(Error::failed(text));
    }
    session.output().note(&text);
    Ok(())
}

/// The platform's word for a job that is not there, in our own.
fn missing(error: Error, id: Option<i64>) -> Error {
    let code = error.details_value().and_then(|details| details.pointer("/errors/0/code"));
    match id {
        Some(id) if code.is_some_and(|code| code == "NOT_FOUND") => not_found("submission", id),
        _ => error,
    }
}
