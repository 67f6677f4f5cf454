//! The table of clusters: its rows, and every statement that touches it. Who may do what is
//! decided before (`graphql::caller`); a statement always names the organization.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};

/// A cluster as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) status: String,
    /// When `preparing` becomes `ready`, in milliseconds since 1970.
    pub(crate) ready_at: Option<i64>,
    pub(crate) client_id: String,
    pub(crate) description: String,
    pub(crate) owner_email: String,
    pub(crate) provider: String,
    pub(crate) cluster_type: String,
    pub(crate) cloud_account_id: Option<i64>,
    /// JSON.
    pub(crate) creation_parameters: String,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
}

/// The status at the instant `?2`: a cluster becomes ready by time alone.
pub(crate) const STATUS: &str =
    "CASE WHEN status = 'preparing' AND ready_at <= ?2 THEN 'ready' ELSE status END";

/// Conditions on rows: SQL with `?` for each value, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    /// Each begins with ` AND `.
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

/// Whose clusters, and at what time.
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

    /// Up to `limit` clusters by name, those after `after` first.
    pub(crate) fn page(
        &self,
        connection: &Connection,
        mut conditions: Conditions,
        after: Option<String>,
        limit: usize,
    ) -> rusqlite::Result<Vec<Cluster>> {
        if let Some(after) = after {
            conditions.sql.push_str(" AND name > ?");
            conditions.values.push(Value::Text(after));
        }
        let sql = format!(
            "SELECT name, {STATUS}, ready_at, client_id, description, owner_email, provider, cluster_type, \
             cloud_account_id, creation_parameters, created_at \
             FROM clusters WHERE organization = ?1{} ORDER BY name LIMIT {limit}",
            conditions.sql
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(self.values(conditions)), read)?;
        rows.collect()
    }

    /// How many clusters meet the conditions.
    pub(crate) fn count(&self, connection: &Connection, conditions: Conditions) -> rusqlite::Result<i64> {
        // `?2 = ?2` keeps the numbering when no condition asks for the time.
        let sql =
            format!("SELECT count(*) FROM clusters WHERE organization = ?1 AND ?2 = ?2{}", conditions.sql);
        let mut statement = connection.prepare_cached(&sql)?;
        statement.query_row(params_from_iter(self.values(conditions)), |row| row.get(0))
    }

    /// The cluster of this name.
    pub(crate) fn find(&self, connection: &Connection, name: &str) -> rusqlite::Result<Option<Cluster>> {
        let conditions =
            Conditions { sql: " AND name = ?".to_owned(), values: vec![Value::Text(name.to_owned())] };
        Ok(self.page(connection, conditions, None, 1)?.into_iter().next())
    }

    /// Removes a cluster; false if there is none of this name.
    pub(crate) fn delete(&self, connection: &Connection, name: &str) -> rusqlite::Result<bool> {
        let sql = "DELETE FROM clusters WHERE organization = ?1 AND name = ?2";
        Ok(connection.execute(sql, params![self.organization, name])? == 1)
    }

    /// Changes what is given, and gives back the cluster as it is now.
    pub(crate) fn update(
        &self,
        connection: &Connection,
        name: &str,
        description: Option<&str>,
        status: Option<&str>,
    ) -> rusqlite::Result<Option<Cluster>> {
        let sql = "UPDATE clusters SET description = coalesce(?3, description), status = coalesce(?4, status) \
                   WHERE organization = ?1 AND name = ?2";
        connection.execute(sql, params![self.organization, name, description, status])?;
        self.find(connection, name)
    }
}

/// Adds a cluster; false if the organization has one of this name.
pub(crate) fn insert(
    connection: &Connection,
    organization: &str,
    cluster: &Cluster,
) -> rusqlite::Result<bool> {
    // In the order of the table. Prepared once, since a large world is made row by row.
    let sql = "INSERT INTO clusters VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING";
    let inserted = connection.prepare_cached(sql)?.execute(params![
        organization,
        cluster.name,
        cluster.status,
        cluster.ready_at,
        cluster.client_id,
        cluster.description,
        cluster.owner_email,
        cluster.provider,
        cluster.cluster_type,
        cluster.cloud_account_id,
        cluster.creation_parameters,
        cluster.created_at,
    ])?;
    Ok(inserted == 1)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Cluster> {
    Ok(Cluster {
        name: row.get(0)?,
        status: row.get(1)?,
        ready_at: row.get(2)?,
        client_id: row.get(3)?,
        description: row.get(4)?,
        owner_email: row.get(5)?,
        provider: row.get(6)?,
        cluster_type: row.get(7)?,
        cloud_account_id: row.get(8)?,
        creation_parameters: row.get(9)?,
        created_at: row.get(10)?,
    })
}
