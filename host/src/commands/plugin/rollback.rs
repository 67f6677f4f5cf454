//! `vantage plugin rollback`: an earlier version of a pack, with the grants that it had.

use clap::Args;
use semver::Version;
use serde_json::json;
use vantage_output::AnswerSpec;
use vantage_policy::authority::Trust;
use vantage_policy::team::Candidate;

use crate::context::Context;
use crate::error::HostError;
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};
use crate::team_policy;

/// Go back to an earlier version of a pack
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The version before is kept with its grants, and one more before that. `plugin show` lists them.

Examples:
  vantage plugin rollback gpu-report
      Goes back to the version before
  vantage plugin rollback gpu-report --to 1.0.0
      Goes to this version")]
pub struct Arguments {
    /// Pack, by id or by the word of its command
    pack: String,
    /// The version to go to, of those that are kept
    #[arg(long, value_name = "VERSION")]
    to: Option<Version>,
}

/// What its records have.
const MEMBERS: &[Member] =
    &[("id", Is::Text), ("from", Is::OptionalText), ("version", Is::OptionalText), ("digest", Is::Text)];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin rollback", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("Pack", "/id"),
        reply::column("From", "/from"),
        reply::column("Version", "/version"),
        reply::column("Digest", "/digest"),
    ])
}

/// Answers with the version that runs now.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let store = context.store()?;
    let pack = store.find(&arguments.pack)?;
    let earlier = store.earlier(&pack.id, arguments.to.as_ref())?;
    let (digest, source) = (earlier.digest.to_string(), earlier.source.to_string());
    let candidate = Candidate {
        trust: Trust::ThirdParty,
        digest: &digest,
        source: Some(&source),
        identity: Some((pack.id.as_str(), &earlier.version)),
    };
    context.policies()?.admit(&candidate).map_err(|bar| team_policy::denied(&pack.id, None, &bar))?;
    let now = store.roll_back(&pack.id, &earlier.digest)?;
    let text = |version: Option<&Version>| version.map(ToString::to_string);
    context.console().note(&format!("`{}` is at {} again", pack.id, earlier.version));
    Ok(Reply::one(json!({
        "id": pack.id,
        "from": text(pack.version.as_ref()),
        "version": text(now.version.as_ref()),
        "digest": now.digest,
    })))
}
