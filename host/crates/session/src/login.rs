//! Signing in: nothing if there is a sign-in that works, else the device flow, then the store.
//!
//! The lock is taken to write and not while a person is looking for the browser. Room on disk is
//! proven before the person is asked for anything. A flow that is dropped leaves what was there.

use crate::address;
use crate::device::DeviceCode;
use crate::error::{ErrorKind, SessionError};
use crate::persona::Persona;
use crate::provider::Tokens;
use crate::record::{self, Key, Record};
use crate::session::Session;

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
    /// is for the wrong organization, or for several with none chosen.
    pub async fn login(
        &self,
        show: &mut (dyn FnMut(&DeviceCode) + Send),
        force: bool,
    ) -> Result<LoginOutcome, SessionError> {
        self.store()?;
        if !force && let Some(persona) = self.working_sign_in().await? {
            return Ok(LoginOutcome::AlreadySignedIn(persona));
        }
        self.prove_room().await?;
        let (endpoints, _) = self.discover().await?;
        let tokens = self.device_flow(&endpoints, show).await?;
        self.keep_sign_in(tokens).await.map(LoginOutcome::SignedIn)
    }

    /// The persona of a sign-in that works for the profile as it is now.
    async fn working_sign_in(&self) -> Result<Option<Persona>, SessionError> {
        let record = match self.store()?.load() {
            Ok(record) => record,
            Err(SessionError::RecordCorrupted { problem, kept }) => {
                tracing::warn!(problem, kept = %kept.display(), "the stored sign-in was damaged and has been set aside");
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
            Err(error) if error.kind() == ErrorKind::NotSignedIn => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn prove_room(&self) -> Result<(), SessionError> {
        let _lock = self.lock().await?;
        self.store()?.reserve().map(drop)
    }

    async fn keep_sign_in(&self, tokens: Tokens) -> Result<Persona, SessionError> {
        let profile = self.profile();
        let issuer = address::issuer(&profile.issuer);
        let persona = tokens.persona(issuer, &profile.client_id)?.choose(profile)?;
        let now = self.now();
        let record = Record {
            key: Key::of(profile),
            generation: 1,
            origins: record::origins(profile),
            expires_at: tokens.expires_at(now),
            obtained_at: now.as_second(),
            persona: persona.clone(),
            access: tokens.access,
            refresh: tokens.refresh,
        };
        let _lock = self.lock().await?;
        self.store()?.reserve()?.commit(&record)?;
        Ok(persona)
    }
}
