//! `vantage plugin`: command packs and their authority.
//!
//! The word `plugin` is the command's name only; what it manages are packs. One file an action that
//! is more than a look into the store.

pub mod add;
pub mod audit;
pub mod authority;
pub mod bundle;
pub mod check;
pub mod consent;
pub mod difference;
pub mod enabled;
pub mod examine;
pub mod exec;
pub mod incoming;
pub mod key_file;
pub mod keygen;
pub mod list;
pub mod lock;
pub mod new;
pub mod outdated;
pub mod publish;
pub mod remove;
pub mod rollback;
pub mod show;
pub mod sign;
pub mod source;
pub mod staged;
pub mod sync;
pub mod telling;
pub mod trust;
pub mod upgrade;
pub mod verify;
pub mod warm;
pub mod wishes;

use clap::{Args, Subcommand};
use vantage_output::AnswerSpec;

use crate::context::Context;
use crate::error::HostError;
use crate::reply::Reply;

/// Add, inspect and remove command packs, and decide what they may do
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Subcommand)]
enum Action {
    /// Add a command pack, after showing what it may do
    Add(add::Arguments),
    /// List the bundled and the added packs
    List(list::Arguments),
    /// Show a pack: its commands, where it comes from and what it may do
    Show(show::Arguments),
    /// Run a command of a pack, whoever else has its name
    Exec(exec::Arguments),
    /// Remove a pack with its grants and what it kept
    Remove(remove::Arguments),
    /// Allow a pack something that it declares
    Grant(authority::Arguments),
    /// Take something away that a pack was allowed
    Revoke(authority::Arguments),
    /// Show what packs asked for and what was decided, or verify that the record is whole
    Audit(audit::Arguments),
    /// Look for newer versions of the added packs
    Outdated(outdated::Arguments),
    /// Bring added packs to their newest versions
    Upgrade(upgrade::Arguments),
    /// Go back to an earlier version of a pack
    Rollback(rollback::Arguments),
    /// Check the stored files of added packs against their digests
    Verify(verify::Arguments),
    /// Give a pack its commands back
    Enable(enabled::Arguments),
    /// Take a pack's commands away, and keep all else of it
    Disable(enabled::Arguments),
    /// Write down the added packs, so that others can have the same
    Lock(lock::Arguments),
    /// Put the added packs into a folder, for machines without a network
    Bundle(bundle::Arguments),
    /// Make the added packs match a lock
    Sync(sync::Arguments),
    /// Compile all packs, so that no command waits for it
    Warm(warm::Arguments),
    /// Look at the keys of publishers, and decide about them
    Trust(trust::Arguments),
    /// Start a pack of your own: a project that builds, with its tests
    New(new::Arguments),
    /// Publish a pack in a registry
    Publish(publish::Arguments),
    /// Check a pack as its users would meet it, before it is given to them
    Check(check::Arguments),
    /// Make a key pair to sign packs with
    Keygen(keygen::Arguments),
    /// Sign a pack, so that its users can tell that it is yours
    Sign(sign::Arguments),
}

/// The JSON Schema of each action's records; none for one that answers otherwise.
pub fn schema(arguments: &Arguments) -> Option<serde_json::Value> {
    Some(match &arguments.action {
        Action::Add(_) => add::schema(),
        Action::List(_) => list::schema(),
        Action::Show(_) => show::schema(),
        Action::Exec(_) => return None,
        Action::Remove(_) => remove::schema(),
        Action::Grant(_) | Action::Revoke(_) => authority::schema(),
        Action::Audit(arguments) => audit::schema(arguments),
        Action::Outdated(_) => outdated::schema(),
        Action::Upgrade(_) => upgrade::schema(),
        Action::Rollback(_) => rollback::schema(),
        Action::Verify(_) => verify::schema(),
        Action::Enable(_) | Action::Disable(_) => enabled::schema(),
        Action::Lock(_) => lock::schema(),
        Action::Bundle(_) => bundle::schema(),
        Action::Sync(_) => sync::schema(),
        Action::Warm(_) => warm::schema(),
        Action::Trust(_) => trust::schema(),
        Action::Publish(_) => publish::schema(),
        Action::Check(_) => check::schema(),
        Action::Keygen(_) => keygen::schema(),
        Action::New(_) => new::schema(),
        Action::Sign(_) => sign::schema(),
    })
}

/// How each action answers.
pub fn answer(arguments: &Arguments) -> AnswerSpec {
    match &arguments.action {
        Action::Add(_) => add::answer(),
        Action::List(_) => list::answer(),
        Action::Show(_) => show::answer(),
        Action::Exec(_) => exec::answer(),
        Action::Remove(_) => remove::answer(),
        Action::Grant(_) | Action::Revoke(_) => authority::answer(),
        Action::Audit(arguments) => audit::answer(arguments),
        Action::Outdated(_) => outdated::answer(),
        Action::Upgrade(_) => upgrade::answer(),
        Action::Rollback(_) => rollback::answer(),
        Action::Verify(_) => verify::answer(),
        Action::Enable(_) | Action::Disable(_) => enabled::answer(),
        Action::Lock(_) => lock::answer(),
        Action::Bundle(_) => bundle::answer(),
        Action::Sync(_) => sync::answer(),
        Action::Warm(_) => warm::answer(),
        Action::Trust(_) => trust::answer(),
        Action::New(_) => new::answer(),
        Action::Publish(_) => publish::answer(),
        Action::Check(_) => check::answer(),
        Action::Keygen(_) => keygen::answer(),
        Action::Sign(_) => sign::answer(),
    }
}

/// Runs one action.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    match &arguments.action {
        Action::Add(arguments) => add::run(arguments, context).await,
        Action::List(arguments) => list::run(arguments, context),
        Action::Show(arguments) => show::run(arguments, context).await,
        Action::Exec(arguments) => exec::run(arguments),
        Action::Remove(arguments) => remove::run(arguments, context),
        Action::Grant(arguments) => authority::grant(arguments, context),
        Action::Revoke(arguments) => authority::revoke(arguments, context),
        Action::Audit(arguments) => audit::run(arguments, context),
        Action::Outdated(arguments) => outdated::run(arguments, context).await,
        Action::Upgrade(arguments) => upgrade::run(arguments, context).await,
        Action::Rollback(arguments) => rollback::run(arguments, context),
        Action::Verify(arguments) => verify::run(arguments, context),
        Action::Enable(arguments) => enabled::run(arguments, true, context),
        Action::Disable(arguments) => enabled::run(arguments, false, context),
        Action::Lock(arguments) => lock::run(arguments, context),
        Action::Bundle(arguments) => bundle::run(arguments, context),
        Action::Sync(arguments) => sync::run(arguments, context).await,
        Action::Warm(arguments) => warm::run(arguments, context).await,
        Action::Trust(arguments) => trust::run(arguments, context),
        Action::New(arguments) => new::run(arguments, context),
        Action::Publish(arguments) => publish::run(arguments, context).await,
        Action::Check(arguments) => check::run(arguments, context).await,
        Action::Keygen(arguments) => keygen::run(arguments, context).await,
        Action::Sign(arguments) => sign::run(arguments, context).await,
    }
}
