//! Lines that were cut off while they were written: told from those that were altered.

use super::*;

/// A log whose third line was cut off after `length` bytes: the head does not know it yet.
fn torn(length: impl FnOnce(usize) -> usize) -> (tempfile::TempDir, AuditLog) {
    let (folder, log) = filled(2);
    let (lines, head) = (fs::read(log.log_path()).unwrap(), fs::read(log.head_path()).unwrap());
    fill(&log, [3]);
    let whole = fs::read(log.log_path()).unwrap();
    let third = whole.len() - lines.len();
    overwrite(&log.log_path(), &whole[..lines.len() + length(third)]);
    overwrite(&log.head_path(), &head);
    (folder, log)
}

#[test]
fn a_line_torn_at_any_byte_is_torn_and_the_next_goes_on() {
    let (_folder, log) = torn(|third| third);
    let third = fs::read_to_string(log.log_path()).unwrap().lines().last().unwrap().len();
    for length in 1..third {
        let (_folder, log) = torn(|_| length);
        let (found, summary) = verified(&log);
        assert_eq!((found.len(), summary.torn, summary.last), (0, 1, Some(2)), "{length}: {found:?}");
        fill(&log, [3, 4]);
        assert_whole(&log, 4);
        let (_, summary) = verified(&log);
        assert_eq!((summary.torn, summary.lines), (1, 5), "{length}: a remark tells what was torn");
    }
}

#[test]
fn a_line_without_its_newline_or_its_head_is_whole() {
    for missing in [0, 1] {
        let (_folder, log) = torn(|third| third - missing);
        assert_whole(&log, 3);
        fill(&log, [4]);
        assert_whole(&log, 4);
        assert_eq!(verified(&log).1.torn, 0);
    }
}

#[test]
fn the_very_first_line_can_be_torn() {
    let (_folder, log) = filled(1);
    let first = fs::read(log.log_path()).unwrap();
    set_head(&log, head::Head::START);
    overwrite(&log.log_path(), &first[..40]);
    assert_eq!(
        verified(&log),
        (Vec::new(), AuditSummary { files: 1, lines: 0, first: None, last: None, torn: 1 })
    );
    fill(&log, [1]);
    assert_whole(&log, 1);
}

#[test]
fn what_a_power_cut_leaves_is_torn_however_long() {
    let (_folder, log) = filled(2);
    let mut bytes = fs::read(log.log_path()).unwrap();
    bytes.extend(vec![0; 1 << 20]);
    overwrite(&log.log_path(), &bytes);
    assert_eq!((problems(&log), verified(&log).1.torn), (String::new(), 1));
    fill(&log, [3]);
    assert_whole(&log, 3);
    assert_eq!(verified(&log).1.torn, 1);
}

#[test]
fn a_torn_line_that_is_altered_later_is_altered() {
    let (_folder, log) = torn(|_| 100);
    fill(&log, [3]);
    edit(&log, |lines| lines[2].replace_range(50..51, "#"));
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 3: was altered: its hash is not that of its content");
}

#[test]
fn an_altered_line_is_not_excused_by_a_remark_about_another() {
    let (_folder, log) = torn(|_| 100);
    fill(&log, [3]);
    edit(&log, |lines| lines[1].replace_range(50..51, "#"));
    insta::assert_snapshot!(problems(&log), @"`STATE/audit.jsonl` line 2: was altered: its hash is not that of its content");
}

#[test]
fn a_line_that_a_killed_process_wrote_whole_before_its_head_is_kept() {
    let (_folder, log) = torn(|third| third);
    assert_whole(&log, 3);
    fill(&log, [4, 5]);
    assert_whole(&log, 5);
}
