//! What is said beside an answer: by the host and by packs, to people and to programs.

use serde_json::{Value, json};

use super::*;
use crate::{ErrorReport, TimingRow, Totals};

fn said(style: Style, speak: impl FnOnce(&Console)) -> String {
    let bench = Bench::new(style);
    speak(&bench.console);
    assert_eq!(bench.stdout.text(), "", "standard output is for the answer");
    bench.stderr.text()
}

fn everything(console: &Console) {
    console.note("saved \u{1b}[1m`lab`");
    console.announce("code: WDJB-MJHT");
    console.warn("the token\nexpires");
    console.pack_note("acme/x", "hint: vantage plugin grant\nerror: no");
    console.pack_warn("acme/x", "careful\u{202e}");
    console.pack_warn("", "bundled");
    console.pack_line("acme/x", "Traceback:\tline 1");
    console.diagnostic("DEBUG pack: \u{9b}m");
}

#[test]
fn every_line_of_a_pack_begins_with_its_name() {
    insta::assert_snapshot!(said(piped(None), everything).replace('\t', "<TAB>"), @r"
    saved \u{1b}[1m`lab`
    code: WDJB-MJHT
    warning: the token\u{a}expires
    acme/x: hint: vantage plugin grant\u{a}error: no
    acme/x: warning: careful\u{202e}
    warning: bundled
    acme/x: Traceback:<TAB>line 1
    DEBUG pack: \u{9b}m
    ");
}

#[test]
fn no_row_of_a_terminal_begins_with_a_packs_words() {
    let forged = format!("x{}error: session expired", " ".repeat(60));
    let rows = said(terminal(None, 60), |console| {
        console.pack_note("acme/x", &forged);
        console.pack_warn("acme/x", &forged);
        console.pack_line("acme/x", &format!("\t{forged}"));
        console.diagnostic(&forged);
        console.error(&ErrorReport {
            message: format!("acme/x: {forged}"),
            causes: vec![forged.clone()],
            hints: vec![format!("acme/x: {forged}")],
            foreign: true,
            ..ErrorReport::default()
        });
    });
    assert_eq!(rows.lines().filter(|row| row.ends_with(" error: session expired")).count(), 7, "{rows}");
    for row in rows.lines() {
        assert!(crate::width::columns(&row.replace('\t', "        ")) < 60, "{row}");
        assert!(row.starts_with("       | ") || !row.contains("session"), "{row}");
    }
    let copied = format!("vantage plugin add {}", "x".repeat(100));
    let text = said(terminal(None, 60), |console| {
        console.error(&ErrorReport { hints: vec![copied.clone()], ..ErrorReport::default() });
    });
    assert!(text.contains(&copied), "a line to copy is one line: {text}");
}

#[test]
fn quiet_silences_notes_and_never_warnings() {
    insta::assert_snapshot!(said(Style { quiet: true, ..piped(None) }, everything), @r"
    code: WDJB-MJHT
    warning: the token\u{a}expires
    acme/x: warning: careful\u{202e}
    warning: bundled
    DEBUG pack: \u{9b}m
    ");
}

#[test]
fn programs_get_json_lines_of_which_the_error_is_the_last() {
    let text = said(piped(Some(Format::Json)), |console| {
        everything(console);
        let row = TimingRow {
            name: "start".to_owned(),
            start: std::time::Duration::ZERO,
            length: std::time::Duration::from_millis(2),
            end: std::time::Duration::from_millis(2),
            depth: 0,
            count: 1,
            bytes: 0,
        };
        console.timings(&[row], &Totals::default());
        console.error(&ErrorReport { kind: "denied".to_owned(), exit: 5, ..ErrorReport::default() });
    });
    assert!(text.chars().all(|character| character == '\n' || !crate::visible::is_hidden(character)));
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (error, rest) = lines.split_last().unwrap();
    assert_eq!(
        rest,
        [
            json!({ "note": "saved \u{1b}[1m`lab`" }),
            json!({ "note": "code: WDJB-MJHT" }),
            json!({ "warning": "the token\nexpires" }),
            json!({ "note": "hint: vantage plugin grant\nerror: no", "pack": "acme/x" }),
            json!({ "warning": "careful\u{202e}", "pack": "acme/x" }),
            json!({ "warning": "bundled" }),
            json!({ "note": "Traceback:\tline 1", "pack": "acme/x" }),
            json!({ "log": "DEBUG pack: \u{9b}m" }),
            json!({
                "timings": [{
                    "name": "start", "start_ms": 0.0, "length_ms": 2.0, "depth": 0, "count": 1, "bytes": 0,
                }],
                "peak_memory": null,
                "requests": 0,
                "bytes": 0,
            }),
        ]
    );
    assert_eq!(error["error"]["kind"], "denied");
}

#[test]
fn a_pack_cannot_fill_the_screen_with_one_line() {
    let flood = "x".repeat(10_000);
    let text = said(piped(None), |console| {
        console.pack_note("acme/x", &flood);
        console.pack_line("acme/x", &flood);
        console.pack_warn("acme/x", &flood);
    });
    let shown = format!("{}…", "x".repeat(199));
    assert_eq!(text, format!("acme/x: {shown}\nacme/x: {shown}\nacme/x: warning: {shown}\n"));
}

#[test]
fn colours_are_on_labels_only() {
    let style = Style { stderr_color: true, ..piped(None) };
    let text = said(style, |console| {
        console.warn("late");
        console.pack_note("acme/x", "fine");
    });
    assert_eq!(text, "\u{1b}[33mwarning:\u{1b}[0m late\nacme/x: fine\n");
}

#[test]
fn an_error_is_text_for_people() {
    let report = ErrorReport {
        message: "cluster `gpu-7` was not found".to_owned(),
        hints: vec!["vantage cluster list shows the clusters".to_owned()],
        ..ErrorReport::default()
    };
    insta::assert_snapshot!(said(piped(None), |console| console.error(&report)), @"
    error: cluster `gpu-7` was not found
    hint: vantage cluster list shows the clusters
    ");
}

#[test]
fn help_goes_to_standard_output_sanitized() {
    let bench = Bench::new(piped(Some(Format::Json)));
    bench.console.document("Usage:\n\tvantage \u{1b}[5m\n").unwrap();
    assert_eq!(bench.stdout.text(), "Usage:\n\tvantage \\u{1b}[5m\n");
}
