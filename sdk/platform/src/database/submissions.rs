//! The table of job submissions: its rows, and every statement that touches it. A row holds when
//! a job takes which step and how it ends; where it stands follows from the time alone. So it
//! goes on while nobody looks, and while the platform does not run.

use rusqlite::{Connection, Row, Transaction, params};

use super::lists::{Key, Listed, View, Watched};

/// The instant of a step that is not taken.
pub(crate) const NEVER: i64 = i64::MAX;

/// How a job ends if nobody cancels it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Slurm does not take it.
    Rejected,
    /// It ends well.
    Completed,
    /// It ends with a failure.
    Failed,
    /// It is ended because it took too long.
    Timeout,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Rejected => "REJECTED",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Timeout => "TIMEOUT",
        }
    }
}

/// When a job takes which step; milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Course {
    pub(crate) created_at: i64,
    /// Slurm takes or rejects it.
    pub(crate) submitted_at: i64,
    pub(crate) running_at: i64,
    pub(crate) completing_at: i64,
    pub(crate) finished_at: i64,
    pub(crate) outcome: Outcome,
}

/// A submission to add.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) owner_email: String,
    pub(crate) job_script_id: i64,
    pub(crate) cluster_name: String,
    pub(crate) execution_directory: Option<String>,
    /// A JSON list of strings.
    pub(crate) sbatch_arguments: String,
    /// What is said about its end, once it has come to it.
    pub(crate) report: Option<String>,
    pub(crate) course: Course,
    /// When it was cancelled, if it was.
    pub(crate) cancelled_at: Option<i64>,
}

/// A submission as it is at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Submission {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) owner_email: String,
    pub(crate) job_script_id: Option<i64>,
    pub(crate) cluster_name: String,
    pub(crate) status: String,
    pub(crate) slurm_job_id: Option<i64>,
    pub(crate) slurm_job_state: Option<String>,
    pub(crate) execution_directory: Option<String>,
    /// A JSON list of strings.
    pub(crate) sbatch_arguments: String,
    pub(crate) report_message: Option<String>,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
    /// Milliseconds since 1970: when it took its last step.
    pub(crate) updated_at: i64,
}

impl Listed for Submission {
    // `due` is when the next step is taken; a comparison with an absent `cancelled_at` is not true.
    const SOURCE: &'static str = "
        SELECT id, name, description, owner_email, job_script_id, cluster_name, status,
            CASE WHEN status IN ('CREATED', 'REJECTED') OR cancelled_at < submitted_at THEN NULL
                ELSE slurm_number END AS slurm_job_id,
            CASE status WHEN 'CREATED' THEN NULL WHEN 'REJECTED' THEN NULL
                WHEN 'CANCELLED' THEN CASE WHEN cancelled_at < submitted_at THEN NULL ELSE 'CANCELLED' END
                WHEN 'SUBMITTED' THEN CASE WHEN ?2 < running_at THEN 'PENDING'
                    WHEN ?2 < completing_at THEN 'RUNNING' ELSE 'COMPLETING' END
                ELSE outcome END AS slurm_job_state,
            execution_directory, sbatch_arguments,
            CASE WHEN status IN ('CREATED', 'SUBMITTED') THEN NULL ELSE report END AS report_message,
            created_at,
            CASE status WHEN 'CREATED' THEN created_at WHEN 'REJECTED' THEN submitted_at
                WHEN 'CANCELLED' THEN cancelled_at
                WHEN 'SUBMITTED' THEN CASE WHEN ?2 < running_at THEN submitted_at
                    WHEN ?2 < completing_at THEN running_at ELSE completing_at END
                ELSE finished_at END AS updated_at,
            CASE status WHEN 'CREATED' THEN submitted_at
                WHEN 'SUBMITTED' THEN CASE WHEN ?2 < running_at THEN running_at
                    WHEN ?2 < completing_at THEN completing_at ELSE finished_at END
                ELSE NULL END AS due
        FROM (SELECT *,
            CASE WHEN cancelled_at IS NOT NULL THEN 'CANCELLED' WHEN ?2 < submitted_at THEN 'CREATED'
                WHEN outcome = 'REJECTED' THEN 'REJECTED' WHEN ?2 < finished_at THEN 'SUBMITTED'
                WHEN outcome = 'COMPLETED' THEN 'DONE' ELSE 'ABORTED' END AS status
            FROM job_submissions WHERE organization = ?1)";
    const KEY: Key = Key::Descending("id");

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            description: row.get(2)?,
            owner_email: row.get(3)?,
            job_script_id: row.get(4)?,
            cluster_name: row.get(5)?,
            status: row.get(6)?,
            slurm_job_id: row.get(7)?,
            slurm_job_state: row.get(8)?,
            execution_directory: row.get(9)?,
            sbatch_arguments: row.get(10)?,
            report_message: row.get(11)?,
            created_at: row.get(12)?,
            updated_at: row.get(13)?,
        })
    }
}

