//! `job script list|get|create|update|delete`: what jobs run.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vantage_plugin::{Answer, Argument, Column, Command, Error, Operation, Result, Session};

use crate::{
    API, One, change, complete, delete_one, deleted, file_text, filters, given, id_argument, listing,
    name_argument, not_found, nothing_to_change,
};

pub(crate) const LIST: Operation = Operation::new(
    "ListJobScripts",
    API,
    "query ListJobScripts($first: Int!, $after: String, $filters: JSONScalar) {
        jobScripts(first: $first, after: $after, filters: $filters) {
            edges {
                node { id name description ownerEmail isArchived parentTemplateId createdAt updatedAt }
            }
            pageInfo { hasNextPage endCursor }
        }
    }",
    "lists your organization's scripts",
);

const GET: Operation = Operation::new(
    "GetJobScript",
    API,
    "query GetJobScript($id: Int!) {
        jobScript(id: $id) {
            id name description ownerEmail isArchived parentTemplateId createdAt updatedAt
            files { filename fileType content }
        }
    }",
    "shows one of your scripts, with its files",
);

const CREATE: Operation = Operation::new(
    "CreateJobScript",
    API,
    "mutation CreateJobScript($input: CreateJobScriptInput!) {
        createJobScript(createJobScriptInput: $input) {
            __typename
            ... on JobScript { id name description ownerEmail isArchived parentTemplateId createdAt updatedAt }
            ... on JobTemplateNotFound { message }
            ... on InvalidInput { message }
        }
    }",
    "creates the script that you give",
);

const UPDATE: Operation = Operation::new(
    "UpdateJobScript",
    API,
    "mutation UpdateJobScript($input: UpdateJobScriptInput!) {
        updateJobScript(updateJobScriptInput: $input) {
            __typename
            ... on JobScript { id name description ownerEmail isArchived parentTemplateId createdAt updatedAt }
            ... on JobScriptNotFound { message }
            ... on InvalidInput { message }
        }
    }",
    "changes the script that you name",
);

const DELETE: Operation = Operation::new(
    "DeleteJobScript",
    API,
    "mutation DeleteJobScript($id: Int!) {
        deleteJobScript(id: $id) {
            __typename
            ... on JobScriptDeleted { message }
            ... on JobScriptNotFound { message }
            ... on JobScriptInUse { message }
        }
    }",
    "deletes the script that you name",
);

/// A script as the API names its fields; with its files only where one is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Script {
    id: i64,
    name: String,
    description: String,
    owner_email: String,
    is_archived: bool,
    parent_template_id: Option<i64>,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<File>>,
}

/// One file of a script or a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct File {
    filename: String,
    file_type: String,
    content: String,
}

fn shown(answer: Answer) -> Answer {
    answer
        .columns([
            Column::number("Id", "/id"),
            Column::text("Name", "/name"),
            Column::text("Owner", "/ownerEmail"),
            Column::text("Description", "/description"),
            Column::time("Updated", "/updatedAt"),
            Column::number("Template", "/parentTemplateId").wide(),
            Column::text("Archived", "/isArchived").wide(),
            Column::time("Created", "/createdAt").wide(),
        ])
        .schema(schema())
}

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["id", "name"],
        "properties": {
            "id": { "type": "integer" },
            "name": { "type": "string" },
            "description": { "type": "string" },
            "ownerEmail": { "type": "string" },
            "isArchived": { "type": "boolean" },
            "parentTemplateId": { "type": ["integer", "null"] },
            "createdAt": { "type": "string", "format": "date-time" },
            "updatedAt": { "type": "string", "format": "date-time" },
            "files": files_schema(),
        },
    })
}

/// The files of a script or a template.
pub(crate) fn files_schema() -> Value {
    json!({
        "type": "array",
        "description": "Only where one thing is shown, not in lists.",
        "items": {
            "type": "object",
            "properties": {
                "filename": { "type": "string" },
                "fileType": { "type": "string", "description": "`ENTRYPOINT` or `SUPPORT`." },
                "content": { "type": "string" },
            },
        },
    })
}

