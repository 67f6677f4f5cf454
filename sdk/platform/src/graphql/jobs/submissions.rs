//! How jobs are submitted, cancelled and deleted. What becomes of them in between is a matter of
//! time alone: see `world::slurm` and `database::submissions`.

use async_graphql::{Context, Object, Result};
use rusqlite::Transaction;
use serde_json::json;

use super::inputs::CreateJobSubmissionInput;
use super::outcomes::{
    CancelJobSubmissionResult, ClusterNotFound, CreateJobSubmissionResult, DeleteJobSubmissionResult,
    InvalidInput, JobSubmissionActive, JobSubmissionDeleted, JobSubmissionFinished, no_script, no_submission,
};
use crate::database::clusters::Cluster;
use crate::database::lists::View;
use crate::database::scripts::Script;
use crate::database::submissions::{self, Changed, New, Submission};
use crate::graphql::caller::{Caller, view};
use crate::graphql::connection::failure;
use crate::server::Shared;
use crate::world::slurm::{course, judge};

/// The part of `Mutation` that is about submissions.
#[derive(Debug, Default)]
pub(crate) struct SubmissionMutation;

#[Object]
impl SubmissionMutation {
    /// Submits a job script of the token's organization to one of its clusters.
    async fn create_job_submission(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The job to submit.")] create_job_submission_input: CreateJobSubmissionInput,
    ) -> Result<CreateJobSubmissionResult> {
        let (view, input) =
            (view(context, "jobbergate:job-submissions:create")?, create_job_submission_input);
        if let Err(problem) = input.check() {
            return Ok(CreateJobSubmissionResult::InvalidInput(InvalidInput::new(problem)));
        }
        let platform = context.data::<Shared>()?;
        let owner_email = context.data::<Caller>()?.email.clone();
        let step = i64::try_from(platform.options.job_step.as_millis()).unwrap_or(i64::MAX);
        let (script_id, cluster_name) = (input.job_script_id, input.cluster_name.clone());
        let made = platform.change(move |t| submit(t, &view, input, owner_email, step)).await;
        Ok(match made.map_err(failure)? {
            Submitted::Done(row) => CreateJobSubmissionResult::JobSubmission(Box::new((*row).into())),
            Submitted::NoScript => CreateJobSubmissionResult::JobScriptNotFound(no_script(script_id)),
            Submitted::NoCluster => {
                let message = format!("Cluster {cluster_name} was not found");
                CreateJobSubmissionResult::ClusterNotFound(ClusterNotFound::new(message))
            }
        })
    }

    /// Ends a job submission of the token's organization that has not ended.
    async fn cancel_job_submission(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which submission.")] id: i64,
    ) -> Result<CancelJobSubmissionResult> {
        let view = view(context, "jobbergate:job-submissions:update")?;
        let report = format!("Cancelled by {}", context.data::<Caller>()?.email);
        let platform = context.data::<Shared>()?;
        let changed = platform.change(move |t| submissions::cancel(t, &view, id, &report)).await;
        Ok(match changed.map_err(failure)? {
            Changed::Done(row) => CancelJobSubmissionResult::JobSubmission(Box::new(row.into())),
            Changed::NotFound => CancelJobSubmissionResult::JobSubmissionNotFound(no_submission(id)),
            Changed::Refused(row) => {
                let message = format!("Job submission {id} has ended: it is {}", row.status);
                CancelJobSubmissionResult::JobSubmissionFinished(JobSubmissionFinished::new(message))
            }
        })
    }

    /// Deletes a job submission of the token's organization that Slurm is not at work on.
    async fn delete_job_submission(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which submission.")] id: i64,
    ) -> Result<DeleteJobSubmissionResult> {
        let view = view(context, "jobbergate:job-submissions:delete")?;
        let platform = context.data::<Shared>()?;
        let changed = platform.change(move |transaction| submissions::delete(transaction, &view, id)).await;
        Ok(match changed.map_err(failure)? {
            Changed::Done(_) => {
                let message = format!("Job submission {id} was deleted");
                DeleteJobSubmissionResult::JobSubmissionDeleted(JobSubmissionDeleted::new(message))
            }
            Changed::NotFound => DeleteJobSubmissionResult::JobSubmissionNotFound(no_submission(id)),
            Changed::Refused(_) => {
                let message = format!("Job submission {id} is SUBMITTED; cancel it first, or let it end");
                DeleteJobSubmissionResult::JobSubmissionActive(JobSubmissionActive::new(message))
            }
        })
    }
}

/// What became of a job to submit.
enum Submitted {
    Done(Box<Submission>),
    NoScript,
    NoCluster,
}

fn submit(
    transaction: &Transaction<'_>,
    view: &View,
    input: CreateJobSubmissionInput,
    owner_email: String,
    step: i64,
) -> rusqlite::Result<Submitted> {
    let Some(script) = view.find::<Script>(transaction, input.job_script_id)? else {
        return Ok(Submitted::NoScript);
    };
    if view.find::<Cluster>(transaction, input.cluster_name.clone())?.is_none() {
        return Ok(Submitted::NoCluster);
    }
    let verdict = judge(script.files.content());
    let new = New {
        name: input.name,
        description: input.description.unwrap_or_default(),
        owner_email,
        job_script_id: script.id,
        cluster_name: input.cluster_name,
        execution_directory: input.execution_directory,
        sbatch_arguments: json!(input.sbatch_arguments.unwrap_or_default()).to_string(),
        report: verdict.report,
        course: course(verdict.outcome, view.now, step),
        cancelled_at: None,
    };
    let id = submissions::insert(transaction, &view.organization, &new)?;
    // It is there: it was inserted a moment ago, and nobody else is in this transaction.
    Ok(view.find(transaction, id)?.map_or(Submitted::NoScript, |row| Submitted::Done(Box::new(row))))
}
