//! Signing in: nothing if there is a sign-in that works, else the device flow, then the store.
//!
//! The lock is taken to write and not while a person is looking for the browser. Room on disk is
//! proven before the person is asked for anything. A flow that is dropped leaves what was there.

use crate::address;
use crate::claims::UnverifiedClaims;
use crate::device::DeviceCode;
use crate::error::{ErrorKind, SessionError};
use crate::persona::Persona;
use crate::provider::Tokens;
use crate::record::{self, Key, Record};
use crate::session::Session;
use crate::source::Secret;
use crate::store::Occasion;
use crate::token::Token;

/// How a sign-in went.
#[derive(Debug, Clone, PartialEq)]
pub enum LoginOutcome {
    /// The person approved.
    SignedIn(Persona),
    /// There was a sign-in that works, so nobody was asked.
    AlreadySignedIn(Persona),
}

impl Session {
    /// Signs in by device code; `show` is given the code once. With `force` also while signed in.
    ///
    /// # Errors
    /// The person refused or took too long; the provider failed; the sign-in could not be kept; it
    /// is for the wrong organization, or for several with none chosen. Without `force` also a record
    /// whose key is out of reach, which is never replaced unasked.
    pub async fn login(
        &self,
        show: &mut (dyn FnMut(&DeviceCode) + Send),
        force: bool,
    ) -> Result<LoginOutcome, SessionError> {
        self.store()?;
        if !force && let Some(persona) = self.working_sign_in().await? {
            return Ok(LoginOutcome::AlreadySignedIn(persona));
        }
        self.sign_in(show).await.map(LoginOutcome::SignedIn)
    }

    /// The device flow, and what it gave put into the store.
    pub(crate) async fn sign_in(
        &self,
        show: &mut (dyn FnMut(&DeviceCode) + Send),
    ) -> Result<Persona, SessionError> {
        self.prove_room().await?;
        let (endpoints, _) = self.discover().await?;
        let tokens = self.device_flow(&endpoints, show).await?;
        self.keep_sign_in(tokens).await
    }

    /// Keeps an access token that the user brought, until it expires. It is bound to the profile's
    /// APIs as they are now, and cannot be renewed. A sign-in that can be renewed, or cannot be
    /// looked at, is replaced with `force` only.
    ///
    /// # Errors
    /// A text that is no token, one that says nothing of the user, has expired, or was made by
    /// another provider; the wrong organization; a store that cannot keep it.
    pub async fn keep_token(&self, token: Secret, force: bool) -> Result<Persona, SessionError> {
        self.refuse_to_replace(force)?;
        let unusable = |problem| SessionError::TokenUnusable { from: "standard input".to_owned(), problem };
        let token = token
            .into_token()
            .ok_or_else(|| unusable("it is empty, too long, or has characters that no token has"))?;
        let claims =
            UnverifiedClaims::decode(&token).ok_or_else(|| unusable("it does not say whose it is"))?;
        let issuer = address::issuer(&self.profile().issuer);
        if claims.text("iss").is_some_and(|named| named.trim_end_matches('/') != issuer.trim_end_matches('/'))
        {
            return Err(unusable("it was made by another provider than the profile's"));
        }
        let lifetime = match claims.expires_at() {
            Some(at) => Some(at.saturating_sub(self.provider_time(at).await).max(0)),
            None => None,
        };
        if lifetime == Some(0) {
            return Err(unusable("it has expired"));
        }
        let persona = claims.persona().ok_or_else(|| unusable("it does not say whose it is"))?;
        let persona = persona.choose(self.profile())?;
        let expires_at = lifetime.map(|left| self.now().as_second().saturating_add(left));
        self.put(token, None, expires_at, persona).await
    }

    fn refuse_to_replace(&self, force: bool) -> Result<(), SessionError> {
        match self.store()?.load() {
            _ if force => Ok(()),
            Ok(Some(record)) if record.refreshable => {
                Err(SessionError::SignedInAlready { profile: self.profile().name.clone() })
            }
            Err(error @ (SessionError::RecordLocked { .. } | SessionError::RecordVersion { .. })) => {
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// The time in seconds, by this machine; by the provider where this machine would say that a
    /// token is over, since its clock may be wrong.
    async fn provider_time(&self, expires_at: i64) -> i64 {
        let now = self.now().as_second();
        if expires_at > now {
            return now;
        }
        match self.discover().await {
            Ok((_, Some(date))) => date.as_second(),
            _ => now,
        }
    }

    /// The persona of a sign-in that works for the profile as it is now.
    async fn working_sign_in(&self) -> Result<Option<Persona>, SessionError> {
        let record = match self.store()?.load() {
            Ok(record) => record,
            Err(error @ (SessionError::RecordCorrupted { .. } | SessionError::RecordDamaged { .. })) => {
                self.audience().warn(&error.to_string());
                None
            }
            Err(error) => return Err(error),
        };
        let wanted = record::origins(self.profile());
        if !record.is_some_and(|record| wanted.iter().all(|origin| record.origins.contains(origin))) {
            return Ok(None);
        }
        match self.persona().await {
            Ok(persona) => Ok(Some(persona)),
            Err(error) if is_over(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn prove_room(&self) -> Result<(), SessionError> {
        let _lock = self.lock().await?;
        self.store()?.reserve(Occasion::SignIn).map(drop)
    }

    async fn keep_sign_in(&self, tokens: Tokens) -> Result<Persona, SessionError> {
        let profile = self.profile();
        let issuer = address::issuer(&profile.issuer);
        let persona = tokens.persona(issuer, &profile.client_id)?.choose(profile)?;
        let expires_at = tokens.expires_at(self.now());
        self.put(tokens.access, tokens.refresh, expires_at, persona).await
    }

    async fn put(
        &self,
        access: Token,
        refresh: Option<Token>,
        expires_at: Option<i64>,
        persona: Persona,
    ) -> Result<Persona, SessionError> {
        let record = Record {
            key: Key::of(self.profile()),
            generation: 1,
            origins: record::origins(self.profile()),
            access,
            refreshable: refresh.is_some(),
            expires_at,
            obtained_at: self.now().as_second(),
            persona,
        };
        let _lock = self.lock().await?;
        self.store()?.reserve(Occasion::SignIn)?.commit(&record, refresh.as_ref())?;
        Ok(record.persona)
    }
}

/// Whether nothing is left of a sign-in; one that is only out of reach does not count.
fn is_over(error: &SessionError) -> bool {
    match error {
        SessionError::Refresh(cause) => is_over(cause),
        SessionError::RecordLocked { .. } => false,
        other => other.kind() == ErrorKind::NotSignedIn,
    }
}
