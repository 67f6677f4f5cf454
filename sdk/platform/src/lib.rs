//! A Vantage platform on loopback: an identity provider shaped like Keycloak's and the GraphQL
//! APIs, in one process, over an embedded database. Authors of command packs develop against it,
//! tests speak to it over the wire, and the demo runs on it. It is not for more than one machine:
//! nobody has a password, and it listens on 127.0.0.1 only. It shares no code with the host, so
//! that neither can hide the other's mistakes.
//!
//! # Tour
//! - `options`, `error`, `server`: how one is started ([`serve`]) and ended ([`Running::stop`])
//! - `identity`: discovery, device authorization with its page, tokens, revocation
//! - `graphql`: one module for each API; `database` and `world`: what they show
//! - `admin`, `stats`, `requests`, `faults`: what tests look at and turn
//!
//! ```
//! use vantage_platform::{Options, serve};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), vantage_platform::PlatformError> {
//! let platform = serve(Options { auto_approve: true, clusters: 250, ..Options::default() }).await?;
//! assert_eq!(platform.ready.issuer, format!("{}/realms/vantage", platform.ready.api));
//! assert_eq!(platform.stats().device_authorizations, 0);
//! platform.stop().await;
//! # Ok(())
//! # }
//! ```

mod admin;
mod clock;
mod database;
mod duration;
mod error;
mod faults;
mod graphql;
mod identity;
mod options;
mod random;
mod requests;
mod server;
mod stats;
mod streams;
mod world;

pub use clock::{Clock, ManualClock, SystemClock};
pub use duration::parse as parse_duration;
pub use error::PlatformError;
pub use faults::{Echo, Failure, Where};
pub use graphql::sdl;
pub use identity::canary::canary_of;
pub use options::Options;
pub use requests::{Recorded, Transport};
pub use server::{Ready, Running, serve};
pub use stats::Stats;
