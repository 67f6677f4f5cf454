//! `vantage plugin bundle`: the added packs in a folder, for machines without a network.
//!
//! An OCI image layout with the packs and their signatures, and the lock that `plugin sync --from` follows.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use vantage_output::AnswerSpec;
use vantage_store::{FoundSignature, LOCK_FILE, Layout, Publication};

use crate::commands::plugin::lock;
use crate::context::Context;
use crate::error::HostError;
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

/// Put the added packs into a folder, for machines without a network
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  vantage plugin bundle packs
      Makes the folder packs, to be carried to another machine
  vantage plugin sync --from packs
      Adds what is in it there, without a network")]
pub struct Arguments {
    /// The folder to make
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

/// What its records have.
const MEMBERS: &[Member] = &[("folder", Is::Text), ("packs", Is::Texts), ("digest", Is::Text)];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin bundle", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("Folder", "/folder"),
        reply::column("Packs", "/packs"),
        reply::column("Digest", "/digest"),
    ])
}

/// Answers with what is in the folder.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let wrong = |error| lock::wrong(&arguments.folder, &error);
    let lock = lock::of_this_machine(context)?.map_err(wrong)?;
    let store = context.store()?;
    let mut packs = Vec::new();
    for (id, locked) in lock.packs() {
        let bytes = store.component(&locked.digest.to_string())?;
        let imports = vantage_runtime::inspect(&bytes)?.imports;
        packs.push((id, locked, bytes, imports, store.find(id)?));
    }
    let publications: Vec<Publication<'_>> = packs
        .iter()
        .map(|(id, locked, bytes, imports, installed)| {
            let kept = installed.generations.iter().find(|one| one.digest == locked.digest);
            let key = locked.key.map(|key| key.to_string());
            let signature = kept.and_then(|kept| kept.signature.clone());
            let succession = kept.and_then(|kept| kept.succession.clone());
            Publication {
                bytes,
                imports: imports.clone(),
                exports: vec![super::publish::EXPORT.to_owned()],
                annotations: vec![
                    ("org.opencontainers.image.title", (*id).to_owned()),
                    ("org.opencontainers.image.version", locked.version.to_string()),
                ],
                signature: signature.map(|text| FoundSignature { text, key, succession }),
            }
        })
        .collect();
    let text = lock.text().map_err(wrong)?;
    Layout::write(&arguments.folder, &publications, &[(LOCK_FILE, &text)])?;
    let (folder, digest) = (arguments.folder.display().to_string(), lock.digest().map_err(wrong)?);
    context.console().note(&format!("made `{folder}`; there: vantage plugin sync --from {folder}"));
    let ids: Vec<&str> = lock.packs().map(|(id, _)| id).collect();
    Ok(Reply::one(json!({ "folder": folder, "packs": ids, "digest": digest.to_string() })))
}
