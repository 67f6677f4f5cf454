//! `vantage plugin trust`: which keys sign for which publishers.
//!
//! A key is trusted when a pack is first added with it; here the user looks at what is trusted, says that
//! a publisher has another key or none, or forgets it. What that means is the store's business.

use clap::Args;
use serde_json::{Value, json};
use vantage_output::AnswerSpec;
use vantage_store::TrustedKey;
use vantage_store::signature::PublicKey;

use crate::context::Context;
use crate::error::HostError;
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

/// Look at the keys of publishers, and decide about them
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  vantage plugin trust
      Lists the keys that sign for publishers
  vantage plugin trust acme --from oci://ghcr.io/acme --key RWQ…
      Takes what acme has there with this key alone
  vantage plugin trust acme --remove
      Forgets the keys of acme: the next pack is a first one")]
pub struct Arguments {
    /// The publisher: the first word of its packs' ids; all are listed if it is left out
    publisher: Option<String>,
    /// Where its packs come from, as listed: an origin, or `file`
    #[arg(long, value_name = "ORIGIN", requires = "publisher")]
    from: Option<String>,
    /// The key: the line of a minisign public key
    #[arg(long, value_name = "KEY", requires = "from", conflicts_with_all = ["unsigned", "remove"])]
    key: Option<PublicKey>,
    /// Take packs without a signature from there
    #[arg(long, requires = "from", conflicts_with = "remove")]
    unsigned: bool,
    /// Forget the publisher's keys, or the one for `--from`
    #[arg(long, requires = "publisher")]
    remove: bool,
}

/// What its records have.
const MEMBERS: &[Member] = &[
    ("publisher", Is::Text),
    ("from", Is::Text),
    ("key", Is::OptionalText),
    ("key-id", Is::OptionalText),
    ("since", Is::Time),
];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin trust", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::many_records(
        "trusted keys",
        vec![
            reply::column("Publisher", "/publisher"),
            reply::column("From", "/from"),
            reply::column("Key", "/key"),
            reply::column("Since", "/since"),
        ],
    )
}

/// Answers with the keys that are trusted, or were until now.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let store = context.store()?;
    let Some(publisher) = &arguments.publisher else {
        return Ok(Reply::many(store.trusted()?.iter().map(record)));
    };
    if arguments.remove {
        let gone = store.distrust(publisher, arguments.from.as_deref())?;
        let what = if gone.is_empty() { "no key was trusted for" } else { "no key is trusted any more for" };
        context.console().note(&format!("{what} `{publisher}`"));
        return Ok(Reply::many(gone.iter().map(record)));
    }
    if let Some(origin) = arguments.from.clone().filter(|_| arguments.key.is_some() || arguments.unsigned) {
        let since = jiff::Timestamp::now().to_string();
        let decided = TrustedKey { publisher: publisher.clone(), origin, key: arguments.key, since };
        store.trust(decided.clone())?;
        return Ok(Reply::many(vec![record(&decided)]));
    }
    let known = store.trusted()?;
    let its = known.iter().filter(|one| {
        one.publisher == *publisher && arguments.from.as_ref().is_none_or(|from| one.origin == *from)
    });
    Ok(Reply::many(its.map(record)))
}

fn record(one: &TrustedKey) -> Value {
    json!({
        "publisher": one.publisher,
        "from": one.origin,
        "key": one.key.map(|key| key.to_string()),
        "key-id": one.key.map(|key| key.key_id()),
        "since": one.since,
    })
}
