//! `vantage plugin add`: from a source to a stored, granted pack.
//!
//! The order is what makes it safe: the bytes are read once, looked at before anything of them
//! runs, described in an instance that is lent nothing, checked, shown and asked about; then stored
//! in one step. A failure at any point leaves nothing behind but compiled code in the cache.

use std::collections::BTreeSet;

use clap::Args;
use semver::Version;
use serde_json::json;
use vantage_policy::authority::Trust;
use vantage_policy::capability::Capability;
use vantage_policy::description::Description;
use vantage_policy::team;
use vantage_runtime::Component;
use vantage_store::{Fetched, GrantSet, NewPack, Source, Store};

use crate::cli;
use crate::commands::plugin::difference::Difference;
use crate::commands::plugin::{authority, consent, source};
use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::reply::{self, Reply};
use crate::team_policy;
use vantage_output::AnswerSpec;

/// Add a command pack, after showing what it may do
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  vantage plugin add ./gpu-report.wasm
      Shows what the pack may do, asks, and adds it
  vantage plugin add oci://ghcr.io/acme/gpu-report:1.2
      The same, from a registry
  vantage plugin add ./gpu-report.wasm --grant \"query cluster/Query.clusters\"
      Adds it without asking, and grants this alone")]
pub struct Arguments {
    /// The pack: ./FILE.wasm, https://…, oci://… or PUBLISHER/NAME
    #[arg(value_name = "SOURCE")]
    source: String,
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
    let address = source::address(&arguments.source, context)?;
    let Fetched { bytes, digest, source, version, .. } = source::fetch(&address, context).await?;
    let digest = digest.to_string();
    // What a policy denies by its bytes or its source is not even asked what it is.
    admit(&digest, &source, None, context)?;
    vantage_runtime::inspect(&bytes)?;
    let runtime = context.runtime()?;
    let loaded = runtime.load(&digest, Component::Bytes(&bytes)).await?;
    let text = runtime.describe(&loaded).await?;
    let description = Description::parse(&text)?;
    check_version(&description, version.as_ref(), &source)?;
    admit(&digest, &source, Some(&description), context)?;
    let store = context.store()?;
    check_names(&description, arguments.alias.as_deref(), &store)?;
    let granted = decide(arguments, &description, &digest, context).await?;

    let installed = store.add(NewPack {
        bytes: &bytes,
        digest: &digest,
        description: &description,
        description_json: &text,
        source,
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

/// Whether a pack is of the version for which a range chose it: else an old build could be served as a
/// new one.
fn check_version(
    description: &Description,
    promised: Option<&Version>,
    source: &Source,
) -> Result<(), HostError> {
    match promised {
        Some(promised) if *promised != description.version => Err(HostError::said(
            Kind::Denied,
            format!(
                "`{source}` is not what its tag says: it is `{}` {}",
                description.id, description.version
            ),
            vec![
                "tell its publisher; a tag or a digest in place of a range takes it all the same".to_owned(),
            ],
        )),
        _ => Ok(()),
    }
}

/// Whether the team's policy lets the pack be added, as far as it is known.
pub(super) fn admit(
    digest: &str,
    source: &Source,
    description: Option<&Description>,
    context: &Context,
) -> Result<(), HostError> {
    let candidate = team::Candidate {
        trust: Trust::ThirdParty,
        digest,
        source: Some(&source.to_string()),
        identity: description.map(|description| (description.id.as_str(), &description.version)),
    };
    let name = description.map_or_else(|| source.to_string(), |description| description.id.clone());
    context.policies()?.admit(&candidate).map_err(|bar| team_policy::denied(&name, None, &bar))
}

pub(super) fn check_names(
    description: &Description,
    alias: Option<&str>,
    store: &Store,
) -> Result<(), HostError> {
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

/// What the user grants: by option, or asked on the terminal; nothing is assumed, and nothing granted
/// that the team's policy denies.
async fn decide(
    arguments: &Arguments,
    description: &Description,
    digest: &str,
    context: &Context,
) -> Result<BTreeSet<Capability>, HostError> {
    let declared = description.capabilities()?;
    let policies = context.policies()?;
    let bar = |one: &Capability| Some((one.clone(), policies.allow(one, Trust::ThirdParty).err()?));
    let barred = declared.iter().filter_map(bar).collect();
    let candidate = consent::Candidate {
        description,
        digest,
        source: &arguments.source,
        difference: Difference::find(description, &barred, context)?,
        barred,
    };
    if arguments.grant_all {
        remark(&candidate, context);
        return candidate.grantable();
    }
    if !arguments.grant.is_empty() {
        return named(arguments, &candidate, &declared);
    }
    if !context.attended() {
        return Err(candidate.unattended()?);
    }
    if candidate.ask(context).await? {
        return candidate.grantable();
    }
    Err(HostError::said(Kind::Denied, format!("`{}` was not added", description.id), Vec::new()))
}

/// The capabilities of `--grant`, each of which the pack declares and the policy allows.
fn named(
    arguments: &Arguments,
    candidate: &consent::Candidate<'_>,
    declared: &BTreeSet<Capability>,
) -> Result<BTreeSet<Capability>, HostError> {
    let id = &candidate.description.id;
    let granted: BTreeSet<Capability> = arguments.grant.iter().cloned().collect();
    if let Some(unknown) = granted.difference(declared).next() {
        return Err(consent::not_declared(id, unknown, declared));
    }
    match granted.iter().find_map(|one| Some((one, candidate.barred.get(one)?))) {
        Some((capability, bar)) => Err(team_policy::denied(id, Some(capability), bar)),
        None => Ok(granted),
    }
}

/// Says what `--grant-all` gives beyond the build that was there, and what it does not give.
fn remark(candidate: &consent::Candidate<'_>, context: &Context) {
    if let Some(difference) = candidate.difference.as_ref().filter(|difference| difference.is_more()) {
        let beyond = difference.lines().join("; ");
        context.console().note(&format!("more than {} was granted: {beyond}", difference.version()));
    }
    for (capability, bar) in &candidate.barred {
        context.console().warn(&format!("`{capability}` is not granted: denied by policy ({})", bar.rule()));
    }
}
