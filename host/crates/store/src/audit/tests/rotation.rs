//! New files: the chain goes on over them, and only the oldest goes.

use super::*;

/// A log of which three lines fill a file.
fn small() -> (tempfile::TempDir, AuditLog) {
    let (folder, log) = filled(3);
    let limit = fs::metadata(log.log_path()).unwrap().len() + 30;
    (folder, log.with_limit(limit))
}

fn files(log: &AuditLog) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(&log.folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("audit.jsonl"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_new_file_goes_on_where_the_old_one_ended() {
    let (_folder, log) = small();
    fill(&log, 4..=7);
    assert_eq!(files(&log), ["audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"]);
    assert_whole(&log, 7);
    assert_eq!(verified(&log).1.files, 3);
    for (number, lines) in [(0, 1), (1, 3), (2, 3)] {
        assert_eq!(fs::read_to_string(log.path(number)).unwrap().lines().count(), lines);
    }
}

#[test]
fn six_files_are_kept_and_what_went_by_rotation_is_not_missing() {
    let (_folder, log) = small();
    fill(&log, 4..=40);
    assert_eq!(files(&log).len(), 6);
    assert_eq!(problems(&log), "");
    let numbers = numbers(&log);
    assert_eq!((numbers[0], numbers[numbers.len() - 1]), (25, 40));
    fs::remove_file(log.path(KEPT)).unwrap();
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl.4` line 1: lines number 25 to 27 are missing before it");
}

#[test]
fn a_file_that_is_gone_from_the_middle_is_found_and_its_place_is_used() {
    let (_folder, log) = small();
    fill(&log, 4..=18);
    fs::remove_file(log.path(3)).unwrap();
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl.2` line 1: lines number 7 to 9 are missing before it");
    fill(&log, [19]);
    assert_eq!(
        numbers(&log),
        [1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
        "nothing more goes"
    );
}

#[test]
fn a_rotation_that_was_interrupted_anywhere_is_gone_on_with() {
    // As a kill leaves it: the head knows what may go, and the first so many renames are done.
    for done in 0..=6 {
        let (_folder, log) = small();
        fill(&log, 4..=18);
        let state = head::read(&log.head_path()).unwrap().good().unwrap();
        set_head(&log, head::Head { oldest: 4, ..state });
        for number in (0..=KEPT).rev().take(done).filter(|number| *number < KEPT) {
            fs::rename(log.path(number), log.path(number + 1)).unwrap();
        }
        assert_eq!(problems(&log), "", "{done} renames");
        fill(&log, [19, 20]);
        assert_eq!(problems(&log), "", "{done} renames, and more lines");
        assert_eq!(numbers(&log).last(), Some(&20), "{done} renames");
        assert!(files(&log).len() <= 6, "{done} renames: {:?}", files(&log));
    }
}

#[test]
fn a_torn_line_is_ended_before_its_file_is_left() {
    let (_folder, log) = small();
    let whole = fs::read(log.log_path()).unwrap();
    overwrite(&log.log_path(), &[&whole[..], b"{\"version\":1,\"seq"].concat());
    fill(&log, [4]);
    assert_eq!(files(&log), ["audit.jsonl", "audit.jsonl.1"]);
    assert_whole(&log, 4);
    assert_eq!(verified(&log).1.torn, 1);
}

#[test]
fn a_snapshot_is_whole_while_the_log_goes_on() {
    let (_folder, log) = small();
    let snapshot = log.snapshot().unwrap();
    fill(&log, 4..=40);
    let findings: Vec<_> = snapshot.findings().map(Result::unwrap).collect();
    assert_eq!(findings.len(), 3, "{findings:?}");
    assert!(findings.iter().all(|finding| matches!(finding, AuditFinding::Entry(_))));
}

#[test]
fn files_are_ten_mebibytes_at_most() {
    let (_folder, log) = filled(1);
    assert_eq!(log.limit, 10 << 20);
    let full = fs::OpenOptions::new().write(true).open(log.log_path()).unwrap();
    full.set_len(log.limit - 1).unwrap();
    fill(&log, [2]);
    assert_eq!(files(&log), ["audit.jsonl", "audit.jsonl.1"]);
}
