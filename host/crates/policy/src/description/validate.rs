//! The checks of a description that its shape alone does not make.
//!
//! In the order of the schema's properties, the first problem ends it. Arguments and settings have
//! [`super::arguments`], command paths [`super::paths`]. Called by [`super::Description::parse`].

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::{check_arguments, check_settings};
use super::{Answer, COMMANDS, Command, Description, DescriptionError, Effect, Shape, paths};
use crate::capability::Capability;
use crate::gate::{Operation, OperationKind};
use crate::text::{
    LINE_LENGTH, MARKDOWN_LENGTH, check_pack_id, excerpt, has_line_break, is_graphql_name, is_word, name_of,
    refused_character,
};

/// The longest word of a command line, in bytes.
const WORD_LENGTH: usize = 32;

/// The longest version, in bytes; a semantic version has no bound of its own.
const VERSION_LENGTH: usize = 64;

/// The most of what has no bound in the schema: examples, columns, requests, aliases.
const ENTRIES: usize = 100;

type Checked = Result<(), DescriptionError>;

/// Checks a whole description.
pub(super) fn validate(description: &Description) -> Checked {
    check_identity(description)?;
    paths::check_paths(description)?;
    let operations = check_operations(description)?;
    for (index, command) in description.commands.iter().enumerate() {
        check_command(&format!("/commands/{index}"), command, &operations)?;
    }
    paths::check_examples(description)?;
    check_requests(description)?;
    check_settings(&description.settings)
}

/// Refuses where `wrong` holds.
pub(super) fn refuse(wrong: bool, place: &str, problem: impl FnOnce() -> String) -> Checked {
    if wrong { Err(DescriptionError::new(place, problem())) } else { Ok(()) }
}

/// A text that must fit one line.
pub(super) fn line(place: &str, text: &str) -> Checked {
    refuse(text.trim().is_empty(), place, || "it must not be empty".to_owned())?;
    refuse(has_line_break(text), place, || "it must be one line".to_owned())?;
    let length = text.chars().count();
    refuse(length > LINE_LENGTH, place, || {
        format!("it has {length} characters; at most {LINE_LENGTH} are shown")
    })
}

/// A word of a command line.
pub(super) fn word(place: &str, text: &str) -> Checked {
    refuse(!is_word(text, WORD_LENGTH), place, || {
        format!("`{}` must be a lower case letter, then at most 31 letters, digits or hyphens", excerpt(text))
    })
}

/// At most so many entries of a list.
pub(super) fn at_most(place: &str, length: usize, limit: usize) -> Checked {
    refuse(length > limit, place, || format!("there are {length}; at most {limit} are read"))
}

fn check_identity(description: &Description) -> Checked {
    check_pack_id(&description.id).map_err(|problem| DescriptionError::new("/id", problem))?;
    let version = description.version.to_string();
    refuse(version.len() > VERSION_LENGTH, "/version", || {
        format!("it is longer than {VERSION_LENGTH} characters")
    })?;
    line("/summary", &description.summary)?;
    if let Some(homepage) = &description.homepage {
        check_homepage(homepage)?;
    }
    if let Some(license) = &description.license {
        line("/license", license)?;
        plain("/license", license)?;
    }
    Ok(())
}

