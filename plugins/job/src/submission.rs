//! `job submission list|get|create|cancel|delete`: jobs on their way and what has become of them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vantage_plugin::{Answer, Argument, Column, Command, Operation, Result, Session};

use crate::{
    API, One, change, complete, delete_one, deleted, filters, given, id_argument, listing, name_argument,
    not_found,
};

/// The states of a submission, and what each means.
pub(crate) const STATUSES: [(&str, &str); 6] = [
    ("CREATED", "not yet with Slurm"),
    ("SUBMITTED", "with Slurm"),
    ("REJECTED", "not taken by Slurm"),
    ("DONE", "ended well"),
    ("ABORTED", "ended badly"),
    ("CANCELLED", "ended by somebody"),
];

pub(crate) const LIST: Operation = Operation::new(
    "ListJobSubmissions",
    API,
    "query ListJobSubmissions($first: Int!, $after: String, $filters: JSONScalar) {
        jobSubmissions(first: $first, after: $after, filters: $filters) {
            edges {
                node {
                    id name status slurmJobState slurmJobId clusterName jobScriptId ownerEmail description
                    executionDirectory sbatchArguments reportMessage createdAt updatedAt
                }
            }
            pageInfo { hasNextPage endCursor }
        }
    }",
    "lists your organization's jobs",
);

pub(crate) const GET: Operation = Operation::new(
    "GetJobSubmission",
    API,
    "query GetJobSubmission($id: Int!) {
        jobSubmission(id: $id) {
            id name status slurmJobState slurmJobId clusterName jobScriptId ownerEmail description
            executionDirectory sbatchArguments reportMessage createdAt updatedAt
        }
    }",
    "shows one of your jobs",
);

const CREATE: Operation = Operation::new(
    "CreateJobSubmission",
    API,
    "mutation CreateJobSubmission($input: CreateJobSubmissionInput!) {
        createJobSubmission(createJobSubmissionInput: $input) {
            __typename
            ... on JobSubmission {
                id name status slurmJobState slurmJobId clusterName jobScriptId ownerEmail description
                executionDirectory sbatchArguments reportMessage createdAt updatedAt
            }
            ... on JobScriptNotFound { message }
            ... on ClusterNotFound { message }
            ... on InvalidInput { message }
        }
    }",
    "submits the job that you describe",
);

const CANCEL: Operation = Operation::new(
    "CancelJobSubmission",
    API,
    "mutation CancelJobSubmission($id: Int!) {
        cancelJobSubmission(id: $id) {
            __typename
            ... on JobSubmission {
                id name status slurmJobState slurmJobId clusterName jobScriptId ownerEmail description
                executionDirectory sbatchArguments reportMessage createdAt updatedAt
            }
            ... on JobSubmissionNotFound { message }
            ... on JobSubmissionFinished { message }
        }
    }",
    "cancels the job that you name",
);

const DELETE: Operation = Operation::new(
    "DeleteJobSubmission",
    API,
    "mutation DeleteJobSubmission($id: Int!) {
        deleteJobSubmission(id: $id) {
            __typename
            ... on JobSubmissionDeleted { message }
            ... on JobSubmissionNotFound { message }
            ... on JobSubmissionActive { message }
        }
    }",
    "deletes the record of the job that you name",
);

/// A submission as the API names its fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Submission {
    pub(crate) id: i64,
    name: String,
    pub(crate) status: String,
    slurm_job_state: Option<String>,
    slurm_job_id: Option<i64>,
    cluster_name: String,
    job_script_id: Option<i64>,
    owner_email: String,
    description: String,
    execution_directory: Option<String>,
    sbatch_arguments: Vec<String>,
    pub(crate) report_message: Option<String>,
    created_at: String,
    updated_at: String,
}

/// The answer's columns and schema, the same for every command that shows submissions.
pub(crate) fn shown(answer: Answer) -> Answer {
    answer
        .columns([
            Column::number("Id", "/id"),
            Column::text("Name", "/name"),
            Column::status("Status", "/status"),
            Column::status("Slurm", "/slurmJobState"),
            Column::text("Cluster", "/clusterName"),
            Column::time("Updated", "/updatedAt"),
            Column::text("Report", "/reportMessage").wide(),
            Column::text("Owner", "/ownerEmail").wide(),
            Column::number("Slurm id", "/slurmJobId").wide(),
            Column::number("Script", "/jobScriptId").wide(),
            Column::text("Description", "/description").wide(),
            Column::text("Directory", "/executionDirectory").wide(),
            Column::text("Arguments", "/sbatchArguments").wide(),
            Column::time("Created", "/createdAt").wide(),
        ])
        .schema(schema())
}

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["id", "name", "status", "clusterName"],
        "properties": {
            "id": { "type": "integer" },
            "name": { "type": "string" },
            "status": { "enum": STATUSES.map(|(status, _)| status) },
            "slurmJobState": { "type": ["string", "null"], "description": "As Slurm names it, as in `RUNNING`." },
            "slurmJobId": { "type": ["integer", "null"] },
            "clusterName": { "type": "string" },
            "jobScriptId": { "type": ["integer", "null"] },
            "ownerEmail": { "type": "string" },
            "description": { "type": "string" },
            "executionDirectory": { "type": ["string", "null"] },
            "sbatchArguments": { "type": "array", "items": { "type": "string" } },
            "reportMessage": { "type": ["string", "null"], "description": "Why it ended as it did." },
            "createdAt": { "type": "string", "format": "date-time" },
            "updatedAt": { "type": "string", "format": "date-time" },
        },
    })
}

