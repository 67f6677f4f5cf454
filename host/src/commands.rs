//! The built-in commands, one file each: arguments, and a `run` that returns data.
//!
//! Nothing here prints; an answer is a [`Reply`], and what is told beside it goes through the
//! console. [`pack`] is the one way in which commands of packs are run.

pub mod api;
pub mod config;
pub mod doctor;
pub mod login;
pub mod logout;
pub mod pack;
pub mod plugin;
pub mod profile;
pub mod version;
pub mod whoami;

use crate::cli::BuiltIn;
use crate::context::Context;
use crate::error::HostError;
use crate::reply::Reply;

/// Runs a built-in command.
pub async fn run(command: &BuiltIn, context: &Context) -> Result<Reply, HostError> {
    match command {
        BuiltIn::Login(arguments) => login::run(arguments, context).await,
        BuiltIn::Logout(arguments) => logout::run(arguments, context).await,
        BuiltIn::Whoami(arguments) => whoami::run(arguments, context).await,
        BuiltIn::Api(arguments) => api::run(arguments, context).await,
        BuiltIn::Profile(arguments) => profile::run(arguments, context).await,
        BuiltIn::Config(arguments) => config::run(arguments, context).await,
        BuiltIn::Plugin(arguments) => plugin::run(arguments, context).await,
        BuiltIn::Doctor(arguments) => doctor::run(arguments, context).await,
        BuiltIn::Version(arguments) => version::run(arguments, context).await,
    }
}
