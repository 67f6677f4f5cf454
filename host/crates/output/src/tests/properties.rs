//! What holds for every record: nothing is lost, nothing overflows, nothing hidden gets through.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::*;
use crate::visible::is_hidden;
use crate::width::columns;

/// Text with a taste for what is difficult.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z0-9 ,\"\t\n\r\\\\-]{0,12}",
        "(集群|مرحبا|🚀|e\u{301}|❤\u{fe0f}|\u{202e}|\u{1b}\\[2J|\u{9b}|\u{200b}|no|null|1e3){0,5}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON has no other numbers", |number| number.is_finite())
            .prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((text(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn answered(style: Style, spec: AnswerSpec, records: &[Value]) -> String {
    let records: Vec<String> = records.iter().map(Value::to_string).collect();
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    Bench::answer(style, spec, &records).0
}

fn rows(cells: &[(String, String)]) -> (AnswerSpec, Vec<Value>) {
    let columns =
        vec![column("Name", "/name", ColumnFormat::Text), column("Status", "/status", ColumnFormat::Status)];
    let spec = AnswerSpec { columns, ..clusters(Shape::Many) };
    let records = cells.iter().map(|(name, status)| serde_json::json!({ "name": name, "status": status }));
    (spec, records.collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn json_jsonl_and_yaml_give_back_the_records(records in proptest::collection::vec(value(), 0..4)) {
        // Read as the answer is read: a parser may round the last digit of a number, the same in both.
        let whole: Value = serde_json::from_str(&Value::from(records.clone()).to_string()).unwrap();
        let answer = |style| answered(style, clusters(Shape::Many), &records);
        for style in [piped(Some(Format::Json)), terminal(Some(Format::Json), 40)] {
            prop_assert_eq!(&serde_json::from_str::<Value>(&answer(style)).unwrap(), &whole);
        }
        let lines = answer(piped(Some(Format::Jsonl)));
        let read: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(&Value::from(read), &whole);
        prop_assert!(lines.chars().all(|character| character == '\n' || !is_hidden(character)));
    }

    #[test]
    fn yaml_gives_back_strings_and_nesting(name in text(), inner in proptest::collection::vec((text(), text()), 0..4)) {
        let inner: Map<String, Value> = inner.into_iter().map(|(name, text)| (name, Value::from(text))).collect();
        let record = serde_json::json!({ "name": name, "list": [[], {}, [name, inner]], "inner": inner });
        let yaml = answered(piped(Some(Format::Yaml)), clusters(Shape::Many), std::slice::from_ref(&record));
        let read: Vec<Value> = serde_yaml_ng::from_str(&yaml).unwrap();
        prop_assert_eq!(read, [record]);
    }

    #[test]
    fn csv_gives_back_the_cells(cells in proptest::collection::vec((text(), text()), 0..4)) {
        let (spec, records) = rows(&cells);
        let csv = answered(piped(Some(Format::Csv)), spec, &records);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let read: Vec<(String, String)> = reader.deserialize().map(Result::unwrap).collect();
        prop_assert_eq!(read, cells);
    }

    #[test]
    fn tsv_gives_back_the_cells(cells in proptest::collection::vec(("[a-z\t\n\r\\\\]{0,8}", "[a-z\t\n\r\\\\]{0,8}"), 0..4)) {
        let (spec, records) = rows(&cells);
        let tsv = answered(piped(None), spec, &records);
        let plain = |cell: &str| {
            let hidden = cell.replace("\\\\", "\u{0}");
            hidden.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r").replace('\u{0}', "\\")
        };
        let read: Vec<(String, String)> = tsv
            .lines()
            .map(|line| line.split_once('\t').unwrap())
            .map(|(name, status)| (plain(name), plain(status)))
            .collect();
        prop_assert_eq!(read, cells);
    }

    #[test]
    fn no_line_of_a_table_is_wider_than_the_terminal(
        records in proptest::collection::vec(value(), 0..6),
        cells in proptest::collection::vec((text(), text()), 0..6),
        width in 1usize..100,
    ) {
        let (spec, named) = rows(&cells);
        let tables = [
            answered(terminal(None, width), spec, &named),
            answered(terminal(None, width), AnswerSpec { columns: Vec::new(), ..clusters(Shape::Many) }, &records),
        ];
        for line in tables.iter().flat_map(|table| table.lines()) {
            prop_assert!(columns(line) <= width, "{} columns: {:?}", columns(line), line);
            let isolates = ['\u{2068}', '\u{2069}'];
            prop_assert!(line.chars().all(|character| !is_hidden(character) || isolates.contains(&character)));
        }
    }

    #[test]
    fn nothing_hidden_reaches_a_terminal_in_any_format(record in value(), format in 0usize..7) {
        let format = Format::NAMES[format].parse().ok();
        let spec = AnswerSpec { columns: Vec::new(), ..clusters(Shape::One) };
        let shown = answered(terminal(format, 80), spec, &[record]);
        let allowed = ['\n', '\t', '\u{2068}', '\u{2069}'];
        prop_assert!(shown.chars().all(|character| !is_hidden(character) || allowed.contains(&character)), "{:?}", shown);
    }
}
