//! `vantage plugin audit`: what packs asked for and what was decided, and whether the log still says so.
//!
//! Lines are shown as they are read, the newest last, so that a log of any length is no matter; each
//! is the log's own text. What is wrong with the log is `--verify`'s to name. The log is written in
//! `adapters/audit.rs`, and kept and checked by the store.

use clap::{Args, ValueEnum};
use serde_json::json;
use vantage_output::{AnswerSpec, Column, ColumnFormat, Console};
use vantage_store::{
    AuditDecision, AuditEntry, AuditFinding, AuditFindings, AuditLog, AuditProblem, AuditSummary,
};

use crate::cli::values;
use crate::commands::plugin::authority::Pack;
use crate::context::Context;
use crate::error::{HostError, Kind, Said};
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

/// Problems that are named; of those beyond there is the number.
const NAMED: usize = 20;

/// What a whole chain shows, and what nothing in the user's own folder can.
const WHOLE: &str = "no line was altered, taken out or cut off since it was written; \
                     whoever may write the files could have made all of them anew, which this does not show";

/// What it shows that there is nothing.
const EMPTY: &str = "nothing was recorded, or all of it was removed, which this does not show";

/// What a broken chain shows.
const BROKEN: &str = "the log is not as it was written; an accident and an edit look the same";

/// Show what packs asked for and what was decided, or verify that the record is whole
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  vantage plugin audit --since 2h --decision denied
      Shows what packs were denied in the last two hours
  vantage plugin audit --sort -time --limit 20
      Shows the last 20 lines, the newest first
  vantage plugin audit --verify
      Checks that no line was altered, taken out or cut off")]
pub struct Arguments {
    /// Only lines of this pack, by id or by the word of its command
    #[arg(long)]
    pack: Option<String>,
    /// Only lines since this time, as in `2026-01-31T12:00:00Z`, `2h` or `7d`
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<jiff::Timestamp>,
    /// Only what was decided so
    #[arg(long)]
    decision: Option<Decision>,
    /// Only lines of this operation, by name or by a root field, as in `cluster/Query.clusters`
    #[arg(long, value_name = "OPERATION")]
    operation: Option<String>,
    /// Check the whole log instead of showing it
    #[arg(long, conflicts_with_all = ["pack", "since", "decision", "operation"])]
    verify: bool,
}

/// A decision, as it is named on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Decision {
    /// What was done, or at least tried
    Allowed,
    /// What was not done
    Denied,
}

fn since(text: &str) -> Result<jiff::Timestamp, String> {
    values::moment(text, jiff::Timestamp::now())
}

/// What a line of the log has, of which those without a value are left out.
const LINE: &[Member] = &[
    ("version", Is::Count),
    ("sequence", Is::Count),
    ("time", Is::Time),
    ("profile", Is::Text),
    ("command", Is::Text),
    ("pack", Is::Text),
    ("pack_version", Is::Text),
    ("digest", Is::Text),
    ("kind", Is::Text),
    ("decision", Is::Word(&["allowed", "denied"])),
    ("operation", Is::Text),
    ("fields", Is::Texts),
    ("rule", Is::Text),
    ("capability", Is::Text),
    ("outcome", Is::Text),
    ("seconds", Is::Number),
    ("bytes", Is::Count),
    ("events", Is::Count),
    ("repeated", Is::Count),
    ("previous", Is::Text),
    ("hash", Is::Text),
];
const LEFT_OUT: &[&str] =
    &["operation", "fields", "rule", "capability", "outcome", "seconds", "bytes", "events", "repeated"];

/// What the record of a check has.
const VERIFIED: &[Member] = &[
    ("whole", Is::Flag),
    ("files", Is::Count),
    ("lines", Is::Count),
    ("first", Is::OptionalCount),
    ("last", Is::OptionalCount),
    ("torn", Is::Count),
    ("problems", Is::Count),
    ("places", Is::Texts),
    ("meaning", Is::Text),
];

/// The JSON Schema of its records.
pub fn schema(arguments: &Arguments) -> serde_json::Value {
    match arguments.verify {
        true => of_record("plugin audit --verify", VERIFIED, &[]),
        false => of_record("plugin audit", LINE, LEFT_OUT),
    }
}

/// How it answers.
pub fn answer(arguments: &Arguments) -> AnswerSpec {
    if arguments.verify {
        return reply::one_record(vec![
            reply::column("Whole", "/whole"),
            reply::column("Lines", "/lines"),
            reply::column("Files", "/files"),
            reply::column("First", "/first"),
            reply::column("Last", "/last"),
            reply::column("Torn", "/torn"),
            reply::column("Problems", "/problems"),
            reply::column("Places", "/places"),
            reply::column("Meaning", "/meaning"),
        ]);
    }
    let format = |format, title: &str, pointer: &str| Column { format, ..reply::column(title, pointer) };
    reply::many_records(
        "entries",
        vec![
            reply::time_column("Time", "/time"),
            reply::column("Pack", "/pack"),
            reply::column("Command", "/command"),
            reply::column("Operation", "/operation"),
            reply::status_column("Decision", "/decision"),
            format(ColumnFormat::Duration, "Duration", "/seconds"),
            format(ColumnFormat::Size, "Bytes", "/bytes"),
            reply::wide_column("Kind", "/kind"),
            reply::wide_column("Rule", "/rule"),
            reply::wide_column("Outcome", "/outcome"),
            reply::wide_column("Fields", "/fields"),
            reply::wide_column("Profile", "/profile"),
        ],
    )
}

