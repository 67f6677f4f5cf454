//! The table of clusters: its rows, and every statement that touches it. Who may do what is
//! decided before (`graphql::caller`); a statement always names the organization.

use rusqlite::{Connection, Row, params};

use super::lists::{Key, Listed, View, Watched};

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

impl Listed for Cluster {
    // A cluster becomes ready by time alone.
    const SOURCE: &'static str = "SELECT name, \
        CASE WHEN status = 'preparing' AND ready_at <= ?2 THEN 'ready' ELSE status END AS status, \
        ready_at, client_id, description, owner_email, provider, cluster_type, cloud_account_id, \
        creation_parameters, created_at, \
        CASE WHEN status = 'preparing' AND ready_at > ?2 THEN ready_at ELSE NULL END AS due \
        FROM clusters WHERE organization = ?1";
    const KEY: Key = Key::Ascending("name");

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
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
}

impl Watched for Cluster {
    const STATE: &'static str = "status";
    const DUE: &'static str = "due";
    const FINAL: &'static str = "FALSE";
}

/// Removes a cluster; false if there is none of this name.
pub(crate) fn delete(connection: &Connection, organization: &str, name: &str) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM clusters WHERE organization = ?1 AND name = ?2";
    Ok(connection.execute(sql, params![organization, name])? == 1)
}

/// Changes what is given, and gives back the cluster as it is now.
pub(crate) fn update(
    connection: &Connection,
    view: &View,
    name: &str,
    description: Option<&str>,
    status: Option<&str>,
) -> rusqlite::Result<Option<Cluster>> {
    let sql = "UPDATE clusters SET description = coalesce(?3, description), status = coalesce(?4, status) \
               WHERE organization = ?1 AND name = ?2";
    connection.execute(sql, params![view.organization, name, description, status])?;
    view.find(connection, name.to_owned())
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
