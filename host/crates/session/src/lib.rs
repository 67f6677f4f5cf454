//! Who the user is, and how the platform is asked.
//!
//! A [`Session`] is a [`Profile`] with its sign-in. It signs in by device code, keeps the tokens,
//! refreshes them once however many processes ask, and sends GraphQL documents to the platform's
//! APIs. It knows nothing of command packs, of terminals, or of environment variables: whoever
//! builds one passes in the profile, the folders, a clock and the name to go by.
//!
//! ```no_run
//! # async fn example() -> Result<(), vantage_session::SessionError> {
//! use std::sync::Arc;
//! use vantage_session::{
//!     Configuration, Credentials, Folders, Nobody, Overrides, Session, Surroundings, SystemClock,
//! };
//!
//! let configuration = Configuration::load("config.toml".as_ref())?;
//! let profile = configuration.resolve(&Overrides::default())?.profile;
//! let folders = Folders { state: "state".into(), cache: "cache".into() };
//! let (clock, name) = (Arc::new(SystemClock), "vantage/0.1.0".to_owned());
//! let surroundings = Surroundings::new(folders, clock, name, false, Arc::new(Nobody));
//! let session = Session::new(profile, surroundings, Credentials::Stored);
//! let persona = session.persona().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # The way of a request
//!
//! [`Session::graphql`] (`graphql.rs`) asks `refresh.rs` for an access token; that reads the record
//! (`record.rs`) from its store (`store/`), and renews it at the provider (`provider.rs`, endpoints
//! from `discovery.rs`) when little of its life is left. `http.rs` is the one place that speaks to
//! the network, `files.rs` the one that writes to disk, `error.rs` has every way this can fail.
//!
//! # Tokens stay here
//!
//! No type that holds a token can be named outside this crate:
//!
//! ```compile_fail,E0603
//! use vantage_session::token::Token;
//! ```
//!
//! ```compile_fail,E0603
//! use vantage_session::record::Record;
//! ```

mod address;
mod audience;
mod automation;
mod claims;
mod clock;
pub mod configuration;
mod device;
mod discovery;
mod doctor;
mod error;
mod files;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod graphql;
mod http;
mod login;
mod logout;
mod moving;
mod persona;
mod provider;
mod record;
mod refresh;
mod retry;
mod schema;
mod session;
mod source;
mod store;
mod token;

#[cfg(test)]
mod tests;

pub use audience::{Audience, Nobody};
pub use clock::{Clock, SystemClock};
pub use configuration::{
    Configuration, DEFAULT_PROFILE, Draft, NewProfile, Origin, Overrides, Profile, Resolved, RoleClaim,
    StoreKind, check_key, command_words, setting_names,
};
pub use device::DeviceCode;
pub use doctor::{Check, Privacy, Verdict};
pub use error::{ErrorKind, SessionError};
pub use graphql::{GraphqlError, GraphqlRequest, GraphqlResponse, Subscription};
pub use login::LoginOutcome;
pub use logout::{LogoutOutcome, Revocation};
pub use persona::{Organization, Persona};
pub use schema::RootFields;
pub use session::{Folders, Session, Stored, Surroundings};
pub use source::{Credentials, Secret};
