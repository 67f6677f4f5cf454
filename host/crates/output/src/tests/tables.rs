//! Tables at the widths that people have, with the names that people give; columns, order, limit.

use super::*;
use crate::OutputError;
use crate::width::columns;

const RECORDS: &[&str] = &[
    r#"{"name":"gpu-7","status":"ready","memory":17179869184,"created":"2026-11-20T12:00:00Z","description":"four accelerators for the chemistry group in the basement of building nine","use":0.62,"left":9000}"#,
    r#"{"name":"集群-東京","status":"preparing","memory":1536,"created":"2026-11-23T11:59:00Z","description":"日本語の説明がここにある","use":0,"left":45}"#,
    r#"{"name":"مجموعة","status":"failed","memory":null,"created":null,"description":"rocket 🚀 launch","use":1,"left":null}"#,
    r#"{"name":"evil\u001b[2J\u202e","status":"odd state","memory":"1024","created":"yesterday","description":"e\u0301clair ❤️","use":7,"left":"x"}"#,
];

fn spec() -> AnswerSpec {
    let mut spec = clusters(Shape::Many);
    spec.columns.insert(3, column("Use", "/use", ColumnFormat::Ratio));
    spec.columns.insert(4, column("Left", "/left", ColumnFormat::Duration));
    spec
}

fn table(style: Style) -> (String, String) {
    Bench::answer(style, spec(), RECORDS)
}

/// Isolates have no width and no picture; here they are made visible.
fn at(width: usize) -> String {
    let (stdout, stderr) = table(terminal(None, width));
    for line in stdout.lines() {
        assert!(columns(line) <= width, "{} columns: {line}", columns(line));
    }
    format!("{}\n{stderr}", stdout.replace('\u{2068}', "<").replace('\u{2069}', ">"))
}

