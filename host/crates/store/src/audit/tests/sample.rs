//! A log as version 1 wrote it: later versions of this program read it, and go on from it.

use super::*;
use std::os::unix::fs::PermissionsExt;

const LOG: &str = include_str!("sample-1/audit.jsonl");
const HEAD: &str = include_str!("sample-1/audit.head");

fn sample() -> (tempfile::TempDir, AuditLog) {
    let (folder, log) = log();
    fs::create_dir_all(&log.folder).unwrap();
    for (path, text) in [(log.log_path(), LOG), (log.head_path(), HEAD)] {
        fs::File::create(&path).unwrap();
        overwrite(&path, text.as_bytes());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    (folder, log)
}

#[test]
fn the_sample_is_whole_and_read_as_it_was_meant() {
    let (_folder, log) = sample();
    let (findings, summary) = read(&log);
    assert_eq!(problems(&log), "");
    assert_eq!(summary, AuditSummary { files: 1, lines: 4, first: Some(1), last: Some(4), torn: 1 });
    let AuditFinding::Entry(line) = &findings[0] else { panic!("{findings:?}") };
    assert_eq!(line.entry, entry(1));
    assert_eq!(line.text, LOG.lines().next().unwrap());
    let AuditFinding::Entry(line) = &findings[1] else { panic!("{findings:?}") };
    assert_eq!(line.entry, full());
}

#[test]
fn the_sample_is_gone_on_with_and_written_in_the_same_way() {
    let (_folder, log) = sample();
    fill(&log, [5]);
    assert_eq!(problems(&log), "");
    assert!(fs::read_to_string(log.log_path()).unwrap().starts_with(LOG));

    let (_folder, log) = filled(1);
    log.append(&full()).unwrap();
    let written = fs::read_to_string(log.log_path()).unwrap();
    assert_eq!(written.lines().collect::<Vec<_>>(), LOG.lines().take(2).collect::<Vec<_>>());
}

/// An entry with every field.
fn full() -> AuditEntry {
    AuditEntry {
        kind: "subscription".into(),
        operation: Some("Watch".into()),
        fields: vec!["jobs/Subscription.jobSubmissionChanged".into()],
        decision: AuditDecision::Denied,
        rule: Some("not-granted".into()),
        capability: Some("subscription jobs/Subscription.jobSubmissionChanged".into()),
        outcome: Some("revoked".into()),
        seconds: Some(61.5),
        bytes: Some(9000),
        events: Some(12),
        repeated: Some(3),
        ..entry(0)
    }
}

/// Not a test: writes the sample anew, into the folder that it is started in.
#[test]
#[ignore = "writes the sample; the one that is kept is not changed any more"]
fn write_the_sample() {
    let log = AuditLog::open(Path::new("sample-1"));
    fill(&log, [1]);
    log.append(&full()).unwrap();
    let torn = [&fs::read(log.log_path()).unwrap()[..], b"{\"version\":1,\"sequence\":3,\"ti"].concat();
    overwrite(&log.log_path(), &torn);
    fill(&log, [4]);
}
