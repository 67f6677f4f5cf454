//! JSON from packs, checked at the boundary; JSON from the platform, taken apart without a tree.
//!
//! Texts pass through as they are: a check costs one pass and no allocation to speak of, and no
//! value is built that only would be printed again.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Failure;

/// One record of an answer, or one stored value: as much as the platform may answer at once.
pub(super) const RECORD: usize = 8 * 1024 * 1024;

/// Checks that a pack's text is one JSON value of at most `limit` bytes, no deeper than 128.
pub(super) fn check(text: &str, limit: usize) -> Result<(), Failure> {
    if text.len() > limit {
        let message = format!("the JSON text has {} bytes; at most {limit} are taken", text.len());
        return Err(Failure::Error(super::error("too-large", message)));
    }
    serde_json::from_str::<Checked>(text)
        .map(|_| ())
        .map_err(|error| Failure::invalid(format!("not a JSON text: {error}")))
}

/// Visits everything and keeps nothing. `IgnoredAny` would skip strings without looking at their
/// escapes, so that half a surrogate pair would only be found when the answer is drawn.
struct Checked;

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Checked {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        while entries.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

/// The value at a JSON Pointer, as its own text. The error says where the path breaks off.
pub(crate) fn at<'a>(text: &'a str, pointer: &str) -> Result<&'a str, String> {
    if pointer.is_empty() {
        return Ok(text);
    }
    let Some(path) = pointer.strip_prefix('/') else {
        return Err("a JSON Pointer is empty or begins with `/`".to_owned());
    };
    let mut value = text;
    let mut walked = String::new();
    for token in path.split('/') {
        walked.push('/');
        walked.push_str(token);
        let key = token.replace("~1", "/").replace("~0", "~");
        value = member(value, &key).ok_or_else(|| format!("there is nothing at `{walked}`"))?;
    }
    Ok(value)
}

/// One member of an object or element of an array, as its own text; none where there is none.
pub(crate) fn member<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    if text.starts_with('[') {
        let index: usize = key.parse().ok()?;
        return elements(text)?.get(index).copied();
    }
    struct Member<'k>(&'k str);
    impl<'de> Visitor<'de> for Member<'_> {
        type Value = Option<&'de RawValue>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut found = None;
            while let Some(key) = entries.next_key::<Cow<'de, str>>()? {
                if key == self.0 {
                    if found.replace(entries.next_value::<&'de RawValue>()?).is_some() {
                        return Err(A::Error::custom("a member stands there twice"));
                    }
                } else {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
            Ok(found)
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let found = deserializer.deserialize_map(Member(key)).ok()?;
    found.map(RawValue::get)
}

/// The elements of an array, each as its own text; none for anything else.
pub(crate) fn elements(text: &str) -> Option<Vec<&str>> {
    let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    Some(elements.into_iter().map(RawValue::get).collect())
}

/// An object with one member set, the others as they are, sorted; none where it is no object.
pub(crate) fn with_member(text: &str, key: &str, value: &str) -> Option<String> {
    let mut members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).ok()?;
    members.insert(key.to_owned(), RawValue::from_string(value.to_owned()).ok()?);
    serde_json::to_string(&members).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        match check(text, 64) {
            Err(Failure::Error(error)) => format!("{}: {}", error.kind, error.message),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn well_formed_texts_pass() {
        for text in ["null", "-0.5e3", r#""\ud83d\ude00""#, r#"{"a":[1,{"b":"ü"}]}"#, " [] "] {
            check(text, 64).expect(text);
        }
    }

    #[test]
    fn what_only_looks_like_json_is_refused() {
        insta::assert_snapshot!(refusal(""), @"invalid: not a JSON text: EOF while parsing a value at line 1 column 0");
        insta::assert_snapshot!(refusal("{} {}"), @"invalid: not a JSON text: trailing characters at line 1 column 4");
        insta::assert_snapshot!(refusal("NaN"), @"invalid: not a JSON text: expected value at line 1 column 1");
        insta::assert_snapshot!(refusal(r#"["\ud800"]"#), @"invalid: not a JSON text: unexpected end of hex escape at line 1 column 9");
        insta::assert_snapshot!(refusal(&"1".repeat(65)), @"too-large: the JSON text has 65 bytes; at most 64 are taken");
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let Err(Failure::Error(error)) = check(&deep, 1024) else { panic!("accepted") };
        assert!(error.message.contains("recursion limit"), "{}", error.message);
    }

    #[test]
    fn pointers_are_followed() {
        let text = r#"{"a/b": {"c~d": [10, {"e": null}]}, "": 1}"#;
        assert_eq!(at(text, ""), Ok(text));
        assert_eq!(at(text, "/a~1b/c~0d/1/e"), Ok("null"));
        assert_eq!(at(text, "/"), Ok("1"));
        assert_eq!(at(text, "/a~1b/x/y"), Err("there is nothing at `/a~1b/x`".to_owned()));
        assert_eq!(at(text, "a"), Err("a JSON Pointer is empty or begins with `/`".to_owned()));
    }

    #[test]
    fn a_member_is_set() {
        assert_eq!(with_member("{}", "after", "\"x\"").as_deref(), Some(r#"{"after":"x"}"#));
        assert_eq!(with_member(r#"{"after":1}"#, "after", "2").as_deref(), Some(r#"{"after":2}"#));
        assert_eq!(with_member("[]", "after", "2"), None);
    }
}
