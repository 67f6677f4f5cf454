//! What outlives a request: one SQLite database, in memory or in a file. A new one is made and
//! seeded in a single transaction, so a file is either whole or empty; one that is there already
//! keeps what it holds. Sign-ins are in it only where `--keep-sessions` asks for it (`kept`).

pub(crate) mod clusters;
pub(crate) mod files;
pub(crate) mod kept;
pub(crate) mod lists;
pub(crate) mod scripts;
pub(crate) mod submissions;
pub(crate) mod templates;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction};

use crate::error::PlatformError;
use crate::options::Options;
use crate::world;

/// Marks a file as one of ours: "vant" in ASCII, in SQLite's field for it.
const APPLICATION: i64 = 0x7661_6e74;

/// The version of the tables; a change of them counts it up.
const VERSION: i64 = 3;

/// The tables.
const SCHEMA: &str = include_str!("database/schema.sql");

/// The open database.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    connection: Arc<Mutex<Connection>>,
    name: String,
}

impl Database {
    /// Opens what the options name, and makes the world in it if there is none.
    pub(crate) async fn open(options: &Options) -> Result<Self, PlatformError> {
        let (path, seed) = (options.database.clone(), options.seed);
        let (clusters, submissions) = (options.clusters, options.submissions);
        let names = options.cluster_names.clone();
        let name = path.as_ref().map_or(":memory:".to_owned(), |path| path.display().to_string());
        blocking(move || {
            let failed = |source| PlatformError::Database { name: name.clone(), source };
            let mut connection = connect(path.as_deref()).map_err(failed)?;
            if is_new(&connection, path).map_err(|problem| problem.named(&name))? {
                make(&mut connection, seed, clusters, &names, submissions).map_err(failed)?;
            }
            let connection = Arc::new(Mutex::new(connection));
            Ok(Self { connection, name })
        })
        .await
    }

    /// Runs `work` in a transaction, on a thread that may block: all of it is done, or nothing.
    pub(crate) async fn change<T, F>(&self, work: F) -> Result<T, PlatformError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        self.run(|connection| {
            let transaction = connection.transaction()?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        })
        .await
    }

    /// Runs `work` with the connection, on a thread that may block.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, PlatformError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let database = self.clone();
        blocking(move || database.run_here(work)).await
    }

    /// Runs `work` with the connection, on this thread: for what is short and rare.
    fn run_here<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, PlatformError> {
        // A panic in between leaves no half-written row: SQLite rolls back.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut connection).map_err(|source| PlatformError::Database { name: self.name.clone(), source })
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PlatformError> + Send + 'static,
) -> Result<T, PlatformError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(PlatformError::Interrupted(error)),
    }
}

fn connect(path: Option<&Path>) -> rusqlite::Result<Connection> {
    let connection = match path {
        Some(path) => {
            keep_private(path);
            Connection::open(path)?
        }
        None => Connection::open_in_memory()?,
    };
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

/// Makes a new file for its owner alone: it may come to hold secrets. Where that fails, opening the
/// database fails too, and says why.
fn keep_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}

/// Why a file cannot be used.
enum Unusable {
    Failed(rusqlite::Error),
    Other(PlatformError),
}

impl Unusable {
    fn named(self, name: &str) -> PlatformError {
        match self {
            Self::Failed(source) => PlatformError::Database { name: name.to_owned(), source },
            Self::Other(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

/// Whether the database is empty; one that holds anything but our tables of our version is refused.
fn is_new(connection: &Connection, path: Option<PathBuf>) -> Result<bool, Unusable> {
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    if number("SELECT count(*) FROM sqlite_schema")? == 0 {
        return Ok(true);
    }
    let path = path.unwrap_or_default();
    if number("PRAGMA application_id")? != APPLICATION {
        return Err(Unusable::Other(PlatformError::ForeignDatabase(path)));
    }
    match number("PRAGMA user_version")? {
        VERSION => Ok(false),
        found => Err(Unusable::Other(PlatformError::SchemaVersion { path, found, expected: VERSION })),
    }
}

/// Makes the tables and the world, all or nothing.
fn make(
    connection: &mut Connection,
    seed: u64,
    clusters: usize,
    names: &[String],
    submissions: usize,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    world::clusters::make(&transaction, seed, clusters, names)?;
    world::jobs::make(&transaction, seed, submissions)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn count(database: &Database) -> i64 {
        let sql = "SELECT count(*) FROM clusters WHERE organization = ?1";
        let id = crate::world::people::ACME.id;
        database.run(move |connection| connection.query_row(sql, [id], |row| row.get(0))).await.unwrap()
    }

    fn options(path: &Path, clusters: usize) -> Options {
        Options { database: Some(path.to_owned()), clusters, ..Options::default() }
    }

    #[tokio::test]
    async fn a_file_keeps_its_world() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.sqlite");
        let first = Database::open(&options(&path, 3)).await.unwrap();
        assert_eq!(count(&first).await, 3);
        first.run(|connection| connection.execute("DELETE FROM clusters", [])).await.unwrap();
        drop(first);
        assert_eq!(count(&Database::open(&options(&path, 9)).await.unwrap()).await, 0);
    }

    #[tokio::test]
    async fn other_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = async |path: &Path| Database::open(&options(path, 1)).await.unwrap_err();

        let text = folder.path().join("text");
        std::io::Write::write_all(&mut std::fs::File::create(&text).unwrap(), &[b'x'; 2_000]).unwrap();
        assert!(matches!(refusal(&text).await, PlatformError::Database { .. }));

        let foreign = folder.path().join("foreign");
        Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        assert!(matches!(refusal(&foreign).await, PlatformError::ForeignDatabase(_)));

        let newer = folder.path().join("newer");
        drop(Database::open(&options(&newer, 1)).await.unwrap());
        Connection::open(&newer).unwrap().execute_batch("PRAGMA user_version = 9").unwrap();
        let error = refusal(&newer).await;
        assert!(matches!(error, PlatformError::SchemaVersion { found: 9, .. }), "{error}");
        assert_eq!(error.hints().len(), 1);
    }
}
