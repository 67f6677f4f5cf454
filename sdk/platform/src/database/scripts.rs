//! The table of job scripts: its rows, and every statement that touches it.

use rusqlite::{Connection, Row, Transaction, params};

use super::files::Files;
use super::lists::{Conditions, Key, Listed, View};
use super::submissions::Submission;

/// A job script as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    /// Counted up over all organizations; 0 for one that is not kept yet.
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) owner_email: String,
    pub(crate) is_archived: bool,
    /// The template that it was made of, while that exists.
    pub(crate) parent_template_id: Option<i64>,
    pub(crate) files: Files,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
    /// Milliseconds since 1970.
    pub(crate) updated_at: i64,
}

impl Listed for Script {
    const SOURCE: &'static str = "SELECT id, name, description, owner_email, is_archived, \
        parent_template_id, files, created_at, updated_at \
        FROM job_scripts WHERE organization = ?1 AND ?2 = ?2";
    const KEY: Key = Key::Descending("id");

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            description: row.get(2)?,
            owner_email: row.get(3)?,
            is_archived: row.get(4)?,
            parent_template_id: row.get(5)?,
            files: row.get(6)?,
            created_at: row.get(7)?,
            updated_at: row.get(8)?,
        })
    }
}

/// What to change; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) is_archived: Option<bool>,
    pub(crate) content: Option<String>,
}

/// What became of a script to delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deleted {
    /// It is gone.
    Done,
    /// There is none of this id.
    NotFound,
    /// So many of its submissions have not ended.
    InUse(i64),
}

/// Adds a script and gives it back with its id.
pub(crate) fn insert(
    connection: &Connection,
    organization: &str,
    script: Script,
) -> rusqlite::Result<Script> {
    let sql = "INSERT INTO job_scripts (organization, name, description, owner_email, is_archived, \
               parent_template_id, files, created_at, updated_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    connection.prepare_cached(sql)?.execute(params![
        organization,
        script.name,
        script.description,
        script.owner_email,
        script.is_archived,
        script.parent_template_id,
        script.files,
        script.created_at,
        script.updated_at,
    ])?;
    Ok(Script { id: connection.last_insert_rowid(), ..script })
}

/// Changes what is given, and gives back the script as it is now; `None` if there is none.
pub(crate) fn update(
    transaction: &Transaction<'_>,
    view: &View,
    id: i64,
    change: Change,
) -> rusqlite::Result<Option<Script>> {
    let Some(mut script) = view.find::<Script>(transaction, id)? else {
        return Ok(None);
    };
    script.name = change.name.unwrap_or(script.name);
    script.description = change.description.unwrap_or(script.description);
    script.is_archived = change.is_archived.unwrap_or(script.is_archived);
    if let Some(content) = change.content {
        script.files.set_content(content);
    }
    script.updated_at = view.now;
    let sql = "UPDATE job_scripts SET name = ?2, description = ?3, is_archived = ?4, files = ?5, \
               updated_at = ?6 WHERE id = ?1";
    let (name, description, files) = (&script.name, &script.description, &script.files);
    let values = params![id, name, description, script.is_archived, files, script.updated_at];
    transaction.prepare_cached(sql)?.execute(values)?;
    Ok(Some(script))
}

/// Removes a script none of whose submissions is under way, and its id from those that ended.
pub(crate) fn delete(transaction: &Transaction<'_>, view: &View, id: i64) -> rusqlite::Result<Deleted> {
    let sql = " AND job_script_id = ? AND status IN ('CREATED', 'SUBMITTED')".to_owned();
    let under_way = Conditions { sql, values: vec![id.into()] };
    let number = view.count::<Submission>(transaction, under_way)?;
    if number > 0 {
        return Ok(Deleted::InUse(number));
    }
    let orphan =
        "UPDATE job_submissions SET job_script_id = NULL WHERE organization = ?1 AND job_script_id = ?2";
    transaction.execute(orphan, params![view.organization, id])?;
    let sql = "DELETE FROM job_scripts WHERE organization = ?1 AND id = ?2";
    let deleted = transaction.execute(sql, params![view.organization, id])?;
    Ok(if deleted == 1 { Deleted::Done } else { Deleted::NotFound })
}
