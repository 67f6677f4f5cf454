//! `vantage plugin show`: one pack, its commands, where it comes from and what it may do.
//!
//! For people the authority is drawn in words, as it was when they were asked (`show/drawn.rs`); every
//! other format gets the record, which says the same.

mod drawn;

use clap::Args;
use serde_json::{Value, json};
use vantage_output::{AnswerSpec, Format};
use vantage_policy::authority::{Line, explain, warning};
use vantage_policy::team::Bar;
use vantage_store::Generation;

use crate::commands::plugin::authority::Pack;
use crate::context::Context;
use crate::error::HostError;
use crate::platform_words::PlatformWords;
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};
use crate::team_policy;

/// Show a pack: its commands, where it comes from and what it may do
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// Pack, by id or by the word of its command
    pack: String,
}

/// What is shown of a pack.
struct Shown {
    pack: Pack,
    lines: Vec<Line>,
    /// How each line stands, in the order of the lines.
    standings: Vec<Standing>,
    /// Why the pack is not let run at all.
    refused: Option<Bar>,
    words: PlatformWords,
}

/// Whether the user grants something, and whether the team's policy lets them.
struct Standing {
    granted: bool,
    since: Option<String>,
    bar: Option<Bar>,
}

/// What its record has.
const MEMBERS: &[Member] = &[
    ("id", Is::Text),
    ("version", Is::Text),
    ("summary", Is::Text),
    ("source", Is::OptionalText),
    ("link", Is::Flag),
    ("lock", Is::OptionalText),
    ("added", Is::OptionalTime),
    ("digest", Is::Text),
    ("key-id", Is::OptionalText),
    (
        "versions",
        Is::Records(&[
            ("version", Is::Text),
            ("digest", Is::Text),
            ("added", Is::Time),
            ("source", Is::Text),
            ("key-id", Is::OptionalText),
        ]),
    ),
    ("homepage", Is::OptionalText),
    ("license", Is::OptionalText),
    ("commands", Is::Records(&[("line", Is::Text), ("summary", Is::Text)])),
    (
        "capabilities",
        Is::Records(&[
            ("capability", Is::Text),
            ("group", Is::Text),
            ("meaning", Is::Text),
            ("granted", Is::Flag),
            ("since", Is::OptionalTime),
            ("policy", Is::OptionalRecord(team_policy::MEMBERS)),
            ("purposes", Is::Texts),
            ("platform", Is::OptionalText),
            ("reaches", Is::Texts),
        ]),
    ),
    ("authority", Is::Texts),
    ("policy", Is::OptionalRecord(team_policy::MEMBERS)),
    ("warning", Is::OptionalText),
];

/// The JSON Schema of its record.
pub fn schema() -> Value {
    of_record("plugin show", MEMBERS, &[])
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
        reply::column("Policy", "/policy/rule"),
        reply::column("Warning", "/warning"),
    ])
}

/// Answers with one record; capabilities each say whether they are granted in this profile.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let shown = Shown::find(&arguments.pack, context).await?;
    if is_for_people(context) {
        context.console().document(&shown.drawn(context)?)?;
        return Ok(Reply::nothing());
    }
    Ok(Reply::one(shown.record()))
}

/// A table or text that was asked for, or a terminal; whoever names columns wants fields.
pub(super) fn is_for_people(context: &Context) -> bool {
    let style = context.console().style();
    let asked = match style.format {
        Some(format) => matches!(format, Format::Table | Format::Text),
        None => style.stdout_terminal,
    };
    asked && style.columns.is_none()
}

/// Whether the platform's words have a place in the answer: fields, as scripts read them, have none.
fn shows_words(context: &Context) -> bool {
    let whole = [Format::Json, Format::Jsonl, Format::Yaml];
    is_for_people(context) || context.console().style().format.is_some_and(|format| whole.contains(&format))
}

impl Shown {
    async fn find(name: &str, context: &Context) -> Result<Self, HostError> {
        let pack = Pack::find(name, context)?;
        let lines = explain(&pack.description, pack.trust())?;
        let (grants, policies) = (pack.grants(context)?, context.policies()?);
        let refused = pack.admit(policies).err();
        let mut standings = Vec::new();
        for Line { capability, .. } in &lines {
            let granted = grants.contains(capability);
            let since = if granted { pack.granted_since(capability, context)? } else { None };
            let bar = refused.clone().or_else(|| policies.allow(capability, pack.trust()).err());
            standings.push(Standing { granted, since, bar });
        }
        let words = match shows_words(context) {
            true => PlatformWords::about(&lines, context).await,
            false => PlatformWords::default(),
        };
        Ok(Self { pack, lines, standings, refused, words })
    }

    fn record(&self) -> Value {
        let description = &self.pack.description;
        json!({
            "id": description.id,
            "version": description.version.to_string(),
            "summary": description.summary,
            "source": self.pack.source(),
            "link": self.pack.follows(),
            "lock": self.pack.lock(),
            "added": self.pack.added(),
            "digest": self.pack.digest(),
            "key-id": self.pack.key().map(|key| key.key_id()),
            "versions": self.pack.versions().iter().map(version).collect::<Vec<_>>(),
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
            "capabilities": self.each().map(|(line, standing)| self.capability(line, standing)).collect::<Vec<_>>(),
            "authority": self
                .each()
                .map(|(line, standing)| format!("{} ({})", line.capability, standing.word()))
                .collect::<Vec<_>>(),
            "policy": self.refused.as_ref().map(team_policy::json),
            "warning": warning(&self.lines),
        })
    }

    fn capability(&self, line: &Line, standing: &Standing) -> Value {
        json!({
            "capability": line.capability.to_string(),
            "group": line.group,
            "meaning": line.meaning,
            "granted": standing.granted,
            "since": standing.since,
            "policy": standing.bar.as_ref().map(team_policy::json),
            "purposes": line.purposes,
            "platform": self.words.of(&line.capability),
            "reaches": line.paths,
        })
    }

    fn each(&self) -> impl Iterator<Item = (&Line, &Standing)> {
        self.lines.iter().zip(&self.standings)
    }
}

fn version(kept: &Generation) -> Value {
    json!({
        "version": kept.version.to_string(),
        "digest": kept.digest.to_string(),
        "added": kept.added,
        "source": kept.source.to_string(),
        "key-id": kept.key().map(|key| key.key_id()),
    })
}

impl Standing {
    fn word(&self) -> &'static str {
        match (&self.bar, self.granted) {
            (Some(_), _) => "denied by policy",
            (None, true) => "granted",
            (None, false) => "not granted",
        }
    }
}
