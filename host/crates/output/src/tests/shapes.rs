//! Answers that are empty, abandoned, live, text, nothing, or not what was promised.

use super::*;

const FORMATS: [Format; 7] =
    [Format::Table, Format::Text, Format::Json, Format::Jsonl, Format::Yaml, Format::Csv, Format::Tsv];

#[test]
fn an_empty_list_says_so_where_people_read() {
    let empty = |format| {
        let (stdout, stderr) = Bench::answer(piped(Some(format)), clusters(Shape::Many), &[]);
        format!("{}: {stdout:?} {stderr:?}", format.name())
    };
    insta::assert_snapshot!(FORMATS.map(empty).join("\n"), @r#"
    table: "" "No clusters.\n"
    text: "" "No clusters.\n"
    json: "[]\n" ""
    jsonl: "" ""
    yaml: "[]\n" ""
    csv: "Name,Status,Memory,Created,Description\n" "No clusters.\n"
    tsv: "" "No clusters.\n"
    "#);
    let quiet = Style { quiet: true, ..piped(None) };
    assert_eq!(Bench::answer(quiet, clusters(Shape::Many), &[]), (String::new(), String::new()));
}

#[test]
fn an_abandoned_answer_leaves_standard_output_empty() {
    for format in FORMATS {
        for shape in [Shape::Nothing, Shape::One, Shape::Many, Shape::Live, Shape::Text] {
            let bench = Bench::new(piped(Some(format)));
            bench.console.answer(clusters(shape)).unwrap().abandon().unwrap();
            assert_eq!((bench.stdout.text(), bench.stderr.text()), (String::new(), String::new()));
        }
    }
}

#[test]
fn an_answer_abandoned_half_way_is_still_json() {
    let bench = Bench::new(piped(Some(Format::Json)));
    let mut answer = bench.console.answer(clusters(Shape::Many)).unwrap();
    answer.record("{\"name\":\"a\"}").unwrap();
    answer.abandon().unwrap();
    assert_eq!(bench.stdout.text(), "[\n{\"name\":\"a\"}\n]\n");
}

#[test]
fn what_is_live_is_json_lines_in_a_pipe() {
    let live = |style| Bench::answer(style, clusters(Shape::Live), &[SMALL, SMALL]).0;
    assert_eq!(live(piped(None)), live(piped(Some(Format::Jsonl))));
    assert_eq!(live(piped(Some(Format::Json))), live(piped(Some(Format::Jsonl))));
    assert!(live(terminal(None, 80)).starts_with("NAME "));
}

#[test]
fn text_is_printed_sanitized() {
    let text = |format, pieces: &[&str]| {
        let bench = Bench::new(piped(format));
        let mut answer = bench.console.answer(clusters(Shape::Text)).unwrap();
        for piece in pieces {
            assert_eq!(answer.text(piece).unwrap(), Flow::Continue);
        }
        answer.finish().unwrap();
        bench.stdout.text()
    };
    let pieces = ["# Title\r\n", "red \u{1b}[31m\u{202e}"];
    assert_eq!(text(None, &pieces), "# Title\nred \\u{1b}[31m\\u{202e}\n");
    assert_eq!(text(Some(Format::Json), &pieces), "\"# Title\\r\\nred \\u001b[31m\\u202e\"\n");
    assert_eq!(text(Some(Format::Yaml), &pieces), "\"# Title\\u000d\\nred \\u001b[31m\\u202e\"\n");
    assert_eq!(text(None, &[]), "");
    assert_eq!(text(None, &["done\n"]), "done\n");
}

#[test]
fn nothing_is_nothing_in_every_format() {
    for format in FORMATS {
        let (stdout, stderr) = Bench::answer(piped(Some(format)), clusters(Shape::Nothing), &[]);
        assert_eq!((stdout, stderr), (String::new(), String::new()));
    }
}

#[test]
fn an_answer_of_another_shape_is_refused() {
    let bench = Bench::new(piped(None));
    let refused = |shape, records: &[&str]| {
        let mut answer = bench.console.answer(clusters(shape)).unwrap();
        let results: Vec<_> = records.iter().map(|record| answer.record(record)).collect();
        results.into_iter().last().unwrap().unwrap_err().to_string()
    };
    assert_eq!(
        refused(Shape::Nothing, &["1"]),
        "the command's answer has the shape `nothing`, but it answered with a record"
    );
    assert_eq!(
        refused(Shape::One, &["1", "2"]),
        "the command's answer has the shape `one`, but it answered with a second record"
    );
    assert_eq!(refused(Shape::Many, &["{"]), "a record of the answer is not valid JSON");
    let mut answer = bench.console.answer(clusters(Shape::One)).unwrap();
    assert!(!answer.text("x").unwrap_err().is_usage());
}

#[test]
fn without_columns_the_first_record_has_them() {
    let spec = |shape| AnswerSpec { columns: Vec::new(), ..clusters(shape) };
    let records = [r#"{"id":1,"in":{"x":[1]},"on":true}"#, r#"{"id":2,"new":3}"#];
    let (stdout, _) = Bench::answer(piped(Some(Format::Csv)), spec(Shape::Many), &records);
    assert_eq!(stdout, "id,on\n1,true\n2,\n");
    let (stdout, _) = Bench::answer(piped(None), spec(Shape::One), &records[..1]);
    assert_eq!(stdout, "id\t1\nin\t{\"x\":[1]}\non\ttrue\n");
    let (stdout, _) = Bench::answer(piped(Some(Format::Csv)), spec(Shape::Many), &["7", "8"]);
    assert_eq!(stdout, "value\n7\n8\n");

    let bench = Bench::new(Style { columns: Some(vec!["nosuch".to_owned()]), ..piped(None) });
    let mut answer = bench.console.answer(spec(Shape::Many)).unwrap();
    assert_eq!(answer.record(records[0]).unwrap_err().hints(), ["the columns are id, on"]);
}
