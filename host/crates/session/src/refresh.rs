//! An access token that works: read, or renewed once however many ask.
//!
//! A refresh token can be spent once, so the order of things matters: lock, read again, make room
//! on disk, and only then ask the provider; and from asking to having stored the answer the work is
//! on a task that no caller can drop. Whoever waited for the lock finds the work done. What was not
//! rejected by the provider is never thrown away.

use std::sync::{Arc, PoisonError};

use tokio::time::{Duration, Instant};
use tracing::Instrument;
use url::Url;

use crate::address;
use crate::discovery::Endpoints;
use crate::error::{ErrorKind, SessionError};
use crate::persona::Persona;
use crate::provider::{NoTokens, Tokens};
use crate::record::Record;
use crate::session::{Failed, Lock, Session};
use crate::source::{Access, CredentialSource};
use crate::store::{CredentialStore, Occasion, Reservation};
use crate::token::Token;

/// Moments that lie further ahead than this were written by a clock that was wrong, or is now.
const CLOCK_SLACK: i64 = 60;
/// For how long a provider that was out of reach is not asked again: longer than commands take, so
/// that they ask once, and short enough for a watch to outlive an outage.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(30);

/// How long everything before the request may take under the lock: with the request and the store,
/// whose times are bounded too, it ends well within a lease.
const LONGEST_PREPARATION: Duration = Duration::from_secs(25);

impl Session {
    /// An access token for a request to `target`. `rejected` is one that got a 401. Where the
    /// sign-in has come to its end and somebody is there, a new one is begun.
    pub(crate) async fn access(
        &self,
        rejected: Option<&Token>,
        target: Option<&Url>,
    ) -> Result<Access, SessionError> {
        match self.source() {
            CredentialSource::Given(given) => self.given(given, rejected, target),
            CredentialSource::Machine(machine) => self.machine_access(machine, rejected, target).await,
            CredentialSource::Store(_) => match self.stored_access(rejected, target).await {
                Err(error) if target.is_some() && self.may_sign_in_after(&error) => {
                    self.sign_in_again(error, rejected).await?;
                    self.stored_access(None, target).await
                }
                other => other,
            },
        }
    }

    async fn stored_access(
        &self,
        rejected: Option<&Token>,
        target: Option<&Url>,
    ) -> Result<Access, SessionError> {
        let stored = tracing::info_span!("auth.credentials").in_scope(|| self.store()?.load())?;
        let record = stored.ok_or_else(|| self.not_signed_in())?;
        // Before anything is sent for its sake.
        self.check_origin(&record.origins, target)?;
        let record = match self.serves(&record, rejected) {
            true => record,
            false if self.renews() => self.renewed(record, rejected).await?,
            false => self.as_long_as_it_lasts(record, rejected)?,
        };
        self.check_origin(&record.origins, target)?;
        Ok(Access { token: record.access, persona: Some(record.persona.choose(self.profile())?) })
    }

    /// Whether the sign-in is over, nothing is left of it that could be lost, and somebody is there.
    pub(crate) fn may_sign_in_after(&self, error: &SessionError) -> bool {
        let over = match error {
            SessionError::Refresh(cause) => matches!(**cause, SessionError::SignInEnded { .. }),
            other => matches!(other, SessionError::NotSignedIn { .. } | SessionError::SignInEnded { .. }),
        };
        over && matches!(self.source(), CredentialSource::Store(_)) && self.audience().attended()
    }

    /// The device flow in the middle of a command: once in a run, however many requests wait for it.
    pub(crate) async fn sign_in_again(
        &self,
        ended: SessionError,
        rejected: Option<&Token>,
    ) -> Result<Persona, SessionError> {
        let mut asked = self.asking().lock().await;
        // Somebody else may have signed in meanwhile, here or in another process.
        if let Some(record) = self.store()?.load_anew()?.filter(|record| self.serves(record, rejected)) {
            return record.persona.choose(self.profile());
        }
        if *asked {
            return Err(ended);
        }
        *asked = true;
        self.audience().note(&ended.to_string());
        let mut show = |code: &crate::DeviceCode| self.audience().show_code(code);
        let signed_in = self.sign_in(&mut show).await;
        self.audience().code_decided();
        signed_in
    }

    /// For a session that renews nothing: the token as long as it is valid, and no request but the one that
    /// it is for.
    fn as_long_as_it_lasts(&self, record: Record, rejected: Option<&Token>) -> Result<Record, SessionError> {
        match rejected.is_none() && self.is_valid(&record) {
            true => Ok(record),
            false => Err(self.ended("it is not renewed for this")),
        }
    }

