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

use serde_json::Value;
use vantage_output::AnswerSpec;

use crate::cli::BuiltIn;
use crate::context::Context;
use crate::error::{HostError, Kind};
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

/// The JSON Schema of one record of a built-in command.
///
/// # Errors
/// A command that answers nothing, or whose answer is the platform's.
pub fn schema(command: &BuiltIn) -> Result<Value, HostError> {
    let schema = match command {
        BuiltIn::Login(_) | BuiltIn::Logout(_) | BuiltIn::Api(_) | BuiltIn::Completion(_) => None,
        BuiltIn::Whoami(_) => Some(whoami::schema()),
        BuiltIn::Profile(arguments) => profile::schema(arguments),
        BuiltIn::Config(arguments) => config::schema(arguments),
        BuiltIn::Plugin(arguments) => plugin::schema(arguments),
        BuiltIn::Doctor(_) => Some(doctor::schema()),
        BuiltIn::Version(_) => Some(version::schema()),
    };
    schema.ok_or_else(|| {
        let (message, hint) = match command {
            BuiltIn::Api(_) => (
                "what `api` answers with is not described by a schema of its own",
                "it is what the document selects, as the API's schema says",
            ),
            _ => ("this command gives no records, so there is no schema", "leave --schema out"),
        };
        HostError::said(Kind::NotFound, message, vec![hint.to_owned()])
    })
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