#[test]
fn at_40_columns() {
    insta::assert_snapshot!(at(40), @r"
    NAME                   STATUS
    gpu-7                  ready
    集群-東京              preparing
    <مجموعة>                 failed
    evil\u{1b}[2J\u{202e}  odd state

    no room for: Memory, Use, Left, Created, Description; -o text shows every column
    ");
}

#[test]
fn at_80_columns() {
    insta::assert_snapshot!(at(80), @r"
    NAME                   STATUS      MEMORY  USE                LEFT  CREATED
    gpu-7                  ready       16 GiB  ██████░░░░  62%  2h 30m  3 days ago
    集群-東京              preparing  1.5 KiB  ░░░░░░░░░░   0%     45s  1 minute ago
    <مجموعة>                 failed           -  ██████████ 100%       -  -
    evil\u{1b}[2J\u{202e}  odd state    1 KiB  7                     x  yesterday

    no room for: Description; -o text shows every column
    ");
}

#[test]
fn at_120_columns() {
    insta::assert_snapshot!(at(120), @r"
    NAME                   STATUS      MEMORY  USE                LEFT  CREATED       DESCRIPTION
    gpu-7                  ready       16 GiB  ██████░░░░  62%  2h 30m  3 days ago    four accelerators for the chemistry g…
    集群-東京              preparing  1.5 KiB  ░░░░░░░░░░   0%     45s  1 minute ago  日本語の説明がここにある
    <مجموعة>                 failed           -  ██████████ 100%       -  -             rocket 🚀 launch
    evil\u{1b}[2J\u{202e}  odd state    1 KiB  7                     x  yesterday     éclair ❤️
    ");
}

#[test]
fn at_300_columns() {
    insta::assert_snapshot!(at(300), @r"
    NAME                   STATUS      MEMORY  USE                LEFT  CREATED       DESCRIPTION
    gpu-7                  ready       16 GiB  ██████░░░░  62%  2h 30m  3 days ago    four accelerators for the chemistry group in the basement of building nine
    集群-東京              preparing  1.5 KiB  ░░░░░░░░░░   0%     45s  1 minute ago  日本語の説明がここにある
    <مجموعة>                 failed           -  ██████████ 100%       -  -             rocket 🚀 launch
    evil\u{1b}[2J\u{202e}  odd state    1 KiB  7                     x  yesterday     éclair ❤️
    ");
}

#[test]
fn statuses_have_colours_and_words() {
    let style = Style { stdout_color: true, columns: Some(vec!["status".to_owned()]), ..terminal(None, 80) };
    insta::assert_snapshot!(table(style).0.replace('\u{1b}', "^"), @"
    ^[1mSTATUS^[0m
    ^[32mready^[0m
    ^[33mpreparing^[0m
    ^[31mfailed^[0m
    odd state
    ");
}

#[test]
fn names_are_never_cut_unless_they_are_all_there_is() {
    let long = format!("{{\"name\":\"{}\",\"status\":\"ready\"}}", "n".repeat(50));
    let (stdout, _) = Bench::answer(terminal(None, 60), clusters(Shape::Many), &[&long]);
    assert!(stdout.contains(&"n".repeat(50)), "{stdout}");
    let (stdout, stderr) = Bench::answer(terminal(None, 30), clusters(Shape::Many), &[&long]);
    assert_eq!(stdout, format!("NAME\n{}…\n", "n".repeat(29)));
    assert_eq!(stderr, "no room for: Status, Memory, Created, Description; -o text shows every column\n");
}

#[test]
fn rows_stream_after_the_first_hundred() {
    let bench = Bench::new(terminal(None, 80));
    let mut answer = bench.console.answer(clusters(Shape::Many)).unwrap();
    for _ in 0..99 {
        answer.record(SMALL).unwrap();
    }
    assert_eq!(answer.flush().unwrap(), Flow::Continue);
    assert_eq!(bench.stdout.text(), "");
    answer.record(SMALL).unwrap();
    answer.flush().unwrap();
    assert_eq!(bench.stdout.text().lines().count(), 101);
    let wide = format!("{{\"name\":\"{}\",\"status\":\"{}\"}}", "n".repeat(60), "s".repeat(60));
    answer.record(&wide).unwrap();
    answer.finish().unwrap();
    let last = bench.stdout.text().lines().last().unwrap().to_owned();
    assert_eq!(last, format!("{}  sssss…       -  -", "n".repeat(60)));
}

#[test]
fn without_a_width_nothing_is_cut() {
    let (stdout, _) = table(piped(Some(Format::Table)));
    assert!(stdout.contains("in the basement of building nine"));
    assert!(!stdout.contains('…') && !stdout.contains('\u{2068}'));
}

#[test]
fn numbers_in_text_columns_stand_to_the_right() {
    let spec = AnswerSpec { columns: vec![column("Id", "/id", ColumnFormat::Text)], ..clusters(Shape::Many) };
    let (stdout, _) = Bench::answer(terminal(None, 80), spec, &[r#"{"id":7}"#, r#"{"id":1234}"#, "{}"]);
    assert_eq!(stdout, "  ID\n   7\n1234\n   -\n");
}

#[test]
fn columns_are_chosen_in_order_and_checked_before_anything_runs() {
    let chosen = |names: &[&str]| Style {
        columns: Some(names.iter().map(|name| (*name).to_owned()).collect()),
        ..piped(None)
    };
    let (stdout, _) = table(chosen(&["memory", "NAME"]));
    assert!(stdout.starts_with("17179869184\tgpu-7\n"));
    let error = Bench::new(chosen(&["nosuch"])).console.answer(spec()).unwrap_err();
    assert!(matches!(&error, OutputError::UnknownColumn { name, .. } if name == "nosuch"));
    assert_eq!(
        error.hints(),
        ["the columns are name, status, memory, use, left, created, description, owner"]
    );
    let error = Bench::new(Style { format: Some(Format::Json), ..chosen(&["name"]) }).console.answer(spec());
    assert!(matches!(error.unwrap_err(), OutputError::WholeRecords { format: Format::Json }));
}

#[test]
fn sorting_holds_for_every_format_and_comes_before_the_limit() {
    let sorted = |sort: &str, limit, format| {
        let style = Style { sort: Some(sort.to_owned()), limit, ..piped(format) };
        Bench::answer(style, spec(), RECORDS).0
    };
    let names = |text: String| -> Vec<String> {
        text.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
    };
    let evil = "evil\\u{1b}[2J\\u{202e}";
    assert_eq!(names(sorted("memory", None, None)), [evil, "集群-東京", "gpu-7", "مجموعة"]);
    assert_eq!(names(sorted("-memory", Some(2), None)), ["gpu-7", "集群-東京"]);
    assert!(sorted("-memory", Some(1), Some(Format::Jsonl)).starts_with("{\"name\":\"gpu-7\""));
    let unknown = Style { sort: Some("-nosuch".to_owned()), ..piped(None) };
    assert!(Bench::new(unknown).console.answer(spec()).unwrap_err().is_usage());
    let live = Style { sort: Some("name".to_owned()), ..piped(None) };
    assert!(matches!(Bench::new(live).console.answer(clusters(Shape::Live)), Err(OutputError::SortLive)));
}

#[test]
fn the_limit_tells_the_command_to_stop() {
    let bench = Bench::new(Style { limit: Some(2), ..piped(Some(Format::Json)) });
    let mut answer = bench.console.answer(spec()).unwrap();
    assert_eq!(answer.record("{\"name\":1}").unwrap(), Flow::Continue);
    assert_eq!(answer.record("{\"name\":2}").unwrap(), Flow::Full);
    assert_eq!(answer.record("{\"name\":3}").unwrap(), Flow::Full);
    answer.finish().unwrap();
    assert_eq!(bench.stdout.text(), "[\n{\"name\":1},\n{\"name\":2}\n]\n");

    let none = Bench::answer(Style { limit: Some(0), ..piped(Some(Format::Json)) }, spec(), RECORDS);
    assert_eq!(none, ("[]\n".to_owned(), String::new()));
    let none = Bench::answer(Style { limit: Some(0), ..piped(None) }, spec(), RECORDS);
    assert_eq!(none, (String::new(), String::new()));
    let one = Bench::answer(Style { limit: Some(0), ..piped(None) }, clusters(Shape::One), &[SMALL]);
    assert!(one.0.starts_with("name\tsmall\n"));
}
