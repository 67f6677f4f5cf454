//! Sign-ins: each a family of refresh tokens of which only the youngest is good. Spending an
//! older one ends the family, since one of two holders must be a thief. Access tokens are not
//! kept: they name their session and their number, and both can be ended here. All of it is in
//! memory, and written down as well where `--keep-sessions` asks for that.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::kept::SavedTable;
use super::scopes::Scopes;
use crate::database::kept::Kept;
use crate::world::people::{Organization, Person};

/// A sign-in.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The claim `sid`.
    pub(crate) id: String,
    pub(crate) person: &'static Person,
    pub(crate) scopes: Scopes,
    pub(crate) organizations: Vec<&'static Organization>,
    /// The only refresh token that is good.
    pub(crate) refresh_token: String,
    /// When it stops being good.
    pub(crate) refresh_expires: Timestamp,
}

impl Session {
    /// Sets the refresh token that is good from now on.
    pub(crate) fn rotate(&mut self, refresh_token: String, now: Timestamp, lifetime: Duration) {
        self.refresh_token = refresh_token;
        self.refresh_expires = now.saturating_add(lifetime).unwrap_or(Timestamp::MAX);
    }
}

/// Why a refresh token was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spent {
    /// Never issued, by this process at least.
    Unknown,
    /// Its session ended.
    Ended,
    /// It was not used in time.
    Expired,
    /// It was spent before; its session has just ended.
    Reused,
}

/// All sign-ins.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    table: Mutex<Table>,
    kept: Option<Kept>,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) alive: HashMap<String, Session>,
    /// The session of every refresh token that was ever issued.
    pub(super) families: HashMap<String, String>,
    /// How many access tokens were issued.
    pub(super) issued: u64,
    /// Access tokens up to this number have expired, whatever they say.
    pub(super) expired: u64,
    /// Single access tokens that were revoked.
    pub(super) revoked: HashSet<u64>,
}

impl Sessions {
    /// Those that were written down as `saved`, and will be again.
    pub(crate) fn kept(kept: Kept, saved: &str) -> Self {
        // `null` until there was a sign-in.
        let saved: Option<SavedTable> = serde_json::from_str(saved).unwrap_or_else(|problem| {
            tracing::warn!(%problem, "the sessions that were kept cannot be read; there are none now");
            None
        });
        Self { table: Mutex::new(saved.unwrap_or_default().into()), kept: Some(kept) }
    }

    /// Notes a new sign-in.
    pub(crate) fn open(&self, session: Session) {
        self.change(|table| {
            table.families.insert(session.refresh_token.clone(), session.id.clone());
            table.alive.insert(session.id.clone(), session);
        });
    }