    async fn renewed(&self, seen: Record, rejected: Option<&Token>) -> Result<Record, SessionError> {
        // Before the lock: it takes as long as a network takes, and can be dropped.
        let endpoints = self.endpoints().await;
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
            let result = session.renew(&lock, endpoints, seen, rejected.as_ref()).await;
            drop((lock, working));
            result
        };
        let task = tokio::spawn(work.instrument(tracing::info_span!("auth.refresh")));
        task.await.map_err(|_| SessionError::RefreshInterrupted)?
    }

    /// The part that runs alone on this machine.
    async fn renew(
        &self,
        lock: &Lock,
        endpoints: Result<Endpoints, SessionError>,
        seen: Record,
        rejected: Option<&Token>,
    ) -> Result<Record, SessionError> {
        let store = self.store()?;
        let present = store.load_anew()?.ok_or_else(|| self.not_signed_in())?;
        let changed = present.access != seen.access && self.is_valid(&present);
        if self.serves(&present, rejected) || (changed && rejected != Some(&present.access)) {
            return Ok(present);
        }
        if let Some(error) = self.earlier_failure(&present) {
            return self.make_do(present, rejected, error);
        }
        let result = if present.refreshable {
            self.spend(lock, endpoints, store.as_ref(), &present).await
        } else {
            Err(self.ended("the provider gave no way to renew it"))
        };
        match result {
            Ok(Some(record)) => Ok(record),
            // Rejected, and nobody else has renewed it meanwhile.
            Ok(None) => self.clear(store.as_ref(), present, rejected),
            Err(error) => {
                let error = Arc::new(error);
                let access = present.access.clone();
                let failed = Failed { access, error: Arc::clone(&error), at: Instant::now() };
                *self.failed().lock().unwrap_or_else(PoisonError::into_inner) = Some(failed);
                self.make_do(present, rejected, error)
            }
        }
    }

    /// Makes room, asks the provider, stores the answer; `None` if the refresh token was rejected.
    ///
    /// The refresh token is in memory here and nowhere else, and wiped when this returns.
    async fn spend(
        &self,
        lock: &Lock,
        endpoints: Result<Endpoints, SessionError>,
        store: &dyn CredentialStore,
        present: &Record,
    ) -> Result<Option<Record>, SessionError> {
        let endpoints = endpoints?;
        let room = store.reserve(Occasion::Renewal).map_err(cannot_keep)?;
        let refresh = store.load_refresh()?.ok_or_else(|| self.not_signed_in())?;
        // On a disk that machines share the lock is a lease, and another may take it after a minute.
        if lock.since.elapsed() > LONGEST_PREPARATION {
            return Err(SessionError::TooSlow);
        }
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose()),
            ("client_id", self.profile().client_id.as_str()),
        ];
        match self.ask_tokens(&endpoints.token, &form, None, &[&refresh, &present.access]).await {
            Ok(tokens) => self.keep(room, present, &refresh, tokens).map(Some),
            Err(NoTokens::Refused(code, _)) if code == "invalid_grant" => {
                let again = store.load_anew()?.ok_or_else(|| self.not_signed_in())?;
                match store.load_refresh()? {
                    // It still is the one that was rejected.
                    Some(now) if now == refresh => Ok(None),
                    None if again.access == present.access => Ok(None),
                    _ if self.is_valid(&again) => Ok(Some(again)),
                    // What was not rejected is not thrown away; the next try reads it.
                    _ => Err(SessionError::RenewedElsewhere),
                }
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

    fn keep(
        &self,
        room: Box<dyn Reservation>,
        old: &Record,
        spent: &Token,
        tokens: Tokens,
    ) -> Result<Record, SessionError> {
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
            refreshable: true,
            access: tokens.access,
        };
        // None sent keeps the old one: the provider does not rotate.
        room.commit(&record, Some(tokens.refresh.as_ref().unwrap_or(spent))).map_err(|source| {
            SessionError::NotKept { profile: self.profile().name.clone(), source: Box::new(source) }
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
            record.refreshable = false;
            let written = store.reserve(Occasion::Renewal).and_then(|room| room.commit(&record, None));
            if let Err(error) = written {
                self.warn_once(&format!("that the sign-in cannot be renewed could not be noted: {error}"));
            }
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
            self.warn_once(&format!(
                "the sign-in could not be renewed, and is still valid for a while: {error}"
            ));
            return Ok(record);
        }
        Err(SessionError::Refresh(error))
    }

    /// A failure of this run that stands: for good, or until the provider may be there again.
    fn earlier_failure(&self, record: &Record) -> Option<Arc<SessionError>> {
        let failed = self.failed().lock().unwrap_or_else(PoisonError::into_inner);
        let failed = failed.as_ref().filter(|failed| failed.access == record.access)?;
        let passes = failed.error.kind() == ErrorKind::Unavailable;
        (!passes || failed.at.elapsed() < PAUSE_AFTER_FAILURE).then(|| Arc::clone(&failed.error))
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
        let threshold = self.renewed_ahead(life.unsigned_abs()).cast_signed();
        record.obtained_at <= now.saturating_add(CLOCK_SLACK) && expires_at.saturating_sub(now) > threshold
    }

    /// How many seconds before its end a token is renewed that lives for `life`.
    pub(crate) fn renewed_ahead(&self, life: u64) -> u64 {
        let threshold = match self.profile().refresh_threshold {
            Some(threshold) => threshold.as_secs(),
            None => (life / 10).clamp(5, 60),
        };
        // A token that lives shorter than the threshold would be renewed at every request.
        threshold.min(life / 2)
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

    /// The token says nothing of whoever it is for.
    pub(crate) fn nameless(&self) -> SessionError {
        let from = self.identity_given_by().unwrap_or("the provider").to_owned();
        SessionError::TokenUnusable { from, problem: "it does not say whose it is" }
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
