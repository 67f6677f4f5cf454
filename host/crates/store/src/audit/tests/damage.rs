//! Whatever is changed is found, and said with its place.

use super::*;
use crate::error::StoreError;

#[test]
fn every_byte_that_is_altered_is_found() {
    let (_folder, log) = filled(3);
    let whole = fs::read(log.log_path()).unwrap();
    // The last newline is no content: a line is whole without it.
    for at in 0..whole.len() - 1 {
        for other in [whole[at] ^ 1, whole[at] ^ 0x20, b'\n', 0, 0xff] {
            if other == whole[at] {
                continue;
            }
            let mut altered = whole.clone();
            altered[at] = other;
            overwrite(&log.log_path(), &altered);
            let found = problems(&log);
            let line = 1 + whole[..at].iter().filter(|byte| **byte == b'\n').count();
            assert!(found.contains(&format!("audit.jsonl` line {line}: ")), "byte {at} as {other}: {found}");
        }
    }
    overwrite(&log.log_path(), &whole);
    assert_whole(&log, 3);
}

#[test]
fn bytes_that_are_put_in_or_taken_out_are_found() {
    let (_folder, log) = filled(2);
    let whole = fs::read(log.log_path()).unwrap();
    for at in 0..whole.len() - 1 {
        let mut without = whole.clone();
        without.remove(at);
        overwrite(&log.log_path(), &without);
        assert_ne!(problems(&log), "", "byte {at} taken out");
        let mut with = whole.clone();
        with.insert(at, b' ');
        overwrite(&log.log_path(), &with);
        assert_ne!(problems(&log), "", "a space put in at {at}");
    }
}

#[test]
fn an_altered_line_is_named_once_and_the_rest_is_shown() {
    let (_folder, log) = filled(5);
    edit(&log, |lines| lines[2] = lines[2].replace("\"ok\"", "\"no\""));
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 3: was altered: its hash is not that of its content");
    assert_eq!(numbers(&log), [1, 2, 4, 5]);
    fill(&log, [6]);
    assert_eq!(numbers(&log), [1, 2, 4, 5, 6]);
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 3: was altered: its hash is not that of its content");
}

