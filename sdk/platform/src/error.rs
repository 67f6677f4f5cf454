//! Why a platform could not be started or ended. Failures of a single request are answers on the
//! wire (`identity::refusal`, `graphql`), not values of this type.

use std::path::PathBuf;

/// Why the platform did not start, or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlatformError {
    /// The port is taken or may not be used.
    #[error("could not listen on `127.0.0.1:{port}`")]
    Listen {
        /// The port that was asked for; 0 means any.
        port: u16,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Serving ended because of the listener.
    #[error("serving ended unexpectedly")]
    Serve(#[source] std::io::Error),
    /// The database could not be opened, read or written.
    #[error("database `{name}` failed")]
    Database {
        /// The file, or `:memory:`.
        name: String,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// Work on the database did not come to its end.
    #[error("work on the database was interrupted")]
    Interrupted(#[source] tokio::task::JoinError),
    /// The file holds a database of another program or of another version.
    #[error("`{}` holds schema version {found}, this program writes version {expected}", path.display())]
    SchemaVersion {
        /// The file that was opened.
        path: PathBuf,
        /// The version found in it.
        found: i64,
        /// The version this program writes.
        expected: i64,
    },
    /// The file is a database, but not one of this platform.
    #[error("`{}` is a database of another program", .0.display())]
    ForeignDatabase(PathBuf),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes: {0}")]
    Random(String),
    /// A token could not be signed.
    #[error("could not sign with the key made at start")]
    Signing(#[source] jsonwebtoken::errors::Error),
    /// The canary cannot be found again in a signed token.
    #[error("canary `{canary}` cannot stand verbatim in a signed token: {reason}")]
    Canary {
        /// The text that was asked for.
        canary: String,
        /// What is wrong with it.
        reason: &'static str,
        /// A canary made from the same text that would do.
        instead: String,
    },
    /// An option has a value that cannot be served.
    #[error("option `{option}`: {reason}")]
    Option {
        /// The option's name, as on the command line.
        option: &'static str,
        /// What is wrong with its value.
        reason: String,
    },
}

impl PlatformError {
    /// What to do about it, one line each; empty where nothing is known.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Listen { port, .. } if *port != 0 => {
                vec!["--port 0 takes any free port and prints which".to_owned()]
            }
            Self::SchemaVersion { .. } | Self::ForeignDatabase(_) => {
                vec!["give another --database FILE; a file that does not exist is made".to_owned()]
            }
            Self::Canary { instead, .. } => vec![format!("`{instead}` can")],
            _ => Vec::new(),
        }
    }
}
