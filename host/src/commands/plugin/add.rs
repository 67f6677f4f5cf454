//! `vantage plugin add`: from a file to a stored, granted pack.
//!
//! The order is what makes it safe: the bytes are read once, looked at before anything of them
//! runs, described in an instance that is lent nothing, checked, shown and asked about; then stored
//! in one step. A failure at any point leaves nothing behind but compiled code in the cache.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use vantage_policy::capability::Capability;
use vantage_policy::description::Description;
use vantage_runtime::Component;
use vantage_store::{GrantSet, NewPack, Source, Store};

use crate::cli;
use crate::commands::plugin::{authority, consent};
use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::reply::{self, Reply};
use vantage_output::AnswerSpec;

/// The largest component that is read, in bytes.
const COMPONENT_LIMIT: u64 = 32 << 20;

/// Add a command pack, after showing what it may do
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  vantage plugin add ./gpu-report.wasm
      Shows what the pack may do, asks, and adds it
  vantage plugin add ./gpu-report.wasm --grant \"query cluster/Query.clusters\"
      Adds it without asking, and grants this alone")]
pub struct Arguments {
    /// The pack: a component's file
    #[arg(value_name = "SOURCE")]
    source: PathBuf,
    /// Grant this capability without asking; repeatable
    #[arg(long, value_name = "CAPABILITY", conflicts_with = "grant_all")]
    grant: Vec<Capability>,
    /// Grant all that the pack declares without asking
    #[arg(long)]
    grant_all: bool,
    /// Call the pack's command by another word
    #[arg(long = "as", value_name = "WORD")]
    alias: Option<String>,
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("Pack", "/id"),
        reply::column("Version", "/version"),
        reply::column("Commands", "/commands"),
        reply::column("Granted", "/granted"),
        reply::column("Digest", "/digest"),
    ])
}

/// Answers with the pack that was added.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let bytes = Store::read_source(&arguments.source, COMPONENT_LIMIT)?;
    let digest = vantage_store::sha256_digest(&bytes);
    vantage_runtime::inspect(&bytes)?;
    let runtime = context.runtime()?;
    let loaded = runtime.load(&digest, Component::Bytes(&bytes)).await?;
    let text = runtime.describe(&loaded).await?;
    let description = Description::parse(&text)?;
    let store = context.store()?;
    check_names(&description, arguments.alias.as_deref(), &store)?;
    let granted = decide(arguments, &description, &digest, context).await?;

    let installed = store.add(NewPack {
        bytes: &bytes,
        digest: &digest,
        description: &description,
        description_json: &text,
        source: Source::file(&absolute(&arguments.source)?),
        alias: arguments.alias.clone(),
        grants: GrantSet {
            scope: context.grant_scope()?.into(),
            grants: authority::chosen(&description, &granted)?,
        },
        now: jiff::Timestamp::now().to_string(),
    })?;
    let word = installed.words.first().cloned().unwrap_or_default();
    context
        .console()
        .note(&format!("added `{}` {}; try vantage {word} --help", installed.id, description.version));
    let record = json!({
        "id": installed.id,
        "version": description.version.to_string(),
        "digest": digest,
        "commands": installed.words,
        "granted": granted.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    Ok(Reply::one(record))
}

fn check_names(description: &Description, alias: Option<&str>, store: &Store) -> Result<(), HostError> {
    let mut taken = cli::built_in_names();
    for pack in vantage_bundle::PACKS {
        taken.extend(pack.words.iter().map(|(word, _)| (*word).to_owned()));
    }
    let taken: Vec<&str> = taken.iter().map(String::as_str).collect();
    let called = match alias {
        Some(alias) => vantage_store::rename(description.clone(), alias)?,
        None => description.clone(),
    };
    Ok(vantage_store::check_names(&called, &taken, &store.catalog()?)?)
}

/// What the user grants: by option, or asked on the terminal; nothing is assumed.
async fn decide(
    arguments: &Arguments,
    description: &Description,
    digest: &str,
    context: &Context,
) -> Result<BTreeSet<Capability>, HostError> {
    let declared = description.capabilities()?;
    if arguments.grant_all {
        return Ok(declared);
    }
    if !arguments.grant.is_empty() {
        let granted: BTreeSet<Capability> = arguments.grant.iter().cloned().collect();
        if let Some(unknown) = granted.difference(&declared).next() {
            return Err(consent::not_declared(&description.id, unknown, &declared));
        }
        return Ok(granted);
    }
    let shown = consent::text(description, digest, &arguments.source, context)?;
    if !context.attended() {
        return Err(consent::unattended(&arguments.source, description, &declared));
    }
    if consent::ask(shown).await? {
        return Ok(declared);
    }
    Err(HostError::said(Kind::Denied, format!("`{}` was not added", description.id), Vec::new()))
}

fn absolute(path: &Path) -> Result<PathBuf, HostError> {
    std::path::absolute(path).map_err(|error| HostError::input(&path.display().to_string(), error))
}
