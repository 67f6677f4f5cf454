//! `vantage plugin lock`: the added packs of this machine, written down for a team.
//!
//! What is locked is what runs here: bytes, keys and the grants of the profile in force. A pack that is
//! disabled, broken or kept by a file of this computer is locked too, with a warning for the last: a file
//! is nowhere else.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use vantage_output::AnswerSpec;
use vantage_store::{Generation, Installed, LOCK_FILE, LockFile, LockFileError, LockedPack, Source};

use crate::commands::plugin::staged::{PUBLIC, Staged};
use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

/// Write down the added packs, so that others can have the same
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  vantage plugin lock
      Writes vantage.lock into this folder, to be committed
  vantage plugin lock --file team/vantage.lock
      Writes it there")]
pub struct Arguments {
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = LOCK_FILE)]
    file: PathBuf,
}

/// What its records have.
const MEMBERS: &[Member] = &[("file", Is::Text), ("packs", Is::Texts), ("digest", Is::Text)];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin lock", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("File", "/file"),
        reply::column("Packs", "/packs"),
        reply::column("Digest", "/digest"),
    ])
}

/// Answers with what was written.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let wrong = |error| wrong(&arguments.file, &error);
    let lock = of_this_machine(context)?.map_err(wrong)?;
    let text = lock.text().map_err(wrong)?;
    Staged::write(&arguments.file, &text, PUBLIC)?.finish(&arguments.file, true)?;
    let file = arguments.file.display().to_string();
    context.console().note(&format!("wrote `{file}`; vantage plugin sync makes another machine match it"));
    let digest = lock.digest().map_err(wrong)?;
    let ids: Vec<&str> = lock.packs().map(|(id, _)| id).collect();
    Ok(Reply::one(json!({ "file": file, "packs": ids, "digest": digest.to_string() })))
}

/// A lock of the packs that are added here.
pub fn of_this_machine(context: &Context) -> Result<Result<LockFile, LockFileError>, HostError> {
    let store = context.store()?;
    let mut packs = Vec::new();
    for pack in store.list()? {
        let Some(generation) = active(&pack) else {
            context.console().warn(&format!("pack `{}` is left out: it cannot be read", pack.id));
            continue;
        };
        if let Source::File { link, .. } = generation.source {
            let more = if link { ", and changes with it" } else { "" };
            context.console().warn(&format!(
                "pack `{}` comes from a file of this computer, which others do not have{more}",
                pack.id
            ));
        }
        let granted = store.grants(&pack.id, &pack.digest, &context.grant_scope()?)?;
        packs.push((
            pack.id.clone(),
            LockedPack {
                version: generation.version.clone(),
                source: generation.pinned_source(),
                digest: generation.digest,
                key: generation.key(),
                grants: granted.capabilities().cloned().collect(),
            },
        ));
    }
    Ok(LockFile::new(packs))
}

/// The version that runs.
fn active(pack: &Installed) -> Option<&Generation> {
    pack.generations.iter().find(|generation| generation.digest.to_string() == pack.digest)
}

/// A lock that is none.
pub fn wrong(path: &Path, error: &LockFileError) -> HostError {
    let message = format!("`{}` cannot be used: {error}", path.display());
    HostError::said(Kind::Usage, message, vec!["vantage plugin lock makes one".to_owned()])
}
