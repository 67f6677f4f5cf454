//! Where the access token of a session comes from.
//!
//! From the profile's store, after a sign-in; or given for this run by a variable or a file, in
//! which case it is never stored nor renewed. Sources that fetch a token of their own (client
//! credentials, assertions) become further variants here, and nothing else has to know.

use std::sync::Arc;

use crate::claims::UnverifiedClaims;
use crate::configuration::StoreKind;
use crate::error::SessionError;
use crate::persona::Persona;
use crate::record;
use crate::session::Session;
use crate::store::CredentialStore;
use crate::token::Token;

/// Where the access token comes from.
pub(crate) enum CredentialSource {
    /// A sign-in that is kept, and of which kind its store is.
    Store(Arc<dyn CredentialStore>, StoreKind),
    /// The profile asks for a store that this program does not have.
    Missing(&'static str),
    /// A token for this run, and what gave it.
    Given(Token, String),
}

/// What a request needs: a token, whose it is, and where it may go. No refresh token is in it.
pub(crate) struct Access {
    pub(crate) token: Token,
    pub(crate) persona: Persona,
    pub(crate) origins: Vec<String>,
}

impl Session {
    /// The store, for what only a stored sign-in can do.
    pub(crate) fn store(&self) -> Result<&Arc<dyn CredentialStore>, SessionError> {
        match self.source() {
            CredentialSource::Store(store, _) => Ok(store),
            CredentialSource::Missing(kind) => Err(SessionError::StoreUnavailable { kind }),
            CredentialSource::Given(_, from) => Err(SessionError::TokenGiven { from: from.clone() }),
        }
    }

    /// A given token serves as it is, bound to the profile's own APIs.
    pub(crate) fn given(&self, token: &Token, from: &str, rejected: bool) -> Result<Access, SessionError> {
        let unusable = |problem| SessionError::TokenUnusable { from: from.to_owned(), problem };
        if rejected {
            return Err(unusable("the platform did not accept it"));
        }
        let claims =
            UnverifiedClaims::decode(token).ok_or_else(|| unusable("it says nothing of the user"))?;
        if claims.expires_at().is_some_and(|at| at <= self.now().as_second()) {
            return Err(unusable("it has expired"));
        }
        let persona = claims.persona().ok_or_else(|| unusable("it names no subject"))?;
        Ok(Access {
            token: token.clone(),
            persona: persona.choose(self.profile())?,
            origins: record::origins(self.profile()),
        })
    }
}
