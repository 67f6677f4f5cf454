//! `vantage plugin upgrade`: added packs in their newest versions, never with more authority unasked.
//!
//! A pack is asked for where it came from: within its range, at its tag, at its address. What its publisher
//! signed and asks for no more than is granted goes ahead and keeps its grants; what asks for more, or is
//! not signed, is shown and asked about as
//! when it is added, and until the user agrees the version that is there goes on.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde_json::{Value, json};
use vantage_output::AnswerSpec;
use vantage_policy::capability::Capability;
use vantage_store::{Installed, Occasion};

use crate::commands::plugin::difference::Difference;
use crate::commands::plugin::incoming::Incoming;
use crate::commands::plugin::wishes::Wishes;
use crate::context::Context;
use crate::error::{HostError, Kind, Said};
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

/// Bring added packs to their newest versions
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  vantage plugin upgrade
      Upgrades every added pack, and asks where one wants to be allowed more
  vantage plugin upgrade gpu-report --grant \"query cluster/Query.clusters\"
      Upgrades one pack, and grants it this alone")]
pub struct Arguments {
    /// Pack, by id or by the word of its command; all if it is left out
    pack: Option<String>,
    #[command(flatten)]
    wishes: Wishes,
}

/// What its records have.
const MEMBERS: &[Member] =
    &[("id", Is::Text), ("from", Is::OptionalText), ("version", Is::Text), ("status", Is::Text)];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin upgrade", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::many_records(
        "added packs",
        vec![
            reply::column("Pack", "/id"),
            reply::column("From", "/from"),
            reply::column("Version", "/version"),
            reply::status_column("Status", "/status"),
        ],
    )
}

/// Answers with a record per pack. One that cannot be upgraded does not keep the others from it; the
/// command then fails at its end.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let wishes = &arguments.wishes;
    if arguments.pack.is_none() && (wishes.grant_all || !wishes.grant.is_empty()) {
        return Err(HostError::usage("--grant and --grant-all need the name of one pack", Vec::new()));
    }
    let store = context.store()?;
    if let Some(pack) = &arguments.pack {
        return Ok(Reply::many(vec![upgrade(&store.find(pack)?, wishes, context).await?]));
    }
    let (mut records, mut failures) = (Vec::new(), Vec::new());
    for pack in store.list()? {
        match upgrade(&pack, wishes, context).await {
            Ok(record) => records.push(record),
            Err(error) => failures.push((pack.id, error)),
        }
    }
    match failures.is_empty() {
        true => Ok(Reply::many(records)),
        false => Err(together(&records, failures)),
    }
}

async fn upgrade(pack: &Installed, wishes: &Wishes, context: &Context) -> Result<Value, HostError> {
    let source = pack.source.as_ref().ok_or_else(|| {
        HostError::said(Kind::Failed, format!("it is not known where `{}` came from", pack.id), Vec::new())
    })?;
    let from = pack.version.as_ref().map(ToString::to_string);
    let address = source.address()?;
    let mut incoming = Incoming::get(&address, pack.alias.as_deref(), None, context).await?;
    if source.followed().is_some() {
        incoming = incoming.followed()?;
    }
    if incoming.description.id != pack.id {
        let message =
            format!("`{source}` holds `{}` now, and no longer `{}`", incoming.description.id, pack.id);
        return Err(HostError::said(Kind::Denied, message, Vec::new()));
    }
    let version = incoming.description.version.to_string();
    let record = |status: &str| json!({ "id": pack.id, "from": from, "version": version, "status": status });
    if incoming.digest == pack.digest {
        return Ok(record("newest"));
    }
    // Bytes that nobody known signed are agreed to anew, whatever they ask for.
    let goes_ahead = incoming.is_known() || source.followed().is_some();
    let kept = if goes_ahead { kept(pack, &incoming, context)? } else { None };
    let granted = match kept.filter(|_| wishes.grant.is_empty() && !wishes.grant_all) {
        Some(kept) => kept,
        None => wishes.decide(&incoming, "upgrade", &pack.id, "", context).await?,
    };
    incoming.remark(context);
    incoming.store(None, Some(&granted), Occasion::Upgraded, context)?;
    let was = from.as_deref().unwrap_or("an unknown version");
    context.console().note(&format!("upgraded `{}` from {was} to {version}", pack.id));
    Ok(record("upgraded"))
}

/// What stays granted, where the new version asks for no more; none where it asks for more.
fn kept(
    pack: &Installed,
    incoming: &Incoming,
    context: &Context,
) -> Result<Option<BTreeSet<Capability>>, HostError> {
    let difference = Difference::find(&incoming.description, &BTreeMap::new(), context)?;
    if difference.is_none_or(|difference| difference.is_more()) {
        return Ok(None);
    }
    let granted = context.store()?.grants(&pack.id, &pack.digest, &context.grant_scope()?)?;
    let declared = incoming.description.capabilities()?;
    Ok(Some(granted.capabilities().filter(|one| declared.contains(one)).cloned().collect()))
}

/// The failures of several packs as one, of the first's kind, which its hints belong to.
fn together(records: &[Value], mut failures: Vec<(String, HostError)>) -> HostError {
    let told = failures.iter().map(|(id, error)| json!({ "id": id, "error": error.to_string() }));
    let details = json!({ "packs": records, "failed": told.collect::<Vec<_>>() });
    let causes = failures.iter().skip(1).map(|(id, error)| format!("{id}: {error}")).collect();
    let (id, first) = failures.remove(0);
    let report = first.report();
    HostError::Said(Box::new(Said {
        kind: first.kind(),
        message: format!("{id}: {}", report.message),
        causes,
        hints: report.hints,
        request_id: None,
        details: Some(details),
        backtrace: None,
    }))
}
