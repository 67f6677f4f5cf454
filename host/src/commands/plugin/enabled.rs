//! `vantage plugin enable` and `disable`: a pack's commands, given back and taken away. Nothing else of
//! it changes.

use clap::Args;
use serde_json::json;
use vantage_output::AnswerSpec;

use crate::commands::plugin::authority::Pack;
use crate::context::Context;
use crate::error::HostError;
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

/// A pack
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// Pack, by id or by the word of its command
    pack: String,
}

/// What its records have.
const MEMBERS: &[Member] = &[("id", Is::Text), ("enabled", Is::Flag)];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin enable", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![reply::column("Pack", "/id"), reply::column("Enabled", "/enabled")])
}

/// Answers with how the pack stands now.
pub fn run(arguments: &Arguments, enabled: bool, context: &Context) -> Result<Reply, HostError> {
    if let Some(bundled) = Pack::bundled_by(&arguments.pack) {
        return Err(HostError::usage(
            format!("`{}` is part of vantage and is always enabled", bundled.id),
            vec![format!("vantage plugin revoke {} CAPABILITY takes away what it may do", bundled.id)],
        ));
    }
    let store = context.store()?;
    let id = store.find(&arguments.pack)?.id;
    store.set_enabled(&id, enabled)?;
    let what = if enabled { "enabled" } else { "disabled: its commands are gone until it is enabled again" };
    context.console().note(&format!("`{id}` is {what}"));
    Ok(Reply::one(json!({ "id": id, "enabled": enabled })))
}
