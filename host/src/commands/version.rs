//! `vantage version`: the host, the versions of the pack contract it understands, and the engine.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::error::HostError;
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};
use vantage_output::AnswerSpec;

/// Show the versions of the host, the pack contract and the engine
#[derive(Debug, Clone, Args)]
pub struct Arguments {}

/// What its records have.
const MEMBERS: &[Member] =
    &[("version", Is::Text), ("contract", Is::Text), ("engine", Is::Text), ("target", Is::Text)];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("version", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("Version", "/version"),
        reply::column("Contract", "/contract"),
        reply::column("Engine", "/engine"),
        reply::column("Target", "/target"),
    ])
}

/// Answers with one record.
pub async fn run(_: &Arguments, _: &Context) -> Result<Reply, HostError> {
    let record = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "contract": vantage_runtime::CONTRACT,
        "engine": vantage_runtime::ENGINE,
        "target": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
    });
    Ok(Reply::one(record))
}
