//! `vantage plugin verify`: whether what is stored of packs is what was added. No pack is started.

use clap::Args;
use serde_json::{Value, json};
use vantage_output::AnswerSpec;
use vantage_store::Verified;

use crate::context::Context;
use crate::error::{HostError, Kind, Said};
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

/// Check the stored files of added packs against their digests
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// Pack, by id or by the word of its command; all if it is left out
    pack: Option<String>,
}

/// What its records have.
const MEMBERS: &[Member] = &[
    ("id", Is::Text),
    ("version", Is::Text),
    ("active", Is::Flag),
    ("status", Is::Word(&["whole", "damaged"])),
    ("problem", Is::OptionalText),
    ("digest", Is::Text),
];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin verify", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::many_records(
        "added packs",
        vec![
            reply::column("Pack", "/id"),
            reply::column("Version", "/version"),
            reply::column("Active", "/active"),
            reply::status_column("Status", "/status"),
            reply::column("Digest", "/digest"),
        ],
    )
}

/// Answers with a record per kept version; fails where one is damaged.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let store = context.store()?;
    let id = arguments.pack.as_ref().map(|pack| store.find(pack)).transpose()?.map(|pack| pack.id);
    let verified = store.verify(id.as_deref())?;
    let records: Vec<Value> = verified.iter().map(record).collect();
    let broken: Vec<&Verified> = verified.iter().filter(|one| one.problem.is_some()).collect();
    let Some(first) = broken.first() else {
        return Ok(Reply::many(records));
    };
    let causes = broken
        .iter()
        .filter_map(|one| Some(format!("{} {}: {}", one.id, one.version, one.problem.as_ref()?)));
    Err(HostError::Said(Box::new(Said {
        kind: Kind::Failed,
        message: format!("{} of {} stored versions are damaged", broken.len(), verified.len()),
        causes: causes.collect(),
        hints: first.problem.as_ref().map(vantage_store::StoreError::hints).unwrap_or_default(),
        request_id: None,
        details: Some(json!({ "packs": records })),
        backtrace: None,
    })))
}

fn record(one: &Verified) -> Value {
    json!({
        "id": one.id,
        "version": one.version.to_string(),
        "active": one.active,
        "status": if one.problem.is_some() { "damaged" } else { "whole" },
        "problem": one.problem.as_ref().map(ToString::to_string),
        "digest": one.digest.to_string(),
    })
}
