//! One record: its JSON text, and the cells that columns find in it.
//!
//! Nothing is converted: numbers stay the text that they came as, so that `1e400` and identifiers
//! of twenty digits survive. Values are found by walking down the text as far as a pointer leads;
//! deep nesting that nobody asked for is never entered.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::OutputError;
use crate::render::json;

/// A record that is known to be valid JSON.
pub(crate) struct Record<'a> {
    raw: &'a RawValue,
    /// The members of an object; nothing for other values.
    members: Vec<Member<'a>>,
}

/// A member of an object: its name and the text of its value.
pub(crate) type Member<'a> = (Cow<'a, str>, &'a RawValue);

/// A value as a column finds it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    /// Not there, or `null`.
    Missing,
    Flag(bool),
    /// A number, as it was written.
    Number(&'a str),
    Text(Cow<'a, str>),
    /// The JSON text of an array or an object.
    Nested(&'a str),
}

impl<'a> Record<'a> {
    /// Reads one JSON text.
    pub(crate) fn read(json: &'a str) -> Result<Self, OutputError> {
        let raw = validated(json)?;
        let members = members(raw.get()).map_err(|source| OutputError::Record { source })?;
        Ok(Self { raw, members })
    }

    /// The members, in the record's order.
    pub(crate) fn members(&self) -> &[Member<'a>] {
        &self.members
    }

    /// The value that `pointer` leads to.
    pub(crate) fn cell(&self, pointer: &Pointer) -> Cell<'a> {
        let Some((first, rest)) = pointer.tokens.split_first() else {
            return Cell::of(self.raw);
        };
        let Some(mut raw) = self.child(first) else {
            return Cell::Missing;
        };
        for token in rest {
            match child(raw, token) {
                Some(next) => raw = next,
                None => return Cell::Missing,
            }
        }
        Cell::of(raw)
    }

    fn child(&self, token: &str) -> Option<&'a RawValue> {
        if self.raw.get().starts_with('[') {
            return child(self.raw, token);
        }
        self.members.iter().rev().find(|(name, _)| name == token).map(|(_, value)| *value)
    }
}

/// Checks that `json` is one JSON text, and gives it without the space around it.
pub(crate) fn validated(json: &str) -> Result<&RawValue, OutputError> {
    serde_json::from_str(json).map_err(|source| OutputError::Record { source })
}

fn child<'a>(raw: &'a RawValue, token: &str) -> Option<&'a RawValue> {
    let text = raw.get();
    if text.starts_with('[') {
        return elements(text).ok()?.get(token.parse::<usize>().ok()?).copied();
    }
    members(text).ok()?.into_iter().rev().find(|(name, _)| name == token).map(|(_, value)| value)
}

/// The members of an object, in order; none for any other value.
pub(crate) fn members(text: &str) -> Result<Vec<Member<'_>>, serde_json::Error> {
    if !text.starts_with('{') {
        return Ok(Vec::new());
    }
    Ok(serde_json::from_str::<Members<'_>>(text)?.0)
}

/// The elements of an array.
pub(crate) fn elements(text: &str) -> Result<Vec<&RawValue>, serde_json::Error> {
    serde_json::from_str(text)
}

/// The text of a JSON string. Half a surrogate pair has no text: such a string is given as written.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    match serde_json::from_str::<Name<'_>>(text) {
        Ok(name) => name.0,
        Err(_) => Cow::Borrowed(text),
    }
}

impl<'a> Cell<'a> {
    /// The cell that `raw` is.
    pub(crate) fn of(raw: &'a RawValue) -> Self {
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'"') => Self::Text(decoded(text)),
            Some(b'{' | b'[') => Self::Nested(text),
            Some(b't') => Self::Flag(true),
            Some(b'f') => Self::Flag(false),
            Some(b'n') | None => Self::Missing,
            Some(_) => Self::Number(text),
        }
    }

    /// The value for programs: exact, and empty where there is none.
    pub(crate) fn exact(&self) -> Cow<'_, str> {
        match self {
            Self::Missing => Cow::Borrowed(""),
            Self::Flag(true) => Cow::Borrowed("true"),
            Self::Flag(false) => Cow::Borrowed("false"),
            Self::Number(text) => Cow::Borrowed(text),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Nested(text) => Cow::Owned(json::compacted(text)),
        }
    }

    /// The number that it is or, as large numbers often travel, that its text is.
    pub(crate) fn number(&self) -> Option<f64> {
        let text: &str = match self {
            Self::Number(text) => text,
            Self::Text(text) if text.starts_with(|first: char| first.is_ascii_digit() || first == '-') => {
                text
            }
            _ => return None,
        };
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// Whether it is one value, not a collection of them.
    pub(crate) fn is_scalar(&self) -> bool {
        !matches!(self, Self::Nested(_))
    }
}

/// A JSON Pointer, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pointer {
    tokens: Vec<String>,
}

impl Pointer {
    /// Takes `text` apart. What does not begin with a slash is the name of one member.
    pub(crate) fn parse(text: &str) -> Self {
        let tokens = match text.strip_prefix('/') {
            Some(rest) => rest.split('/').map(|token| token.replace("~1", "/").replace("~0", "~")).collect(),
            None if text.is_empty() => Vec::new(),
            None => vec![text.to_owned()],
        };
        Self { tokens }
    }
}

/// The pointer to the member `name`.
pub(crate) fn pointer_to(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// A string that borrows from the text unless it has escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(text.to_owned())))
    }
}

/// An object's members in order, duplicates and all.
struct Members<'a>(Vec<Member<'a>>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
            members.push((name.0, value));
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"name":"a\tb","n":12345678901234567890,"big":1e400,"on":true,"none":null,
        "in":{"a/b":[10,{"x":"deep"}]},"name2":"\ud800","n":2}"#;

    fn cell<'a>(record: &Record<'a>, pointer: &str) -> Cell<'a> {
        record.cell(&Pointer::parse(pointer))
    }

    #[test]
    fn pointers_find_values_and_numbers_stay_as_written() {
        let record = Record::read(RECORD).unwrap();
        assert_eq!(cell(&record, "/name"), Cell::Text("a\tb".into()));
        assert_eq!(cell(&record, "name"), Cell::Text("a\tb".into()));
        assert_eq!(cell(&record, "/big"), Cell::Number("1e400"));
        assert_eq!(cell(&record, "/n"), Cell::Number("2"), "of two members of one name the last counts");
        assert_eq!(cell(&record, "/none"), Cell::Missing);
        assert_eq!(cell(&record, "/in/a~1b/0"), Cell::Number("10"));
        assert_eq!(cell(&record, "/in/a~1b/1/x"), Cell::Text("deep".into()));
        assert_eq!(cell(&record, "/in/a~1b/2"), Cell::Missing);
        assert_eq!(cell(&record, "/name/x"), Cell::Missing);
        assert_eq!(cell(&record, "/name2"), Cell::Text("\"\\ud800\"".into()));
    }

    #[test]
    fn records_need_not_be_objects() {
        assert_eq!(cell(&Record::read(" 7 ").unwrap(), ""), Cell::Number("7"));
        assert_eq!(cell(&Record::read("[1,[2]]").unwrap(), "/1/0"), Cell::Number("2"));
        assert!(matches!(Record::read("{"), Err(OutputError::Record { .. })));
        assert!(matches!(Record::read("1 2"), Err(OutputError::Record { .. })));
    }

    #[test]
    fn nesting_as_deep_as_a_record_is_long_is_no_danger() {
        let text = format!("{{\"a\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
        let record = Record::read(&text).unwrap();
        assert_eq!(cell(&record, "/a").exact().len(), 400_000);
    }
}
