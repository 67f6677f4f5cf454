//! `vantage plugin list`: bundled and added packs. No pack is started, and no engine built.

use clap::Args;
use serde_json::{Value, json};
use vantage_bundle::BundledPack;
use vantage_policy::authority::Trust;
use vantage_policy::team::{Candidate, Policies};
use vantage_store::Installed;

use crate::cli;
use crate::context::Context;
use crate::error::HostError;
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};
use vantage_output::AnswerSpec;

/// List the bundled and the added packs
#[derive(Debug, Clone, Args)]
pub struct Arguments {}

/// What its records have.
const MEMBERS: &[Member] = &[
    ("id", Is::Text),
    ("version", Is::OptionalText),
    ("commands", Is::Texts),
    ("status", Is::Word(&["bundled", "added", "disabled", "shadowed", "denied", "broken"])),
    ("source", Is::OptionalText),
    ("digest", Is::Text),
];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin list", MEMBERS, &[])
}

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
    let policies = context.policies()?;
    let mut records: Vec<Value> = vantage_bundle::PACKS.iter().map(|pack| bundled(pack, policies)).collect();
    for pack in context.store()?.list()? {
        if let Some(broken) = &pack.broken {
            context.console().warn(&format!("pack `{}` is broken: {}", pack.id, broken.reason));
        }
        if is_shadowed(&pack) {
            context.console().warn(&format!(
                "vantage has commands named as those of `{id}`; vantage plugin exec {id} -- COMMAND runs the pack's",
                id = pack.id
            ));
        }
        records.push(record(&pack, policies));
    }
    Ok(Reply::many(records))
}

fn bundled(pack: &BundledPack, policies: &Policies) -> Value {
    let version = pack.version.parse().ok();
    let candidate = Candidate {
        trust: Trust::Bundled,
        digest: pack.digest,
        source: None,
        identity: version.as_ref().map(|version| (pack.id, version)),
    };
    json!({
        "id": pack.id,
        "version": pack.version,
        "commands": pack.words.iter().map(|(word, _)| *word).collect::<Vec<_>>(),
        "status": if policies.admit(&candidate).is_err() { "denied" } else { "bundled" },
        "source": null,
        "digest": pack.digest,
    })
}

/// Whether the team's policy does not let an added pack run.
fn is_denied(pack: &Installed, policies: &Policies) -> bool {
    let source = pack.source.as_ref().map(ToString::to_string);
    let candidate = Candidate {
        trust: Trust::ThirdParty,
        digest: &pack.digest,
        source: source.as_deref(),
        identity: pack.version.as_ref().map(|version| (pack.id.as_str(), version)),
    };
    policies.admit(&candidate).is_err()
}

/// Whether none of a pack's words can be typed: a newer vantage has them itself.
fn is_shadowed(pack: &Installed) -> bool {
    !pack.words.is_empty() && pack.words.iter().all(|word| cli::is_own(word))
}

fn record(pack: &Installed, policies: &Policies) -> Value {
    let status = match &pack.broken {
        Some(_) => "broken",
        None if is_denied(pack, policies) => "denied",
        None if !pack.enabled => "disabled",
        None if is_shadowed(pack) => "shadowed",
        None => "added",
    };
    json!({
        "id": pack.id,
        "version": pack.version.as_ref().map(ToString::to_string),
        "commands": pack.words,
        "status": status,
        "source": pack.source.as_ref().map(ToString::to_string),
        "digest": pack.digest,
    })
}
