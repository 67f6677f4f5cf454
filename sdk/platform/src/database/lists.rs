//! How every table is read: the rows of one organization, as they are at one instant, in pages.
//! A table says what its rows are ([`Listed`]); what they may be filtered by is decided in
//! `graphql::filters`. Nothing here writes.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

/// Rows that belong to organizations and can be listed.
pub(crate) trait Listed: Sized {
    /// A `SELECT` of the organization `?1` at the instant `?2`; its columns are those that
    /// conditions may name. It must use both parameters, since those of conditions come after.
    const SOURCE: &'static str;
    /// The order of the list.
    const KEY: Key;

    /// Reads one row of [`Listed::SOURCE`].
    fn read(row: &Row<'_>) -> rusqlite::Result<Self>;
}

/// Rows that can be watched. Each of these is an expression over [`Listed::SOURCE`].
pub(crate) trait Watched: Listed {
    /// Text that changes when there is something to tell.
    const STATE: &'static str;
    /// When time alone will change that; null if it will not.
    const DUE: &'static str;
    /// Whether nothing will ever change it again.
    const FINAL: &'static str;
}

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) key: String,
    pub(crate) state: String,
    pub(crate) due: Option<i64>,
    pub(crate) is_final: bool,
}

/// The column that is unique in an organization, and by which its list is ordered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    /// From the least to the greatest.
    Ascending(&'static str),
    /// From the greatest to the least: the newest first, for numbers that are counted up.
    Descending(&'static str),
}

impl Key {
    fn column(self) -> &'static str {
        let (Self::Ascending(column) | Self::Descending(column)) = self;
        column
    }

    /// What holds for the rows after a key, and the order.
    fn after_and_order(self) -> (String, String) {
        match self {
            Self::Ascending(column) => (format!("{column} > ?"), column.to_owned()),
            Self::Descending(column) => (format!("{column} < ?"), format!("{column} DESC")),
        }
    }
}

/// Conditions on rows: SQL with `?` for each value, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    /// Each begins with ` AND `.
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl Conditions {
    /// The key is this one.
    fn key<T: Listed>(key: Value) -> Self {
        Self { sql: format!(" AND {} = ?", T::KEY.column()), values: vec![key] }
    }
}

/// Whose rows, and at what time.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// The organization's id.
    pub(crate) organization: String,
    /// Milliseconds since 1970.
    pub(crate) now: i64,
}

impl View {
    /// Values `?1` and `?2` of every query, followed by those of the conditions.
    fn values(&self, conditions: Conditions) -> impl Iterator<Item = Value> {
        let own = [Value::Text(self.organization.clone()), Value::Integer(self.now)];
        own.into_iter().chain(conditions.values)
    }

    /// Up to `limit` rows in the list's order, those after the key `after` first.
    pub(crate) fn page<T: Listed>(
        &self,
        connection: &Connection,
        mut conditions: Conditions,
        after: Option<Value>,
        limit: usize,
    ) -> rusqlite::Result<Vec<T>> {
        let (following, order) = T::KEY.after_and_order();
        if let Some(after) = after {
            conditions.sql.push_str(" AND ");
            conditions.sql.push_str(&following);
            conditions.values.push(after);
        }
        let (source, sql) = (T::SOURCE, &conditions.sql);
        let sql = format!("SELECT * FROM ({source}) WHERE TRUE{sql} ORDER BY {order} LIMIT {limit}");
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(self.values(conditions)), T::read)?;
        rows.collect()
    }

    /// How many rows meet the conditions.
    pub(crate) fn count<T: Listed>(
        &self,
        connection: &Connection,
        conditions: Conditions,
    ) -> rusqlite::Result<i64> {
        let (source, sql) = (T::SOURCE, &conditions.sql);
        let sql = format!("SELECT count(*) FROM ({source}) WHERE TRUE{sql}");
        let mut statement = connection.prepare_cached(&sql)?;
        statement.query_row(params_from_iter(self.values(conditions)), |row| row.get(0))
    }

    /// The row of this key.
    pub(crate) fn find<T: Listed>(
        &self,
        connection: &Connection,
        key: impl Into<Value>,
    ) -> rusqlite::Result<Option<T>> {
        let rows = self.page(connection, Conditions::key::<T>(key.into()), None, 1)?;
        Ok(rows.into_iter().next())
    }

    /// Where every row stands, the least key first; or the one of a key.
    pub(crate) fn standings<T: Watched>(
        &self,
        connection: &Connection,
        only: Option<Value>,
    ) -> rusqlite::Result<Vec<Standing>> {
        let conditions = only.map_or_else(Conditions::default, Conditions::key::<T>);
        let (source, key, sql) = (T::SOURCE, T::KEY.column(), &conditions.sql);
        let (state, due, is_final) = (T::STATE, T::DUE, T::FINAL);
        let sql = format!(
            "SELECT CAST({key} AS TEXT), {state}, {due}, {is_final} FROM ({source}) WHERE TRUE{sql} ORDER BY {key}"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(self.values(conditions)), |row| {
            Ok(Standing { key: row.get(0)?, state: row.get(1)?, due: row.get(2)?, is_final: row.get(3)? })
        })?;
        rows.collect()
    }
}
