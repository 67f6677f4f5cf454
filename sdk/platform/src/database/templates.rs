//! The table of job templates: its rows, and every statement that touches it.

use rusqlite::{Connection, Row, Transaction, params};

use super::files::Files;
use super::lists::{Key, Listed, View};

/// A job template as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    /// Counted up over all organizations; 0 for one that is not kept yet.
    pub(crate) id: i64,
    pub(crate) name: String,
    /// Unique in the organization, where there is one.
    pub(crate) identifier: Option<String>,
    pub(crate) description: String,
    pub(crate) owner_email: String,
    pub(crate) is_archived: bool,
    /// A JSON object.
    pub(crate) template_vars: String,
    pub(crate) files: Files,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
    /// Milliseconds since 1970.
    pub(crate) updated_at: i64,
}

impl Listed for Template {
    const SOURCE: &'static str = "SELECT id, name, identifier, description, owner_email, is_archived, \
        template_vars, files, created_at, updated_at \
        FROM job_templates WHERE organization = ?1 AND ?2 = ?2";
    const KEY: Key = Key::Descending("id");

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            identifier: row.get(2)?,
            description: row.get(3)?,
            owner_email: row.get(4)?,
            is_archived: row.get(5)?,
            template_vars: row.get(6)?,
            files: row.get(7)?,
            created_at: row.get(8)?,
            updated_at: row.get(9)?,
        })
    }
}

/// What to change; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) name: Option<String>,
    pub(crate) identifier: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) is_archived: Option<bool>,
    pub(crate) template_vars: Option<String>,
    pub(crate) content: Option<String>,
}

/// What became of a change.
#[derive(Clone, Debug)]
pub(crate) enum Changed {
    /// As it is now.
    Done(Template),
    /// There is none of this id.
    NotFound,
    /// Another template has the identifier.
    IdentifierInUse,
}

/// Adds a template and gives it back with its id; `None` if its identifier is in use.
pub(crate) fn insert(
    connection: &Connection,
    organization: &str,
    template: Template,
) -> rusqlite::Result<Option<Template>> {
    let sql = "INSERT INTO job_templates (organization, name, identifier, description, owner_email, \
               is_archived, template_vars, files, created_at, updated_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING";
    let inserted = connection.prepare_cached(sql)?.execute(params![
        organization,
        template.name,
        template.identifier,
        template.description,
        template.owner_email,
        template.is_archived,
        template.template_vars,
        template.files,
        template.created_at,
        template.updated_at,
    ])?;
    Ok((inserted == 1).then(|| Template { id: connection.last_insert_rowid(), ..template }))
}

/// Changes what is given.
pub(crate) fn update(
    transaction: &Transaction<'_>,
    view: &View,
    id: i64,
    change: Change,
) -> rusqlite::Result<Changed> {
    let Some(mut template) = view.find::<Template>(transaction, id)? else {
        return Ok(Changed::NotFound);
    };
    template.name = change.name.unwrap_or(template.name);
    template.identifier = change.identifier.or(template.identifier);
    template.description = change.description.unwrap_or(template.description);
    template.is_archived = change.is_archived.unwrap_or(template.is_archived);
    template.template_vars = change.template_vars.unwrap_or(template.template_vars);
    if let Some(content) = change.content {
        template.files.set_content(content);
    }
    template.updated_at = view.now;
    let sql = "UPDATE OR IGNORE job_templates SET name = ?2, identifier = ?3, description = ?4, \
               is_archived = ?5, template_vars = ?6, files = ?7, updated_at = ?8 WHERE id = ?1";
    let updated = transaction.prepare_cached(sql)?.execute(params![
        id,
        template.name,
        template.identifier,
        template.description,
        template.is_archived,
        template.template_vars,
        template.files,
        template.updated_at,
    ])?;
    Ok(if updated == 1 { Changed::Done(template) } else { Changed::IdentifierInUse })
}

/// Removes a template, and its id from the scripts that were made of it; false if there is none.
pub(crate) fn delete(transaction: &Transaction<'_>, organization: &str, id: i64) -> rusqlite::Result<bool> {
    let orphan = "UPDATE job_scripts SET parent_template_id = NULL \
                  WHERE organization = ?1 AND parent_template_id = ?2";
    transaction.execute(orphan, params![organization, id])?;
    let sql = "DELETE FROM job_templates WHERE organization = ?1 AND id = ?2";
    Ok(transaction.execute(sql, params![organization, id])? == 1)
}
