//! `vantage plugin list`: bundled and added packs. No pack is started, and no engine built.

use clap::Args;
use serde_json::{Value, json};
use vantage_store::Installed;

use crate::context::Context;
use crate::error::HostError;
use crate::reply::{self, Reply};
use vantage_output::AnswerSpec;

/// List the bundled and the added packs
#[derive(Debug, Clone, Args)]
pub struct Arguments {}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::many_records(
        "packs",
        vec![
            reply::column("Pack", "/id"),
            reply::column("Version", "/version"),
            reply::column("Commands", "/commands"),
            reply::status_column("Status", "/status"),
            reply::column("Source", "/source"),
            reply::wide_column("Digest", "/digest"),
        ],
    )
}

/// Answers with a record per pack.
pub fn run(_: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let mut records: Vec<Value> = vantage_bundle::PACKS
        .iter()
        .map(|pack| {
            json!({
                "id": pack.id,
                "version": pack.version,
                "commands": pack.words.iter().map(|(word, _)| *word).collect::<Vec<_>>(),
                "status": "bundled",
                "source": null,
                "digest": pack.digest,
            })
        })
        .collect();
    for pack in context.store()?.list()? {
        if let Some(broken) = &pack.broken {
            context.console().warn(&format!("pack `{}` is broken: {}", pack.id, broken.reason));
        }
        records.push(record(&pack));
    }
    Ok(Reply::many(records))
}

fn record(pack: &Installed) -> Value {
    json!({
        "id": pack.id,
        "version": pack.version.as_ref().map(ToString::to_string),
        "commands": pack.words,
        "status": if pack.broken.is_some() { "broken" } else { "added" },
        "source": pack.source.as_ref().map(ToString::to_string),
        "digest": pack.digest,
    })
}