    /// Spends a refresh token for `next`, in one step, so that of two at once one is a reuse.
    pub(crate) fn spend(
        &self,
        token: &str,
        next: String,
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<Session, Spent> {
        self.change(|table| {
            let id = table.families.get(token).ok_or(Spent::Unknown)?.clone();
            let session = table.alive.get_mut(&id).ok_or(Spent::Ended)?;
            if session.refresh_token != token {
                table.alive.remove(&id);
                return Err(Spent::Reused);
            }
            if session.refresh_expires <= now {
                table.alive.remove(&id);
                return Err(Spent::Expired);
            }
            session.rotate(next.clone(), now, lifetime);
            table.families.insert(next, id);
            Ok(session.clone())
        })
    }

    /// The session that a good refresh token would continue.
    pub(crate) fn peek(&self, token: &str) -> Option<Session> {
        let table = self.lock();
        table.alive.get(table.families.get(token)?).cloned()
    }

    /// Whether the session of this id lasts.
    pub(crate) fn is_alive(&self, id: &str) -> bool {
        self.lock().alive.contains_key(id)
    }

    /// Ends one session; false if it had ended.
    pub(crate) fn end(&self, id: &str) -> bool {
        self.change(|table| table.alive.remove(id).is_some())
    }

    /// Ends the session that a refresh token belongs to, young or old.
    pub(crate) fn end_family(&self, token: &str) -> bool {
        self.change(|table| {
            let id = table.families.get(token).cloned();
            id.is_some_and(|id| table.alive.remove(&id).is_some())
        })
    }

    /// Ends every session and says how many there were.
    pub(crate) fn end_all(&self) -> u64 {
        let number = self.change(|table| table.alive.drain().count());
        u64::try_from(number).unwrap_or(u64::MAX)
    }

    /// The number of the next access token.
    pub(crate) fn next_number(&self) -> u64 {
        self.change(|table| {
            table.issued += 1;
            table.issued
        })
    }

    /// Makes every access token that was issued so far an expired one.
    pub(crate) fn expire_access(&self) {
        self.change(|table| table.expired = table.issued);
    }

    /// Makes one access token an expired one.
    pub(crate) fn revoke_access(&self, number: u64) {
        self.change(|table| table.revoked.insert(number));
    }

    /// Whether the access token of this number is still good.
    pub(crate) fn access_is_good(&self, number: u64) -> bool {
        let table = self.lock();
        number > table.expired && !table.revoked.contains(&number)
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a change, and writes it down before anybody hears of it.
    fn change<T>(&self, change: impl FnOnce(&mut Table) -> T) -> T {
        let mut table = self.lock();
        let result = change(&mut table);
        if let Some(kept) = &self.kept {
            // Names, numbers and times: writing them cannot fail.
            kept.save(&serde_json::to_string(&SavedTable::from(&*table)).unwrap_or_default());
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::people;

    const LIFETIME: Duration = Duration::from_secs(100);

    fn sessions() -> Sessions {
        let sessions = Sessions::default();
        let mut session = Session {
            id: "s".to_owned(),
            person: &people::FIRST,
            scopes: Scopes::parse("openid").unwrap(),
            organizations: Vec::new(),
            refresh_token: String::new(),
            refresh_expires: Timestamp::UNIX_EPOCH,
        };
        session.rotate("one".to_owned(), Timestamp::UNIX_EPOCH, LIFETIME);
        sessions.open(session);
        sessions
    }

    fn spend(sessions: &Sessions, token: &str, next: &str, second: i64) -> Result<String, Spent> {
        let now = Timestamp::from_second(second).unwrap();
        sessions.spend(token, next.to_owned(), now, LIFETIME).map(|session| session.refresh_token)
    }

    #[test]
    fn a_token_is_good_once_and_reuse_ends_the_family() {
        let sessions = sessions();
        assert_eq!(spend(&sessions, "one", "two", 1), Ok("two".to_owned()));
        assert_eq!(spend(&sessions, "two", "three", 2), Ok("three".to_owned()));
        assert_eq!(spend(&sessions, "one", "four", 3), Err(Spent::Reused));
        assert_eq!(spend(&sessions, "three", "four", 4), Err(Spent::Ended));
        assert_eq!(spend(&sessions, "never", "four", 4), Err(Spent::Unknown));
    }

    #[test]
    fn each_refresh_counts_the_lifetime_anew() {
        let sessions = sessions();
        assert_eq!(spend(&sessions, "one", "two", 99), Ok("two".to_owned()));
        assert_eq!(spend(&sessions, "two", "three", 198), Ok("three".to_owned()));
        assert_eq!(spend(&sessions, "three", "four", 298), Err(Spent::Expired));
    }

    #[test]
    fn access_tokens_expire_together_or_alone() {
        let sessions = Sessions::default();
        let (first, second) = (sessions.next_number(), sessions.next_number());
        sessions.revoke_access(second);
        assert!(sessions.access_is_good(first) && !sessions.access_is_good(second));
        sessions.expire_access();
        assert!(!sessions.access_is_good(first) && sessions.access_is_good(sessions.next_number()));
    }
}
