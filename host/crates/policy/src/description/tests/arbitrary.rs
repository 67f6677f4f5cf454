//! Whatever a component says of itself is answered, never with a panic.

use proptest::prelude::*;
use serde_json::Value;

use super::super::Description;
use super::sample;

/// Any JSON, rich in the words that a description is made of.
fn anything() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "schema",
        "commands",
        "path",
        "gpu",
        "read",
        "file",
        "query Q { a }",
        "persona email",
        "",
        "-",
        "1.0.0",
        "\u{202e}",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Not any: serde_json reads some as their neighbour, as it is set here.
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        word.prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Every place of a value.
fn places(value: &Value, place: &str, all: &mut Vec<String>) {
    all.push(place.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| places(value, &format!("{place}/{name}"), all));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| places(value, &format!("{place}/{index}"), all));
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn any_json_is_answered(value in anything()) {
        prop_assert!(Description::parse(&value.to_string()).is_err());
    }

    #[test]
    fn any_change_is_answered(at in any::<prop::sample::Index>(), value in anything()) {
        let mut changed = sample();
        let mut all = Vec::new();
        places(&changed, "", &mut all);
        *changed.pointer_mut(&all[at.index(all.len())]).unwrap() = value;
        if let Ok(description) = Description::parse(&changed.to_string()) {
            let text = serde_json::to_string(&description).unwrap();
            prop_assert_eq!(Description::parse(&text).unwrap(), description);
        }
    }

    #[test]
    fn any_text_is_answered(text in ".{0,60}") {
        prop_assert!(Description::parse(&text).is_err());
    }
}
