//! The identity provider: one realm with one public client, shaped as Keycloak's realms are.
//! Everything it knows is in memory and ends with the process, keys included, unless they are to be
//! kept. It has no authorization-code flow and no passwords: devices ask, and a page on loopback
//! approves.
//!
//! `device` and `token` speak RFC 8628 and RFC 6749, `sessions` rotates refresh tokens, `bearer`
//! is how the APIs ask who is calling, `page` is what people see. A breach of protocol is refused
//! with the RFC's error and counted, so that a client's test can demand that there was none.

pub(crate) mod bearer;
pub(crate) mod canary;
pub(crate) mod claims;
mod codes;
mod device;
mod discovery;
mod form;
mod kept;
pub(crate) mod keys;
mod page;
mod refusal;
mod revoke;
mod scopes;
mod sessions;
mod token;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::database::Database;
use crate::database::kept::Kept;
use crate::error::PlatformError;
use crate::faults;
use crate::options::Options;
use crate::server::Shared;
use canary::Canary;
pub(crate) use codes::Stage;
use keys::Keys;
use sessions::Sessions;

/// The realm's path below the platform's address.
pub(crate) const REALM: &str = "/realms/vantage";

/// The one client: public, without a secret.
pub(crate) const CLIENT: &str = "default";

/// No form that this provider reads is longer.
const FORM_LIMIT: usize = 64 * 1024;

/// What the provider knows.
#[derive(Debug)]
pub(crate) struct Identity {
    keys: Keys,
    pub(crate) codes: codes::Codes,
    pub(crate) sessions: Sessions,
    canary: Option<Canary>,
}

impl Identity {
    /// A provider with a new key and no sessions, or with those that were kept.
    pub(crate) fn new(
        options: &Options,
        canary: Option<Canary>,
        database: &Database,
    ) -> Result<Self, PlatformError> {
        let (keys, sessions) = if options.keep_sessions {
            continued(Kept::new(database))?
        } else {
            (Keys::generate()?, Sessions::default())
        };
        Ok(Self { keys, codes: codes::Codes::new(options), sessions, canary })
    }

    /// A new secret that carries the canary, if there is one.
    fn secret(&self) -> Result<String, PlatformError> {
        let secret = crate::random::secret()?;
        Ok(self.canary.as_ref().map_or(secret.clone(), |canary| format!("{}{secret}", canary.text())))
    }
}

/// The key and sessions that were kept, or new ones that will be.
fn continued(kept: Kept) -> Result<(Keys, Sessions), PlatformError> {
    let (secret, saved) = match kept.load()? {
        Some(found) => found,
        None => {
            let secret = crate::random::bytes()?;
            kept.begin(&secret)?;
            (secret, "null".to_owned())
        }
    };
    Ok((Keys::of(&secret)?, Sessions::kept(kept, &saved)))
}

/// The realm's endpoints and page.
pub(crate) fn router(platform: &Shared) -> Router<Shared> {
    let protocol = |endpoint: &str| format!("{REALM}/protocol/openid-connect/{endpoint}");
    let programs = Router::new()
        .route(&format!("{REALM}/.well-known/openid-configuration"), get(discovery::configuration))
        .route(&protocol("certs"), get(discovery::certs))
        .route(&protocol("auth/device"), post(device::authorize))
        .route(&protocol("token"), post(token::token))
        .route(&protocol("revoke"), post(revoke::revoke))
        .route(&protocol("userinfo"), get(bearer::userinfo).post(bearer::userinfo))
        .layer(from_fn_with_state(platform.clone(), faults::on_identity));
    let people = Router::new().route(&format!("{REALM}/device"), get(page::show).post(page::decide));
    programs.merge(people).layer(DefaultBodyLimit::max(FORM_LIMIT))
}
