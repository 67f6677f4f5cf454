//! The files of job templates and job scripts. They are few and small and always read with what
//! they belong to, so they are kept beside it as JSON, and not in a table of their own.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum FileType {
    /// What Slurm is given to run.
    Entrypoint,
    /// What the entrypoint uses.
    Support,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) filename: String,
    pub(crate) file_type: FileType,
    pub(crate) content: String,
}

/// The files of one template or script, the entrypoint among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Files(pub(crate) Vec<File>);

impl Files {
    /// An entrypoint alone.
    pub(crate) fn entrypoint(filename: String, content: String) -> Self {
        Self(vec![File { filename, file_type: FileType::Entrypoint, content }])
    }

    /// The content of the entrypoint.
    pub(crate) fn content(&self) -> &str {
        let mut files = self.0.iter();
        files.find(|file| file.file_type == FileType::Entrypoint).map_or("", |file| &file.content)
    }

    /// Gives the entrypoint another content.
    pub(crate) fn set_content(&mut self, content: String) {
        let mut files = self.0.iter_mut();
        if let Some(file) = files.find(|file| file.file_type == FileType::Entrypoint) {
            file.content = content;
        }
    }
}

impl ToSql for Files {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = serde_json::to_string(self);
        text.map(ToSqlOutput::from).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }
}

impl FromSql for Files {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map_err(|error| FromSqlError::Other(error.into()))
    }
}
