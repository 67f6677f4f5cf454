//! The built-in commands, one file each: arguments, and a `run` that returns data.
//!
//! Nothing here prints: each says how it answers before it runs, and gives back a [`Reply`]; what is
//! told beside it goes through the console. [`pack`] is the one way in which commands of packs are run.

pub mod api;
pub mod completion;
pub mod config;
pub mod doctor;
pub mod login;
pub mod logout;
pub mod pack;
pub mod plugin;
pub mod profile;
pub mod version;
pub mod whoami;

use vantage_output::AnswerSpec;

use crate::cli::BuiltIn;
use crate::context::Context;
use crate::error::HostError;
use crate::reply::Reply;

/// How a built-in command answers, known before it runs.
pub fn answer(command: &BuiltIn) -> AnswerSpec {
    match command {
        BuiltIn::Login(_) => login::answer(),
        BuiltIn::Logout(_) => logout::answer(),
        BuiltIn::Whoami(_) => whoami::answer(),
        BuiltIn::Api(arguments) => api::answer(arguments),
        BuiltIn::Profile(arguments) => profile::answer(arguments),
        BuiltIn::Config(arguments) => config::answer(arguments),
        BuiltIn::Plugin(arguments) => plugin::answer(arguments),
        BuiltIn::Doctor(_) => doctor::answer(),
        BuiltIn::Completion(_) => completion::answer(),
        BuiltIn::Version(_) => version::answer(),
    }
}

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
        BuiltIn::Completion(arguments) => completion::run(arguments, context).await,
        BuiltIn::Version(arguments) => version::run(arguments, context).await,
    }
}