/// A link that people may follow: where it leads must be readable.
fn check_homepage(homepage: &str) -> Checked {
    let place = "/homepage";
    line(place, homepage)?;
    plain(place, homepage)?;
    let rest = homepage.strip_prefix("https://").or_else(|| homepage.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let readable = !host.is_empty() && !host.contains('@') && !homepage.contains(' ');
    refuse(!readable, place, || {
        format!("`{}` must be an http or https address without a user name", excerpt(homepage))
    })
}

fn plain(place: &str, text: &str) -> Checked {
    match refused_character(text) {
        Some(character) => Err(DescriptionError::new(
            place,
            format!("it holds {}; only plain ASCII may stand there", name_of(character)),
        )),
        None => Ok(()),
    }
}

/// Reads every document; the result says what each operation is.
fn check_operations(description: &Description) -> Result<BTreeMap<String, OperationKind>, DescriptionError> {
    at_most("/operations", description.operations.len(), COMMANDS)?;
    let mut kinds = BTreeMap::new();
    for (index, source) in description.operations.iter().enumerate() {
        let place = format!("/operations/{index}");
        let name = format!("{place}/name");
        let good = is_graphql_name(&source.name) && !source.name.starts_with("__");
        refuse(!good, &name, || {
            format!("`{}` must be a GraphQL name, such as `ListClusters`", excerpt(&source.name))
        })?;
        line(&format!("{place}/purpose"), &source.purpose)?;
        let document = format!("{place}/document");
        let read = |text: &str| {
            Operation::read(&source.name, &source.api, text)
                .map_err(|error| DescriptionError::gate(document.clone(), error))
        };
        let operation = read(&source.document)?;
        // What is sent is the print: it must mean to the server what the document meant to the gate.
        refuse(read(&operation.document)? != operation, &document, || {
            "the document does not read the same once it is printed".to_owned()
        })?;
        refuse(kinds.insert(operation.name, operation.kind).is_some(), &name, || {
            format!("another operation has the name `{}` too", source.name)
        })?;
    }
    Ok(kinds)
}

fn check_command(place: &str, command: &Command, operations: &BTreeMap<String, OperationKind>) -> Checked {
    line(&format!("{place}/summary"), &command.summary)?;
    if let Some(description) = &command.description {
        refuse(description.len() > MARKDOWN_LENGTH, &format!("{place}/description"), || {
            format!("it has {} bytes; at most {MARKDOWN_LENGTH} are shown", description.len())
        })?;
    }
    if let Some(deprecated) = &command.deprecated {
        line(&format!("{place}/deprecated"), deprecated)?;
    }
    check_arguments(place, command)?;
    check_answer(&format!("{place}/answer"), &command.answer)?;
    let mut listed = BTreeSet::new();
    for (index, name) in command.operations.iter().enumerate() {
        let place = format!("{place}/operations/{index}");
        let Some(kind) = operations.get(name) else {
            return Err(DescriptionError::new(
                place,
                format!("the pack declares no operation `{}`", excerpt(name)),
            ));
        };
        refuse(!listed.insert(name), &place, || format!("`{name}` stands there twice"))?;
        refuse(*kind == OperationKind::Mutation && command.effect == Effect::Read, &place, || {
            format!("`{name}` is a mutation, and a command with the effect `read` is denied all of them")
        })?;
    }
    Ok(())
}

fn check_answer(place: &str, answer: &Answer) -> Checked {
    let key = format!("{place}/key");
    match &answer.key {
        Some(pointer) => check_pointer(&key, pointer)?,
        None => refuse(answer.shape == Shape::Live, &key, || "a `live` answer needs a key".to_owned())?,
    }
    at_most(&format!("{place}/columns"), answer.columns.len(), ENTRIES)?;
    let mut titles = BTreeSet::new();
    for (index, column) in answer.columns.iter().enumerate() {
        let place = format!("{place}/columns/{index}");
        line(&format!("{place}/title"), &column.title)?;
        refuse(!titles.insert(column.title.to_lowercase()), &format!("{place}/title"), || {
            format!("another column has the title `{}` too", excerpt(&column.title))
        })?;
        check_pointer(&format!("{place}/pointer"), &column.pointer)?;
    }
    let schema = answer.schema.as_ref();
    refuse(schema.is_some_and(|schema| !schema.is_object()), &format!("{place}/schema"), || {
        "it must be an object".to_owned()
    })
}

fn check_pointer(place: &str, pointer: &str) -> Checked {
    let escapes = pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    let good = (pointer.is_empty() || pointer.starts_with('/')) && escapes && pointer.len() <= LINE_LENGTH;
    refuse(!good, place, || format!("`{}` must be a JSON Pointer, such as `/owner/name`", excerpt(pointer)))
}

fn check_requests(description: &Description) -> Checked {
    at_most("/requests", description.requests.len(), ENTRIES)?;
    let mut seen = BTreeSet::new();
    for (index, request) in description.requests.iter().enumerate() {
        let place = format!("/requests/{index}");
        let capability = description.request(index)?;
        line(&format!("{place}/purpose"), &request.purpose)?;
        // Two sizes of storage would leave open which one is asked for.
        let sort = match &capability {
            Capability::Storage(_) => Capability::Storage(0),
            other => other.clone(),
        };
        refuse(!seen.insert(sort), &format!("{place}/capability"), || {
            format!("`{capability}` is requested twice")
        })?;
    }
    Ok(())
}
