//! What mutations of the API `jobs` answer: the entity, or one of several objects that only carry
//! a message. A failure of the platform itself is a GraphQL error.

use async_graphql::Union;

use super::types::{JobScript, JobSubmission, JobTemplate};
use crate::graphql::messages::messages;

messages! {
    /// The input cannot be used as it is.
    InvalidInput;
    /// The organization has no job template of this number.
    JobTemplateNotFound;
    /// Another job template of the organization has this identifier.
    JobTemplateIdentifierInUse;
    /// The job template is gone.
    JobTemplateDeleted;
    /// The organization has no job script of this number.
    JobScriptNotFound;
    /// Submissions of the job script have not ended.
    JobScriptInUse;
    /// The job script is gone.
    JobScriptDeleted;
    /// The organization has no cluster of this name.
    ClusterNotFound;
    /// The organization has no job submission of this number.
    JobSubmissionNotFound;
    /// The job submission has ended, so that there is nothing to cancel.
    JobSubmissionFinished;
    /// Slurm is at work on the job submission: it must end or be cancelled first.
    JobSubmissionActive;
    /// The job submission is gone.
    JobSubmissionDeleted;
}

/// What became of a job template to create.
#[derive(Debug, Union)]
pub(crate) enum CreateJobTemplateResult {
    /// It exists.
    JobTemplate(Box<JobTemplate>),
    /// The identifier is taken.
    JobTemplateIdentifierInUse(JobTemplateIdentifierInUse),
    /// The input is wrong.
    InvalidInput(InvalidInput),
}

/// What became of a job template to update.
#[derive(Debug, Union)]
pub(crate) enum UpdateJobTemplateResult {
    /// As it is now.
    JobTemplate(Box<JobTemplate>),
    /// There was none.
    JobTemplateNotFound(JobTemplateNotFound),
    /// The identifier is taken.
    JobTemplateIdentifierInUse(JobTemplateIdentifierInUse),
    /// The input is wrong.
    InvalidInput(InvalidInput),
}

/// What became of a job template to delete.
#[derive(Debug, Union)]
pub(crate) enum DeleteJobTemplateResult {
    /// It is gone.
    JobTemplateDeleted(JobTemplateDeleted),
    /// There was none.
    JobTemplateNotFound(JobTemplateNotFound),
}

/// What became of a job script to create.
#[derive(Debug, Union)]
pub(crate) enum CreateJobScriptResult {
    /// It exists.
    JobScript(Box<JobScript>),
    /// There is no template to make it of.
    JobTemplateNotFound(JobTemplateNotFound),
    /// The input is wrong.
    InvalidInput(InvalidInput),
}

/// What became of a job script to update.
#[derive(Debug, Union)]
pub(crate) enum UpdateJobScriptResult {
    /// As it is now.
    JobScript(Box<JobScript>),
    /// There was none.
    JobScriptNotFound(JobScriptNotFound),
    /// The input is wrong.
    InvalidInput(InvalidInput),
}

/// What became of a job script to delete.
#[expect(clippy::enum_variant_names, reason = "a union's members are named by their types")]
#[derive(Debug, Union)]
pub(crate) enum DeleteJobScriptResult {
    /// It is gone.
    JobScriptDeleted(JobScriptDeleted),
    /// There was none.
    JobScriptNotFound(JobScriptNotFound),
    /// It runs.
    JobScriptInUse(JobScriptInUse),
}

/// What became of a job to submit.
#[derive(Debug, Union)]
pub(crate) enum CreateJobSubmissionResult {
    /// It exists.
    JobSubmission(Box<JobSubmission>),
    /// There is no such script.
    JobScriptNotFound(JobScriptNotFound),
    /// There is no such cluster.
    ClusterNotFound(ClusterNotFound),
    /// The input is wrong.
    InvalidInput(InvalidInput),
}

/// What became of a job submission to cancel.
#[expect(clippy::enum_variant_names, reason = "a union's members are named by their types")]
#[derive(Debug, Union)]
pub(crate) enum CancelJobSubmissionResult {
    /// As it is now: cancelled.
    JobSubmission(Box<JobSubmission>),
    /// There was none.
    JobSubmissionNotFound(JobSubmissionNotFound),
    /// It had ended.
    JobSubmissionFinished(JobSubmissionFinished),
}

/// What became of a job submission to delete.
#[expect(clippy::enum_variant_names, reason = "a union's members are named by their types")]
#[derive(Debug, Union)]
pub(crate) enum DeleteJobSubmissionResult {
    /// It is gone.
    JobSubmissionDeleted(JobSubmissionDeleted),
    /// There was none.
    JobSubmissionNotFound(JobSubmissionNotFound),
    /// It runs.
    JobSubmissionActive(JobSubmissionActive),
}

/// The template of this number is missing.
pub(super) fn no_template(id: i64) -> JobTemplateNotFound {
    JobTemplateNotFound::new(format!("Job template {id} was not found"))
}

/// The script of this number is missing.
pub(super) fn no_script(id: i64) -> JobScriptNotFound {
    JobScriptNotFound::new(format!("Job script {id} was not found"))
}

/// The submission of this number is missing.
pub(super) fn no_submission(id: i64) -> JobSubmissionNotFound {
    JobSubmissionNotFound::new(format!("Job submission {id} was not found"))
}
