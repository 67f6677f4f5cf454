//! Which columns are shown, and which one sorts.
//!
//! A column goes by its title, in any case, with `-` or `_` for a space, by its JSON Pointer, or by
//! the pointer without its first slash. Names are checked before anything is sent wherever the
//! command says what its columns are; otherwise against the first record.

use crate::error::OutputError;
use crate::record::{Cell, Pointer, Record, pointer_to};
use crate::style::{Column, ColumnFormat, Style};

/// A column that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) title: String,
    /// The pointer as programs read it: without its first slash.
    pub(crate) key: String,
    pub(crate) pointer: Pointer,
    pub(crate) format: ColumnFormat,
}

impl From<&Column> for Chosen {
    fn from(column: &Column) -> Self {
        Self {
            title: column.title.clone(),
            key: key(column).to_owned(),
            pointer: Pointer::parse(&column.pointer),
            format: column.format,
        }
    }
}

/// The columns that `style` asks for.
pub(crate) fn choose(columns: &[Column], style: &Style) -> Result<Vec<Chosen>, OutputError> {
    if let Some(names) = &style.columns {
        return names.iter().map(|name| Ok(Chosen::from(find(columns, name)?))).collect();
    }
    let narrow: Vec<Chosen> =
        columns.iter().filter(|column| !column.wide || style.wide).map(Chosen::from).collect();
    // A command with nothing but wide columns has no narrower answer.
    Ok(if narrow.is_empty() { columns.iter().map(Chosen::from).collect() } else { narrow })
}

/// The column that goes by `name`.
pub(crate) fn find<'a>(columns: &'a [Column], name: &str) -> Result<&'a Column, OutputError> {
    let wanted = simple(name);
    let by_title = || columns.iter().find(|column| simple(&column.title) == wanted);
    let by_place =
        || columns.iter().find(|column| column.pointer == name.trim() || key(column) == name.trim());
    by_title().or_else(by_place).ok_or_else(|| OutputError::UnknownColumn {
        name: name.trim().to_owned(),
        known: columns.iter().map(|column| simple(&column.title)).collect(),
    })
}

/// The columns of an answer that declares none: the fields of its first record. With many records
/// only plain values make columns; one record is shown whole.
pub(crate) fn derive(record: &Record<'_>, one: bool) -> Vec<Column> {
    let column = |name: &str| Column {
        title: name.to_owned(),
        pointer: pointer_to(name),
        format: ColumnFormat::Text,
        wide: false,
    };
    let members = record.members();
    let plain: Vec<Column> = members
        .iter()
        .filter(|(_, value)| Cell::of(value).is_scalar())
        .map(|(name, _)| column(name))
        .collect();
    if members.is_empty() {
        return vec![Column { pointer: String::new(), ..column("value") }];
    }
    if one || plain.is_empty() { members.iter().map(|(name, _)| column(name)).collect() } else { plain }
}

fn key(column: &Column) -> &str {
    match column.pointer.strip_prefix('/') {
        Some(key) => key,
        None if column.pointer.is_empty() => &column.title,
        None => &column.pointer,
    }
}

fn simple(title: &str) -> String {
    title.trim().to_lowercase().replace([' ', '_'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        let column = |title: &str, pointer: &str, wide| Column {
            title: title.to_owned(),
            pointer: pointer.to_owned(),
            format: ColumnFormat::Text,
            wide,
        };
        vec![
            column("Name", "/name", false),
            column("Cloud account", "/account/id", false),
            column("Owner", "/ownerEmail", true),
        ]
    }

    fn chosen(names: &[&str]) -> Result<Vec<String>, OutputError> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let style = Style { columns: Some(names), ..Style::default() };
        Ok(choose(&columns(), &style)?.into_iter().map(|column| column.title).collect())
    }

    #[test]
    fn columns_go_by_title_pointer_or_key() {
        assert_eq!(chosen(&["OWNER", " name"]).unwrap(), ["Owner", "Name"]);
        assert_eq!(chosen(&["cloud-account", "cloud account"]).unwrap(), ["Cloud account", "Cloud account"]);
        assert_eq!(chosen(&["/account/id", "ownerEmail"]).unwrap(), ["Cloud account", "Owner"]);
    }

    #[test]
    fn an_unknown_column_names_the_known_ones() {
        let error = chosen(&["name", "colour"]).unwrap_err();
        assert_eq!(error.to_string(), "there is no column `colour`");
        assert_eq!(error.hints(), ["the columns are name, cloud-account, owner"]);
        assert!(error.is_usage());
    }

    #[test]
    fn wide_columns_wait_for_their_option() {
        assert_eq!(choose(&columns(), &Style::default()).unwrap().len(), 2);
        assert_eq!(choose(&columns(), &Style { wide: true, ..Style::default() }).unwrap().len(), 3);
        assert_eq!(choose(&columns()[2..], &Style::default()).unwrap().len(), 1);
    }

    #[test]
    fn columns_are_found_in_a_record() {
        let titles = |json, one| -> Vec<String> {
            derive(&Record::read(json).unwrap(), one).into_iter().map(|column| column.title).collect()
        };
        assert_eq!(titles(r#"{"a/b":1,"c":{},"d":null}"#, false), ["a/b", "d"]);
        assert_eq!(titles(r#"{"a/b":1,"c":{},"d":null}"#, true), ["a/b", "c", "d"]);
        assert_eq!(titles(r#"{"c":{}}"#, false), ["c"]);
        assert_eq!(titles("7", false), ["value"]);
        let record = Record::read(r#"{"a/b":1}"#).unwrap();
        assert_eq!(record.cell(&Chosen::from(&derive(&record, false)[0]).pointer), Cell::Number("1"));
    }
}
