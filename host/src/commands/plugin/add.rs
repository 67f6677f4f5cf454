//! `vantage plugin add`: from a source to a stored, granted pack.
//!
//! What is checked on the way is in `incoming.rs`, what is asked in `wishes.rs`. A failure at any point
//! leaves nothing behind but compiled code in the cache.

use clap::Args;
use serde_json::json;
use vantage_output::AnswerSpec;
use vantage_store::signature::PublicKey;
use vantage_store::{Address, Occasion};

use crate::commands::plugin::incoming::Incoming;
use crate::commands::plugin::source;
use crate::commands::plugin::wishes::Wishes;
use crate::context::Context;
use crate::error::HostError;
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

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
    #[command(flatten)]
    wishes: Wishes,
    /// The publisher's public key, where it does not come with the signature: the line of minisign.pub
    #[arg(long, value_name = "KEY")]
    key: Option<PublicKey>,
    /// Follow the file, for those who make packs: what is built there later runs at once, with the grants of
    /// now
    #[arg(long)]
    link: bool,
    /// Call the pack's command by another word
    #[arg(long = "as", value_name = "WORD")]
    alias: Option<String>,
}

/// What its records have.
const MEMBERS: &[Member] = &[
    ("id", Is::Text),
    ("version", Is::Text),
    ("digest", Is::Text),
    ("commands", Is::Texts),
    ("granted", Is::Texts),
    ("source", Is::OptionalText),
    ("link", Is::Flag),
    ("key-id", Is::OptionalText),
];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin add", MEMBERS, &[])
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
    let alias = arguments.alias.as_deref();
    if arguments.link && !matches!(address, Address::File(_)) {
        let hint = "it is for files of this computer, whose builds are to run as they come".to_owned();
        return Err(HostError::usage(format!("--link cannot follow `{}`", arguments.source), vec![hint]));
    }
    let mut incoming = Incoming::get(&address, alias, arguments.key.as_ref(), context).await?;
    if arguments.link {
        incoming = incoming.followed()?;
    }
    let granted =
        arguments.wishes.decide(&incoming, "add", &arguments.source, &options(arguments), context).await?;
    incoming.remark(context);
    let (version, digest) = (incoming.description.version.to_string(), incoming.digest.clone());
    let key = incoming.key.map(|key| key.key_id());
    let installed = incoming.store(arguments.alias.clone(), Some(&granted), Occasion::Added, context)?;
    let word = installed.words.first().cloned().unwrap_or_default();
    if arguments.link {
        context.console().note("what is built there from now on runs with these grants, unasked");
    }
    context.console().note(&format!("added `{}` {version}; try vantage {word} --help", installed.id));
    Ok(Reply::one(json!({
        "id": installed.id,
        "version": version,
        "digest": digest,
        "commands": installed.words,
        "granted": granted.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "source": installed.source.as_ref().map(ToString::to_string),
        "link": installed.source.as_ref().is_some_and(|source| source.followed().is_some()),
        "key-id": key,
    })))
}

/// The options that stand for themselves, as they are typed behind the source.
fn options(arguments: &Arguments) -> String {
    let key = arguments.key.iter().map(|key| format!(" --key {key}"));
    let alias = arguments.alias.iter().map(|alias| format!(" --as {alias}"));
    let link = arguments.link.then(|| " --link".to_owned());
    key.chain(link).chain(alias).collect()
}
