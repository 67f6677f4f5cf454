//! What the API `jobs` shows.

use async_graphql::{Enum, SimpleObject};
use rusqlite::types::Value;

use crate::database::files::{File, FileType, Files};
use crate::database::{scripts, submissions, templates};
use crate::graphql::connection::Node;
use crate::graphql::scalars::{DateTime, JsonScalar};

/// A file of a template or script.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct JobFile {
    /// Its name, without a folder.
    filename: String,
    /// `ENTRYPOINT` for the one that Slurm runs, `SUPPORT` for those that it uses.
    file_type: String,
    /// What is in it.
    content: String,
}

impl From<File> for JobFile {
    fn from(file: File) -> Self {
        let file_type = match file.file_type {
            FileType::Entrypoint => "ENTRYPOINT",
            FileType::Support => "SUPPORT",
        };
        Self { filename: file.filename, file_type: file_type.to_owned(), content: file.content }
    }
}

fn files(files: Files) -> Vec<JobFile> {
    files.0.into_iter().map(JobFile::from).collect()
}

/// What scripts are made of: a script with places for values.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct JobTemplate {
    /// Its number, the key everywhere.
    id: i64,
    /// What it is called.
    name: String,
    /// Another key, for people: unique in its organization, where it has one.
    identifier: Option<String>,
    /// What its owner says about it.
    description: String,
    /// Who created it.
    owner_email: String,
    /// Whether it is kept for the record only.
    is_archived: bool,
    /// The values that are put into places such as `{{ nodes }}`.
    template_vars: JsonScalar,
    /// When it was created.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
    /// Its files, the entrypoint among them.
    files: Vec<JobFile>,
}

impl From<templates::Template> for JobTemplate {
    fn from(row: templates::Template) -> Self {
        Self {
            id: row.id,
            name: row.name,
            identifier: row.identifier,
            description: row.description,
            owner_email: row.owner_email,
            is_archived: row.is_archived,
            template_vars: JsonScalar::stored(&row.template_vars),
            created_at: DateTime::stored(row.created_at),
            updated_at: DateTime::stored(row.updated_at),
            files: files(row.files),
        }
    }
}

/// What can be submitted: a script that is ready to run.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct JobScript {
    /// Its number, the key everywhere.
    id: i64,
    /// What it is called.
    name: String,
    /// What its owner says about it.
    description: String,
    /// Who created it.
    owner_email: String,
    /// Whether it is kept for the record only.
    is_archived: bool,
    /// The template that it was made of, while that exists.
    parent_template_id: Option<i64>,
    /// When it was created.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
    /// Its files, the entrypoint among them.
    files: Vec<JobFile>,
}

impl From<scripts::Script> for JobScript {
    fn from(row: scripts::Script) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            owner_email: row.owner_email,
            is_archived: row.is_archived,
            parent_template_id: row.parent_template_id,
            created_at: DateTime::stored(row.created_at),
            updated_at: DateTime::stored(row.updated_at),
            files: files(row.files),
        }
    }
}

/// Where a submission stands. The last four are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum JobSubmissionStatus {
    /// Slurm does not know of it yet.
    Created,
    /// Slurm has taken it: `slurmJobState` tells the rest.
    Submitted,
    /// Slurm did not take it: `reportMessage` says why.
    Rejected,
    /// It ended well.
    Done,
    /// It ended with a failure: `slurmJobState` and `reportMessage` tell which.
    Aborted,
    /// It was cancelled before it ended.
    Cancelled,
}

impl JobSubmissionStatus {
    /// Reads what the database derives.
    fn stored(word: &str) -> Self {
        match word {
            "SUBMITTED" => Self::Submitted,
            "REJECTED" => Self::Rejected,
            "DONE" => Self::Done,
            "ABORTED" => Self::Aborted,
            "CANCELLED" => Self::Cancelled,
            _ => Self::Created,
        }
    }
}

/// A job: a script that was given to a cluster.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct JobSubmission {
    /// Its number, the key everywhere.
    id: i64,
    /// What it is called.
    name: String,
    /// What its owner says about it.
    description: String,
    /// Who submitted it.
    owner_email: String,
    /// The script that it runs, while that exists.
    job_script_id: Option<i64>,
    /// The cluster that it runs on.
    cluster_name: String,
    /// Where it stands.
    status: JobSubmissionStatus,
    /// Slurm's own number of it, once Slurm has taken it.
    slurm_job_id: Option<i64>,
    /// What Slurm says of it: `PENDING`, `RUNNING`, `COMPLETING`, then `COMPLETED`, `FAILED`,
    /// `TIMEOUT` or `CANCELLED`; nothing while Slurm does not know of it.
    slurm_job_state: Option<String>,
    /// The folder on the cluster that it runs in.
    execution_directory: Option<String>,
    /// What `sbatch` was given besides the script.
    sbatch_arguments: Vec<String>,
    /// What is said about its end, for people.
    report_message: Option<String>,
    /// When it was created.
    created_at: DateTime,
    /// When it last changed where it stands.
    updated_at: DateTime,
}

impl From<submissions::Submission> for JobSubmission {
    fn from(row: submissions::Submission) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            owner_email: row.owner_email,
            job_script_id: row.job_script_id,
            cluster_name: row.cluster_name,
            status: JobSubmissionStatus::stored(&row.status),
            slurm_job_id: row.slurm_job_id,
            slurm_job_state: row.slurm_job_state,
            execution_directory: row.execution_directory,
            sbatch_arguments: serde_json::from_str(&row.sbatch_arguments).unwrap_or_default(),
            report_message: row.report_message,
            created_at: DateTime::stored(row.created_at),
            updated_at: DateTime::stored(row.updated_at),
        }
    }
}

/// Says how a type whose key is a number is listed.
macro_rules! numbered {
    ($($node:ident of $row:ty { $($field:literal: $column:literal),* };)*) => {$(
        impl Node for $node {
            type Row = $row;
            const NAME: &'static str = stringify!($node);
            const FILTERS: &'static [(&'static str, &'static str)] = &[$(($field, $column)),*];

            fn key(row: &$row) -> String {
                row.id.to_string()
            }

            fn read_key(text: String) -> Option<Value> {
                text.parse().ok().map(Value::Integer)
            }
        }
    )*};
}

numbered! {
    JobTemplate of templates::Template {
        "id": "id", "name": "name", "identifier": "identifier", "description": "description",
        "ownerEmail": "owner_email", "isArchived": "is_archived"
    };
    JobScript of scripts::Script {
        "id": "id", "name": "name", "description": "description", "ownerEmail": "owner_email",
        "isArchived": "is_archived", "parentTemplateId": "parent_template_id"
    };
    JobSubmission of submissions::Submission {
        "id": "id", "name": "name", "description": "description", "ownerEmail": "owner_email",
        "jobScriptId": "job_script_id", "clusterName": "cluster_name", "status": "status",
        "slurmJobId": "slurm_job_id", "slurmJobState": "slurm_job_state"
    };
}
