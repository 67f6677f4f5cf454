//! An access token that works: read, or renewed once however many ask.
//!
//! A refresh token can be spent once, so the order of things matters: lock, read again, make room
//! on disk, and only then ask the provider; and from asking to having stored the answer the work is
//! on a task that no caller can drop. Whoever waited for the lock finds the work done. What was not
//! rejected by the provider is never thrown away.

use std::sync::{Arc, PoisonError};

use tracing::Instrument;
use url::Url;

use crate::address;
use crate::error::{ErrorKind, SessionError};
use crate::provider::{NoTokens, Tokens};
use crate::record::Record;
use crate::session::{Failed, Lock, Session};
use crate::source::{Access, CredentialSource};
use crate::store::{CredentialStore, Reservation};
use crate::token::Token;

/// Moments that lie further ahead than this were written by a clock that was wrong, or is now.
const CLOCK_SLACK: i64 = 60;

impl Session {
    /// An access token for a request to `target`. `rejected` is one that got a 401.
    pub(crate) async fn access(
        &self,
        rejected: Option<&Token>,
        target: Option<&Url>,
    ) -> Result<Access, SessionError> {
        if let CredentialSource::Given(token, from) = self.source() {
            let access = self.given(token, from, rejected.is_some())?;
            self.check_origin(&access.origins, target)?;
            return Ok(access);
        }
        let record = self.store()?.load()?.ok_or_else(|| self.not_signed_in())?;
        // Before anything is sent for its sake.
        self.check_origin(&record.origins, target)?;
        let record =
            if self.serves(&record, rejected) { record } else { self.renewed(record, rejected).await? };
        self.check_origin(&record.origins, target)?;
        Ok(Access {
            token: record.access,
            persona: record.persona.choose(self.profile())?,
            origins: record.origins,
        })
    }

    async fn renewed(&self, seen: Record, rejected: Option<&Token>) -> Result<Record, SessionError> {
        let lock = match self.lock().await {
            Ok(lock) => lock,
            Err(error) => {
                // Where not even the lock can be made, nothing else could be.
                let fails = error.kind() == ErrorKind::Failed;
                let error = if fails { cannot_keep(error) } else { error };
                return self.make_do(seen, rejected, Arc::new(error));
            }
        };
        let (session, rejected) = (self.clone(), rejected.cloned());
        let working = self.working().await;
        let work = async move {
            let result = session.renew(&lock, seen, rejected.as_ref()).await;
            drop((lock, working));
            result
        };
        let task = tokio::spawn(work.instrument(tracing::info_span!("auth.refresh")));
        task.await.map_err(|_| SessionError::RefreshInterrupted)?
    }

    /// The part that runs alone on this machine.
    async fn renew(
        &self,
        _lock: &Lock,
        seen: Record,
        rejected: Option<&Token>,
    ) -> Result<Record, SessionError> {
        let store = self.store()?;
        let present = store.load()?.ok_or_else(|| self.not_signed_in())?;
        let changed = present.access != seen.access && self.is_valid(&present);
        if self.serves(&present, rejected) || (changed && rejected != Some(&present.access)) {
            return Ok(present);
        }
        if let Some(error) = self.earlier_failure(&present) {
            return self.make_do(present, rejected, error);
        }
        let result = match &present.refresh {
            Some(refresh) => self.spend(store.as_ref(), &present, refresh).await,
            None => Err(self.ended("the provider gave no way to renew it")),
        };
        match result {
            Ok(Some(record)) => Ok(record),
            // Rejected, and nobody else has renewed it meanwhile.
            Ok(None) => self.clear(store.as_ref(), present, rejected),
            Err(error) => {
                let error = Arc::new(error);
                let failed = Failed { access: present.access.clone(), error: Arc::clone(&error) };
                *self.failed().lock().unwrap_or_else(PoisonError::into_inner) = Some(failed);
                self.make_do(present, rejected, error)
            }
        }
    }