pub(crate) fn commands() -> Vec<Command> {
    let status = STATUSES
        .iter()
        .fold(Argument::choices("status", "Only jobs in this state"), |argument, (status, meaning)| {
            argument.choice(*status, *meaning)
        });
    vec![
        Command::read("job submission list", "List jobs", list)
            .alias("ls")
            .argument(status)
            .argument(
                Argument::text("cluster", "Only jobs on this cluster")
                    .value_name("NAME")
                    .completed_by(complete::clusters),
            )
            .argument(
                Argument::integer("script", "Only jobs of this script")
                    .value_name("ID")
                    .completed_by(complete::scripts),
            )
            .argument(Argument::text("name", "Only jobs with this in their name").value_name("TEXT"))
            .uses(LIST)
            .answer(shown(Answer::many()))
            .example("vantage job submission list", "Lists every job you can see, the newest first")
            .example(
                "vantage job submission list --status SUBMITTED --cluster gpu-1",
                "Lists what is under way",
            ),
        Command::read("job submission get", "Show a job", get)
            .argument(id_argument("The job to show", complete::submissions))
            .uses(GET)
            .answer(shown(Answer::one()))
            .example("vantage job submission get 12", "Shows job 12"),
        Command::change("job submission create", "Submit a job", create)
            .description(
                "The platform takes the job and answers at once; \
                 `vantage job submission watch ID` follows it to its end.",
            )
            .argument(name_argument("What to call the job"))
            .argument(
                Argument::integer("script", "The script that it runs")
                    .value_name("ID")
                    .required()
                    .completed_by(complete::scripts),
            )
            .argument(
                Argument::text("cluster", "The cluster that it runs on")
                    .value_name("NAME")
                    .required()
                    .completed_by(complete::clusters),
            )
            .argument(Argument::text("description", "What the job is for").short('d').value_name("TEXT"))
            .argument(Argument::text("directory", "The folder that it runs in").value_name("PATH"))
            .argument(
                Argument::text("sbatch-argument", "An argument for sbatch, as in `--time=10`")
                    .value_name("ARGUMENT")
                    .repeated(),
            )
            .uses(CREATE)
            .answer(shown(Answer::one()))
            .example("vantage job submission create train --script 3 --cluster gpu-1", "Submits script 3")
            .example(
                "vantage job submission create train --script 3 --cluster gpu-1 --sbatch-argument=--time=10",
                "Submits it with a time limit of ten minutes",
            ),
        Command::destroy("job submission cancel", "Cancel a job", cancel)
            .argument(id_argument("The job to cancel", complete::submissions))
            .uses(CANCEL)
            .answer(shown(Answer::one()))
            .example("vantage job submission cancel 12", "Asks, then cancels job 12"),
        Command::destroy("job submission delete", "Delete the record of a job that has ended", delete)
            .argument(id_argument("The job whose record to delete", complete::submissions))
            .uses(DELETE)
            .answer(deleted())
            .example("vantage job submission delete 12 --yes", "Deletes the record of job 12 without asking"),
    ]
}

#[derive(Deserialize)]
struct List {
    status: Option<String>,
    cluster: Option<String>,
    script: Option<i64>,
    name: Option<String>,
}

fn list(session: &Session, List { status, cluster, script, name }: List) -> Result {
    let filters = filters([
        ("status", "eq", status.map(Value::from)),
        ("clusterName", "eq", cluster.map(Value::from)),
        ("jobScriptId", "eq", script.map(Value::from)),
        ("name", "contains", name.map(Value::from)),
    ]);
    let output = session.output();
    for page in session.graphql().pages::<Submission>(LIST, listing(filters), "/jobSubmissions")? {
        output.emit_all(page?)?;
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    job_submission: Option<Submission>,
}

/// The submission as it is now; none where there is none of this number.
pub(crate) fn find(session: &Session, id: i64) -> Result<Option<Submission>> {
    let found: Found = session.graphql().execute(GET, json!({ "id": id }))?;
    Ok(found.job_submission)
}

fn get(session: &Session, One { id }: One) -> Result {
    match find(session, id)? {
        Some(submission) => session.output().emit(&submission),
        None => Err(not_found("submission", id)),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Create {
    name: String,
    script: i64,
    cluster: String,
    description: Option<String>,
    directory: Option<String>,
    #[serde(default)]
    sbatch_argument: Option<Vec<String>>,
}

fn create(session: &Session, arguments: Create) -> Result {
    let input = given(json!({
        "name": arguments.name,
        "jobScriptId": arguments.script,
        "clusterName": arguments.cluster,
        "description": arguments.description,
        "executionDirectory": arguments.directory,
        "sbatchArguments": arguments.sbatch_argument.filter(|arguments| !arguments.is_empty()),
    }));
    change::<Submission>(session, CREATE, json!({ "input": input }), "JobSubmission")
}

fn cancel(session: &Session, One { id }: One) -> Result {
    change::<Submission>(session, CANCEL, json!({ "id": id }), "JobSubmission")
}

fn delete(session: &Session, One { id }: One) -> Result {
    delete_one(session, DELETE, id, "JobSubmissionDeleted")
}
