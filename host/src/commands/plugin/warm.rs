//! `vantage plugin warm`: machine code of all packs, made before anybody waits for it.
//!
//! For images and login scripts. Packs that cannot be loaded are told among the others.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use vantage_output::AnswerSpec;
use vantage_runtime::{Component, Origin, Runtime};

use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};
use crate::working::Working;

/// Compile all packs, so that no command waits for it
#[derive(Debug, Clone, Args)]
pub struct Arguments {}

/// What its records have.
const MEMBERS: &[Member] =
    &[("id", Is::Text), ("status", Is::Word(&["was there", "compiled", "broken"])), ("digest", Is::Text)];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin warm", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::many_records(
        "packs",
        vec![
            reply::column("Pack", "/id"),
            reply::status_column("Status", "/status"),
            reply::wide_column("Digest", "/digest"),
        ],
    )
}

/// Answers with a record per pack; fails at its end where one could not be compiled.
pub async fn run(_: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let (store, runtime) = (context.store()?, context.runtime()?);
    let (mut records, mut broken) = (Vec::new(), Vec::new());
    let installed: Vec<_> = store.list()?.into_iter().filter(|pack| pack.enabled).collect();
    let total = u32::try_from(vantage_bundle::PACKS.len() + installed.len()).ok();
    let working = Working::begin(context.console(), "compiling packs", total);
    for pack in vantage_bundle::PACKS {
        let component = Component::Bytes(pack.component);
        records.push(warm(&runtime, pack.id, pack.digest, component, &mut broken).await);
        working.step();
    }
    for pack in installed {
        let path = store.component_path(&pack.digest).unwrap_or_else(|_| PathBuf::new());
        records.push(warm(&runtime, &pack.id, &pack.digest, Component::File(&path), &mut broken).await);
        working.step();
    }
    drop(working);
    match broken.first() {
        None => Ok(Reply::many(records)),
        Some((id, reason)) => Err(HostError::said(
            Kind::Failed,
            format!("{} of {} packs cannot be compiled; `{id}`: {reason}", broken.len(), records.len()),
            vec!["vantage plugin verify says which files are damaged".to_owned()],
        )),
    }
}

async fn warm(
    runtime: &Runtime,
    id: &str,
    digest: &str,
    component: Component<'_>,
    broken: &mut Vec<(String, String)>,
) -> Value {
    let status = match runtime.load(digest, component).await {
        Ok(loaded) if loaded.origin() == Origin::Cached => "was there",
        Ok(_) => "compiled",
        Err(error) => {
            broken.push((id.to_owned(), error.to_string()));
            "broken"
        }
    };
    json!({ "id": id, "status": status, "digest": digest })
}