#[test]
fn a_line_that_was_taken_out_is_found() {
    let (_folder, log) = filled(5);
    edit(&log, |lines| drop(lines.remove(2)));
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 3: line number 3 is missing before it");
    edit(&log, |lines| drop(lines.remove(0)));
    insta::assert_snapshot!(problems(&log), @"
    `STATE/audit.jsonl` line 1: line number 1 is missing before it
    `STATE/audit.jsonl` line 2: line number 3 is missing before it
    ");
}

#[test]
fn lines_that_were_swapped_or_doubled_are_found() {
    let (_folder, log) = filled(4);
    edit(&log, |lines| lines.swap(1, 2));
    insta::assert_snapshot!(problems(&log), @"
    `STATE/audit.jsonl` line 2: line number 2 is missing before it
    `STATE/audit.jsonl` line 3: is out of order: it has number 2, after number 3
    ");
    edit(&log, |lines| {
        lines.swap(1, 2);
        lines.insert(2, lines[1].clone());
    });
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 3: is out of order: it has number 2, after number 2");
}

#[test]
fn a_tail_that_was_cut_is_found_also_after_others_were_written() {
    let (_folder, log) = filled(5);
    edit(&log, |lines| lines.truncate(3));
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 3: lines number 4 to 5 are missing at the end");
    fill(&log, [6]);
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 4: lines number 4 to 5 are missing before it");
}

#[test]
fn a_tail_that_was_cut_at_any_byte_is_found() {
    let (_folder, log) = filled(3);
    let whole = fs::read(log.log_path()).unwrap();
    for length in 0..whole.len() - 1 {
        overwrite(&log.log_path(), &whole[..length]);
        assert_ne!(problems(&log), "", "cut to {length}");
    }
    // What is cut within a line is not taken for one that was torn.
    overwrite(&log.log_path(), &whole[..whole.len() - 100]);
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 3: is cut off, and was written whole");
    assert_eq!(verified(&log).1.torn, 0);
    fill(&log, [4]);
    assert_ne!(problems(&log), "", "it stays a gap");
}

#[test]
fn a_file_that_is_gone_is_found() {
    let (_folder, log) = filled(3);
    fs::remove_file(log.log_path()).unwrap();
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl`: lines number 1 to 3 are missing at the end");
    fill(&log, [4]);
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 1: lines number 1 to 3 are missing before it");
}

#[test]
fn a_line_that_was_made_anew_with_its_hash_is_found() {
    let (_folder, log) = filled(4);
    // Who knows how hashes are made can make one, and then has to make all that follow.
    let (_other, forged) = log_with_another_second_line();
    let second = fs::read_to_string(forged.log_path()).unwrap().lines().nth(1).unwrap().to_owned();
    edit(&log, |lines| lines[1] = second.clone());
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 3: does not continue the line before it: one of the two was replaced");
    edit(&log, |lines| {
        lines.truncate(2);
    });
    overwrite(&log.head_path(), &fs::read(forged.head_path()).unwrap());
    assert_eq!(problems(&log), "", "an owner who writes all of it anew is not found");
}

fn log_with_another_second_line() -> (tempfile::TempDir, AuditLog) {
    let (folder, log) = filled(1);
    fill(&log, [7]);
    (folder, log)
}

#[test]
fn the_last_line_is_held_against_the_head() {
    let (_folder, log) = filled(2);
    let (_other, forged) = log_with_another_second_line();
    overwrite(&log.log_path(), &fs::read(forged.log_path()).unwrap());
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 2: was replaced: `audit.head` has another hash for it");
}

#[test]
fn a_head_that_is_gone_is_found_and_noted_by_the_next_line() {
    let (_folder, log) = filled(2);
    fs::remove_file(log.head_path()).unwrap();
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.head`: is gone: whether lines are missing at the end cannot be told");
    fill(&log, [3]);
    assert_eq!(numbers(&log), [1, 2, 3]);
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 3: `audit.head` was gone or damaged when this was written: lines before it may be missing");
}

#[test]
fn a_damaged_head_is_found_whatever_is_wrong_with_it() {
    let (_folder, log) = filled(2);
    let whole = fs::read(log.head_path()).unwrap();
    for damaged in [&b"{}"[..], &whole[1..], &[0; 256], &[&whole[..], b"x"].concat()] {
        overwrite(&log.head_path(), damaged);
        insta::allow_duplicates! {
            insta::assert_snapshot!(problems(&log), @"`STATE/audit.head`: is damaged: whether lines are missing at the end cannot be told");
        }
    }
    fill(&log, [3, 4]);
    assert_eq!(fs::metadata(log.head_path()).unwrap().len(), whole.len() as u64);
    assert_eq!(numbers(&log), [1, 2, 3, 4]);
}

#[test]
fn an_older_head_is_found() {
    let (_folder, log) = filled(2);
    let old = fs::read(log.head_path()).unwrap();
    fill(&log, [3, 4]);
    overwrite(&log.head_path(), &old);
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.head`: is of an earlier state: it ends with number 2, the log with 4");
    fill(&log, [5]);
    assert_whole(&log, 5);
}

#[test]
fn lines_that_are_no_lines_are_found_however_long() {
    let (_folder, log) = filled(2);
    edit(&log, |lines| {
        lines.insert(1, "x".repeat(1 << 20));
        lines.insert(2, "{}".into());
    });
    insta::assert_snapshot!(problems(&log), @"
    `STATE/audit.jsonl` line 2: is longer than any line of the log
    `STATE/audit.jsonl` line 3: was altered: its hash is not that of its content
    ");
    assert_eq!(numbers(&log), [1, 2]);
}

#[test]
fn a_newer_line_is_not_called_altered_and_a_newer_head_is_not_written() {
    let (_folder, log) = filled(2);
    edit(&log, |lines| lines[1] = lines[1].replace("\"version\":1", "\"version\":2"));
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 2: has version 2, which this vantage cannot check");
    let head = fs::read_to_string(log.head_path()).unwrap().replace("\"version\":1", "\"version\":9");
    overwrite(&log.head_path(), head.as_bytes());
    let error = log.append(&entry(3)).unwrap_err();
    assert!(matches!(error, StoreError::AuditNewer { found: 9, .. }), "{error}");
    assert_eq!(fs::read_to_string(log.head_path()).unwrap(), head);
    assert!(problems(&log).contains("audit.head`: has version 9"), "{}", problems(&log));
}