pub(crate) fn commands() -> Vec<Command> {
    vec![
        Command::read("job script list", "List scripts", list)
            .alias("ls")
            .argument(Argument::text("name", "Only scripts with this in their name").value_name("TEXT"))
            .argument(
                Argument::integer("template", "Only scripts made from this template")
                    .value_name("ID")
                    .completed_by(complete::templates),
            )
            .uses(LIST)
            .answer(shown(Answer::many()))
            .example("vantage job script list", "Lists every script you can see"),
        Command::read("job script get", "Show a script", get)
            .argument(id_argument("The script to show", complete::scripts))
            .uses(GET)
            .answer(shown(Answer::one()))
            .example("vantage job script get 3", "Shows script 3")
            .example("vantage job script get 3 -o json", "Shows it with the content of its files"),
        Command::change("job script create", "Create a script", create)
            .argument(name_argument("What to call the script"))
            .argument(
                Argument::file("file", "The file with the script; - for standard input")
                    .short('f')
                    .value_name("FILE")
                    .conflicts_with("template"),
            )
            .argument(
                Argument::integer("template", "The template to make it from")
                    .value_name("ID")
                    .completed_by(complete::templates),
            )
            .argument(Argument::text("description", "What the script does").short('d').value_name("TEXT"))
            .uses(CREATE)
            .answer(shown(Answer::one()))
            .example("vantage job script create train --file train.sh", "Creates a script from a file")
            .example("vantage job script create train --template 2", "Creates one from a template"),
        Command::change("job script update", "Change a script", update)
            .argument(id_argument("The script to change", complete::scripts))
            .argument(Argument::text("name", "Its new name").value_name("NAME"))
            .argument(Argument::text("description", "Its new description").short('d').value_name("TEXT"))
            .argument(
                Argument::file("file", "The file with its new content; - for standard input")
                    .short('f')
                    .value_name("FILE"),
            )
            .argument(Argument::flag("archive", "Put it away").conflicts_with("unarchive"))
            .argument(Argument::flag("unarchive", "Take it out again"))
            .uses(UPDATE)
            .answer(shown(Answer::one()))
            .example("vantage job script update 3 --file train.sh", "Replaces the content of script 3"),
        Command::destroy("job script delete", "Delete a script that no job runs", delete)
            .argument(id_argument("The script to delete", complete::scripts))
            .uses(DELETE)
            .answer(deleted())
            .example("vantage job script delete 3", "Asks, then deletes script 3"),
    ]
}

#[derive(Deserialize)]
struct List {
    name: Option<String>,
    template: Option<i64>,
}

fn list(session: &Session, List { name, template }: List) -> Result {
    let filters = filters([
        ("name", "contains", name.map(Value::from)),
        ("parentTemplateId", "eq", template.map(Value::from)),
    ]);
    let output = session.output();
    for page in session.graphql().pages::<Script>(LIST, listing(filters), "/jobScripts")? {
        output.emit_all(page?)?;
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    job_script: Option<Script>,
}

fn get(session: &Session, One { id }: One) -> Result {
    let found: Found = session.graphql().execute(GET, json!({ "id": id }))?;
    match found.job_script {
        Some(script) => session.output().emit(&script),
        None => Err(not_found("script", id)),
    }
}

#[derive(Deserialize)]
struct Create {
    name: String,
    template: Option<i64>,
    description: Option<String>,
}

fn create(session: &Session, Create { name, template, description }: Create) -> Result {
    let content = file_text(session)?;
    if content.is_none() && template.is_none() {
        return Err(Error::usage("a script needs `--file` with its text, or a `--template`"));
    }
    let input = given(json!({
        "name": name, "content": content, "templateId": template, "description": description,
    }));
    change::<Script>(session, CREATE, json!({ "input": input }), "JobScript")
}

#[derive(Deserialize)]
struct Update {
    id: i64,
    name: Option<String>,
    description: Option<String>,
    #[serde(default)]
    archive: bool,
    #[serde(default)]
    unarchive: bool,
}

fn update(session: &Session, arguments: Update) -> Result {
    let Update { id, name, description, archive, unarchive } = arguments;
    let archived = (archive || unarchive).then_some(archive);
    let content = file_text(session)?;
    let input = given(json!({
        "id": id, "name": name, "description": description, "isArchived": archived, "content": content,
    }));
    if input.as_object().is_some_and(|input| input.len() == 1) {
        return Err(nothing_to_change());
    }
    change::<Script>(session, UPDATE, json!({ "input": input }), "JobScript")
}

fn delete(session: &Session, One { id }: One) -> Result {
    delete_one(session, DELETE, id, "JobScriptDeleted")
}
