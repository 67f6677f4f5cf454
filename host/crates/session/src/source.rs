//! Where the access token of a session comes from.
//!
//! From the profile's store, after a sign-in; given for this run by a variable or a file; or fetched
//! for this run at the provider, by a client's secret or an assertion (`automation.rs`). What is
//! given or fetched is bound to the profile's own APIs, and neither stored nor renewed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::automation::Machine;
use crate::claims::UnverifiedClaims;
use crate::error::SessionError;
use crate::files;
use crate::persona::Persona;
use crate::record;
use crate::session::Session;
use crate::store::CredentialStore;
use crate::token::Token;

/// A text that must not be shown: taken in, never given out.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    pub(crate) fn into_token(self) -> Option<Token> {
        Token::new(self.0.expose_secret().trim().to_owned())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret([redacted])")
    }
}

/// What a session signs in with. `from` is what the user knows it by, such as a variable's name.
#[derive(Debug, Clone, Default)]
pub enum Credentials {
    /// The sign-in that is stored for the profile.
    #[default]
    Stored,
    /// An access token for this run.
    Token {
        /// The token.
        token: Secret,
        /// What gave it.
        from: String,
    },
    /// A file with an access token, read again when the one that was in it is no longer accepted.
    TokenFile {
        /// The file.
        path: PathBuf,
        /// What named it.
        from: String,
    },
    /// A file with the secret of the profile's client.
    ClientSecretFile {
        /// The file.
        path: PathBuf,
        /// What named it.
        from: String,
    },
    /// A file with a JWT by which the profile's client proves who it is (RFC 7523).
    AssertionFile {
        /// The file.
        path: PathBuf,
        /// What named it.
        from: String,
    },
}

/// Where the access token comes from.
pub(crate) enum CredentialSource {
    /// A sign-in that is kept.
    Store(Arc<dyn CredentialStore>),
    /// A token for this run.
    Given(Given),
    /// A token for this run that the provider gives to a machine.
    Machine(Machine),
}

/// A token that somebody else takes care of.
#[derive(Clone)]
pub(crate) struct Given {
    held: Held,
    from: String,
}

#[derive(Clone)]
enum Held {
    Value(Secret),
    File(PathBuf),
}

/// What a request needs: a token, whose it is, and where it may go. No refresh token is in it.
pub(crate) struct Access {
    pub(crate) token: Token,
    /// `None` for a token that says nothing of whoever it is for.
    pub(crate) persona: Option<Persona>,
}

impl CredentialSource {
    pub(crate) fn new(credentials: Credentials, store: impl FnOnce() -> Arc<dyn CredentialStore>) -> Self {
        match credentials {
            Credentials::Stored => Self::Store(store()),
            Credentials::Token { token, from } => Self::Given(Given { held: Held::Value(token), from }),
            Credentials::TokenFile { path, from } => Self::Given(Given { held: Held::File(path), from }),
            Credentials::ClientSecretFile { path, from } => Self::Machine(Machine::with_secret(path, from)),
            Credentials::AssertionFile { path, from } => Self::Machine(Machine::with_assertion(path, from)),
        }
    }
}

impl Session {
    /// What the identity of this run comes from, if that is not a stored sign-in.
    pub fn identity_given_by(&self) -> Option<&str> {
        match self.source() {
            CredentialSource::Store(_) => None,
            CredentialSource::Given(given) => Some(&given.from),
            CredentialSource::Machine(machine) => Some(machine.from()),
        }
    }

    /// When the identity of this run ends, by its token's own word; for one that is not stored.
    ///
    /// # Errors
    /// A token that cannot be had or used.
    pub async fn identity_expires_at(&self) -> Result<Option<Timestamp>, SessionError> {
        let token = self.access(None, None).await?.token;
        let seconds = UnverifiedClaims::decode(&token).and_then(|claims| claims.expires_at());
        Ok(seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()))
    }

    /// The store, for what only a stored sign-in can do.
    pub(crate) fn store(&self) -> Result<&Arc<dyn CredentialStore>, SessionError> {
        match self.source() {
            CredentialSource::Store(store) => Ok(store),
            CredentialSource::Given(Given { from, .. }) => {
                Err(SessionError::TokenGiven { from: from.clone() })
            }
            CredentialSource::Machine(machine) => {
                Err(SessionError::TokenGiven { from: machine.from().to_owned() })
            }
        }
    }

    /// A given token serves as it is. Whether it has expired is for the platform to say, whose clock
    /// counts; without a request this machine's clock is all there is.
    pub(crate) fn given(
        &self,
        given: &Given,
        rejected: Option<&Token>,
        target: Option<&Url>,
    ) -> Result<Access, SessionError> {
        let unusable = |problem| SessionError::TokenUnusable { from: given.from.clone(), problem };
        self.check_origin(&record::origins(self.profile()), target)?;
        let token = match &given.held {
            Held::Value(secret) => secret.clone().into_token(),
            Held::File(path) => read_secret(path, &given.from)?.into_token(),
        };
        let token =
            token.ok_or_else(|| unusable("it is empty, too long, or has characters that no token has"))?;
        let claims = UnverifiedClaims::decode(&token);
        let expired = claims
            .as_ref()
            .and_then(UnverifiedClaims::expires_at)
            .is_some_and(|at| at <= self.now().as_second());
        if expired && (target.is_none() || rejected.is_some()) {
            return Err(unusable("it has expired"));
        }
        // A file may hold another token by now.
        if rejected == Some(&token) {
            return Err(unusable("the platform did not accept it"));
        }
        Ok(Access { token, persona: self.persona_of(claims)? })
    }

    /// Whose token it is. One that says nothing serves only where no organization was asked for.
    pub(crate) fn persona_of(
        &self,
        claims: Option<UnverifiedClaims>,
    ) -> Result<Option<Persona>, SessionError> {
        match (claims.and_then(|claims| claims.persona()), &self.profile().organization) {
            (Some(persona), _) => persona.choose(self.profile()).map(Some),
            (None, None) => Ok(None),
            (None, Some(wanted)) => {
                Err(SessionError::OrganizationMissing { wanted: wanted.clone(), present: Vec::new() })
            }
        }
    }
}

/// Reads a file with a secret in it, at most 64 KiB. Links are followed: orchestrators use them.
pub(crate) fn read_secret(path: &Path, from: &str) -> Result<Secret, SessionError> {
    let unusable = |source| SessionError::GivenFile { from: from.to_owned(), source: Box::new(source) };
    let text = files::read_bounded(path, 64 * 1024).map_err(unusable)?;
    match std::str::from_utf8(&text) {
        Ok(text) => Ok(Secret::from(text.to_owned())),
        Err(_) => Err(SessionError::TokenUnusable { from: from.to_owned(), problem: "its file is not text" }),
    }
}
