//! The bundled pack `vantage/job`: batch jobs, the scripts that they run, and the templates that
//! scripts are made from.
//!
//! It uses nothing but `vantage-plugin`, like any third-party pack. One file for each of the three,
//! and one for following a job to its end. What all of them share is here: columns, the kinds of the
//! platform's refusals, the text of a file.

mod complete;
mod script;
mod submission;
mod template;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use vantage_plugin::{
    Answer, Argument, Candidate, Column, Error, ErrorKind, Operation, Pack, Result, Session, Typing, Union,
};

vantage_plugin::export_completing!(pack);

/// The API that serves all of it.
const API: &str = "jobs";
/// The most that the platform gives at once.
const PAGE: u32 = 100;
/// The longest script, in bytes: it travels as a variable, of which the host takes 256 KiB.
const SCRIPT: usize = 128 * 1024;

/// What the pack contains.
pub fn pack() -> Pack {
    let pack = Pack::new("vantage/job", env!("CARGO_PKG_VERSION"), "Work with batch jobs")
        .license("MIT OR Apache-2.0")
        .group("job", "Work with batch jobs")
        .group("job submission", "Submit jobs, and follow them")
        .group("job script", "Work with the scripts that jobs run")
        .group("job template", "Work with templates of scripts");
    let commands = [submission::commands(), vec![watch::command()], script::commands(), template::commands()];
    commands.into_iter().flatten().fold(pack, Pack::command)
}

/// A function that knows numbers or names.
type Complete = fn(&Session, &Typing) -> Result<Vec<Candidate>>;

/// The arguments of a command that takes nothing but [`id_argument`].
#[derive(Deserialize)]
struct One {
    id: i64,
}

/// The positional argument that names a thing by its number; `complete` knows those that there are.
fn id_argument(summary: &str, complete: Complete) -> Argument {
    Argument::integer("id", summary).value_name("ID").positional().required().completed_by(complete)
}

/// The positional argument that names a new thing.
fn name_argument(summary: &str) -> Argument {
    Argument::text("name", summary).value_name("NAME").positional().required()
}

/// The answer of a command that deletes.
fn deleted() -> Answer {
    Answer::one().column(Column::number("Deleted", "/deleted")).schema(json!({
        "type": "object",
        "required": ["deleted"],
        "properties": { "deleted": { "type": "integer", "description": "The number of what is gone." } },
    }))
}

/// The kind of a refusal, by the name of the union's member that tells it.
fn kind(member: &str) -> ErrorKind {
    match member {
        "InvalidInput" => ErrorKind::Invalid,
        "JobSubmissionActive" | "JobSubmissionFinished" => ErrorKind::Conflict,
        other if other.ends_with("NotFound") => ErrorKind::NotFound,
        other if other.ends_with("InUse") => ErrorKind::Conflict,
        _ => ErrorKind::Failed,
    }
}

/// The member `wanted` of what a mutation answered; any other is an error, with the line that lists
/// what there is where something was not found.
fn member<T: DeserializeOwned>(union: Union, wanted: &str) -> Result<T> {
    let hint = match union.typename() {
        "JobTemplateNotFound" => "vantage job template list shows the templates that you can see",
        "JobScriptNotFound" => "vantage job script list shows the scripts that you can see",
        "JobSubmissionNotFound" => "vantage job submission list shows the submissions that you can see",
        "ClusterNotFound" => "vantage cluster list shows the clusters that you can see",
        "JobSubmissionActive" => "vantage job submission cancel ID ends it first",
        _ => "",
    };
    let member = union.into_member(wanted, kind);
    if hint.is_empty() { member } else { member.map_err(|error| error.hint(hint)) }
}

/// Runs a mutation, and answers with the member `wanted` of what came. Every mutation of the API is one
/// field that gives a union.
fn change<T: DeserializeOwned + Serialize>(
    session: &Session,
    operation: Operation,
    variables: Value,
    wanted: &str,
) -> Result {
    session.output().emit(&mutate::<T>(session, operation, variables, wanted)?)
}

/// As [`change`], for what is gone afterwards: answers with its number.
fn delete_one(session: &Session, operation: Operation, id: i64, wanted: &str) -> Result {
    mutate::<Value>(session, operation, json!({ "id": id }), wanted)?;
    session.output().emit(&json!({ "deleted": id }))
}

fn mutate<T: DeserializeOwned>(
    session: &Session,
    operation: Operation,
    variables: Value,
    wanted: &str,
) -> Result<T> {
    let data: BTreeMap<String, Union> = session.graphql().execute(operation, variables)?;
    let union = data.into_values().next();
    member(union.ok_or_else(|| Error::failed("the platform answered with nothing"))?, wanted)
}

/// The error for an update that names a thing and nothing else.
fn nothing_to_change() -> Error {
    Error::usage("there is nothing to change").hint("--name, --file, --archive and others say what")
}

/// The error for a number that no `noun` has.
fn not_found(noun: &str, id: i64) -> Error {
    Error::not_found(format!("job {noun} {id} was not found"))
        .hint(format!("vantage job {noun} list shows the {noun}s that you can see"))
}

/// The text of the one file that the option `--file` names, if it was given.
fn file_text(session: &Session) -> Result<Option<String>> {
    let files = session.files("file")?;
    files.first().map(|file| file.read_text(SCRIPT)).transpose()
}

/// An object without the members that are null: what the user did not say is not sent.
fn given(object: Value) -> Value {
    match object {
        Value::Object(members) => {
            let given: Map<String, Value> =
                members.into_iter().filter(|(_, value)| !value.is_null()).collect();
            Value::Object(given)
        }
        other => other,
    }
}

/// Conditions in the platform's form, of those that were given.
fn filters(conditions: impl IntoIterator<Item = (&'static str, &'static str, Option<Value>)>) -> Value {
    let set: Map<String, Value> = conditions
        .into_iter()
        .filter_map(|(field, test, value)| Some((field.to_owned(), json!({ (test): value? }))))
        .collect();
    if set.is_empty() { Value::Null } else { Value::Object(set) }
}

/// What a list asks for.
fn listing(filters: Value) -> Value {
    given(json!({ "first": PAGE, "filters": filters }))
}
