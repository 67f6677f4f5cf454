//! `vantage doctor`: one line for each thing that can stop a command, with what mends it.
//!
//! It looks and changes nothing, and sends no token. It ends with exit status 1 where something does
//! not work, so that scripts can ask it too. What is checked of a session is in the session crate;
//! here are the checks of what the host itself reads.

mod surroundings;

use clap::Args;
use serde_json::{Value, json};
use vantage_output::AnswerSpec;
use vantage_policy::team::PolicyFile;
use vantage_session::{Check, Privacy, Verdict};

use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

/// Check configuration, folders, sign-in, network and packs
#[derive(Debug, Clone, Args)]
pub struct Arguments {}

/// What its records have.
const MEMBERS: &[Member] = &[
    ("check", Is::Text),
    ("status", Is::Word(&["ok", "warning", "failed"])),
    ("finding", Is::Text),
    ("remedy", Is::OptionalText),
];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("doctor", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::many_records(
        "checks",
        vec![
            reply::column("Check", "/check"),
            reply::status_column("Status", "/status"),
            reply::column("Finding", "/finding"),
            reply::column("Remedy", "/remedy"),
        ],
    )
}

/// Answers with a record per check.
pub async fn run(_: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let environment = context.environment();
    let mut checks = vec![configuration(context)];
    checks.extend(folders(context));
    match context.session() {
        Ok(session) => {
            checks.extend(session.check_store());
            checks.extend(surroundings::check(environment));
            if context.offline() {
                checks.push(offline());
            } else {
                checks.extend(session.check_provider().await);
                checks.extend(session.check_apis().await);
            }
        }
        Err(error) => checks.push(failed("profile", &error)),
    }
    checks.extend(policies(context));
    checks.extend(packs(context));
    let broken = checks.iter().filter(|check| check.verdict == Verdict::Bad).count();
    let failure = match broken {
        0 => None,
        1 => Some("one check found something that does not work".to_owned()),
        _ => Some(format!("{broken} checks found what does not work")),
    };
    let failure = failure.map(|message| HostError::said(Kind::Failed, message, Vec::new()));
    Ok(Reply::many(checks.iter().map(record)).but(failure))
}

fn configuration(context: &Context) -> Check {
    let found = context.folders().and_then(|folders| Ok((folders, context.configuration()?)));
    match found {
        Ok((folders, configuration)) => {
            let file = folders.config_file().display().to_string();
            let warnings = configuration.warnings();
            Check {
                subject: "configuration",
                verdict: if warnings.is_empty() { Verdict::Good } else { Verdict::Warning },
                finding: if warnings.is_empty() { file } else { warnings.join("; ") },
                remedy: None,
            }
        }
        Err(error) => failed("configuration", &error),
    }
}

/// What is behind the network is not looked at, and not called good.
fn offline() -> Check {
    Check {
        subject: "network",
        verdict: Verdict::Warning,
        finding: "not looked at: this run is offline".to_owned(),
        remedy: Some("leave --offline out, and VANTAGE_OFFLINE unset, to look".to_owned()),
    }
}

/// Grants are in the data folder and addresses in the configuration: neither is a secret, and
/// whoever can write there decides what becomes of the secrets.
fn folders(context: &Context) -> Vec<Check> {
    let Ok(folders) = context.folders() else {
        // The configuration's check has said so.
        return Vec::new();
    };
    vec![
        Check::folder("config folder", &folders.config, Privacy::Open),
        Check::folder("state folder", &folders.state, Privacy::Secret),
        Check::folder("data folder", &folders.data, Privacy::Open),
        Check::folder("cache folder", &folders.cache, Privacy::Open),
    ]
}

/// A line for each team policy that applies; a file that is at fault keeps packs of others from running.
fn policies(context: &Context) -> Vec<Check> {
    let policies = match context.policies() {
        Ok(policies) => policies,
        // The configuration's check has said so.
        Err(_) => return Vec::new(),
    };
    let check = |file: &PolicyFile| Check {
        subject: "team policy",
        verdict: if file.fault().is_some() { Verdict::Bad } else { Verdict::Good },
        finding: match file.fault() {
            Some(fault) => format!("`{}` denies all packs of others: {fault}", file.path()),
            None => file.path().to_owned(),
        },
        remedy: file.fault().map(|_| "ask whoever keeps the file to put it right".to_owned()),
    };
    policies.files().iter().map(check).collect()
}

fn packs(context: &Context) -> Vec<Check> {
    let installed = match context.store().and_then(|store| Ok(store.list()?)) {
        Ok(installed) => installed,
        Err(error) => return vec![failed("packs", &error)],
    };
    let count = installed.len() + vantage_bundle::PACKS.len();
    let mut checks = vec![Check {
        subject: "packs",
        verdict: Verdict::Good,
        finding: format!("{count}, of which {} are part of vantage", vantage_bundle::PACKS.len()),
        remedy: None,
    }];
    checks.extend(installed.iter().filter_map(|pack| {
        let broken = pack.broken.as_ref()?;
        Some(Check {
            subject: "pack",
            verdict: Verdict::Bad,
            finding: format!("`{}` is broken: {}", pack.id, broken.reason),
            remedy: Some(broken.remedy.clone()),
        })
    }));
    checks
}

fn failed(subject: &'static str, error: &HostError) -> Check {
    let report = error.report();
    let mut finding = report.message;
    for cause in &report.causes {
        finding.push_str(": ");
        finding.push_str(cause);
    }
    Check { subject, verdict: Verdict::Bad, finding, remedy: report.hints.first().cloned() }
}

fn record(check: &Check) -> Value {
    let verdict = match check.verdict {
        Verdict::Good => "ok",
        Verdict::Warning => "warning",
        Verdict::Bad => "failed",
    };
    json!({ "check": check.subject, "status": verdict, "finding": check.finding, "remedy": check.remedy })
}
