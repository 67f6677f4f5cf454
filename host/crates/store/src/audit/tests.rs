//! What the tests of the audit log share: entries, logs to damage, and what is found in them.

use std::fs;
use std::path::Path;

use super::*;

mod concurrent;
mod damage;
mod hostile;
mod rotation;
mod sample;
mod torn;

/// A line as `cluster list` makes it; `number` tells it from others.
fn entry(number: u64) -> AuditEntry {
    AuditEntry {
        time: "2026-11-23T12:00:00.123Z".into(),
        profile: "acme".into(),
        command: "cluster list".into(),
        pack: "vantage/cluster".into(),
        pack_version: "0.1.0".into(),
        digest: crate::sha256_digest(b"cluster"),
        kind: "query".into(),
        operation: Some("ListClusters".into()),
        fields: vec!["cluster/Query.clusters".into()],
        decision: AuditDecision::Allowed,
        rule: None,
        capability: None,
        outcome: Some("ok".into()),
        seconds: Some(0.012),
        bytes: Some(number),
        events: None,
        repeated: None,
    }
}

fn log() -> (tempfile::TempDir, AuditLog) {
    let folder = tempfile::Builder::new().prefix("a b\n'ü").tempdir().unwrap();
    let log = AuditLog::open(&folder.path().join("state"));
    (folder, log)
}

/// A log with lines 1 to `count`, whose `bytes` are their numbers.
fn filled(count: u64) -> (tempfile::TempDir, AuditLog) {
    let (folder, log) = log();
    fill(&log, 1..=count);
    (folder, log)
}

fn fill(log: &AuditLog, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        log.append(&entry(number)).unwrap();
    }
}

impl AuditLog {
    fn with_limit(self, limit: u64) -> Self {
        Self { limit, ..self }
    }
}

/// What is wrong with the log, one line each, and how much of it there is.
fn verified(log: &AuditLog) -> (Vec<String>, AuditSummary) {
    let (findings, summary) = read(log);
    let folder = log.folder.display().to_string();
    let problem = |finding| match finding {
        AuditFinding::Problem(problem) => Some(problem.to_string().replace(&folder, "STATE")),
        AuditFinding::Entry(_) => None,
    };
    (findings.into_iter().filter_map(problem).collect(), summary)
}

/// What is wrong, as one text.
fn problems(log: &AuditLog) -> String {
    verified(log).0.join("\n")
}

/// The `bytes` of all entries, in order: which of [`filled`]'s lines are there.
fn numbers(log: &AuditLog) -> Vec<u64> {
    let entry = |finding| match finding {
        AuditFinding::Entry(line) => line.entry.bytes,
        AuditFinding::Problem(_) => None,
    };
    read(log).0.into_iter().filter_map(entry).collect()
}

fn read(log: &AuditLog) -> (Vec<AuditFinding>, AuditSummary) {
    let mut findings = log.snapshot().unwrap().findings();
    let all = findings.by_ref().map(Result::unwrap).collect();
    (all, findings.summary())
}

/// Asserts that nothing is wrong, and that entries 1 to `count` are there.
#[track_caller]
fn assert_whole(log: &AuditLog, count: u64) {
    assert_eq!(problems(log), "");
    assert_eq!(numbers(log), (1..=count).collect::<Vec<_>>());
}

/// Writes a file as nothing in this crate would, with the mode that it has.
fn overwrite(path: &Path, bytes: &[u8]) {
    use std::io::Write;
    fs::OpenOptions::new().write(true).truncate(true).open(path).unwrap().write_all(bytes).unwrap();
}

/// Makes the head say something else.
fn set_head(log: &AuditLog, head: head::Head) {
    head::HeadFile::open(&log.head_path()).unwrap().write(head).unwrap();
}

/// Changes the lines of the newest file.
fn edit(log: &AuditLog, change: impl FnOnce(&mut Vec<String>)) {
    let mut lines: Vec<String> =
        fs::read_to_string(log.log_path()).unwrap().lines().map(str::to_owned).collect();
    change(&mut lines);
    overwrite(&log.log_path(), (lines.join("\n") + "\n").as_bytes());
}

#[test]
fn lines_are_chained_numbered_and_the_users_alone() {
    use std::os::unix::fs::MetadataExt;
    let (_folder, log) = filled(3);
    assert_whole(&log, 3);
    let (_, summary) = verified(&log);
    assert_eq!(summary, AuditSummary { files: 1, lines: 3, first: Some(1), last: Some(3), torn: 0 });
    for path in [log.log_path(), log.head_path(), log.lock_path()] {
        assert_eq!(fs::metadata(path).unwrap().mode() & 0o7777, 0o600);
    }
    let text = fs::read_to_string(log.log_path()).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["previous"], line::NOTHING.to_string());
    assert_eq!((&lines[1]["previous"], &lines[1]["sequence"]), (&lines[0]["hash"], &2.into()));
    assert_eq!(lines[2]["operation"], "ListClusters");
}

#[test]
fn reading_makes_nothing_and_what_is_empty_is_whole() {
    let (folder, log) = log();
    assert_whole(&log, 0);
    assert!(log.snapshot().unwrap().is_empty());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_packs_call_things_stays_within_its_place() {
    let (_folder, log) = log();
    let hostile = "x\",\"hash\":\"sha256:0\"}\n{\u{202e}\u{0}";
    let long = "ü".repeat(1000);
    let fields = vec![long.clone(); 100];
    let given = AuditEntry { operation: Some(hostile.into()), command: long, fields, ..entry(1) };
    log.append(&given).unwrap();
    fill(&log, [2]);
    assert_whole(&log, 2);
    let (findings, _) = read(&log);
    let AuditFinding::Entry(line) = &findings[0] else { panic!("{findings:?}") };
    assert_eq!(line.entry.operation.as_deref(), Some(hostile));
    assert_eq!(line.entry.command, format!("{}…", "ü".repeat(128)));
    assert_eq!(line.entry.fields.len(), 20);
    assert!(line.text.len() < 16 << 10, "{}", line.text.len());
}
