//! `vantage plugin outdated`: which added packs have newer versions. Nothing is changed.
//!
//! Registries are asked at the same time. A pack whose source cannot be asked is told with the reason,
//! among the others; files and web servers keep no list of versions, so theirs is not known.

use std::sync::Arc;

use clap::Args;
use semver::Version;
use serde_json::{Value, json};
use vantage_output::AnswerSpec;
use vantage_store::{Address, FetchError, Installed, RegistryAddress, Wanted};

use crate::commands::plugin::source;
use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

/// Look for newer versions of the added packs
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// Pack, by id or by the word of its command; all if it is left out
    pack: Option<String>,
}

/// What its records have.
const MEMBERS: &[Member] = &[
    ("id", Is::Text),
    ("version", Is::OptionalText),
    ("wanted", Is::OptionalText),
    ("latest", Is::OptionalText),
    ("status", Is::Text),
    ("source", Is::OptionalText),
];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin outdated", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::many_records(
        "added packs",
        vec![
            reply::column("Pack", "/id"),
            reply::column("Version", "/version"),
            reply::column("Wanted", "/wanted"),
            reply::column("Latest", "/latest"),
            reply::status_column("Status", "/status"),
            reply::wide_column("Source", "/source"),
        ],
    )
}

/// What a source said of a pack.
enum Found {
    /// The versions that there are, and which of them are wanted.
    Versions(Vec<Version>, Wanted),
    /// The source has no versions to choose from.
    None,
    Failed(HostError),
}

/// Answers with a record per added pack.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let store = context.store()?;
    let packs = match &arguments.pack {
        Some(pack) => vec![store.find(pack)?],
        None => store.list()?,
    };
    let fetcher = Arc::new(source::fetcher(context));
    let asked: Vec<_> = packs
        .iter()
        .map(|pack| {
            let (address, fetcher) = (registry(pack), Arc::clone(&fetcher));
            tokio::spawn(async move {
                match address {
                    Ok(Some(address)) => match fetcher.versions(&address).await {
                        Ok(versions) => Found::Versions(versions, address.wanted),
                        Err(error) => Found::Failed(error.into()),
                    },
                    Ok(None) => Found::None,
                    Err(error) => Found::Failed(error),
                }
            })
        })
        .collect();
    let mut records = Vec::new();
    for (pack, asked) in packs.iter().zip(asked) {
        let lost =
            |error: tokio::task::JoinError| HostError::said(Kind::Failed, error.to_string(), Vec::new());
        records.push(record(pack, asked.await.map_err(lost)?, context));
    }
    Ok(Reply::many(records))
}

/// The repository of a pack that came from one.
fn registry(pack: &Installed) -> Result<Option<RegistryAddress>, HostError> {
    match pack.source.as_ref().map(vantage_store::Source::address).transpose()? {
        Some(Address::Registry(address)) => Ok(Some(address)),
        _ => Ok(None),
    }
}

fn record(pack: &Installed, found: Found, context: &Context) -> Value {
    let (mut wanted, mut latest) = (None, None);
    let status = match found {
        Found::Versions(versions, asked) => {
            let released = || versions.iter().filter(|version| version.pre.is_empty());
            latest = released().max().cloned();
            wanted = match &asked {
                Wanted::Range(range) => released().filter(|version| range.matches(version)).max().cloned(),
                Wanted::Tag(_) | Wanted::Manifest(_) => None,
            };
            let is_newer = |other: &Option<Version>| pack.version.as_ref() < other.as_ref();
            match (is_newer(&wanted), is_newer(&latest)) {
                (true, _) => "outdated",
                (false, true) => "held back",
                (false, false) => "newest",
            }
        }
        Found::None => "not known",
        Found::Failed(error) => {
            let error = match &error {
                HostError::Fetch(FetchError::NotThere { what }) => {
                    format!("`{what}` does not exist any more")
                }
                other => other.to_string(),
            };
            context.console().warn(&format!("pack `{}`: {error}", pack.id));
            "unavailable"
        }
    };
    let text = |version: Option<Version>| version.map(|version| version.to_string());
    json!({
        "id": pack.id,
        "version": text(pack.version.clone()),
        "wanted": text(wanted),
        "latest": text(latest),
        "status": status,
        "source": pack.source.as_ref().map(ToString::to_string),
    })
}
