//! A strict reader of JSON from strangers, that prints what it read anew.
//!
//! Two readers must not see two things in one text: a name that stands twice in an object is refused
//! at every level, and so is nesting beyond a limit. Numbers keep their digits, members their order;
//! white space goes, and strings are escaped in one way. It builds no tree. Used for the variables of
//! operations and before a pack's description is read.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::text::excerpt;

/// Why a JSON text is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// A JSON Pointer to the place.
    pub(crate) pointer: String,
    /// What is wrong there.
    pub(crate) problem: String,
}

/// Checks a whole text, and gives it back in one canonical form.
pub(crate) fn reprint(text: &str, depth: usize) -> Result<String, Refusal> {
    let raw: &RawValue =
        serde_json::from_str(text).map_err(|error| refusal("", format!("it is no JSON: {error}")))?;
    let mut output = String::with_capacity(text.len());
    print(raw, "", depth, &mut output)?;
    Ok(output)
}

/// The names of an object's members, in order.
pub(crate) fn names(text: &str) -> Result<Vec<String>, Refusal> {
    let members: Members<'_> =
        serde_json::from_str(text).map_err(|_| refusal("", "it must be a JSON object".to_owned()))?;
    Ok(members.0.into_iter().map(|(name, _)| name).collect())
}

/// Escapes a member's name for a JSON Pointer.
pub(crate) fn escape_pointer(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Prints one value. Recursion ends at `depth`, long before the stack does.
fn print(raw: &RawValue, pointer: &str, depth: usize, output: &mut String) -> Result<(), Refusal> {
    let text = raw.get();
    let container = matches!(text.as_bytes().first(), Some(b'{' | b'['));
    if container && depth == 0 {
        return Err(refusal(pointer, "it nests too deep".to_owned()));
    }
    match text.as_bytes().first() {
        Some(b'{') => print_object(text, pointer, depth - 1, output),
        Some(b'[') => print_list(text, pointer, depth - 1, output),
        Some(b'"') => {
            let string: String = read(text, pointer)?;
            print_string(&string, output);
            Ok(())
        }
        _ => {
            output.push_str(text);
            Ok(())
        }
    }
}

fn print_object(text: &str, pointer: &str, depth: usize, output: &mut String) -> Result<(), Refusal> {
    let members: Members<'_> = read(text, pointer)?;
    let mut seen = BTreeSet::new();
    output.push('{');
    for (index, (name, value)) in members.0.iter().enumerate() {
        let place = format!("{pointer}/{}", escape_pointer(&excerpt(name)));
        if !seen.insert(name) {
            return Err(refusal(&place, "the name stands twice in its object".to_owned()));
        }
        if index > 0 {
            output.push(',');
        }
        print_string(name, output);
        output.push(':');
        print(value, &place, depth, output)?;
    }
    output.push('}');
    Ok(())
}

fn print_list(text: &str, pointer: &str, depth: usize, output: &mut String) -> Result<(), Refusal> {
    let items: Items<'_> = read(text, pointer)?;
    output.push('[');
    for (index, item) in items.0.iter().enumerate() {
        if index > 0 {
            output.push(',');
        }
        print(item, &format!("{pointer}/{index}"), depth, output)?;
    }
    output.push(']');
    Ok(())
}

fn print_string(string: &str, output: &mut String) {
    // Serializing a string to memory has no way to fail; `Value` prints with the same escapes.
    output.push_str(&serde_json::Value::from(string).to_string());
}

fn read<'a, T: Deserialize<'a>>(text: &'a str, pointer: &str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| refusal(pointer, format!("it is no JSON: {error}")))
}

fn refusal(pointer: &str, problem: String) -> Refusal {
    Refusal { pointer: pointer.to_owned(), problem }
}

/// An object's members as they stand, also those that stand twice.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A list's items as they stand.
struct Items<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Items<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Items<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items<'de>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Items(items))
            }
        }
        deserializer.deserialize_seq(Collect)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prints_one_form_and_keeps_digits() {
        let text =
            " { \"b\" : [1.50e+3, -0, 12345678901234567890123] , \"a\\u0062\":\"\\u0041\\/\\n\u{2028}\" } ";
        assert_eq!(
            reprint(text, 8).unwrap(),
            "{\"b\":[1.50e+3,-0,12345678901234567890123],\"ab\":\"A/\\n\u{2028}\"}"
        );
    }

    #[test]
    fn names_that_stand_twice_are_found_at_every_level() {
        let refusal = reprint(r#"{"a":[{"x/y":1,"x\u002fy":2}]}"#, 8).unwrap_err();
        assert_eq!(refusal.pointer, "/a/0/x~1y");
        assert!(reprint(r#"{"a":1,"a":1}"#, 8).is_err());
    }

    #[test]
    fn depth_is_bounded_without_using_the_stack() {
        assert!(reprint("[[[1]]]", 3).is_ok());
        assert_eq!(reprint("[[[1]]]", 2).unwrap_err().pointer, "/0/0");
        for opening in ["[", "{\"a\":"] {
            assert!(reprint(&opening.repeat(100_000), 64).is_err());
            let closed = format!(
                "{}1{}",
                opening.repeat(100_000),
                if opening == "[" { "]" } else { "}" }.repeat(100_000)
            );
            assert!(reprint(&closed, 64).is_err());
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in
            ["", "nul", "[1,]", "{\"a\":1}x", "\"\\ud800\"", "01", "1.", "{a:1}", "'a'", "[1 2]", "\"\u{1}\""]
        {
            assert!(reprint(text, 8).is_err(), "{text}");
        }
    }

    fn values() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            ".*".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                prop::collection::btree_map(".{0,8}", inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn reprinting_changes_no_value(value in values()) {
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            let printed = reprint(&pretty, 64).unwrap();
            prop_assert_eq!(&printed, &serde_json::to_string(&value).unwrap());
            prop_assert_eq!(reprint(&printed, 64).unwrap(), printed);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[\\[\\]{}:,\"0-9a\\\\ueE.+-]{0,60}") {
            let strict = reprint(&text, 64).is_ok();
            let lenient = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            prop_assert!(lenient || !strict);
        }
    }
}
