//! `vantage plugin show`: one pack, its commands, where it comes from and what it may do.

use clap::Args;
use serde_json::{Value, json};
use vantage_policy::authority::{Trust, explain, warning};

use crate::commands::plugin::authority::{self, Pack};
use crate::context::Context;
use crate::error::HostError;
use crate::reply::{self, Reply};
use vantage_output::AnswerSpec;

/// Show a pack: its commands, where it comes from and what it may do
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// Pack, by id or by the word of its command
    pack: String,
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("Pack", "/id"),
        reply::column("Version", "/version"),
        reply::column("Summary", "/summary"),
        reply::column("Source", "/source"),
        reply::column("Digest", "/digest"),
        reply::column("License", "/license"),
        reply::column("Authority", "/authority"),
        reply::column("Warning", "/warning"),
    ])
}

/// Answers with one record; capabilities each say whether they are granted in this profile.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let pack = Pack::find(&arguments.pack, context)?;
    let grants = pack.grants(context)?;
    let trust = if pack.bundled() { Trust::Bundled } else { Trust::ThirdParty };
    let explained = explain(&pack.description, trust)?;
    let capabilities: Vec<Value> = explained
        .iter()
        .map(|line| {
            json!({
                "capability": line.capability.to_string(),
                "group": line.group,
                "granted": grants.contains(&line.capability),
                "purposes": line.purposes,
                "reaches": line.paths,
            })
        })
        .collect();
    let description = &pack.description;
    let lines: Vec<String> = explained
        .iter()
        .map(|line| authority::shown(&line.capability, grants.contains(&line.capability)))
        .collect();
    let record = json!({
        "id": description.id,
        "version": description.version.to_string(),
        "summary": description.summary,
        "source": pack.source(),
        "digest": pack.digest(),
        "homepage": description.homepage,
        "license": description.license,
        "commands": description
            .commands
            .iter()
            .map(|command| json!({
                "line": format!("vantage {}", command.path.join(" ")),
                "summary": command.summary,
            }))
            .collect::<Vec<_>>(),
        "capabilities": capabilities,
        "authority": lines,
        "warning": warning(&explained),
    });
    Ok(Reply::one(record))
}
