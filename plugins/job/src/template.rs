//! `job template list|get|create|update|delete`: what templates are made from.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vantage_plugin::{Answer, Argument, Column, Command, Operation, Result, Session};

use crate::script::{File, files_schema};
use crate::{
    API, One, change, complete, delete_one, deleted, file_text, filters, given, id_argument, listing,
    name_argument, not_found, nothing_to_change,
};

pub(crate) const LIST: Operation = Operation::new(
    "ListJobTemplates",
    API,
    "query ListJobTemplates($first: Int!, $after: String, $filters: JSONScalar) {
        jobTemplates(first: $first, after: $after, filters: $filters) {
            edges {
                node { id name identifier description ownerEmail isArchived templateVars createdAt updatedAt }
            }
            pageInfo { hasNextPage endCursor }
        }
    }",
    "lists your organization's templates",
);

const GET: Operation = Operation::new(
    "GetJobTemplate",
    API,
    "query GetJobTemplate($id: Int!) {
        jobTemplate(id: $id) {
            id name identifier description ownerEmail isArchived templateVars createdAt updatedAt
            files { filename fileType content }
        }
    }",
    "shows one of your templates, with its files",
);

const CREATE: Operation = Operation::new(
    "CreateJobTemplate",
    API,
    "mutation CreateJobTemplate($input: CreateJobTemplateInput!) {
        createJobTemplate(createJobTemplateInput: $input) {
            __typename
            ... on JobTemplate { id name identifier description ownerEmail isArchived templateVars createdAt updatedAt }
            ... on JobTemplateIdentifierInUse { message }
            ... on InvalidInput { message }
        }
    }",
    "creates the template that you give",
);

const UPDATE: Operation = Operation::new(
    "UpdateJobTemplate",
    API,
    "mutation UpdateJobTemplate($input: UpdateJobTemplateInput!) {
        updateJobTemplate(updateJobTemplateInput: $input) {
            __typename
            ... on JobTemplate { id name identifier description ownerEmail isArchived templateVars createdAt updatedAt }
            ... on JobTemplateNotFound { message }
            ... on JobTemplateIdentifierInUse { message }
            ... on InvalidInput { message }
        }
    }",
    "changes the template that you name",
);

const DELETE: Operation = Operation::new(
    "DeleteJobTemplate",
    API,
    "mutation DeleteJobTemplate($id: Int!) {
        deleteJobTemplate(id: $id) {
            __typename
            ... on JobTemplateDeleted { message }
            ... on JobTemplateNotFound { message }
        }
    }",
    "deletes the template that you name",
);

/// A template as the API names its fields; with its files only where one is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Template {
    id: i64,
    name: String,
    description: String,
    owner_email: String,
    is_archived: bool,
    identifier: Option<String>,
    template_vars: Value,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<File>>,
}

fn shown(answer: Answer) -> Answer {
    answer
        .columns([
            Column::number("Id", "/id"),
            Column::text("Name", "/name"),
            Column::text("Identifier", "/identifier"),
            Column::text("Owner", "/ownerEmail"),
            Column::text("Description", "/description"),
            Column::time("Updated", "/updatedAt"),
            Column::text("Variables", "/templateVars").wide(),
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
            "identifier": { "type": ["string", "null"], "description": "Unique in the organization." },
            "templateVars": { "description": "What can be filled in, with what is there by default." },
            "createdAt": { "type": "string", "format": "date-time" },
            "updatedAt": { "type": "string", "format": "date-time" },
            "files": files_schema(),
        },
    })
}

pub(crate) fn commands() -> Vec<Command> {
    vec![
        Command::read("job template list", "List templates", list)
            .alias("ls")
            .argument(Argument::text("name", "Only templates with this in their name").value_name("TEXT"))
            .argument(Argument::text("identifier", "Only the template of this identifier").value_name("WORD"))
            .uses(LIST)
            .answer(shown(Answer::many()))
            .example("vantage job template list", "Lists every template you can see"),
        Command::read("job template get", "Show a template", get)
            .argument(id_argument("The template to show", complete::templates))
            .uses(GET)
            .answer(shown(Answer::one()))
            .example("vantage job template get 3", "Shows template 3")
            .example("vantage job template get 3 -o json", "Shows it with the content of its files"),
        Command::change("job template create", "Create a template", create)
            .argument(name_argument("What to call the template"))
            .argument(
                Argument::file("file", "The file with the script's pattern; - for standard input")
                    .short('f')
                    .value_name("FILE")
                    .required(),
            )
            .argument(Argument::text("identifier", "A name for programs, unique here").value_name("WORD"))
            .argument(Argument::text("description", "What the template does").short('d').value_name("TEXT"))
            .uses(CREATE)
            .answer(shown(Answer::one()))
            .example("vantage job template create train --file train.sh", "Creates a template from a file"),
        Command::change("job template update", "Change a template", update)
            .argument(id_argument("The template to change", complete::templates))
            .argument(Argument::text("name", "Its new name").value_name("NAME"))
            .argument(Argument::text("identifier", "Its new identifier").value_name("WORD"))
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
            .example("vantage job template update 3 --file train.sh", "Replaces the content of template 3"),
        Command::destroy("job template delete", "Delete a template", delete)
            .argument(id_argument("The template to delete", complete::templates))
            .uses(DELETE)
            .answer(deleted())
            .example("vantage job template delete 3", "Asks, then deletes template 3"),
    ]
}

#[derive(Deserialize)]
struct List {
    name: Option<String>,
    identifier: Option<String>,
}

fn list(session: &Session, List { name, identifier }: List) -> Result {
    let filters = filters([
        ("name", "contains", name.map(Value::from)),
        ("identifier", "eq", identifier.map(Value::from)),
    ]);
    let output = session.output();
    for page in session.graphql().pages::<Template>(LIST, listing(filters), "/jobTemplates")? {
        output.emit_all(page?)?;
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    job_template: Option<Template>,
}

fn get(session: &Session, One { id }: One) -> Result {
    let found: Found = session.graphql().execute(GET, json!({ "id": id }))?;
    match found.job_template {
        Some(template) => session.output().emit(&template),
        None => Err(not_found("template", id)),
    }
}

#[derive(Deserialize)]
struct Create {
    name: String,
    identifier: Option<String>,
    description: Option<String>,
}

fn create(session: &Session, Create { name, identifier, description }: Create) -> Result {
    let content = file_text(session)?;
    let input = given(json!({
        "name": name, "content": content, "identifier": identifier, "description": description,
    }));
    change::<Template>(session, CREATE, json!({ "input": input }), "JobTemplate")
}

#[derive(Deserialize)]
struct Update {
    id: i64,
    name: Option<String>,
    identifier: Option<String>,
    description: Option<String>,
    #[serde(default)]
    archive: bool,
    #[serde(default)]
    unarchive: bool,
}

fn update(session: &Session, arguments: Update) -> Result {
    let Update { id, name, identifier, description, archive, unarchive } = arguments;
    let archived = (archive || unarchive).then_some(archive);
    let content = file_text(session)?;
    let input = given(json!({
        "id": id, "name": name, "identifier": identifier, "description": description,
        "isArchived": archived, "content": content,
    }));
    if input.as_object().is_some_and(|input| input.len() == 1) {
        return Err(nothing_to_change());
    }
    change::<Template>(session, UPDATE, json!({ "input": input }), "JobTemplate")
}

fn delete(session: &Session, One { id }: One) -> Result {
    delete_one(session, DELETE, id, "JobTemplateDeleted")
}
