//! What an answer holds back is bounded, whatever a command answers with.

use super::*;
use crate::{Answer, OutputError};

/// Adds until something is refused; gives the words of the refusal.
fn refusal(mut add: impl FnMut() -> Result<Flow, OutputError>) -> String {
    let refused = (0..1000).find_map(|_| add().err()).expect("everything is taken");
    assert!(!refused.is_usage());
    format!("{refused}\nhint: {}", refused.hints().join(" "))
}

fn record(name: &str, bytes: usize) -> String {
    format!("{{\"name\":\"{name}\",\"description\":\"{}\"}}", "x".repeat(bytes))
}

fn answer(style: Style, shape: Shape) -> (Answer, Bench) {
    let bench = Bench::new(style);
    (bench.console.answer(clusters(shape)).unwrap(), bench)
}

#[test]
fn records_to_be_sorted_are_held_up_to_a_bound() {
    let style = Style { sort: Some("name".to_owned()), ..piped(Some(Format::Jsonl)) };
    let (mut sorted, bench) = answer(style, Shape::Many);
    let huge = record("a", 16 << 20);
    insta::assert_snapshot!(refusal(|| sorted.record(&huge)), @"
    the answer is too large to be sorted: more than 256 MiB
    hint: without --sort, records are written as they come
    ");
    assert_eq!(bench.stdout.text(), "");
}

#[test]
fn a_text_that_is_given_whole_is_held_up_to_a_bound() {
    for format in [Format::Json, Format::Yaml] {
        let (mut text, bench) = answer(piped(Some(format)), Shape::Text);
        let piece = "x".repeat(1 << 20);
        insta::allow_duplicates! {
            insta::assert_snapshot!(refusal(|| text.text(&piece)), @"
            the answer is too long to be given as one text: more than 16 MiB
            hint: -o text writes it as it comes
            ");
        }
        assert_eq!(bench.stdout.text(), "");
    }
}

#[test]
fn a_table_of_huge_rows_is_not_held_back() {
    let (mut table, bench) = answer(piped(Some(Format::Table)), Shape::Many);
    for _ in 0..3 {
        table.records(&[record("a", 400 << 10)]).unwrap();
    }
    assert!(bench.stdout.text().len() > 1 << 20);
    drop(table);
}

#[test]
fn a_live_table_of_huge_keys_lets_go_of_the_first() {
    let bench = Bench::new(Style { redraws: true, ..terminal(None, 80) });
    let spec = AnswerSpec { key: Some("/description".to_owned()), ..clusters(Shape::Live) };
    let mut live = bench.console.answer(spec).unwrap();
    for number in 0..6 {
        live.record(&record(&format!("c{number}"), (4 << 20) + number)).unwrap();
    }
    live.finish().unwrap();
    let text = bench.stdout.text();
    assert!(!text.contains("c2") && text.contains("c3") && text.contains("c5"), "{text}");
    assert!(text.contains("and 3 more"), "{text}");
}