/// Answers with the log's lines, or with whether they are whole.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let log = AuditLog::open(&context.folders()?.state);
    let findings = log.snapshot()?.findings();
    if arguments.verify {
        return verified(findings, &log);
    }
    let filter = Filter::new(arguments, context)?;
    Ok(Reply::streamed(Lines { findings, filter, console: context.console().clone(), problems: 0 }))
}

/// Which lines are shown.
struct Filter {
    pack: Option<(String, Option<String>)>,
    since: Option<jiff::Timestamp>,
    decision: Option<AuditDecision>,
    operation: Option<String>,
}

impl Filter {
    fn new(arguments: &Arguments, context: &Context) -> Result<Self, HostError> {
        let pack = match &arguments.pack {
            Some(name) => Some((name.clone(), id_of(name, context)?)),
            None => None,
        };
        let decision = arguments.decision.map(|decision| match decision {
            Decision::Allowed => AuditDecision::Allowed,
            Decision::Denied => AuditDecision::Denied,
        });
        Ok(Self { pack, since: arguments.since, decision, operation: arguments.operation.clone() })
    }

    fn shows(&self, entry: &AuditEntry) -> bool {
        let pack = self
            .pack
            .as_ref()
            .is_none_or(|(name, id)| entry.pack == *name || id.as_ref().is_some_and(|id| entry.pack == *id));
        let since = self.since.is_none_or(|since| {
            // A time that is none is not a reason to leave a line out.
            entry.time.parse::<jiff::Timestamp>().is_ok_and(|time| time >= since)
        });
        let operation = self
            .operation
            .as_ref()
            .is_none_or(|wanted| entry.operation.as_ref() == Some(wanted) || entry.fields.contains(wanted));
        pack && since && operation && self.decision.is_none_or(|decision| entry.decision == decision)
    }
}

/// The id behind the word of a command. Packs that were removed have none, and are named by their id.
fn id_of(name: &str, context: &Context) -> Result<Option<String>, HostError> {
    if let Some(pack) = Pack::bundled_by(name) {
        return Ok(Some(pack.id.to_owned()));
    }
    let packs = context.store()?.list()?;
    let named = packs.into_iter().find(|pack| pack.id == name || pack.words.iter().any(|word| word == name));
    Ok(named.map(|pack| pack.id))
}

/// The lines that are shown, read while they are written out.
struct Lines {
    findings: AuditFindings,
    filter: Filter,
    console: Console,
    problems: u64,
}

impl Iterator for Lines {
    type Item = Result<String, HostError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.findings.next() {
                Some(Ok(AuditFinding::Entry(line))) if self.filter.shows(&line.entry) => {
                    return Some(Ok(line.text));
                }
                Some(Ok(AuditFinding::Entry(_))) => {}
                Some(Ok(AuditFinding::Problem(_))) => self.problems += 1,
                Some(Err(error)) => return Some(Err(error.into())),
                None => {
                    self.tell();
                    return None;
                }
            }
        }
    }
}

impl Lines {
    fn tell(&mut self) {
        let found = match std::mem::take(&mut self.problems) {
            0 => return,
            1 => "one place".to_owned(),
            problems => format!("{problems} places"),
        };
        self.console.warn(&format!(
            "the audit log is not as it was written in {found}: vantage plugin audit --verify says where"
        ));
    }
}

/// Reads the whole log, and says what that shows.
fn verified(mut findings: AuditFindings, log: &AuditLog) -> Result<Reply, HostError> {
    let (mut named, mut problems) = (Vec::new(), 0_u64);
    for finding in &mut findings {
        if let AuditFinding::Problem(problem) = finding? {
            problems += 1;
            if named.len() < NAMED {
                named.push(problem);
            }
        }
    }
    let AuditSummary { files, lines, first, last, torn } = findings.summary();
    let record = json!({
        "whole": problems == 0,
        "files": files,
        "lines": lines,
        "first": first,
        "last": last,
        "torn": torn,
        "problems": problems,
        // Of an error's causes people see the first.
        "places": told(&named, problems),
        "meaning": match (problems, lines) {
            (0, 0) => EMPTY,
            (0, _) => WHOLE,
            _ => BROKEN,
        },
    });
    Ok(Reply::one(record).but((problems > 0).then(|| broken(&named, problems, log))))
}

/// Each problem as a line, and how many more there are.
fn told(named: &[AuditProblem], problems: u64) -> Vec<String> {
    let mut lines: Vec<String> = named.iter().map(ToString::to_string).collect();
    if let more @ 1.. = problems - named.len() as u64 {
        lines.push(format!("and {more} more"));
    }
    lines
}

fn broken(named: &[AuditProblem], problems: u64, log: &AuditLog) -> HostError {
    let place = |problem: &AuditProblem| {
        json!({
            "path": problem.path.to_string_lossy(),
            "line": problem.line,
            "fault": problem.fault.to_string(),
        })
    };
    HostError::Said(Box::new(Said {
        kind: Kind::Failed,
        message: "the audit log is not as it was written".to_owned(),
        causes: told(named, problems),
        hints: vec![format!(
            "a new log begins when all files of this one are moved away: those beside `{}` that begin with `audit.`",
            log.log_path().display()
        )],
        request_id: None,
        details: Some(json!({ "problems": named.iter().map(place).collect::<Vec<_>>() })),
        backtrace: None,
    }))
}
