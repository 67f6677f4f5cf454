//! Signing out: the refresh token revoked at the provider, the record deleted here.
//!
//! The record goes whatever the provider says, and the user is told when revoking failed, since the
//! token is then still good for whoever has a copy.

use crate::error::SessionError;
use crate::provider::{NoTokens, refusal};
use crate::record::Record;
use crate::session::Session;
use crate::token::Token;

/// How a sign-out went. The record is gone in any case.
#[derive(Debug, Clone, PartialEq)]
pub enum LogoutOutcome {
    /// There was nothing to sign out of.
    NotSignedIn,
    /// There was a sign-in.
    SignedOut(Revocation),
}

/// What became of the tokens at the provider.
#[derive(Debug, Clone, PartialEq)]
pub enum Revocation {
    /// They are revoked.
    Revoked,
    /// The provider has no way to revoke them.
    NotOffered,
    /// They may still be good; with the reason.
    Failed(String),
}

impl Session {
    /// Revokes the sign-in at the provider and deletes it here.
    ///
    /// # Errors
    /// A record that cannot be locked or deleted. A provider that fails is no error: see [`Revocation`].
    pub async fn logout(&self) -> Result<LogoutOutcome, SessionError> {
        let store = self.store()?;
        let _lock = self.lock().await?;
        let (record, refresh) = match store.load_anew().and_then(|record| Ok((record, store.load_refresh()?)))
        {
            Ok((Some(record), refresh)) => (record, refresh),
            Ok((None, _)) => {
                store.delete()?;
                return Ok(LogoutOutcome::NotSignedIn);
            }
            // What cannot be read cannot be revoked, but it must not stay either.
            Err(error) => {
                let outcome = LogoutOutcome::SignedOut(Revocation::Failed(error.to_string()));
                return if store.delete()? { Ok(outcome) } else { Err(error) };
            }
        };
        let revocation = match self.revoke(&record, refresh.as_ref()).await {
            Ok(true) => Revocation::Revoked,
            Ok(false) => Revocation::NotOffered,
            Err(error) => Revocation::Failed(error.to_string()),
        };
        store.delete()?;
        Ok(LogoutOutcome::SignedOut(revocation))
    }

    async fn revoke(&self, record: &Record, refresh: Option<&Token>) -> Result<bool, SessionError> {
        let endpoints = self.endpoints().await?;
        let Some(url) = endpoints.revocation else {
            return Ok(false);
        };
        let (token, kind) = match refresh {
            Some(refresh) => (refresh, "refresh_token"),
            None => (&record.access, "access_token"),
        };
        let form = [
            ("token", token.expose()),
            ("token_type_hint", kind),
            ("client_id", self.profile().client_id.as_str()),
        ];
        let answer = self.post_form(&url, &form, None).await?;
        match refusal(&answer, &url, &[token]) {
            None => Ok(true),
            Some(NoTokens::Refused(_, error) | NoTokens::Fault(error)) => Err(error),
        }
    }
}
