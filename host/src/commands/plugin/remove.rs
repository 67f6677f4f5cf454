//! `vantage plugin remove`: bytes, grants and what the pack kept.

use clap::Args;
use serde_json::json;
use vantage_output::AnswerSpec;
use vantage_store::{Removed, StoreError};

use crate::commands::plugin::authority::Pack;
use crate::context::Context;
use crate::error::HostError;
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

/// Remove a pack with its grants and what it kept
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  vantage plugin remove gpu-report
      Removes the pack, its grants and what it kept
  vantage plugin remove gpu-report --keep-storage
      Leaves what it kept for when it is added again; without the option, later, that goes too")]
pub struct Arguments {
    /// Pack, by id or by the word of its command
    pack: String,
    /// Leave what the pack kept, for when the same publisher's is added again
    #[arg(long)]
    keep_storage: bool,
}

/// What its records have.
const MEMBERS: &[Member] = &[
    ("removed", Is::Text),
    ("versions", Is::Texts),
    ("grants", Is::Texts),
    ("object-bytes", Is::Count),
    ("storage-bytes", Is::Count),
    ("storage-kept", Is::Flag),
];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin remove", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("Removed", "/removed"),
        reply::column("Versions", "/versions"),
        reply::column("Grants", "/grants"),
    ])
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
    let id = match store.find(&arguments.pack) {
        Ok(installed) => installed.id,
        // What a pack that is gone left behind is removed by its id.
        Err(StoreError::NotInstalled { name }) => name,
        Err(error) => return Err(error.into()),
    };
    let removed = match arguments.keep_storage {
        true => store.remove_but_values(&id)?,
        false => store.remove(&id)?,
    };
    forget(&removed, context)?;
    let kept = if arguments.keep_storage { "; what it kept stays" } else { " and what it kept" };
    context.console().note(&format!("removed `{}` with its grants{kept}", removed.id));
    Ok(Reply::one(json!({
        "removed": removed.id,
        "versions": removed.versions,
        "grants": removed.capabilities.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "object-bytes": removed.object_bytes,
        "storage-bytes": removed.storage_bytes,
        "storage-kept": arguments.keep_storage,
    })))
}

/// Makes away with the compiled code of what was removed.
pub fn forget(removed: &Removed, context: &Context) -> Result<(), HostError> {
    let runtime = context.runtime()?;
    for digest in &removed.digests {
        if let Err(error) = runtime.forget(digest) {
            context.console().warn(&format!("the pack's compiled code is still in the cache: {error}"));
        }
    }
    Ok(())
}