    /// Makes room, asks the provider, stores the answer; `None` if the refresh token was rejected.
    async fn spend(
        &self,
        store: &dyn CredentialStore,
        present: &Record,
        refresh: &Token,
    ) -> Result<Option<Record>, SessionError> {
        let endpoints = self.endpoints().await?;
        let room = store.reserve().map_err(cannot_keep)?;
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose()),
            ("client_id", self.profile().client_id.as_str()),
        ];
        match self.ask_tokens(&endpoints.token, &form, &[refresh, &present.access]).await {
            Ok(tokens) => self.keep(room, present, tokens).map(Some),
            Err(NoTokens::Refused(code, _)) if code == "invalid_grant" => {
                let again = store.load()?;
                Ok(again.filter(|again| again.refresh.as_ref() != Some(refresh) && self.is_valid(again)))
            }
            Err(NoTokens::Refused(_, error)) => Err(error),
            Err(NoTokens::Fault(error)) => {
                if matches!(error, SessionError::Provider { .. }) {
                    self.forget_endpoints();
                }
                Err(error)
            }
        }
    }

    fn keep(&self, room: Box<dyn Reservation>, old: &Record, tokens: Tokens) -> Result<Record, SessionError> {
        let now = self.now();
        let persona = tokens.persona(address::issuer(&self.profile().issuer), &self.profile().client_id);
        let record = Record {
            key: old.key.clone(),
            generation: old.generation.saturating_add(1),
            origins: old.origins.clone(),
            expires_at: tokens.expires_at(now),
            obtained_at: now.as_second(),
            // A token that says nothing is still the same person's.
            persona: persona.unwrap_or_else(|_| old.persona.clone()),
            refresh: tokens.refresh.or_else(|| old.refresh.clone()),
            access: tokens.access,
        };
        room.commit(&record).map_err(|source| SessionError::NotKept {
            profile: self.profile().name.clone(),
            source: Box::new(source),
        })?;
        Ok(record)
    }

    /// Takes away what was rejected, and only that.
    fn clear(
        &self,
        store: &dyn CredentialStore,
        mut record: Record,
        rejected: Option<&Token>,
    ) -> Result<Record, SessionError> {
        if rejected.is_none() && self.is_valid(&record) {
            record.refresh = None;
            store.reserve()?.commit(&record)?;
            return Ok(record);
        }
        store.delete()?;
        Err(self.ended("the provider does not renew it any more"))
    }

    /// A token that is still good is used; otherwise the error is all there is.
    fn make_do(
        &self,
        record: Record,
        rejected: Option<&Token>,
        error: Arc<SessionError>,
    ) -> Result<Record, SessionError> {
        if rejected.is_none() && self.is_valid(&record) {
            tracing::warn!(%error, "the sign-in could not be renewed; it is still valid for a while");
            return Ok(record);
        }
        Err(SessionError::Refresh(error))
    }

    fn earlier_failure(&self, record: &Record) -> Option<Arc<SessionError>> {
        let failed = self.failed().lock().unwrap_or_else(PoisonError::into_inner);
        failed
            .as_ref()
            .filter(|failed| failed.access == record.access)
            .map(|failed| Arc::clone(&failed.error))
    }

    fn serves(&self, record: &Record, rejected: Option<&Token>) -> bool {
        match rejected {
            Some(rejected) => record.access != *rejected && self.is_valid(record),
            None => self.is_fresh(record),
        }
    }

    fn is_valid(&self, record: &Record) -> bool {
        record.expires_at.is_none_or(|expires_at| expires_at > self.now().as_second())
    }

    /// Whether enough of the token's life is left, by a clock that makes sense.
    fn is_fresh(&self, record: &Record) -> bool {
        let now = self.now().as_second();
        let Some(expires_at) = record.expires_at else {
            return true;
        };
        let life = expires_at.saturating_sub(record.obtained_at).max(0);
        let threshold = match self.profile().refresh_threshold {
            Some(threshold) => i64::try_from(threshold.as_secs()).unwrap_or(i64::MAX),
            None => (life / 10).clamp(5, 60),
        };
        // A token that lives shorter than the threshold would be renewed at every request.
        let threshold = threshold.min(life / 2);
        record.obtained_at <= now.saturating_add(CLOCK_SLACK) && expires_at.saturating_sub(now) > threshold
    }

    /// A token goes to the origins that were there at sign-in, and nowhere else.
    pub(crate) fn check_origin(&self, origins: &[String], target: Option<&Url>) -> Result<(), SessionError> {
        match target {
            Some(target) if !address::is_among(target, origins) => Err(SessionError::OriginRefused {
                origin: address::origin(target).ascii_serialization(),
                profile: self.profile().name.clone(),
                bound: origins.to_vec(),
            }),
            _ => Ok(()),
        }
    }

    pub(crate) fn not_signed_in(&self) -> SessionError {
        SessionError::NotSignedIn { profile: self.profile().name.clone() }
    }

    fn ended(&self, reason: &str) -> SessionError {
        SessionError::SignInEnded { profile: self.profile().name.clone(), reason: reason.into() }
    }
}

fn cannot_keep(source: SessionError) -> SessionError {
    SessionError::CannotKeep { source: Box::new(source) }
}