impl Watched for Submission {
    const STATE: &'static str = "status || coalesce(slurm_job_state, '')";
    const DUE: &'static str = "due";
    const FINAL: &'static str = "status NOT IN ('CREATED', 'SUBMITTED')";
}

impl Submission {
    /// Whether nothing will happen to it any more.
    pub(crate) fn is_final(&self) -> bool {
        !matches!(self.status.as_str(), "CREATED" | "SUBMITTED")
    }
}

/// What the first submission's Slurm job is numbered after.
const FIRST_SLURM_NUMBER: i64 = 40_000;

/// Adds a submission, and gives its id.
pub(crate) fn insert(connection: &Connection, organization: &str, new: &New) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO job_submissions (organization, name, description, owner_email, job_script_id, \
               cluster_name, execution_directory, sbatch_arguments, report, created_at, submitted_at, \
               running_at, completing_at, finished_at, outcome, cancelled_at, slurm_number) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, \
               (SELECT coalesce(max(slurm_number), ?17) + 1 FROM job_submissions WHERE organization = ?1))";
    connection.prepare_cached(sql)?.execute(params![
        organization,
        new.name,
        new.description,
        new.owner_email,
        new.job_script_id,
        new.cluster_name,
        new.execution_directory,
        new.sbatch_arguments,
        new.report,
        new.course.created_at,
        new.course.submitted_at,
        new.course.running_at,
        new.course.completing_at,
        new.course.finished_at,
        new.course.outcome.word(),
        new.cancelled_at,
        FIRST_SLURM_NUMBER,
    ])?;
    Ok(connection.last_insert_rowid())
}

/// What became of a change that depends on where a submission stands.
#[derive(Clone, Debug)]
pub(crate) enum Changed {
    /// It was made; the submission as it is now, or was last.
    Done(Submission),
    /// There is none of this id.
    NotFound,
    /// It stands where this cannot be done.
    Refused(Submission),
}

/// Ends a submission that has not ended.
pub(crate) fn cancel(
    transaction: &Transaction<'_>,
    view: &View,
    id: i64,
    report: &str,
) -> rusqlite::Result<Changed> {
    match view.find::<Submission>(transaction, id)? {
        None => return Ok(Changed::NotFound),
        Some(submission) if submission.is_final() => return Ok(Changed::Refused(submission)),
        Some(_) => {}
    }
    let sql = "UPDATE job_submissions SET cancelled_at = ?2, report = ?3 WHERE id = ?1";
    transaction.execute(sql, params![id, view.now, report])?;
    Ok(view.find(transaction, id)?.map_or(Changed::NotFound, Changed::Done))
}

/// Removes a submission that Slurm is not at work on.
pub(crate) fn delete(transaction: &Transaction<'_>, view: &View, id: i64) -> rusqlite::Result<Changed> {
    let submission = match view.find::<Submission>(transaction, id)? {
        None => return Ok(Changed::NotFound),
        Some(submission) if submission.status == "SUBMITTED" => return Ok(Changed::Refused(submission)),
        Some(submission) => submission,
    };
    transaction.execute("DELETE FROM job_submissions WHERE id = ?1", params![id])?;
    Ok(Changed::Done(submission))
}
