//! What `--keep-sessions` writes: the realm's key and its sign-ins, in a table of one row that is
//! replaced at each change. Both are secrets; that is why they are kept only where it is asked for.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::Database;
use crate::error::PlatformError;

/// The place of the realm in the database.
#[derive(Clone, Debug)]
pub(crate) struct Kept(Database);

impl Kept {
    /// The realm of this database.
    pub(crate) fn new(database: &Database) -> Self {
        Self(database.clone())
    }

    /// The secret of the key and the sign-ins as JSON; `None` if none were ever kept.
    pub(crate) fn load(&self) -> Result<Option<([u8; 32], String)>, PlatformError> {
        self.0.run_here(|connection| {
            let sql = "SELECT secret, sessions FROM realm";
            connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })
    }

    /// Notes the secret of a new key, before anything is signed with it.
    pub(crate) fn begin(&self, secret: &[u8; 32]) -> Result<(), PlatformError> {
        let sql = "INSERT INTO realm VALUES (1, ?1, 'null')";
        self.0.run_here(|connection| connection.execute(sql, params![secret]).map(|_| ()))
    }

    /// Replaces the sign-ins. They must be on disk before a client hears of them, so it waits.
    pub(crate) fn save(&self, sessions: &str) {
        let update = |connection: &mut Connection| {
            connection.execute("UPDATE realm SET sessions = ?1", params![sessions]).map(|_| ())
        };
        if let Err(problem) = self.0.run_here(update) {
            tracing::error!(%problem, "sessions could not be kept");
        }
    }
}
