//! Sign-ins as they are written for `--keep-sessions`. People and organizations are written by
//! their names; a sign-in that names one who is not in this world any more is left out.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::scopes::Scopes;
use super::sessions::{Session, Table};
use crate::world::people;

/// Everything in the table of sign-ins.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct SavedTable {
    alive: Vec<SavedSession>,
    families: HashMap<String, String>,
    issued: u64,
    expired: u64,
    revoked: HashSet<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedSession {
    id: String,
    person: String,
    scopes: String,
    organizations: Vec<String>,
    refresh_token: String,
    /// Milliseconds since 1970.
    refresh_expires: i64,
}

impl From<&Table> for SavedTable {
    fn from(table: &Table) -> Self {
        Self {
            alive: table.alive.values().map(SavedSession::from).collect(),
            families: table.families.clone(),
            issued: table.issued,
            expired: table.expired,
            revoked: table.revoked.clone(),
        }
    }
}

impl From<SavedTable> for Table {
    fn from(saved: SavedTable) -> Self {
        let alive = saved.alive.into_iter().filter_map(SavedSession::open);
        Self {
            alive: alive.map(|session| (session.id.clone(), session)).collect(),
            families: saved.families,
            issued: saved.issued,
            expired: saved.expired,
            revoked: saved.revoked,
        }
    }
}

impl From<&Session> for SavedSession {
    fn from(session: &Session) -> Self {
        let organizations = session.organizations.iter().map(|organization| organization.name.to_owned());
        Self {
            id: session.id.clone(),
            person: session.person.username.to_owned(),
            scopes: session.scopes.to_string(),
            organizations: organizations.collect(),
            refresh_token: session.refresh_token.clone(),
            refresh_expires: session.refresh_expires.as_millisecond(),
        }
    }
}

impl SavedSession {
    fn open(self) -> Option<Session> {
        let organizations = self.organizations.iter().map(|name| people::organization(name));
        Some(Session {
            id: self.id,
            person: people::by_username(&self.person)?,
            scopes: Scopes::parse(&self.scopes).ok()?,
            organizations: organizations.collect::<Option<_>>()?,
            refresh_token: self.refresh_token,
            refresh_expires: Timestamp::from_millisecond(self.refresh_expires).ok()?,
        })
    }
}
