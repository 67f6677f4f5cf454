//! `--sort`: holds all records and gives them back in order.
//!
//! Numbers sort by value, times as points in time, text by letters regardless of case; records
//! without a value come last in either direction. Records that are equal keep their order.

use std::cmp::Ordering;

use jiff::Timestamp;

use crate::record::{Cell, Record};
use crate::select::Chosen;
use crate::style::ColumnFormat;

/// Records that wait for the last of them.
pub(crate) struct Order {
    column: Chosen,
    descending: bool,
    held: Vec<(Option<Key>, String)>,
    bytes: usize,
}

/// By what a record is sorted.
#[derive(Debug, Clone, PartialEq)]
enum Key {
    Flag(bool),
    /// By value, then exactly: identifiers of twenty digits differ in the last. In this order, since
    /// sorting needs an order that is total.
    Number(f64, Option<i128>),
    Time(Timestamp),
    Text(String, String),
}

impl Order {
    /// Sorts by `column`.
    pub(crate) fn new(column: Chosen, descending: bool) -> Self {
        Self { column, descending, held: Vec::new(), bytes: 0 }
    }

    /// Holds a record.
    pub(crate) fn hold(&mut self, record: &Record<'_>, json: &str) {
        let key = Key::of(&record.cell(&self.column.pointer), self.column.format);
        self.bytes += size_of::<(Option<Key>, String)>() + key.as_ref().map_or(0, Key::bytes) + json.len();
        self.held.push((key, json.to_owned()));
    }

    /// What the held records take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// All records, in order.
    pub(crate) fn release(mut self) -> impl Iterator<Item = String> {
        let descending = self.descending;
        self.held.sort_by(|(one, _), (other, _)| match (one, other) {
            (Some(one), Some(other)) if descending => other.compare(one),
            (Some(one), Some(other)) => one.compare(other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        });
        self.held.into_iter().map(|(_, json)| json)
    }
}

impl Key {
    fn of(cell: &Cell<'_>, format: ColumnFormat) -> Option<Self> {
        let numeric = matches!(
            format,
            ColumnFormat::Number | ColumnFormat::Size | ColumnFormat::Duration | ColumnFormat::Ratio
        );
        match cell {
            Cell::Missing => None,
            Cell::Flag(flag) => Some(Self::Flag(*flag)),
            Cell::Number(text) => Self::number(text),
            Cell::Text(text) if numeric => Self::number(text).or_else(|| Some(Self::text(text))),
            Cell::Text(text) if format == ColumnFormat::Time => {
                Some(text.parse().map_or_else(|_| Self::text(text), Self::Time))
            }
            Cell::Text(text) => Some(Self::text(text)),
            Cell::Nested(_) => Some(Self::text(&cell.exact())),
        }
    }

    /// What it takes beside itself.
    fn bytes(&self) -> usize {
        match self {
            Self::Text(folded, exact) => folded.len() + exact.len(),
            Self::Flag(_) | Self::Number(..) | Self::Time(_) => 0,
        }
    }

    fn number(text: &str) -> Option<Self> {
        Some(Self::Number(text.parse().ok()?, text.parse().ok()))
    }

    fn text(text: &str) -> Self {
        Self::Text(text.to_lowercase(), text.to_owned())
    }

    /// What is of different kinds is ordered by kind.
    fn rank(&self) -> u8 {
        match self {
            Self::Flag(_) => 0,
            Self::Number(..) => 1,
            Self::Time(_) => 2,
            Self::Text(..) => 3,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Flag(one), Self::Flag(other)) => one.cmp(other),
            (Self::Number(one, exact), Self::Number(other, other_exact)) => {
                one.total_cmp(other).then_with(|| exact.cmp(other_exact))
            }
            (Self::Time(one), Self::Time(other)) => one.cmp(other),
            (Self::Text(one, exact), Self::Text(other, other_exact)) => {
                one.cmp(other).then_with(|| exact.cmp(other_exact))
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Pointer;

    fn sorted(values: &[&str], format: ColumnFormat, descending: bool) -> Vec<String> {
        let column =
            Chosen { title: "V".to_owned(), key: "v".to_owned(), pointer: Pointer::parse("/v"), format };
        let mut order = Order::new(column, descending);
        for (index, value) in values.iter().enumerate() {
            let json = format!("{{\"v\":{value},\"i\":{index}}}");
            order.hold(&Record::read(&json).unwrap(), &json);
        }
        let value =
            |json: String| Record::read(&json).unwrap().cell(&Pointer::parse("/v")).exact().into_owned();
        order.release().map(value).collect()
    }

    #[test]
    fn numbers_sort_by_value() {
        let values = ["10", "9", "1e2", "-1.5", "null", "12345678901234567891", "12345678901234567890"];
        let ascending = ["-1.5", "9", "10", "1e2", "12345678901234567890", "12345678901234567891", ""];
        assert_eq!(sorted(&values, ColumnFormat::Text, false), ascending);
        let strings = ["\"10\"", "\"9\"", "\"x\""];
        assert_eq!(sorted(&strings, ColumnFormat::Size, false), ["9", "10", "x"]);
        assert_eq!(sorted(&strings, ColumnFormat::Text, false), ["10", "9", "x"]);
    }

    #[test]
    fn what_is_missing_comes_last_either_way() {
        assert_eq!(sorted(&["null", "\"b\"", "\"A\""], ColumnFormat::Text, false), ["A", "b", ""]);
        assert_eq!(sorted(&["null", "\"b\"", "\"A\""], ColumnFormat::Text, true), ["b", "A", ""]);
    }

    #[test]
    fn times_sort_as_points_in_time() {
        let values =
            ["\"2026-11-23T12:00:00+02:00\"", "\"2026-11-23T11:00:00Z\"", "\"2026-11-23T10:30:00Z\""];
        let order = ["2026-11-23T12:00:00+02:00", "2026-11-23T10:30:00Z", "2026-11-23T11:00:00Z"];
        assert_eq!(sorted(&values, ColumnFormat::Time, false), order);
    }
}
