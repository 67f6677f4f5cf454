//! `vantage plugin remove`: bytes, grants and what the pack kept.

use clap::Args;
use serde_json::json;
use vantage_output::AnswerSpec;

use crate::commands::plugin::authority::Pack;
use crate::context::Context;
use crate::error::HostError;
use crate::reply::{self, Reply};

/// Remove a pack with its grants and what it kept
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// Pack, by id or by the word of its command
    pack: String,
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![reply::column("Removed", "/removed")])
}

/// Answers with what was removed.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    if let Some(bundled) = Pack::bundled_by(&arguments.pack) {
        return Err(HostError::usage(
            format!("`{}` is part of vantage and cannot be removed", bundled.id),
            vec![format!("vantage plugin revoke {} CAPABILITY takes away what it may do", bundled.id)],
        ));
    }
    let store = context.store()?;
    let removed = store.remove(&store.find(&arguments.pack)?.id)?;
    let runtime = context.runtime()?;
    for digest in &removed.digests {
        if let Err(error) = runtime.forget(digest) {
            context.console().warn(&format!("the pack's compiled code is still in the cache: {error}"));
        }
    }
    context.console().note(&format!("removed `{}` with its grants and what it kept", removed.id));
    Ok(Reply::one(json!({ "removed": removed.id })))
}
